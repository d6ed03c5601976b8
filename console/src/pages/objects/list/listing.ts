/**
 * A list of any length of which few rows are in memory. Pages are asked for one after the other, as far as somebody looks; of each page stay the place
 * where it begins, its number of rows and its last row, so that it can be let go and had again. What was written or deleted meanwhile changes the page
 * that it belongs to and no other: a page that is asked for again ends where it ended before.
 */
import { compareKeys } from '../names.ts'
import { pageSizeMax, type Row, type RowSource } from './rows.ts'

/** Enough to paint at once; the pages after it are as large as may be. */
const firstPageSize = 200
/** In memory at the same time. */
const pagesMax = 12
/** The next page is asked for as soon as somebody is this near to the end. */
const rowsAhead = 400

interface Page {
  readonly after: string | undefined
  readonly limit: number
  count: number
  rows: readonly Row[] | undefined
  first: string | undefined
  last: { readonly id: string; readonly name: string } | undefined
  stale: boolean
  loading: boolean
}

export class Listing {
  readonly #source: RowSource
  readonly #listeners = new Set<() => void>()
  #pages: Page[] = []
  /** The row that each page begins with, and in the end how many there are. */
  #starts: number[] = [0]
  /** Where the list goes on; null at its end. */
  #next: string | null | undefined
  #tail: Promise<void> | undefined
  #wanted = { first: 0, last: 0 }
  #aborter = new AbortController()
  #changes = 0
  error: unknown

  constructor(source: RowSource) {
    this.#source = source
  }

  /** Rows that are known to be there. */
  get count(): number {
    return this.#starts.at(-1)!
  }

  /** Whether its end has been seen. */
  get complete(): boolean {
    return this.#next === null
  }

  /** Undefined where the row is not in memory: it is then on its way. */
  rowAt(index: number): Row | undefined {
    const at = this.#pageOf(index)
    return this.#pages[at]?.rows?.[index - this.#starts[at]!]
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changes = (): number => this.#changes

  start(): void {
    if (this.#aborter.signal.aborted) this.#aborter = new AbortController()
    this.#fill()
  }

  stop(): void {
    this.#aborter.abort()
    this.#tail = undefined
    for (const page of this.#pages) page.loading = false
  }

  /** Says which rows are looked at. */
  look(first: number, last: number): void {
    this.#wanted = { first, last }
    this.#fill()
  }

  /** What is looked at is asked for again, and the rest when somebody looks. */
  refresh(): void {
    const { first, last } = this.#wanted
    const from = this.#pageOf(first)
    const to = this.#pageOf(last)
    for (const [at, page] of this.#pages.entries()) {
      page.stale = true
      // What is in sight stays there until it comes anew.
      if (at < from || at > to) page.rows = undefined
    }
    this.retry()
  }

  retry(): void {
    this.error = undefined
    this.#fill()
  }

  /** Goes on to the end, without keeping what it passes. */
  async toEnd(signal: AbortSignal): Promise<void> {
    while (!this.complete && !signal.aborted && this.error === undefined) await this.#loadNext()
  }

  /** Rows from one to another, asked for anew where they are not in memory. Bounded by who asks. */
  async range(first: number, last: number): Promise<readonly Row[]> {
    const rows: Row[] = []
    for (let index = first; index <= last; index++) {
      const at = this.#pageOf(index)
      const page = this.#pages[at]
      if (page === undefined) break
      if (page.rows === undefined) await this.#load(page)
      const row = this.#pages[at]?.rows?.[index - this.#starts[at]!]
      if (row !== undefined) rows.push(row)
    }
    return rows
  }

  #pageOf(index: number): number {
    let low = 0
    let high = this.#pages.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= index) low = middle
      else high = middle - 1
    }
    return low
  }

  #fill(): void {
    if (this.error !== undefined || this.#aborter.signal.aborted) return
    const { first, last } = this.#wanted
    if (this.#pages.length > 0) {
      const to = this.#pageOf(last)
      for (let at = this.#pageOf(first); at <= to; at++) {
        const page = this.#pages[at]!
        if (!page.loading && (page.rows === undefined || page.stale)) void this.#load(page)
      }
    }
    if (!this.complete && last + rowsAhead >= this.count) void this.#loadNext()
  }

  /** The page after the last one; one at a time. */
  #loadNext(): Promise<void> {
    this.#tail ??= this.#addPage().finally(() => {
      this.#tail = undefined
      this.#fill()
    })
    return this.#tail
  }

  async #addPage(): Promise<void> {
    const place = this.#next
    const after = place ?? undefined
    const limit = this.#pages.length === 0 ? firstPageSize : pageSizeMax
    const answer = await this.#ask(after, limit)
    // The page before was asked for again meanwhile, and ends elsewhere now.
    if (answer === undefined || this.#next !== place) return
    const page: Page = {
      ...{ after, limit, count: 0, rows: undefined, first: undefined, last: this.#pages.at(-1)?.last },
      ...{ stale: false, loading: false },
    }
    this.#pages.push(page)
    this.#next = answer.next
    this.#put(page, answer.rows)
  }

  async #load(page: Page): Promise<void> {
    page.loading = true
    const answer = await this.#ask(page.after, page.limit)
    page.loading = false
    const at = this.#pages.indexOf(page)
    if (answer === undefined || at < 0) return
    const following = this.#pages[at + 1]
    if (following === undefined) {
      this.#next = answer.next
      return this.#put(page, answer.rows)
    }
    const end = endOf(answer.rows, page.last, following.first)
    const whole = end < answer.rows.length || answer.rows.at(-1)?.id === page.last?.id
    if (!whole && answer.next === null) {
      // Nothing is left of what came after.
      this.#pages.length = at + 1
      this.#next = null
    } else if (!whole && answer.next !== null) {
      // More has come than a page holds: the rest is a page of its own.
      const rest: Page = {
        ...{ after: answer.next, limit: pageSizeMax, count: 0, rows: undefined, first: undefined },
        ...{ last: page.last, stale: false, loading: false },
      }
      this.#pages.splice(at + 1, 0, rest)
      this.#put(page, answer.rows)
      return this.#load(rest)
    }
    return this.#put(page, answer.rows.slice(0, end))
  }

  #put(page: Page, rows: readonly Row[]): void {
    page.rows = rows
    page.count = rows.length
    page.stale = false
    page.first = rows[0]?.id
    const last = rows.at(-1)
    if (last !== undefined) page.last = { id: last.id, name: last.name }
    const starts = [0]
    for (const { count } of this.#pages) starts.push(starts.at(-1)! + count)
    this.#starts = starts
    this.#letGo(page)
    this.#changed()
    // What moved into sight may not be here.
    queueMicrotask(() => this.#fill())
  }

  /** Those farthest from what is looked at go first. */
  #letGo(newest: Page): void {
    const near = (this.#pageOf(this.#wanted.first) + this.#pageOf(this.#wanted.last)) / 2
    const held = this.#pages.flatMap((page, at) =>
      page.rows === undefined || page === newest ? [] : [{ page, distance: Math.abs(at - near) }],
    )
    held.sort((one, other) => other.distance - one.distance)
    for (const { page } of held.slice(0, Math.max(0, held.length + 1 - pagesMax))) page.rows = undefined
  }

  /** Undefined where it failed or was ended. */
  async #ask(after: string | undefined, limit: number) {
    const { signal } = this.#aborter
    try {
      const answer = await this.#source(after, limit, signal)
      return signal.aborted ? undefined : answer
    } catch (error) {
      if (!signal.aborted) {
        this.error = error
        this.#changed()
      }
      return undefined
    }
  }

  #changed(): void {
    this.#changes++
    for (const listener of this.#listeners) listener()
  }
}

/** How many of the rows belong to a page that ended with a row, and was followed by another. */
function endOf(rows: readonly Row[], last: Page['last'], following: string | undefined): number {
  const atLast = rows.findIndex(({ id }) => id === last?.id)
  if (atLast >= 0) return atLast + 1
  const atNext = following === undefined ? -1 : rows.findIndex(({ id }) => id === following)
  if (atNext >= 0) return atNext
  const beyond = last === undefined ? -1 : rows.findIndex(({ name }) => compareKeys(name, last.name) > 0)
  return beyond < 0 ? rows.length : beyond
}
