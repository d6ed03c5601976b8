import { GetBucketRequestPayment } from '../model.generated.ts'
import { operation } from '../operation.ts'

export default operation(GetBucketRequestPayment, {
  action: 's3:GetBucketRequestPayment',
  handle: () => ({ Payer: 'BucketOwner' }),
})
