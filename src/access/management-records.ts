/** The records of those who manage the server: API keys, passwords, sessions, failed sign-ins, the audit log. Nothing in them is a secret. */
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, Value } from '../metadata/metadata-store.ts'
import { decode } from './records.ts'

export interface ApiKeyRecord {
  readonly version: 1
  readonly id: string
  readonly accountId: string
  readonly name: string
  /** Of no meaning where there is a user, whose role counts then. */
  readonly role: string
  readonly userId?: string | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly lastUsedAt?: number | undefined
  /** SHA-256 of the key's text, base64. */
  readonly digest: string
}

export interface PasswordRecord {
  readonly version: 1
  /** Of scrypt (RFC 7914): cost, block size, parallelism. */
  readonly cost: number
  readonly blockSize: number
  readonly parallelism: number
  /** Base64. */
  readonly salt: string
  readonly hash: string
  /** Stays the same when the same password is hashed again; another password has another. */
  readonly generation: string
}

export interface SessionRecord {
  readonly version: 1
  readonly userId: string
  readonly accountId: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly seenAt: number
  readonly address: string
  readonly agent: string
}

export interface SignInFailuresRecord {
  readonly version: 1
  /** Milliseconds since 1970, in ascending order. */
  readonly times: readonly number[]
}

export interface SetupLinkRecord {
  readonly version: 1
  /** Whose password it sets; absent: it makes the first owner, whom nobody has named yet. */
  readonly userId?: string | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

type ManagementRecord = ApiKeyRecord | PasswordRecord | SessionRecord | SignInFailuresRecord | SetupLinkRecord

export const encodeManagementRecord = (record: ManagementRecord): Value => Buffer.from(JSON.stringify(record))
export const decodeApiKey = (value: Value): ApiKeyRecord => decode(value) as ApiKeyRecord
export const decodePassword = (value: Value): PasswordRecord => decode(value) as PasswordRecord
export const decodeSession = (value: Value): SessionRecord => decode(value) as SessionRecord
export const decodeSignInFailures = (value: Value): SignInFailuresRecord => decode(value) as SignInFailuresRecord

export const decodeSetupLink = (value: Value): SetupLinkRecord => decode(value) as SetupLinkRecord

export const apiKeyKey = (id: string): Key => Buffer.concat([Buffer.of(keyspace.apiKey), Buffer.from(id)])

/** Which API keys an account has; the value is empty. */
export const apiKeyOfAccountKey = (accountId: string, id: string): Key =>
  Buffer.concat([apiKeysOfAccount(accountId), Buffer.from(id)])

/** The start of them; as a guard, it stands for the list. */
export const apiKeysOfAccount = (accountId: string): Buffer =>
  Buffer.concat([Buffer.of(keyspace.apiKeyOfAccount), Buffer.from(accountId, 'hex')])

export const passwordKey = (userId: string): Key => Buffer.concat([Buffer.of(keyspace.password), Buffer.from(userId)])

/** Under the session's byte: 0 and the digest of the token → the session; 1, the user's id, 0 and the digest → nothing. */
export const sessionKey = (digest: Uint8Array): Key => Buffer.concat([Buffer.of(keyspace.session, 0), digest])

export const sessionOfUserKey = (userId: string, digest: Uint8Array): Key =>
  Buffer.concat([sessionsOfUser(userId), digest])

/** The start of them; as a guard, it stands for the list. */
export const sessionsOfUser = (userId: string): Buffer =>
  Buffer.concat([Buffer.of(keyspace.session, 1), Buffer.from(userId), Buffer.of(0)])

/** Digests, so that the key has one length and no record holds a password that was typed in place of the name. */
export const failuresOfUserKey = (digest: Uint8Array): Key =>
  Buffer.concat([Buffer.of(keyspace.signInFailures, 0), digest])

export const failuresOfAddressKey = (digest: Uint8Array): Key =>
  Buffer.concat([Buffer.of(keyspace.signInFailures, 1), digest])

export const failuresEnd: Key = Buffer.of(keyspace.signInFailures + 1)

export const setupLinkKey = (digest: Uint8Array): Key => Buffer.concat([setupLinksStart, digest])

/** The start of them; as a guard, it stands for all. */
export const setupLinksStart = Buffer.of(keyspace.setupLink)
export const setupLinksEnd: Key = Buffer.of(keyspace.setupLink + 1)

const auditKeySize = 9

/** By sequence number, which begins at 1. */
export function auditKey(seq: number): Key {
  const key = Buffer.alloc(auditKeySize)
  key[0] = keyspace.audit
  key.writeBigUInt64BE(BigInt(seq), 1)
  return key
}

/** Undefined for a key that `auditKey` does not make. */
export function seqOfAuditKey(key: Key): number | undefined {
  if (key.length !== auditKeySize) return undefined
  const seq = Buffer.from(key).readBigUInt64BE(1)
  return seq <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seq) : undefined
}

export const auditStart: Key = Buffer.of(keyspace.audit)
export const auditEnd: Key = Buffer.of(keyspace.audit + 1)

/** The audit log's last entry. */
export const auditHeadKey: Key = Buffer.concat([Buffer.of(keyspace.system), Buffer.from('access/audit-head')])
