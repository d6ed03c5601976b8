/**
 * The chain of the audit log's entries: each bears an HMAC over the hash before it and its own text, and the log's head bears one over the last. Who cannot
 * have the master key cannot change, leave out, insert or reorder entries, nor cut off the end, unnoticed. To put back the log's own earlier state, its
 * head included, takes no key: against that helps a head noted elsewhere.
 */
import { createHmac } from 'node:crypto'
import { canonicalJson, type Json } from './canonical-json.ts'
import { readWritten } from './audit-entry.ts'
import type { MasterKey } from './sealing.ts'

/** The last entry: its sequence number and hash. Of an empty log: 0 and nothing. */
export interface AuditHead {
  readonly seq: number
  readonly hash: string
}

export const emptyHead: AuditHead = { seq: 0, hash: '' }

/** The first link that does not hold: the number of the entry that should be there. */
export interface BrokenLink {
  readonly seq: number
  readonly why: 'missing' | 'changed' | 'out of order' | 'cut off'
}

export type Verification = { readonly entries: number; readonly head: string } | { readonly broken: BrokenLink }

/** For people to note: `12:9f86…`. */
export const headText = ({ seq, hash }: AuditHead): string => `${seq}:${hash}`

export class AuditChain {
  readonly #key: Buffer

  constructor(masterKey: MasterKey) {
    this.#key = masterKey.derive('audit log')
  }

  /** The entry's text with its hash, in canonical JSON; and the head that it makes. */
  link(previous: AuditHead, written: Record<string, Json>): { readonly text: string; readonly head: AuditHead } {
    const hash = this.#hashOf(previous, written)
    return { text: canonicalJson({ ...written, hash }), head: { seq: previous.seq + 1, hash } }
  }

  headLine({ seq, hash }: AuditHead): string {
    return canonicalJson({ version: 1, head: { seq, hash }, mac: this.#mac('head', canonicalJson({ seq, hash })) })
  }

  /** Undefined for a line that is no head, or not the one that this log wrote. */
  readHead(line: string): AuditHead | undefined {
    if (!line.startsWith('{"head":')) return undefined
    const head = readWritten(line)?.['head'] as Partial<AuditHead> | null | undefined
    if (typeof head?.seq !== 'number' || typeof head.hash !== 'string') return undefined
    const { seq, hash } = head
    return this.headLine({ seq, hash }) === line ? { seq, hash } : undefined
  }

  /** The head after the entry, or why it does not follow. `seq` is the number it is kept under, where it is kept under one. */
  follow(
    previous: AuditHead,
    text: string,
    seq?: number,
  ): { readonly head: AuditHead } | { readonly broken: BrokenLink } {
    const expected = previous.seq + 1
    const broken = (why: BrokenLink['why']) => ({ broken: { seq: expected, why } })
    const { hash, ...written } = readWritten(text) ?? {}
    const own = written['seq']
    if (seq !== undefined && seq > expected) return broken('missing')
    if (typeof own !== 'number' || typeof hash !== 'string') return broken('changed')
    if (seq === undefined && own > expected) return broken('missing')
    if (own !== (seq ?? expected) || own !== expected) return broken('out of order')
    return this.#hashOf(previous, written) === hash ? { head: { seq: expected, hash } } : broken('changed')
  }

  #hashOf(previous: AuditHead, written: Record<string, Json>): string {
    return this.#mac('entry', `${previous.hash}\n${canonicalJson(written)}`)
  }

  #mac(kind: string, text: string): string {
    return createHmac('sha256', this.#key).update(`${kind}\n${text}`).digest('hex')
  }
}
