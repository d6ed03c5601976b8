/** `POST /bucket/key?undelete`: what was deleted or replaced last, or the one with the `deletedId`, becomes the current version again. */
import { etagOf } from '../../objects/head.ts'
import { operation } from '../operation.ts'
import { etag, header, label, number, query, shape, string } from '../shape.ts'
import { writtenVersionId } from '../version.ts'
import { writeCondition } from '../write-condition.ts'

const UndeleteObject = shape({
  name: 'UndeleteObject',
  method: 'POST',
  level: 'object',
  query: 'undelete',
  status: 200,
  input: {
    Bucket: label(string),
    Key: label(string),
    DeletedId: query('deletedId', string).optional,
    IfMatch: header('if-match', string).optional,
    IfNoneMatch: header('if-none-match', string).optional,
    ExpectedBucketOwner: header('x-amz-expected-bucket-owner', string).optional,
  },
  output: {
    ETag: header('etag', etag),
    VersionId: header('x-amz-version-id', string).optional,
    Size: header('x-amz-object-size', number),
  },
  root: undefined,
})

export default operation(UndeleteObject, {
  action: 's3:UndeleteObject',
  async handle(input, { bucket, services }) {
    const head = await services.softDeleted.undelete(bucket, input.Key, input.DeletedId, writeCondition(input))
    return { ETag: etagOf(head), VersionId: writtenVersionId(head), Size: head.size }
  },
})
