/**
 * The answer of ListObjectVersions. Versions and delete markers stand in it in one order, as in AWS, and clients rely on that; the codec would
 * write one list after the other, so the entries are written here, and the rest by the codec.
 */
import { ApiError } from '../base/errors.ts'
import { listVersions, type ListedVersion, type Marker } from '../objects/version-listing.ts'
import { parseVersionId } from '../objects/version-id.ts'
import { percentEncode } from './codec-encoder.ts'
import { formatIsoSeconds } from './codec-timestamp.ts'
import { encode } from './codec.ts'
import type { Context, Services } from './context.ts'
import { ListObjectVersions } from './model.generated.ts'
import { Prepared } from './operation.ts'
import type { Infer } from './shape.ts'
import { escapeXml } from './xml.ts'

type Input = Infer<typeof ListObjectVersions.input>

const versionsMax = 1000
const closingTag = `</${ListObjectVersions.root}>`

/** Throws InvalidArgument for a marker that can be none. */
export async function listObjectVersions(input: Input, { bucket, services }: Context): Promise<Prepared> {
  const {
    Prefix = '',
    Delimiter = '',
    KeyMarker = '',
    VersionIdMarker = '',
    MaxKeys = versionsMax,
    EncodingType,
  } = input
  const limit = Math.min(MaxKeys, versionsMax)
  const after = markerOf(KeyMarker, VersionIdMarker)
  const page = await listVersions(services.metadata, bucket, { prefix: Prefix, delimiter: Delimiter, after, limit })
  const { status, headers, body } = encode(ListObjectVersions, {
    Name: bucket.name,
    Prefix,
    KeyMarker,
    VersionIdMarker,
    NextKeyMarker: page.next?.key,
    NextVersionIdMarker: page.next?.versionId,
    MaxKeys: limit,
    Delimiter: Delimiter === '' ? undefined : Delimiter,
    EncodingType,
    IsTruncated: page.next !== undefined,
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: prefix })),
  })
  const owners = await ownersOf(page.versions, bucket.accountId, services)
  const keyText = EncodingType === 'url' ? percentEncode : escapeXml
  let entries = ''
  for (const version of page.versions) {
    const owner = owners.get(version.ownerId() ?? bucket.accountId)!
    entries += version.deleteMarker ? markerEntry(version, owner, keyText) : versionEntry(version, owner, keyText)
  }
  const document = (body as string).slice(0, -closingTag.length) + entries + closingTag
  return new Prepared({ status, headers, body: document }, () => toldOf(page))
}

/** In one list too, as the versions stand among the delete markers. */
const toldOf = ({ versions, prefixes, next }: Awaited<ReturnType<typeof listVersions>>) => ({
  IsTruncated: next !== undefined,
  NextKeyMarker: next?.key,
  NextVersionIdMarker: next?.versionId,
  CommonPrefixes: prefixes.map((prefix) => ({ Prefix: prefix })),
  Entries: versions.map(({ key, versionId, isLatest, modifiedMs, etag, size, deleteMarker }) => ({
    ...{ Key: key, VersionId: versionId, IsLatest: isLatest, LastModified: new Date(modifiedMs).toISOString() },
    ...(deleteMarker ? { DeleteMarker: true } : { ETag: `"${etag}"`, Size: size }),
  })),
})

function markerOf(key: string, versionId: string): Marker | undefined {
  if (versionId === '') return key === '' ? undefined : { key }
  if (key === '') throw invalidMarker('A version-id marker cannot be specified without a key marker.', versionId)
  const id = versionId === 'null' ? versionId : parseVersionId(versionId)
  if (id === undefined) throw invalidMarker('Invalid version id specified', versionId)
  return { key, versionId: id }
}

const invalidMarker = (message: string, value: string): ApiError =>
  new ApiError('InvalidArgument', message, {
    details: { ArgumentName: 'version-id-marker', ArgumentValue: value },
  })

/** The elements of the owners of the versions, by account. */
async function ownersOf(
  versions: readonly ListedVersion[],
  bucketOwnerId: string,
  { owner }: Services,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set([bucketOwnerId])
  for (const version of versions) {
    const id = version.ownerId()
    if (id !== undefined) ids.add(id)
  }
  const elements = new Map<string, string>()
  for (const id of ids) {
    const { ID, DisplayName } = await owner(id)
    elements.set(id, `<Owner><ID>${escapeXml(ID)}</ID><DisplayName>${escapeXml(DisplayName)}</DisplayName></Owner>`)
  }
  return elements
}

type KeyText = (key: string) => string

const markerEntry = (marker: ListedVersion, owner: string, keyText: KeyText): string =>
  `<DeleteMarker>${startOf(marker, keyText)}${owner}</DeleteMarker>`

function versionEntry(version: ListedVersion, owner: string, keyText: KeyText): string {
  const { etag, size, checksumAlgorithm: algorithm, checksumType: type } = version
  const checksum =
    algorithm === undefined
      ? ''
      : `<ChecksumAlgorithm>${algorithm}</ChecksumAlgorithm><ChecksumType>${type}</ChecksumType>`
  const content = `<ETag>&quot;${etag}&quot;</ETag>${checksum}<Size>${size}</Size><StorageClass>STANDARD</StorageClass>`
  return `<Version>${startOf(version, keyText)}${content}${owner}</Version>`
}

/** What both have in common. */
const startOf = ({ key, versionId, isLatest, modifiedMs }: ListedVersion, keyText: KeyText): string =>
  `<Key>${keyText(key)}</Key><VersionId>${versionId}</VersionId><IsLatest>${isLatest}</IsLatest>` +
  `<LastModified>${formatIsoSeconds(modifiedMs)}</LastModified>`
