import { DeleteBucketEncryption } from '../model.generated.ts'
import { operation } from '../operation.ts'

/** AWS has one action for putting and for deleting it. What is already encrypted stays so. */
export default operation(DeleteBucketEncryption, {
  action: 's3:PutEncryptionConfiguration',
  async handle(_input, { bucket, services }) {
    await services.buckets.update(bucket, ({ encryption: _, ...others }) => others)
    return {}
  },
})
