/**
 * The tokens by which clients repeat a rename without doing it twice (x-amz-client-token): each is remembered for a while, with what was asked.
 * Whoever adds one forgets some that are over, so that there are never many more than are needed.
 */
import { hash } from 'node:crypto'
import { ApiError } from '../base/errors.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import type { BucketId } from './keys.ts'

/** A client's token, and all else that its request says, in one text. */
export interface RenameToken {
  readonly token: string
  readonly request: string
}

const keptMs = 3_600_000
/** How many that are over are forgotten with each new one. */
const forgottenAtOnce = 16

export function tokenKey(bucketId: BucketId, { token }: RenameToken): Key {
  return Buffer.concat([kindOf(0), Buffer.from(bucketId, 'hex'), hash('sha256', token, 'buffer')])
}

/** Whether the same has been done already. Throws IdempotentParameterMismatch where something else was done with the token. */
export async function isRepeated(
  snapshot: Snapshot,
  bucketId: BucketId,
  token: RenameToken,
  nowMs: number,
): Promise<boolean> {
  const value = await snapshot.get(tokenKey(bucketId, token))
  if (value === undefined || endOf(value) <= nowMs) return false
  const { request } = decode(value)
  if (request !== digest(token)) throw new ApiError('IdempotentParameterMismatch')
  return true
}

/** To be remembered by the transaction that does it, which has `tokenKey` as an exclusive guard. */
export async function remember(
  transaction: Transaction,
  bucketId: BucketId,
  token: RenameToken,
  nowMs: number,
): Promise<void> {
  const start = kindOf(1)
  const over = await transaction.scan(start, endKey(nowMs), { limit: forgottenAtOnce })
  for (const [key] of over) {
    const former = Buffer.from(key).subarray(start.length + timeSize)
    const value = await transaction.get(former)
    if (value !== undefined && endOf(value) <= nowMs) transaction.delete(former)
    transaction.delete(key)
  }
  const endMs = nowMs + keptMs
  const key = tokenKey(bucketId, token)
  transaction.set(key, Buffer.from(JSON.stringify({ request: digest(token), endMs })))
  transaction.set(Buffer.concat([endKey(endMs), key]), Buffer.alloc(0))
}

interface Remembered {
  readonly request: string
  readonly endMs: number
}

const decode = (value: Uint8Array): Remembered => JSON.parse(Buffer.from(value).toString('utf8')) as Remembered
const endOf = (value: Uint8Array): number => decode(value).endMs
const digest = ({ request }: RenameToken): string => hash('sha256', request, 'base64')

const kindOf = (kind: 0 | 1): Buffer => Buffer.from([keyspace.renameToken, kind])
const timeSize = 6

function endKey(ms: number): Buffer {
  const time = Buffer.alloc(timeSize)
  time.writeUIntBE(ms, 0, timeSize)
  return Buffer.concat([kindOf(1), time])
}
