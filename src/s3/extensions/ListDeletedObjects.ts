/** `GET /bucket?deleted`: what was deleted or replaced and can be had back. */
import { ApiError } from '../../base/errors.ts'
import { etagOf, shownVersionId } from '../../objects/head.ts'
import type { DeletedObject } from '../../objects/undelete.ts'
import { operation } from '../operation.ts'
import { seconds } from '../output.ts'
import {
  boolean,
  element,
  enumeration,
  etag,
  flattened,
  header,
  keyText,
  label,
  list,
  number,
  query,
  shape,
  string,
  structure,
  timestamp,
} from '../shape.ts'

const DeletedObjectStructure = structure({
  Key: element(keyText),
  DeletedId: element(string),
  VersionId: element(string).optional,
  ETag: element(etag),
  Size: element(number),
  LastModified: element(timestamp),
  Deleted: element(timestamp),
  PurgeAfter: element(timestamp),
})

const ListDeletedObjects = shape({
  name: 'ListDeletedObjects',
  method: 'GET',
  level: 'bucket',
  query: 'deleted',
  status: 200,
  input: {
    Bucket: label(string),
    Prefix: query('prefix', string).optional,
    Marker: query('marker', string).optional,
    DeletedIdMarker: query('deleted-id-marker', string).optional,
    MaxKeys: query('max-keys', number).optional,
    EncodingType: query('encoding-type', enumeration('url')).optional,
    ExpectedBucketOwner: header('x-amz-expected-bucket-owner', string).optional,
  },
  output: {
    Name: element(string),
    Prefix: element(keyText),
    Marker: element(keyText),
    MaxKeys: element(number),
    EncodingType: element(string).optional,
    IsTruncated: element(boolean),
    NextMarker: element(keyText).optional,
    NextDeletedIdMarker: element(string).optional,
    DeletedObjects: flattened(list(DeletedObjectStructure), 'DeletedObject'),
  },
  root: 'ListDeletedObjectsResult',
})

const pageSizeMax = 1000

export default operation(ListDeletedObjects, {
  action: 's3:ListDeletedObjects',
  async handle({ Prefix = '', Marker, DeletedIdMarker, MaxKeys = pageSizeMax, EncodingType }, { bucket, services }) {
    const limit = Math.min(MaxKeys, pageSizeMax)
    if (DeletedIdMarker !== undefined && Marker === undefined) {
      throw new ApiError('InvalidArgument', 'A deleted-id-marker cannot be specified without a marker.', {
        details: { ArgumentName: 'deleted-id-marker', ArgumentValue: DeletedIdMarker },
      })
    }
    const options = { prefix: Prefix, after: Marker || undefined, afterId: DeletedIdMarker, limit }
    const { objects, truncated } = await services.softDeleted.list(bucket, options)
    const last = truncated ? objects.at(-1) : undefined
    return {
      ...{ Name: bucket.name, Prefix, Marker: Marker ?? '', MaxKeys: limit, EncodingType },
      IsTruncated: truncated,
      NextMarker: last?.key,
      NextDeletedIdMarker: last?.id,
      DeletedObjects: objects.map(shownDeleted),
    }
  },
})

const shownDeleted = ({ key, id, head }: DeletedObject) => ({
  Key: key,
  DeletedId: id,
  VersionId: head.versionId === undefined ? undefined : shownVersionId(head),
  ETag: etagOf(head),
  Size: head.size,
  LastModified: seconds(head.modifiedMs),
  Deleted: seconds(head.deletedMs ?? 0),
  PurgeAfter: seconds(head.purgeMs ?? 0),
})
