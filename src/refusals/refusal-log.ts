/** The refusals that are kept: found by their request's id, listed newest first, and removed when they are old or too many. */
import { ApiError } from '../base/errors.ts'
import { afterPrefix } from '../base/bytes.ts'
import type { Clock } from '../base/clock.ts'
import type { Entry, Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import * as records from './records.ts'
import { decodeRefusal, encodeRefusal, type Refusal } from './refusal.ts'

/** Of those whose asker was proved, and of strangers', each. */
const keptOfClassMax = 5000
/** Of one account, and of those that are nobody's, in each of the two. */
const keptOfAccountMax = 500
const keptMs = 86_400_000
/** Looked at in one read, and removed in one transaction. */
const pageSize = 500
/** Looked at for one page of a list. */
const lookedAtMax = 1000

export interface Page {
  readonly refusals: readonly Refusal[]
  /** Where the next page goes on; undefined where that was all. */
  readonly next: string | undefined
}

export interface Listing {
  /** Whose affair they are; undefined for all. */
  readonly accountId: string | undefined
  /** A bucket's name. */
  readonly bucket?: string | undefined
  readonly limit: number
  readonly after?: string | undefined
}

export interface RefusalLogParts {
  readonly metadata: MetadataStore
  readonly clock: Pick<Clock, 'now'>
  readonly keptOfClassMax?: number
  readonly keptOfAccountMax?: number
}

export class RefusalLog {
  readonly #metadata: MetadataStore
  readonly #clock: Pick<Clock, 'now'>
  readonly #ofClassMax: number
  readonly #ofAccountMax: number

  constructor(parts: RefusalLogParts) {
    this.#metadata = parts.metadata
    this.#clock = parts.clock
    this.#ofClassMax = parts.keptOfClassMax ?? keptOfClassMax
    this.#ofAccountMax = parts.keptOfAccountMax ?? keptOfAccountMax
  }

  /** Changes whenever one was added or removed. */
  get stamp(): number {
    return this.#metadata.stamp(records.refusalGuard)
  }

  /** Keeps a few of them, in one transaction. */
  add(refusals: readonly Refusal[]): Promise<void> {
    return this.#metadata.transact({ exclusive: [records.refusalGuard] }, (transaction) => {
      for (const refusal of refusals) {
        const { accounts, requestId } = refusal
        for (const key of listedAt(refusal)) transaction.set(key, records.encodeAccounts(accounts))
        transaction.set(records.byId(requestId), encodeRefusal(refusal))
      }
    })
  }

  /** Undefined where there is none, or it is none of the account's affair; `accountId` undefined: whosever it is. */
  async get(requestId: string, accountId: string | undefined): Promise<Refusal | undefined> {
    if (!records.requestIdForm.test(requestId)) return undefined
    const value = await this.#metadata.get(records.byId(requestId))
    const refusal = value && decodeRefusal(value)
    if (refusal === undefined || this.#isOld(refusal)) return undefined
    return accountId === undefined || refusal.accounts.includes(accountId) ? refusal : undefined
  }

  /** The newest first. Throws InvalidArgument for an `after` that no page has told. */
  async list({ accountId, bucket, limit, after }: Listing): Promise<Page> {
    if (after !== undefined && !/^[0-9a-f]{28}$/.test(after))
      throw new ApiError('InvalidArgument', 'after must be the next of the page before.')
    const lists = records.classes.map((each) =>
      accountId === undefined ? records.byTime(each) : records.ofAccount(accountId, each),
    )
    return this.#metadata.read(async (snapshot) => {
      const refusals: Refusal[] = []
      let looked = 0
      let last = after
      for await (const place of newestFirst(snapshot, lists, after)) {
        if (refusals.length === limit || looked === lookedAtMax) return { refusals, next: last }
        looked++
        last = place.toString('hex')
        const value = await snapshot.get(records.byId(records.requestIdOf(place)))
        const refusal = value && decodeRefusal(value)
        if (refusal === undefined || this.#isOld(refusal)) continue
        if (bucket !== undefined && refusal.bucket !== bucket) continue
        refusals.push(refusal)
      }
      return { refusals, next: undefined }
    })
  }

  /** Removes a bounded number of those that are too old or too many, the oldest first to go; true where there are more of them. */
  async trim(): Promise<boolean> {
    const surplus: Entry[] = []
    for (const each of records.classes) surplus.push(...(await this.#surplusOf(records.byTime(each))))
    const now = surplus.slice(0, pageSize)
    if (now.length === 0) return false
    await this.#metadata.transact({ exclusive: [records.refusalGuard] }, (transaction) => {
      for (const [key, accounts] of now) remove(transaction, key, records.decodeAccounts(accounts))
    })
    return surplus.length > now.length
  }

  #isOld({ atMs }: Pick<Refusal, 'atMs'>): boolean {
    return atMs <= this.#clock.now() - keptMs
  }

  async #surplusOf(list: Buffer): Promise<Entry[]> {
    const surplus: Entry[] = []
    const counts = new Map<string, number>()
    let kept = 0
    let end: Key = afterPrefix(list)!
    for (;;) {
      const page = await this.#metadata.read((snapshot) => snapshot.scan(list, end, { limit: pageSize, reverse: true }))
      for (const entry of page) {
        const [account = ''] = records.decodeAccounts(entry[1])
        const count = counts.get(account) ?? 0
        const atMs = records.timeOf(records.placeIn(entry[0]))
        if (kept >= this.#ofClassMax || count >= this.#ofAccountMax || this.#isOld({ atMs })) {
          surplus.push(entry)
          if (surplus.length > 2 * pageSize) return surplus
          continue
        }
        counts.set(account, count + 1)
        kept++
      }
      if (page.length < pageSize) return surplus
      end = page.at(-1)![0]
    }
  }
}

/** The keys under which a refusal is listed. */
function listedAt(refusal: Pick<Refusal, 'accounts' | 'proved' | 'atMs' | 'requestId'>): readonly Key[] {
  const refusalClass = records.classOf(refusal)
  const place = records.placeOf(refusal)
  const lists = refusal.accounts.map((account) => records.ofAccount(account, refusalClass))
  return [records.byTime(refusalClass), ...lists].map((list) => Buffer.concat([list, place]))
}

function remove(transaction: Transaction, key: Key, accounts: readonly string[]): void {
  const place = records.placeIn(key)
  const requestId = records.requestIdOf(place)
  const proved = key[2] === 0
  for (const listed of listedAt({ accounts, proved, requestId, atMs: records.timeOf(place) }))
    transaction.delete(listed)
  transaction.delete(records.byId(requestId))
}

/** The places of all lists together. */
async function* newestFirst(
  snapshot: Snapshot,
  lists: readonly Buffer[],
  after: string | undefined,
): AsyncGenerator<Buffer> {
  const walks = lists.map((list) => walk(snapshot, list, after))
  const heads = await Promise.all(walks.map(async (each) => (await each.next()).value ?? undefined))
  for (;;) {
    let latest = -1
    for (const [index, head] of heads.entries()) {
      if (head !== undefined && (latest < 0 || Buffer.compare(head, heads[latest]!) > 0)) latest = index
    }
    if (latest < 0) return
    yield heads[latest]!
    heads[latest] = (await walks[latest]!.next()).value ?? undefined
  }
}

async function* walk(snapshot: Snapshot, list: Buffer, after: string | undefined): AsyncGenerator<Buffer, undefined> {
  let end: Key = after === undefined ? afterPrefix(list)! : Buffer.concat([list, Buffer.from(after, 'hex')])
  for (;;) {
    const page = await snapshot.scan(list, end, { limit: pageSize, reverse: true })
    for (const [key] of page) yield records.placeIn(key)
    if (page.length < pageSize) return undefined
    end = page.at(-1)![0]
  }
}
