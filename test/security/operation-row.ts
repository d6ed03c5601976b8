/**
 * How every operation that is served stands in the tables beside this: as a request that would succeed if only it were allowed, and the actions
 * that it needs, by AWS's documentation (Service Authorization Reference; of each operation, "Permissions"), and by docs/extensions.md for
 * those that AWS does not have.
 */
import { createHash } from 'node:crypto'
import type { RawRequest } from '../harness/request.ts'

/** A bucket made for one row, with what operations act on. */
export interface Place {
  readonly bucket: string
  /** Of the object `k`, which is the current one, and of the one before it; '' where the bucket has no versions. */
  readonly versionId: string
  readonly earlierId: string
  /** An unfinished upload to `k`, and the ETag of its first part. */
  readonly uploadId: string
  readonly partETag: string
  /** A deletion of `deleted`, to be had back. */
  readonly deletedId: string
}

export interface Row {
  /** The operation's name, and what is special about the request. */
  readonly name: string
  /** What the bucket has: nothing; versions; object lock, with `k` retained in GOVERNANCE mode; tags on `k`; ACLs; soft delete. */
  readonly has?: 'versions' | 'locks' | 'tags' | 'acls' | 'softDelete'
  readonly request: (place: Place) => RawRequest
  /** All must be allowed; of a denied one it is enough. */
  readonly needs: readonly string[]
  /** Of those, what an account may do by itself to an object that it writes, as its owner. */
  readonly ofWriter?: readonly string[]
  /** It touches nobody's bucket, so that any account may do it by itself. */
  readonly ofAccount?: true
  /** Only the account of the bucket's owner may do it, whatever policies allow. */
  readonly ownersAccount?: true
}

const md5 = (body: string): string => createHash('md5').update(body).digest('base64')
export const document = (body: string, headers: Readonly<Record<string, string>> = {}) => ({
  body,
  headers: { 'content-md5': md5(body), ...headers },
})

export type Rest = Omit<RawRequest, 'path' | 'method' | 'query'>
/** `GET ?acl`: of the bucket. */
export const onBucket =
  (line: string, rest: Rest | ((place: Place) => Rest) = {}) =>
  (place: Place): RawRequest => {
    const [method = '', query = ''] = line.split(' ?')
    return { method, path: `/${place.bucket}`, query, ...(typeof rest === 'function' ? rest(place) : rest) }
  }
/** `GET k?acl`: of an object, where `VERSION`, `EARLIER`, `UPLOAD` and `DELETED` stand for what the place has. */
export const onObject =
  (line: string, rest: Rest | ((place: Place) => Rest) = {}) =>
  (place: Place): RawRequest => {
    const [method = '', target = ''] = line.split(' ')
    const [key = '', query = ''] = target
      .replace('VERSION', place.versionId)
      .replace('EARLIER', place.earlierId)
      .replace('UPLOAD', place.uploadId)
      .replace('DELETED', place.deletedId)
      .split('?')
    return { method, path: `/${place.bucket}/${key}`, query, ...(typeof rest === 'function' ? rest(place) : rest) }
  }
