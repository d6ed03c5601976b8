/** What ListObjects and ListObjectsV2 share: a page of keys and common prefixes. */
import { ApiError } from '../base/errors.ts'
import { Query } from '../http/query.ts'
import { decodeListed } from '../objects/head.ts'
import { headKey, headsUnder, keyOfHead } from '../objects/keys.ts'
import { list } from '../objects/listing.ts'
import type { Context, Owner } from './context.ts'
import { seconds } from './output.ts'

export interface ListInput {
  readonly prefix: string
  readonly delimiter: string
  /** A key, or a common prefix already shown. */
  readonly after: string | undefined
  readonly maxKeys: number
  /** Of the bucket, and so of most objects; undefined where owners are not shown. */
  readonly owner: Owner | undefined
}

/** Bytes of a head's record key before the object's key. */
const offset = 9
const keysMax = 1000

/** Throws InvalidArgument for a delimiter with Ceph's `allow-unordered`, which without one changes nothing: the order is no dearer than another. */
export async function listObjects(
  { request, bucket, services }: Context,
  { prefix, delimiter, after, maxKeys, owner }: ListInput,
) {
  if (delimiter !== '' && allowsUnordered(request.query)) {
    throw new ApiError('InvalidArgument', 'allow-unordered cannot be combined with a delimiter', {
      details: { ArgumentName: 'allow-unordered' },
    })
  }
  const { items, truncated } = await list(services.metadata, {
    range: headsUnder(bucket.id, prefix),
    offset,
    prefixSize: Buffer.byteLength(prefix),
    delimiter,
    after: after === undefined || after === '' ? undefined : headKey(bucket.id, after),
    limit: Math.min(maxKeys, keysMax),
  })
  const others = remembered(services.owner)
  const contents = []
  const prefixes = []
  for (const item of items) {
    if ('prefix' in item) prefixes.push({ Prefix: keyOfHead(item.prefix) })
    else {
      const { modifiedMs, size, etag, checksumAlgorithm, checksumType, ownerId } = decodeListed(item.entry[1])
      const otherId = owner && ownerId()
      contents.push({
        Key: keyOfHead(item.entry[0]),
        LastModified: seconds(modifiedMs),
        ETag: etag,
        ChecksumAlgorithm: checksumAlgorithm && [checksumAlgorithm],
        ChecksumType: checksumType,
        Size: size,
        StorageClass: 'STANDARD',
        Owner: otherId === undefined ? owner : await others(otherId),
      })
    }
  }
  const last = items.at(-1)
  const next = truncated && last !== undefined ? keyOfHead('prefix' in last ? last.prefix : last.entry[0]) : undefined
  return { contents, prefixes, truncated, next, count: items.length, maxKeys: Math.min(maxKeys, keysMax) }
}

/** Asks for each account once. */
function remembered(ask: (accountId: string) => Promise<Owner>): (accountId: string) => Promise<Owner> {
  const known = new Map<string, Promise<Owner>>()
  return (accountId) => {
    const asked = known.get(accountId) ?? ask(accountId)
    known.set(accountId, asked)
    return asked
  }
}

const allowsUnordered = (query: string): boolean =>
  query.includes('allow-unordered') && Query.parse(query).get('allow-unordered')?.toLowerCase() === 'true'
