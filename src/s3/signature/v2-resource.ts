/** Signature Version 2's CanonicalizedResource: what of a path and its query is signed. */
import { ApiError } from '../../base/errors.ts'
import type { Query } from '../../http/query.ts'

/**
 * The path (behind the bucket that the host names) as sent, and the sub-resources of the query, sorted, values decoded; then as other
 * clients write the same.
 */
export function* canonicalResources(path: string, query: Query, inQuery: boolean): Generator<string> {
  yield* resourcesOf(path, query, inQuery)
  if (path.length > 1 && !path.includes('/', 1)) yield* resourcesOf(`${path}/`, query, inQuery) // A bucket, as botocore signs it.
}

function* resourcesOf(path: string, query: Query, inQuery: boolean): Generator<string> {
  const pairs = query.parameters.filter(([name]) => isSubResource(name))
  if (pairs.length === 0) {
    yield path
    return
  }
  yield withPairs(path, pairs, '')
  if (pairs.some(([, value]) => value === '')) yield withPairs(path, pairs, '=')
  // Some clients do not know the later ones. Only a presigned URL could be handed on and extended by one, so there they must be signed.
  if (!inQuery)
    yield withPairs(
      path,
      pairs.filter(([name]) => subResources.has(name)),
      '',
    )
}

function withPairs(path: string, pairs: readonly (readonly [string, string])[], equalsIfEmpty: '' | '='): string {
  const texts = pairs
    .toSorted(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name + equalsIfEmpty : `${name}=${value}`))
  return texts.length === 0 ? path : `${path}?${texts.join('&')}`
}

export const isSubResource = (name: string): boolean => subResources.has(name) || laterSubResources.has(name)

/**
 * In a presigned URL, values stand decoded among lines and `&`, so that one value could be made to look like two things that were signed
 * (`response-expires=0&versionId=5` as one parameter). No client writes such values.
 */
export function checkUnambiguous(query: Query): void {
  for (const [name, value] of query.parameters) {
    const lines = value.includes('\n') && /^(x-amz-|content-)/i.test(name)
    const more = value.split('&').slice(1)
    if (lines || (isSubResource(name) && more.some((part) => isSubResource(part.split('=', 1)[0]!)))) {
      throw new ApiError('InvalidArgument', `The value of ${name} cannot be signed with Signature Version 2.`, {
        details: { ArgumentName: name },
      })
    }
  }
}

/** What Version 2's clients know as sub-resources, and the extensions append, compose and force_delete. */
const subResources = new Set(
  (
    'accelerate acl analytics append compose cors defaultObjectAcl delete force_delete inventory lifecycle location ' +
    'logging metrics notification object-lock partNumber policy replication requestPayment response-cache-control ' +
    'response-content-disposition response-content-encoding response-content-language response-content-type ' +
    'response-expires restore select select-type storageClass tagging torrent uploadId uploads versionId versioning ' +
    'versions website'
  ).split(' '),
)

/** Parameters that came after Version 2 and choose an operation, and those of other servers that this one knows in order to refuse. */
const laterSubResources = new Set(
  (
    'abac annotation annotationName attributes cdn compliance customdomain deleted deletedId encryption events fetch ' +
    'intelligent-tiering lambda-arn legal-hold metadataAnnotationTable metadataConfiguration metadataInventoryTable ' +
    'metadataJournalTable metadataTable object-lambda ownershipControls policyStatus position publicAccessBlock quota rename ' +
    'renameObject replication-metrics replication-reset retention session softDelete symlink undelete usage zip'
  ).split(' '),
)
