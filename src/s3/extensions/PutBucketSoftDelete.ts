/** `PUT /bucket?softDelete`: for how many days what is deleted or replaced in the bucket can be had back; 0 for not at all. */
import { ApiError } from '../../base/errors.ts'
import { operation } from '../operation.ts'
import { element, header, label, number, payload, shape, string, structure } from '../shape.ts'

/** Ten years. */
const daysMax = 3650

export const SoftDeleteConfiguration = structure({ Days: element(number) })

const PutBucketSoftDelete = shape({
  name: 'PutBucketSoftDelete',
  method: 'PUT',
  level: 'bucket',
  query: 'softDelete',
  status: 200,
  input: {
    Bucket: label(string),
    SoftDeleteConfiguration: payload(SoftDeleteConfiguration, 'SoftDeleteConfiguration'),
    ExpectedBucketOwner: header('x-amz-expected-bucket-owner', string).optional,
  },
  output: {},
  root: undefined,
})

export default operation(PutBucketSoftDelete, {
  action: 's3:PutBucketSoftDelete',
  async handle({ SoftDeleteConfiguration: { Days } }, { bucket, services }) {
    if (Days < 0 || Days > daysMax) {
      throw new ApiError('InvalidArgument', `Days must be a whole number from 0 to ${daysMax}.`, {
        details: { ArgumentName: 'Days', ArgumentValue: String(Days) },
      })
    }
    await services.buckets.update(bucket, (current) => ({ ...current, softDeleteDays: Days || undefined }))
    return {}
  },
})
