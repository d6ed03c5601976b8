import { checkKeyOfUpload } from '../encryption.ts'
import { keyOf } from '../keys-of-clients.ts'
import { abortMembers } from '../lifecycle-headers.ts'
import { ListParts } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMember, seconds } from '../output.ts'

const partsMax = 1000

export default operation(ListParts, {
  action: 's3:ListMultipartUploadParts',
  async handle(input, context) {
    const { Key, UploadId, MaxParts = partsMax, PartNumberMarker = 0 } = input
    const { bucket, services } = context
    const sent = keyOf(input, context)
    const upload = await services.uploads.get(bucket, Key, UploadId)
    checkKeyOfUpload(upload, sent)
    const limit = Math.min(MaxParts, partsMax)
    const found = limit === 0 ? [] : await services.uploads.parts(UploadId, PartNumberMarker, limit + 1)
    const parts = found.slice(0, limit)
    const [initiator, owner] = await Promise.all([
      services.owner(upload.accountId),
      services.owner(upload.ownerId ?? bucket.accountId),
    ])
    return {
      Bucket: bucket.name,
      Key,
      UploadId,
      ...abortMembers(bucket, upload),
      PartNumberMarker,
      NextPartNumberMarker: parts.at(-1)?.partNumber ?? 0,
      MaxParts: limit,
      IsTruncated: found.length > limit,
      Parts: parts.map((part) => ({
        PartNumber: part.partNumber,
        LastModified: seconds(part.modifiedMs),
        ETag: part.md5,
        Size: part.size,
        ...checksumMember(part.checksumAlgorithm, part.checksum),
      })),
      Initiator: initiator,
      Owner: owner,
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.checksumAlgorithm,
      ChecksumType: upload.checksumType,
    }
  },
})
