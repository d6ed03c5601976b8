import { ApiError } from '../../base/errors.ts'
import { etagOf } from '../../objects/head.ts'
import type { ManifestPart } from '../../objects/extent.ts'
import { keyToRead, refuseEncryptionOfRead } from '../encryption.ts'
import { keyOf } from '../keys-of-clients.ts'
import { GetObjectAttributes } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { checksumMember, checksumMembers, seconds } from '../output.ts'
import { partsOf } from '../read.ts'
import { foundVersionId } from '../version.ts'

const partsMax = 1000

export default operation(GetObjectAttributes, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObjectAttributes' : 's3:GetObjectVersionAttributes'),
  async handle(input, context) {
    const { Key, VersionId, ObjectAttributes, MaxParts = partsMax, PartNumberMarker = 0 } = input
    const { bucket, services } = context
    await context.authorize(VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', Key, VersionId)
    if (ObjectAttributes.length === 0) throw new ApiError('InvalidArgument', 'Invalid attribute name specified.')
    refuseEncryptionOfRead(context.request.headers)
    const sent = keyOf(input, context)
    const head = await services.objects.find(bucket, Key, VersionId)
    context.confirm({ bucket, key: Key, head })
    keyToRead(head.encryption, sent)
    const wanted = new Set<string>(ObjectAttributes)
    const parts = wanted.has('ObjectParts') ? await partsOf(head, services) : undefined
    return {
      LastModified: seconds(head.modifiedMs),
      VersionId: foundVersionId(bucket, head),
      ETag: wanted.has('ETag') ? etagOf(head) : undefined,
      Checksum: wanted.has('Checksum') && head.checksum ? checksumMembers(head.checksum) : undefined,
      ObjectParts: parts && page(parts, head.checksum?.algorithm, PartNumberMarker, Math.min(MaxParts, partsMax)),
      StorageClass: wanted.has('StorageClass') ? 'STANDARD' : undefined,
      ObjectSize: wanted.has('ObjectSize') ? head.size : undefined,
    }
  },
})

function page(
  all: readonly ManifestPart[],
  algorithm: Parameters<typeof checksumMember>[0],
  after: number,
  limit: number,
) {
  const rest = all.filter(({ partNumber }) => partNumber > after)
  const shown = rest.slice(0, limit)
  return {
    TotalPartsCount: all.length,
    PartNumberMarker: after,
    NextPartNumberMarker: shown.at(-1)?.partNumber ?? 0,
    MaxParts: limit,
    IsTruncated: rest.length > shown.length,
    Parts: shown.map(({ partNumber, size, checksum }) => ({
      PartNumber: partNumber,
      Size: size,
      ...checksumMember(algorithm, checksum),
    })),
  }
}
