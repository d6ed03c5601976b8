import { DeleteBucketCors } from '../model.generated.ts'
import { operation } from '../operation.ts'

/** AWS has one action for putting and for deleting it. */
export default operation(DeleteBucketCors, {
  action: 's3:PutBucketCORS',
  async handle(_input, { bucket, services }) {
    await services.buckets.update(bucket, ({ cors: _, ...others }) => others)
    return {}
  },
})
