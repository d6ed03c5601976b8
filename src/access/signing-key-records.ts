/** The records of signing keys and of revoked delivery tokens: their keys, and their values as JSON with a version. */
import assert from 'node:assert/strict'
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, Value } from '../metadata/metadata-store.ts'
import type { Sealed } from './sealing.ts'

/** What an id of a signing key looks like: it is only ever looked up. */
export const signingKeyIdForm = /^[A-Za-z0-9_-]{1,64}$/

/** How whoever made a key named the bucket: echoed when the key is shown. */
export interface SigningKeyTarget {
  readonly kind: 'bucket' | 'bucket_name' | 'stream_id'
  readonly value: string
}

export interface SigningKeyRecord {
  readonly version: 1
  /** A UUID. */
  readonly id: string
  readonly bucketId: string
  readonly accountId: string
  /** A label for people. */
  readonly name: string | null
  readonly target: SigningKeyTarget
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string
  /** PKCS#1, PEM, sealed: only of the key that the server itself signs with. */
  readonly privateKey?: Sealed | undefined
}

export interface RevokedTokenRecord {
  readonly version: 1
  /** Milliseconds since 1970 from which the record is needed no more, since the token has expired; absent where it never does. */
  readonly untilMs?: number | undefined
}

/** How many tokens of a bucket are revoked. */
export interface RevokedTokensRecord {
  readonly version: 1
  readonly count: number
}

export const encodeRecord = (record: SigningKeyRecord | RevokedTokenRecord | RevokedTokensRecord): Value =>
  Buffer.from(JSON.stringify(record))

export const decodeSigningKey = (value: Value): SigningKeyRecord => decode(value) as SigningKeyRecord
export const decodeRevokedToken = (value: Value): RevokedTokenRecord => decode(value) as RevokedTokenRecord
export const decodeRevokedTokens = (value: Value): RevokedTokensRecord => decode(value) as RevokedTokensRecord

function decode(value: Value): { readonly version: number } {
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
  const record = JSON.parse(text) as { version: number }
  assert(record.version === 1, 'a record was written by a newer version of entrepot')
  return record
}

export const signingKeyKey = (id: string): Key => Buffer.concat([Buffer.of(keyspace.signingKey), Buffer.from(id)])

/** That a bucket has the key; the value is empty, or 1 for the server's own. */
export const signingKeyOfBucketKey = (bucketId: string, id: string): Key =>
  Buffer.concat([signingKeysOfBucket(bucketId), Buffer.from(id)])

/** The start of them; also the guard of which keys a bucket has. */
export const signingKeysOfBucket = (bucketId: string): Key => inBucket(keyspace.signingKeyOfBucket, bucketId)

export const revokedTokenKey = (bucketId: string, jti: string): Key =>
  Buffer.concat([revokedTokensOfBucket(bucketId), Buffer.from(jti)])

/** The start of them, where their number is kept; also the guard of which tokens of a bucket are revoked. */
export const revokedTokensOfBucket = (bucketId: string): Key => inBucket(keyspace.revokedToken, bucketId)

/** After everything that starts so; what follows the start is UTF-8, in which no byte is 0xff. */
export const endOf = (start: Key): Key => Buffer.concat([start, Buffer.of(0xff)])

const inBucket = (space: number, bucketId: string): Key =>
  Buffer.concat([Buffer.of(space), Buffer.from(bucketId, 'hex')])
