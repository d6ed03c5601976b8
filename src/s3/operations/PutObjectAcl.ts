import { refuseBlocked } from '../access/acl-refusal.ts'
import { objectAcl } from '../access/acl-rules.ts'
import { putAcl } from '../access/put-acl.ts'
import { PutObjectAcl } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(PutObjectAcl, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:PutObjectAcl' : 's3:PutObjectVersionAcl'),
  async handle(input, { bucket, services }) {
    const { Key, VersionId } = input
    const { ownerId } = objectAcl(
      bucket,
      await services.objects.find(bucket, Key, VersionId),
      services.toggles(bucket).acl,
    )
    const acl = await putAcl(input, { bucket, ownerId, services })
    if (acl !== undefined) {
      await services.objects.amend(bucket, Key, VersionId, (head, current) => {
        refuseBlocked(current, acl)
        // Where another has written meanwhile, whose the object then is, an ACL that was made for its former owner says nothing.
        return (head.ownerId ?? current.accountId) === ownerId ? { ...head, acl } : head
      })
    }
    return {}
  },
})
