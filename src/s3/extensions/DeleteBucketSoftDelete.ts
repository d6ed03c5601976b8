/** `DELETE /bucket?softDelete`: what is deleted from now on is gone. What was deleted before can be had back as long as it could. */
import { operation } from '../operation.ts'
import { header, label, shape, string } from '../shape.ts'

const DeleteBucketSoftDelete = shape({
  name: 'DeleteBucketSoftDelete',
  method: 'DELETE',
  level: 'bucket',
  query: 'softDelete',
  status: 204,
  input: {
    Bucket: label(string),
    ExpectedBucketOwner: header('x-amz-expected-bucket-owner', string).optional,
  },
  output: {},
  root: undefined,
})

export default operation(DeleteBucketSoftDelete, {
  action: 's3:PutBucketSoftDelete',
  async handle(_input, { bucket, services }) {
    await services.buckets.update(bucket, (current) => ({ ...current, softDeleteDays: undefined }))
    return {}
  },
})
