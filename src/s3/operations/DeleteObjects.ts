import { ApiError } from '../../base/errors.ts'
import { DeleteObjects } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { declaresIntegrity } from '../request-checksum.ts'
import { deleteCondition } from '../write-condition.ts'

const keySizeMax = 1024

export default operation(DeleteObjects, {
  action: 's3:DeleteObject',
  refuses: ['MFA'],
  async handle(input, context) {
    const { accountId, request, bucket, services } = context
    const { Delete } = input
    if (!declaresIntegrity(request.headers)) {
      throw new ApiError('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
    }
    const remove = async ({ Key, VersionId, ETag, LastModifiedTime, Size }: (typeof Delete.Objects)[number]) => {
      try {
        if (Buffer.byteLength(Key) > keySizeMax) throw new ApiError('KeyTooLongError')
        const condition = deleteCondition({
          IfMatch: ETag,
          IfMatchLastModifiedTime: LastModifiedTime,
          IfMatchSize: Size,
        })
        await context.authorize(VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', Key, VersionId)
        const options = { condition, bypassGovernance: await context.bypassesGovernance(input, Key, VersionId) }
        const { versionId, deleteMarker } =
          VersionId === undefined
            ? await services.objects.delete(bucket, Key, options, accountId)
            : await services.objects.remove(bucket, Key, VersionId, options)
        // Of a marker that was put, its id; of a version that was removed, the id asked for.
        const marker = deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: versionId } : {}
        return { deleted: { Key, VersionId, ...marker } }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        return { failed: { Key, VersionId, Code: error.code, Message: error.message } }
      }
    }
    // Each key is a transaction of its own; at most 1,000, which the store commits in groups.
    const results = await Promise.all(Delete.Objects.map(remove))
    return {
      Deleted: Delete.Quiet === true ? [] : results.flatMap(({ deleted }) => deleted ?? []),
      Errors: results.flatMap(({ failed }) => failed ?? []),
    }
  },
})
