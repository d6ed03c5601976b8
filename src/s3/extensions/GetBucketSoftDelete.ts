/** `GET /bucket?softDelete`: for how many days what is deleted or replaced can be had back; 0 for not at all. */
import { operation } from '../operation.ts'
import { header, label, payload, shape, string } from '../shape.ts'
import { SoftDeleteConfiguration } from './PutBucketSoftDelete.ts'

const GetBucketSoftDelete = shape({
  name: 'GetBucketSoftDelete',
  method: 'GET',
  level: 'bucket',
  query: 'softDelete',
  status: 200,
  input: {
    Bucket: label(string),
    ExpectedBucketOwner: header('x-amz-expected-bucket-owner', string).optional,
  },
  output: { SoftDeleteConfiguration: payload(SoftDeleteConfiguration, 'SoftDeleteConfiguration') },
  root: undefined,
})

export default operation(GetBucketSoftDelete, {
  action: 's3:GetBucketSoftDelete',
  handle: (_input, { bucket }) => ({ SoftDeleteConfiguration: { Days: bucket.softDeleteDays ?? 0 } }),
})
