import { ListParts } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMember, seconds } from '../output.ts'
import { customerKey } from '../unsupported.ts'

const partsMax = 1000

export default operation(ListParts, {
  action: 's3:ListMultipartUploadParts',
  refuses: customerKey,
  async handle({ Key, UploadId, MaxParts = partsMax, PartNumberMarker = 0 }, { bucket, services }) {
    const upload = await services.uploads.get(bucket, Key, UploadId)
    const limit = Math.min(MaxParts, partsMax)
    const found = limit === 0 ? [] : await services.uploads.parts(UploadId, PartNumberMarker, limit + 1)
    const parts = found.slice(0, limit)
    const owner = await services.owner(upload.accountId)
    return {
      Bucket: bucket.name,
      Key,
      UploadId,
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
      Initiator: owner,
      Owner: owner,
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.checksumAlgorithm,
      ChecksumType: upload.checksumType,
    }
  },
})
