import { GetBucketVersioning } from '../model.generated.ts'
import { operation } from '../operation.ts'

/** Of a bucket that never had versioning, nothing is told. */
export default operation(GetBucketVersioning, {
  action: 's3:GetBucketVersioning',
  handle: (_input, { bucket }) => ({ Status: bucket.versioning }),
})
