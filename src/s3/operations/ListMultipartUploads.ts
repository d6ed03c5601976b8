import { ApiError } from '../../base/errors.ts'
import { keyOfHead, keyOfUpload, uploadKey, uploadsUnder } from '../../objects/keys.ts'
import { list } from '../../objects/listing.ts'
import { decodeUpload } from '../../objects/upload.ts'
import { ListMultipartUploads } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { seconds } from '../output.ts'

const uploadsMax = 1000
/** After every upload id. */
const afterIds = '~'

export default operation(ListMultipartUploads, {
  action: 's3:ListBucketMultipartUploads',
  async handle(input, { bucket, services }) {
    const { Prefix = '', Delimiter, KeyMarker = '', UploadIdMarker = '', MaxUploads = uploadsMax, EncodingType } = input
    if (UploadIdMarker.includes('\0')) throw new ApiError('InvalidArgument', 'Invalid uploadId marker')
    // No key holds NUL, which in the records ends a key.
    if (Prefix.includes('\0')) throw new ApiError('InvalidArgument', 'Invalid prefix')
    const limit = Math.min(MaxUploads, uploadsMax)
    // An upload-id-marker without a key-marker is ignored, as AWS documents.
    const after = KeyMarker === '' ? undefined : uploadKey(bucket.id, KeyMarker, UploadIdMarker || afterIds)
    const { items, truncated } = await list(services.metadata, {
      range: uploadsUnder(bucket.id, Prefix),
      offset: 9,
      terminator: 0,
      prefixSize: Buffer.byteLength(Prefix),
      delimiter: Delimiter ?? '',
      after,
      limit,
    })
    const last = items.at(-1)
    const next =
      !truncated || last === undefined
        ? undefined
        : 'prefix' in last
          ? { key: keyOfHead(last.prefix), uploadId: '' }
          : keyOfUpload(last.entry[0])
    const uploads = items.flatMap((item) => ('prefix' in item ? [] : [decodeUpload(item.entry[1])]))
    const ids = new Set(uploads.flatMap(({ accountId, ownerId }) => [accountId, ownerId ?? bucket.accountId]))
    const owners = new Map(await Promise.all([...ids].map(async (id) => [id, await services.owner(id)] as const)))
    return {
      Bucket: bucket.name,
      KeyMarker,
      UploadIdMarker,
      NextKeyMarker: next?.key ?? '',
      NextUploadIdMarker: next?.uploadId ?? '',
      Prefix,
      Delimiter,
      EncodingType,
      MaxUploads: limit,
      IsTruncated: truncated,
      Uploads: uploads.map(({ uploadId, key, initiatedMs, accountId, ownerId, checksumAlgorithm, checksumType }) => ({
        UploadId: uploadId,
        Key: key,
        Initiated: seconds(initiatedMs),
        StorageClass: 'STANDARD',
        Owner: owners.get(ownerId ?? bucket.accountId),
        Initiator: owners.get(accountId),
        ChecksumAlgorithm: checksumAlgorithm,
        ChecksumType: checksumType,
      })),
      CommonPrefixes: items.flatMap((item) => ('prefix' in item ? [{ Prefix: keyOfHead(item.prefix) }] : [])),
    }
  },
})
