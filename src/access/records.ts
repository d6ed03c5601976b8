/** The records of access/: their keys, and their values as JSON with a version. */
import assert from 'node:assert/strict'
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, Value } from '../metadata/metadata-store.ts'
import type { Quota } from './quota.ts'
import type { Sealed } from './sealing.ts'

export interface AccountRecord {
  readonly version: 1
  readonly id: string
  readonly displayName: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** As given; unique among accounts in small letters. */
  readonly email?: string | undefined
  /** Name of the compatibility profile, where the account has one of its own. */
  readonly profile?: string | undefined
  /** Toggles set on this account alone, over its profile. */
  readonly toggles?: Readonly<Record<string, string | number | boolean | null>> | undefined
  /** The most that all its buckets together may hold. */
  readonly quota?: Quota | undefined
}

export interface AccessKeyRecord {
  /** 2 where there is a user, so that a program which knows none does not take the key for the account's own. */
  readonly version: 1 | 2
  readonly accessKeyId: string
  readonly accountId: string
  /** The user whose key it is; absent where it is the account's own. */
  readonly userId?: string | undefined
  /** A label for people; it has no other effect. */
  readonly name: string
  readonly active: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly secret: Sealed
  /** The secret before this one, where it counts as well until a time; a program that knows of none takes this one alone. */
  readonly previous?: { readonly secret: Sealed; /** Milliseconds since 1970. */ readonly untilMs: number } | undefined
}

export interface UserRecord {
  readonly version: 1
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly role: string
  /** Documents of its own policies, by their names, in the order in which they were first put. */
  readonly policies: readonly (readonly [name: string, document: string])[]
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export const encodeRecord = (record: AccountRecord | AccessKeyRecord | UserRecord): Value =>
  Buffer.from(JSON.stringify(record))

export const decodeAccount = (value: Value): AccountRecord => decode(value) as AccountRecord

export const decodeAccessKey = (value: Value): AccessKeyRecord => decode(value, 2) as AccessKeyRecord

export const decodeUser = (value: Value): UserRecord => decode(value) as UserRecord

/** Throws for what a newer program wrote. */
export function decode(value: Value, versionMax = 1): { readonly version: number } {
  const record = JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()) as {
    version: number
  }
  assert(record.version <= versionMax, 'a record was written by a newer version of entrepot')
  return record
}

/** Under the account's byte: 0 and the id's 32 bytes → the account; 1 and the display name, or 2 and the email address → the id. */
export const accountKey = (id: string): Key => Buffer.concat([accountIdsStart, Buffer.from(id, 'hex')])

export const accountNameKey = (displayName: string): Key => Buffer.concat([accountNamesStart, Buffer.from(displayName)])

/** Whatever the address's case. */
export const accountEmailKey = (email: string): Key =>
  Buffer.concat([Buffer.of(keyspace.account, 2), Buffer.from(email.toLowerCase())])

export const accountIdsStart = Buffer.of(keyspace.account, 0)
export const accountNamesStart = Buffer.of(keyspace.account, 1)

export const accessKeyKey = (accessKeyId: string): Key => Buffer.concat([accessKeysStart, Buffer.from(accessKeyId)])

export const accessKeysStart = Buffer.of(keyspace.accessKey)
export const accessKeysEnd = Buffer.of(keyspace.accessKey + 1)

/** When the access key was last used. */
export const accessKeyUseKey = (accessKeyId: string): Key =>
  Buffer.concat([Buffer.of(keyspace.accessKeyUse), Buffer.from(accessKeyId)])

/** Which access keys an account has; the value is empty. */
export const accessKeyOfAccountKey = (accountId: string, accessKeyId: string): Key =>
  Buffer.concat([accessKeysOfAccount(accountId), Buffer.from(accessKeyId)])

/** The start of them. */
export const accessKeysOfAccount = (accountId: string): Buffer =>
  Buffer.concat([Buffer.of(keyspace.accessKeyOfAccount), Buffer.from(accountId, 'hex')])

export const userKey = (id: string): Key => Buffer.concat([Buffer.of(keyspace.user), Buffer.from(id)])

/** A user's id, by its name, whatever its case. */
export const userNameKey = (accountId: string, name: string): Key =>
  Buffer.concat([usersOfAccount(accountId), Buffer.from(name.toLowerCase())])

/** The start of them. */
export const usersOfAccount = (accountId: string): Buffer =>
  Buffer.concat([Buffer.of(keyspace.userOfAccount), Buffer.from(accountId, 'hex')])

/** The id of the account that was made at the first start. */
export const firstAccountKey: Key = Buffer.concat([Buffer.of(keyspace.system), Buffer.from('access/first-account')])

/** A text sealed under the master key, by which a wrong master key is noticed. */
export const masterKeyCheckKey: Key = Buffer.concat([Buffer.of(keyspace.system), Buffer.from('access/master-key')])
