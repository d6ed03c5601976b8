import { GetBucketLocation } from '../model.generated.ts'
import { operation } from '../operation.ts'

/** AWS answers an empty LocationConstraint for us-east-1, and its clients expect it. */
const unnamed = 'us-east-1'

export default operation(GetBucketLocation, {
  action: 's3:GetBucketLocation',
  handle: (_input, { bucket }) => ({
    LocationConstraint: bucket.locationConstraint ?? (bucket.region === unnamed ? '' : bucket.region),
  }),
})
