/** The records of access/: their keys, and their values as JSON with a version. */
import assert from 'node:assert/strict'
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, Value } from '../metadata/metadata-store.ts'
import type { Sealed } from './sealing.ts'

export interface AccountRecord {
  readonly version: 1
  readonly id: string
  readonly displayName: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface AccessKeyRecord {
  readonly version: 1
  readonly accessKeyId: string
  readonly accountId: string
  /** A label for people; it has no other effect. */
  readonly name: string
  readonly active: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly secret: Sealed
}

export const encodeRecord = (record: AccountRecord | AccessKeyRecord): Value => Buffer.from(JSON.stringify(record))

export const decodeAccount = (value: Value): AccountRecord => decode(value) as AccountRecord

export const decodeAccessKey = (value: Value): AccessKeyRecord => decode(value) as AccessKeyRecord

function decode(value: Value): { readonly version: number } {
  const record = JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()) as {
    version: number
  }
  assert.equal(record.version, 1, 'a record was written by a newer version of entrepot')
  return record
}

/** Under the account's byte: 0 and the id's 32 bytes → the account; 1 and the display name → the id. */
export const accountKey = (id: string): Key => Buffer.concat([accountIdsStart, Buffer.from(id, 'hex')])

export const accountNameKey = (displayName: string): Key => Buffer.concat([accountNamesStart, Buffer.from(displayName)])

export const accountIdsStart = Buffer.of(keyspace.account, 0)
export const accountNamesStart = Buffer.of(keyspace.account, 1)

export const accessKeyKey = (accessKeyId: string): Key => Buffer.concat([accessKeysStart, Buffer.from(accessKeyId)])

export const accessKeysStart = Buffer.of(keyspace.accessKey)
export const accessKeysEnd = Buffer.of(keyspace.accessKey + 1)

/** Which access keys an account has; the value is empty. */
export const accessKeyOfAccountKey = (accountId: string, accessKeyId: string): Key =>
  Buffer.concat([accessKeysOfAccount(accountId), Buffer.from(accessKeyId)])

/** The start of them. */
export const accessKeysOfAccount = (accountId: string): Buffer =>
  Buffer.concat([Buffer.of(keyspace.accessKeyOfAccount), Buffer.from(accountId, 'hex')])

/** The id of the account that was made at the first start. */
export const firstAccountKey: Key = Buffer.concat([Buffer.of(keyspace.system), Buffer.from('access/first-account')])

/** A text sealed under the master key, by which a wrong master key is noticed. */
export const masterKeyCheckKey: Key = Buffer.concat([Buffer.of(keyspace.system), Buffer.from('access/master-key')])
