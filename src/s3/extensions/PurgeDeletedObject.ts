/** `DELETE /bucket/key?deleted&deletedId=…`: gives up for good what was deleted, before its time. */
import { operation } from '../operation.ts'
import { header, label, query, shape, string } from '../shape.ts'

const PurgeDeletedObject = shape({
  name: 'PurgeDeletedObject',
  method: 'DELETE',
  level: 'object',
  query: 'deleted',
  status: 204,
  input: {
    Bucket: label(string),
    Key: label(string),
    DeletedId: query('deletedId', string),
    ExpectedBucketOwner: header('x-amz-expected-bucket-owner', string).optional,
  },
  output: {},
  root: undefined,
})

export default operation(PurgeDeletedObject, {
  action: 's3:DeleteObjectVersion',
  async handle({ Key, DeletedId }, { bucket, services }) {
    await services.softDeleted.purge(bucket, Key, DeletedId)
    return {}
  },
})
