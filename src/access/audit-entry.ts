/** What an entry of the audit log says, and the one way in which it is written. */
import type { Value } from '../metadata/metadata-store.ts'
import { canonicalJson, type Json } from './canonical-json.ts'

export interface AuditActor {
  readonly kind: 'user' | 'api key' | 'operator' | 'anonymous'
  readonly id: string
  readonly name: string
}

/** What happened, for `AuditLog.append`. */
export interface AuditEvent {
  readonly actor: AuditActor
  /** The account that it concerns; absent where it concerns the deployment. */
  readonly accountId?: string | undefined
  /** The operation's name. */
  readonly action: string
  /** What it was done to. */
  readonly target: string
  /** `begun`, `done`, or the code of the error that it ended in. */
  readonly outcome: string
  readonly requestId?: string | undefined
  readonly address?: string | undefined
  /** What else there is to know; secrets never, and a `Secret` does not fit the type. */
  readonly details?: Readonly<Record<string, Json>> | undefined
}

export interface AuditEntry extends AuditEvent {
  /** Counts from 1, without gaps. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly details: Readonly<Record<string, Json>>
  /** HMAC-SHA256 over the hash of the entry before and this entry, in hex. */
  readonly hash: string
}

/** Longest text but the details', in characters; the rest is cut off. */
const textLengthMax = 2048
/** Longest details, in characters of JSON; in place of longer ones stands how long they are. */
export const detailsLengthMax = 32_768

/** An event as it is kept, without its hash. */
export function writeEvent(event: AuditEvent, seq: number, at: number): Record<string, Json> {
  const { actor, accountId, action, target, outcome, requestId, address, details = {} } = event
  const { length } = canonicalJson(details)
  return {
    version: 1,
    seq,
    at,
    actor: { kind: actor.kind, id: cut(actor.id), name: cut(actor.name) },
    ...(accountId === undefined ? {} : { accountId: cut(accountId) }),
    action: cut(action),
    target: cut(target),
    outcome: cut(outcome),
    ...(requestId === undefined ? {} : { requestId: cut(requestId) }),
    ...(address === undefined ? {} : { address: cut(address) }),
    details: length > detailsLengthMax ? { detailsTooLong: length } : details,
  }
}

/** Undefined for what is not written as `canonicalJson` writes it. */
export function readWritten(text: string): Record<string, Json> | undefined {
  try {
    const parsed = JSON.parse(text) as Json
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
    return canonicalJson(parsed) === text ? (parsed as Record<string, Json>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function toEntry(value: Value): AuditEntry {
  const { version, ...entry } = JSON.parse(Buffer.from(value).toString()) as AuditEntry & { version: number }
  if (version !== 1) throw new Error('an entry of the audit log was written by a newer version of entrepot')
  return entry
}

const cut = (text: string): string => text.slice(0, textLengthMax).toWellFormed()
