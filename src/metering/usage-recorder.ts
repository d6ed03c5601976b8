/**
 * Counts requests: by day, of the account, of the bucket and of the access key; and notes when each key was last used. It counts in memory, and
 * every few seconds adds what it has counted to the counters among the records; each thread has one of its own.
 *
 * Counting never fails a request, nor makes one wait. What a crash or a power cut finds in memory is lost: some ten seconds of statistics. Where a
 * commit is reported to have failed although it was made, what it added is counted twice.
 *
 * A request belongs to the account that owns its bucket; where it names none that there is, to the account that asks. Its bytes are those of bodies,
 * without headers. What belongs to nobody is not counted, nor are requests of management, but for those that carry the bytes of objects: they count
 * as S3's. Which objects are read most is counted beside, in a bounded number of counters: see frequent-objects.ts.
 */
import { keepLastUses, usesAtOnce, type LastUse } from '../access/last-use.ts'
import type { Clock } from '../base/clock.ts'
import type { RequestEnd } from '../http/listener.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { dayOf } from './day.ts'
import type { MeteredKind } from './keys.ts'
import { countersKeptMax, ObjectCounts, type ObjectsOfBucket } from './object-counts.ts'
import { addObjects } from './objects-of-day.ts'
import { Tallies, type Row } from './tallies.ts'
import { counterKey, measures } from './usage-counters.ts'

export interface UsageRecorderParts {
  readonly metadata: MetadataStore
  readonly clock: Pick<Clock, 'now'>
  /** Rows and last uses kept in memory, each; more are not counted until there is room. */
  readonly rowsMax?: number
  /** Told of what could not be kept, and is tried again. */
  readonly onFault?: (error: unknown) => void
}

/** Rows of counters added in one transaction. */
const rowsAtOnce = 200
/** Buckets whose objects are added in one transaction. */
const bucketsAtOnce = 20
const flushSeconds = 10

/** Of which requests the end is counted. */
export type CountedEnd = Pick<RequestEnd, 'status' | 'bytesIn' | 'bytesOut'> & {
  readonly request: Pick<RequestEnd['request'], 'served' | 'remoteAddress'>
}

/** Only what is there is kept by its name: of what is not, or leads elsewhere, the name may be anything, a token included. */
const readStatuses: ReadonlySet<number> = new Set([200, 206, 304])

/** Of operations: whether it reads an object. */
const isRead = (operation: string): boolean => operation === 'GetObject' || operation === 'Deliver'

export class UsageRecorder {
  readonly #metadata: MetadataStore
  readonly #clock: Pick<Clock, 'now'>
  readonly #rowsMax: number
  readonly #onFault: (error: unknown) => void
  #today: Tallies
  /** Of days that have ended, or that could not be kept yet. */
  #waiting: Row[] = []
  #objects: ObjectCounts
  /** As `#waiting`; so many counters at most as two lists of them have. */
  #waitingObjects: ObjectsOfBucket[] = []
  #uses = new Map<string, LastUse>()
  #flushed: Promise<void> = Promise.resolve()
  /** A flush has been asked for that has not begun. */
  #due = false
  #timer: NodeJS.Timeout | undefined
  #uncounted = 0

  constructor({ metadata, clock, rowsMax = 10_000, onFault = () => undefined }: UsageRecorderParts) {
    this.#metadata = metadata
    this.#clock = clock
    this.#rowsMax = rowsMax
    this.#onFault = onFault
    const day = dayOf(clock.now())
    this.#today = new Tallies(day)
    this.#objects = new ObjectCounts(day)
  }

  /** How often something was not counted because there was no room for one more row. */
  get uncounted(): number {
    return this.#uncounted
  }

  /** Counts a request that has ended. Never throws, and takes no time worth counting. */
  record({ request, status, bytesIn, bytesOut }: CountedEnd): void {
    const { served } = request
    const front = served?.countedAs ?? served?.front
    if (served === undefined || front === undefined || front === 'management') return
    const nowMs = this.#clock.now()
    const day = dayOf(nowMs)
    if (day !== this.#today.day) this.#turnTo(day)
    const { bucket, accessKeyId } = served
    const first = front === 's3' ? 0 : measures.length
    const accountId = bucket === undefined ? served.accountId : bucket.accountId
    if (accountId !== undefined) this.#count('account', accountId, first, status, bytesIn, bytesOut)
    if (bucket !== undefined) {
      this.#count('bucket', bucket.id, first, status, bytesIn, bytesOut)
      if (readStatuses.has(status) && served.key !== undefined && isRead(served.operation))
        this.#objects.count(bucket.id, served.key, bytesOut)
    }
    if (accessKeyId === undefined) return
    this.#count('key', accessKeyId, first, status, bytesIn, bytesOut)
    if (this.#uses.size >= this.#rowsMax && !this.#uses.has(accessKeyId)) return
    const { operation } = served
    const { remoteAddress } = request
    this.#uses.set(accessKeyId, { atMs: nowMs, operation, remoteAddress, region: bucket?.region, front })
  }

  /** Keeps what was counted until now, every ten seconds and in `stop`. */
  start(): void {
    this.#timer ??= setInterval(() => this.#flushSoon(), flushSeconds * 1000).unref()
  }

  /** Keeps what was counted until now, and stops doing so by itself. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.flush()
  }

  /** Adds to the records what was counted until it begins. Where that fails, what was not added stays counted, to be added later. */
  flush(): Promise<void> {
    // One after the other.
    this.#flushed = this.#flushed.then(
      () => this.#flush(),
      () => this.#flush(),
    )
    return this.#flushed
  }

  #flushSoon(): void {
    if (this.#due) return
    this.#due = true
    this.flush().catch(this.#onFault)
  }

  #count(kind: MeteredKind, id: string, first: number, status: number, bytesIn: number, bytesOut: number): void {
    const row = this.#today.find(kind, id) ?? this.#begin(kind, id)
    if (row === undefined) return
    row[first]! += 1
    row[first + 1]! += bytesIn
    row[first + 2]! += bytesOut
    if (status >= 400) row[first + 3]! += 1
  }

  /** Undefined where there are too many already. */
  #begin(kind: MeteredKind, id: string): number[] | undefined {
    const size = this.#today.size + this.#waiting.length
    if (size >= this.#rowsMax / 2) this.#flushSoon()
    if (size < this.#rowsMax) return this.#today.begin(kind, id)
    this.#uncounted++
    return undefined
  }

  /** A clock that was set back begins a day anew; its counters are the same. */
  #turnTo(day: number): void {
    this.#waiting.push(...this.#today.rows())
    this.#today = new Tallies(day)
    for (const objects of this.#objects.objects()) this.#waitingObjects.push(objects)
    this.#objects = new ObjectCounts(day)
  }

  async #flush(): Promise<void> {
    this.#due = false
    this.#turnTo(this.#today.day)
    const rows = this.#waiting
    const uses = [...this.#uses]
    const objects = this.#waitingObjects
    this.#waiting = []
    this.#waitingObjects = []
    this.#uses = new Map()
    try {
      while (rows.length > 0) {
        await this.#add(rows.slice(0, rowsAtOnce))
        rows.splice(0, rowsAtOnce)
      }
      while (uses.length > 0) {
        await keepLastUses(this.#metadata, new Map(uses.slice(0, usesAtOnce)))
        uses.splice(0, usesAtOnce)
      }
      while (objects.length > 0) {
        await addObjects(this.#metadata, objects.slice(0, bucketsAtOnce))
        objects.splice(0, bucketsAtOnce)
      }
    } catch (error) {
      this.#putBack(rows, uses)
      this.#putBackObjects(objects)
      throw error
    }
  }

  #add(rows: readonly Row[]): Promise<void> {
    return this.#metadata.transact({ exclusive: [] }, (transaction) => {
      for (const { kind, id, day, counters } of rows) {
        for (const [counter, count] of counters.entries())
          if (count > 0) transaction.add(counterKey(kind, id, day, counter), count)
      }
    })
  }

  /** What does not fit is lost: the most that is told is too little. */
  #putBackObjects(objects: readonly ObjectsOfBucket[]): void {
    let room = 4 * countersKeptMax
    for (const each of [...this.#waitingObjects.splice(0), ...objects]) {
      room -= each.counters.size
      if (room >= 0) this.#waitingObjects.push(each)
    }
  }

  #putBack(rows: readonly Row[], uses: readonly (readonly [id: string, use: LastUse])[]): void {
    const room = Math.max(this.#rowsMax - this.#waiting.length - this.#today.size, 0)
    this.#uncounted += Math.max(rows.length - room, 0)
    this.#waiting.push(...rows.slice(0, room))
    for (const [id, use] of uses) if (!this.#uses.has(id) && this.#uses.size < this.#rowsMax) this.#uses.set(id, use)
  }
}
