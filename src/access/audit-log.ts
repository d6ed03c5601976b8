/** The audit log: what was changed through management, by whom, from where, and how it ended. It grows at its end, and is never changed. */
import assert from 'node:assert/strict'
import type { Clock } from '../base/clock.ts'
import { ApiError } from '../base/errors.ts'
import type { Key, MetadataStore, Value } from '../metadata/metadata-store.ts'
import { AuditChain, emptyHead, headText } from './audit-chain.ts'
import type { AuditHead, BrokenLink, Verification } from './audit-chain.ts'
import { toEntry, writeEvent, type AuditEntry, type AuditEvent } from './audit-entry.ts'
import { auditEnd, auditHeadKey, auditKey, auditStart, seqOfAuditKey } from './management-records.ts'
import type { MasterKey } from './sealing.ts'

export interface AuditQuery {
  /** Of this account alone; without it, all. */
  readonly accountId?: string | undefined
  /** Sequence numbers between which to look, without themselves. */
  readonly after?: number | undefined
  readonly before?: number | undefined
  /** The most entries to answer, 1 to 1000. */
  readonly limit: number
  /** Id or name of the one who did it. */
  readonly actor?: string | undefined
  readonly action?: string | undefined
  /** When it was written down, in milliseconds since 1970: from the one on, until before the other. */
  readonly fromMs?: number | undefined
  readonly untilMs?: number | undefined
}

export interface AuditPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[]
  /** `before` for the next page; absent where there is none. Where few entries fit the query, a page may have fewer than asked, or none, and a next one. */
  readonly next?: number | undefined
}

const limitMax = 1000
const pageSize = 500
/** The most entries that one call of `list` looks at. */
const scannedMax = 10_000
/** Entries stand in the order in which they were written, and so mostly in that of their times: a clock may have been set back by so much. */
const clockSetBackMs = 3_600_000

export class AuditLog {
  readonly #store: MetadataStore
  readonly #clock: Clock
  readonly #chain: AuditChain

  constructor({ store, clock, masterKey }: { store: MetadataStore; clock: Clock; masterKey: MasterKey }) {
    this.#store = store
    this.#clock = clock
    this.#chain = new AuditChain(masterKey)
  }

  /** Durable once it resolves. Texts that are too long are cut off. */
  async append(event: AuditEvent): Promise<AuditEntry> {
    return this.#store.transact({ exclusive: [auditHeadKey] }, async (transaction) => {
      const previous = this.#headOf(await transaction.get(auditHeadKey))
      const seq = previous.seq + 1
      const { text, head } = this.#chain.link(previous, writeEvent(event, seq, this.#clock.now()))
      assert((await transaction.get(auditKey(seq))) === undefined, 'the audit log goes on after its head')
      const value = Buffer.from(text)
      transaction.set(auditKey(seq), value)
      transaction.set(auditHeadKey, Buffer.from(this.#chain.headLine(head)))
      return toEntry(value)
    })
  }

  /** The newest first, a page at a time. */
  async list({ accountId, after = 0, before, limit, actor, action, fromMs, untilMs }: AuditQuery): Promise<AuditPage> {
    const fits = (entry: AuditEntry): boolean =>
      (accountId === undefined || entry.accountId === accountId) &&
      (actor === undefined || entry.actor.id === actor || entry.actor.name === actor) &&
      (action === undefined || entry.action === action) &&
      (fromMs === undefined || entry.at >= fromMs) &&
      (untilMs === undefined || entry.at < untilMs)
    const wanted = Math.min(Math.max(1, limit), limitMax)
    const found: AuditEntry[] = []
    let end = Math.min(before ?? Number.MAX_SAFE_INTEGER, await this.#endOf(untilMs))
    for (let scanned = 0; end > after + 1;) {
      if (found.length === wanted || scanned >= scannedMax) return { entries: found, next: end }
      const range = [auditKey(after + 1), auditKey(end)] as const
      const page = await this.#store.read((snapshot) => snapshot.scan(...range, { limit: pageSize, reverse: true }))
      for (const [key, value] of page) {
        if (found.length === wanted) break
        const entry = toEntry(value)
        end = seqOfAuditKey(key) ?? end
        if (fromMs !== undefined && entry.at < fromMs - clockSetBackMs) return { entries: found }
        if (fits(entry)) found.push(entry)
      }
      scanned += page.length
      if (page.length < pageSize && found.length < wanted) break
    }
    return { entries: found }
  }

  /** The number of the first entry that is later than what is asked for, found by halves. */
  async #endOf(untilMs: number | undefined): Promise<number> {
    if (untilMs === undefined) return Number.MAX_SAFE_INTEGER
    return this.#store.read(async (snapshot) => {
      const [last] = await snapshot.scan(auditStart, auditEnd, { limit: 1, reverse: true })
      let low = 1
      let high = (last === undefined ? 0 : (seqOfAuditKey(last[0]) ?? 0)) + 1
      while (low < high) {
        const middle = Math.floor((low + high) / 2)
        const value = await snapshot.get(auditKey(middle))
        // One that is missing tells nothing; `verify` names it.
        if (value !== undefined && toEntry(value).at >= untilMs + clockSetBackMs) high = middle
        else low = middle + 1
      }
      return low
    })
  }

  /**
   * Whether the log is as it was written, up to now; the first link that is broken, if not. `expectedHead` is what an earlier call answered as its head:
   * then the log must hold that entry. Throws InvalidArgument for a text that is no head.
   */
  async verify(expectedHead?: string): Promise<Verification> {
    const walk = new Walk(this.#chain, expectedHead)
    let start: Key = auditStart
    for (;;) {
      // The entries and the head are of one moment, so that appending meanwhile does no harm.
      const { entries, end } = await this.#store.read(async (snapshot) => ({
        entries: await snapshot.scan(start, auditEnd, { limit: pageSize }),
        end: await snapshot.get(auditHeadKey),
      }))
      for (const [key, value] of entries) {
        if (!walk.step(Buffer.from(value).toString(), seqOfAuditKey(key) ?? 0)) return walk.end(undefined)
        start = Buffer.concat([key, Buffer.of(0)])
      }
      if (entries.length < pageSize) return walk.end(end && Buffer.from(end).toString())
    }
  }

  /** The whole log, a line an entry, without line feeds; the last line says where it ends. */
  async *export(): AsyncGenerator<string> {
    let head = emptyHead
    for (;;) {
      const start = auditKey(head.seq + 1)
      const entries = await this.#store.read((snapshot) => snapshot.scan(start, auditEnd, { limit: pageSize }))
      for (const [, value] of entries) {
        const { seq, hash } = toEntry(value)
        head = { seq, hash }
        yield Buffer.from(value).toString()
      }
      if (entries.length < pageSize) break
    }
    yield this.#chain.headLine(head)
  }

  /** As `verify`, for the lines that `export` gave; empty ones count as none. */
  verifyLines(lines: AsyncIterable<string> | Iterable<string>, expectedHead?: string): Promise<Verification> {
    return verifyAuditLines(this.#chain, lines, expectedHead)
  }

  #headOf(value: Value | undefined): AuditHead {
    if (value === undefined) return emptyHead
    const head = this.#chain.readHead(Buffer.from(value).toString())
    assert(head !== undefined, "the audit log's head is not as it was written: verify the log")
    return head
  }
}

/** Whether lines of an exported log are as they were written: for who has the master key and no records. As `AuditLog.verifyLines`. */
export async function verifyAuditLines(
  chain: AuditChain,
  lines: AsyncIterable<string> | Iterable<string>,
  expectedHead?: string,
): Promise<Verification> {
  const walk = new Walk(chain, expectedHead)
  let end: string | undefined
  for await (const line of lines) {
    if (line === '') continue
    // The line before was no end, for here is another: as an entry it does not hold.
    if (end !== undefined && !walk.step(end)) break
    end = undefined
    if (chain.readHead(line) !== undefined) end = line
    else if (!walk.step(line)) break
  }
  return walk.end(end)
}

/** Along the chain from its start, until a link does not hold. */
class Walk {
  readonly #chain: AuditChain
  readonly #expected: AuditHead | undefined
  #head = emptyHead
  #broken: BrokenLink | undefined

  constructor(chain: AuditChain, expectedHead: string | undefined) {
    this.#chain = chain
    this.#expected = expectedHead === undefined ? undefined : parseHead(expectedHead)
  }

  /** Whether the next entry follows. `seq` is the number it is kept under, where it is kept under one. */
  step(text: string, seq?: number): boolean {
    const next = this.#chain.follow(this.#head, text, seq)
    if ('broken' in next) this.#broken = next.broken
    else if (next.head.seq === this.#expected?.seq && next.head.hash !== this.#expected.hash) {
      this.#broken = { seq: next.head.seq, why: 'changed' }
    } else this.#head = next.head
    return this.#broken === undefined
  }

  /** `end` is the line of the log's head, where there is one; an empty log may be without. */
  end(end: string | undefined): Verification {
    const { seq, hash } = this.#head
    const broken = this.#broken ?? this.#faultOfEnd(end)
    return broken === undefined ? { entries: seq, head: headText({ seq, hash }) } : { broken }
  }

  #faultOfEnd(line: string | undefined): BrokenLink | undefined {
    const { seq, hash } = this.#head
    const end =
      line === undefined && seq === 0 ? emptyHead : line === undefined ? undefined : this.#chain.readHead(line)
    // Nothing shows that the log ends here, or what does shows that it ends later.
    if (end === undefined || end.seq > seq) return { seq: seq + 1, why: 'cut off' }
    if (end.seq < seq) return { seq: end.seq + 1, why: 'out of order' }
    if (end.hash !== hash) return { seq, why: 'changed' }
    return this.#expected !== undefined && this.#expected.seq > seq ? { seq: seq + 1, why: 'cut off' } : undefined
  }
}

function parseHead(text: string): AuditHead {
  const [, seq, hash] = /^(0|[1-9]\d{0,15}):([\da-f]{64})$/.exec(text) ?? []
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash }
  if (text === headText(emptyHead)) return emptyHead
  throw new ApiError('InvalidArgument', "The log's head is a number, a colon and 64 hexadecimal digits.")
}
