/** `DELETE /bucket?force_delete=true` (Wasabi): a bucket with all that is in it, unless something of that is locked. */
import { ApiError } from '../../base/errors.ts'
import { operation, Prepared } from '../operation.ts'
import { header, label, shape, string } from '../shape.ts'

const ForceDeleteBucket = shape({
  name: 'ForceDeleteBucket',
  method: 'DELETE',
  level: 'bucket',
  query: 'force_delete=true',
  status: 204,
  input: {
    Bucket: label(string),
    ExpectedBucketOwner: header('x-amz-expected-bucket-owner', string).optional,
  },
  output: {},
  root: undefined,
})

/** How soon a client that is to come back may do so, in seconds. */
const retrySeconds = '10'

export default operation(ForceDeleteBucket, {
  action: 's3:DeleteBucket',
  async handle(_input, context) {
    const { bucket, request, services } = context
    // It is one act, and so are its permissions: of all that the bucket may hold.
    context.authorizeOnAll('s3:DeleteObject')
    context.authorizeOnAll('s3:DeleteObjectVersion')
    const { 'forceDelete.waitSeconds': waitSeconds, 'forceDelete.answer': answer } = services.toggles(bucket)
    if (await services.emptier.empty(bucket, waitSeconds * 1000, request.signal)) return {}
    if (answer === 202) {
      return new Prepared({ status: 202, headers: ['x-entrepot-job-id', bucket.id, 'content-length', '0'], body: '' })
    }
    throw new ApiError('SlowDown', 'The bucket is still being emptied. Try again to wait for it.', {
      headers: { 'retry-after': retrySeconds, 'x-entrepot-job-id': bucket.id },
    })
  },
})
