import { aclAnswer } from '../access/acl-answer.ts'
import { objectAcl } from '../access/acl-rules.ts'
import { GetObjectAcl } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetObjectAcl, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObjectAcl' : 's3:GetObjectVersionAcl'),
  async handle({ Key, VersionId }, context) {
    const { bucket, services } = context
    const head = await services.objects.find(bucket, Key, VersionId)
    context.confirm({ bucket, key: Key, head })
    return aclAnswer(objectAcl(bucket, head, services.toggles(bucket).acl), services)
  },
})
