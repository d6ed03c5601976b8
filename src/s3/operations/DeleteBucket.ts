import { DeleteBucket } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(DeleteBucket, {
  action: 's3:DeleteBucket',
  async handle(_input, { bucket, services }) {
    await services.buckets.delete(bucket.name)
    return {}
  },
})
