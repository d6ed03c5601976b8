import { deleteCondition } from '../write-condition.ts'
import { DeleteObject } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { requireCurrentVersion } from '../version.ts'

export default operation(DeleteObject, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion'),
  refuses: ['MFA'],
  async handle({ Key, VersionId, IfMatch, IfMatchLastModifiedTime, IfMatchSize }, { bucket, services }) {
    requireCurrentVersion(VersionId)
    const condition = deleteCondition({ IfMatch, IfMatchLastModifiedTime, IfMatchSize })
    await services.objects.delete(bucket, Key, condition)
    return {}
  },
})
