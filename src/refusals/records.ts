/**
 * The keys of refusals. A place is when it was (6 bytes of milliseconds) and the request's id (8 bytes): the order of all lists. Those whose asker
 * was proved, and those of strangers, stand apart, so that the latter never push out the former.
 */
import { keyspace } from '../metadata/keyspace.ts'
import type { Key } from '../metadata/metadata-store.ts'
import type { Refusal } from './refusal.ts'

const kinds = { ofAccount: 0, byTime: 1, byId: 2, guard: 3 } as const

/** The places in which refusals are listed, one for those who were proved and one for strangers. */
export const classes = [0, 1] as const
export type RefusalClass = (typeof classes)[number]

export const classOf = ({ proved }: Pick<Refusal, 'proved'>): RefusalClass => (proved ? 0 : 1)

const accountSize = 32
const placeSize = 14

export const requestIdForm = /^[0-9A-F]{16}$/

/** Held by whoever adds or removes; its stamp tells that something was. */
export const refusalGuard: Key = Buffer.of(keyspace.refusal, kinds.guard)

export const byId = (requestId: string): Key =>
  Buffer.concat([Buffer.of(keyspace.refusal, kinds.byId), Buffer.from(requestId, 'hex')])

export const byTime = (refusalClass: RefusalClass): Buffer => Buffer.of(keyspace.refusal, kinds.byTime, refusalClass)

export const ofAccount = (accountId: string, refusalClass: RefusalClass): Buffer =>
  Buffer.concat([Buffer.of(keyspace.refusal, kinds.ofAccount), Buffer.from(accountId, 'hex'), Buffer.of(refusalClass)])

export function placeOf({ atMs, requestId }: Pick<Refusal, 'atMs' | 'requestId'>): Buffer {
  const place = Buffer.alloc(placeSize)
  place.writeUIntBE(atMs, 0, 6)
  place.write(requestId, 6, 'hex')
  return place
}

export const placeIn = (key: Key): Buffer => Buffer.from(key.subarray(key.length - placeSize))

export const timeOf = (place: Buffer): number => place.readUIntBE(0, 6)

export const requestIdOf = (place: Buffer): string => place.toString('hex', 6).toUpperCase()

/** The value of a place in time: whose it is. */
export const encodeAccounts = (accounts: readonly string[]): Buffer => Buffer.from(accounts.join(''), 'hex')

export function decodeAccounts(value: Uint8Array): string[] {
  const accounts: string[] = []
  for (let at = 0; at + accountSize <= value.length; at += accountSize)
    accounts.push(Buffer.from(value.subarray(at, at + accountSize)).toString('hex'))
  return accounts
}
