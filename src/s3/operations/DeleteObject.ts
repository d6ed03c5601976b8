import { deleteCondition } from '../write-condition.ts'
import { DeleteObject } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(DeleteObject, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion'),
  refuses: ['MFA'],
  async handle(input, context) {
    const { accountId, bucket, services } = context
    const { Key, VersionId, IfMatch, IfMatchLastModifiedTime, IfMatchSize } = input
    const condition = deleteCondition({ IfMatch, IfMatchLastModifiedTime, IfMatchSize })
    const options = { condition, bypassGovernance: await context.bypassesGovernance(input, Key, VersionId) }
    const { versionId, deleteMarker } =
      VersionId === undefined
        ? await services.objects.delete(bucket, Key, options, accountId)
        : await services.objects.remove(bucket, Key, VersionId, options)
    return { VersionId: versionId, DeleteMarker: deleteMarker || undefined }
  },
})
