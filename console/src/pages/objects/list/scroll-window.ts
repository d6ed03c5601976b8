/** Which rows of a long list are in sight, and how to get another one there. All rows are equally high, so that nothing is kept of any. */
import { scrollMap, type ScrollMap } from './scroll-map.ts'

interface Sizes {
  readonly count: number
  readonly rowHeight: number
  /** Of what stays at the top. */
  readonly headHeight: number
}

/** What is in sight; the same object as long as it is the same. */
export interface Sight {
  readonly first: number
  /** One after the last. */
  readonly end: number
  /** What a row's place is less by where it stands. */
  readonly offset: number
}

/** Beyond what is in sight, so that a step shows no gap. */
const overscan = 8

export class ScrollWindow {
  #element: HTMLElement | null = null
  #spacer: HTMLElement | null = null
  #sizes: Sizes = { count: 0, rowHeight: 1, headHeight: 0 }
  #map: ScrollMap = scrollMap(0)
  #top = 0
  #offset = 0
  /** To be scrolled to as soon as it is there. */
  #awaited: number | undefined
  #sight: Sight = { first: 0, end: 0, offset: 0 }
  readonly #listeners = new Set<() => void>()

  sight = (): Sight => this.#sight

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What scrolls, and what gives it its height. */
  attach(element: HTMLElement | null, spacer: HTMLElement | null): () => void {
    this.#element = element
    this.#spacer = spacer
    const observer = new ResizeObserver(() => this.#show())
    if (element !== null) observer.observe(element)
    return () => observer.disconnect()
  }

  /** Where rows come or go, or get higher, what is in sight stays there. */
  resize(sizes: Sizes): void {
    this.#sizes = sizes
    this.#map = scrollMap(this.#total)
    // Before anything is scrolled to that was not there before.
    if (this.#spacer !== null) this.#spacer.style.height = `${this.#map.height}px`
    this.#goTo(this.#top + this.#offset)
    const awaited = this.#awaited
    if (awaited === undefined || awaited >= sizes.count) return
    this.#awaited = undefined
    this.scrollToRow(awaited)
  }

  reset = (): void => this.#goTo(0)

  onScroll = (): void => {
    const top = this.#element?.scrollTop ?? 0
    if (Math.abs(top - this.#top) < this.#view) return this.#goTo(top + this.#offset)
    this.#top = top
    this.#offset = this.#map.offsetAfterJump(top, this.#view)
    this.#show()
  }

  scrollToRow(row: number): void {
    const { count, rowHeight } = this.#sizes
    if (row >= count) {
      this.#awaited = row
      return
    }
    const place = this.#top + this.#offset
    const start = row * rowHeight
    if (start < place) this.#goTo(start)
    else if (start + rowHeight > place + this.#view) this.#goTo(start + rowHeight - this.#view)
  }

  /** How many rows are wholly in sight. */
  get inSight(): number {
    return Math.max(1, Math.floor(this.#view / this.#sizes.rowHeight))
  }

  get #total(): number {
    return this.#sizes.count * this.#sizes.rowHeight
  }

  get #view(): number {
    return Math.max(0, (this.#element?.clientHeight ?? 0) - this.#sizes.headHeight)
  }

  /** To a place among all rows. */
  #goTo(wanted: number): void {
    const place = Math.max(0, Math.min(wanted, this.#total - this.#view))
    this.#offset = this.#map.offsetAt(place)
    const top = place - this.#offset
    const element = this.#element
    if (element !== null && Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top
    this.#top = element?.scrollTop ?? 0
    this.#show()
  }

  #show(): void {
    const { count, rowHeight } = this.#sizes
    const place = this.#top + this.#offset
    const next: Sight = {
      first: Math.max(0, Math.min(count, Math.floor(place / rowHeight)) - overscan),
      end: Math.min(count, Math.ceil((place + this.#view) / rowHeight) + overscan),
      offset: this.#offset,
    }
    const now = this.#sight
    const isSame = now.first === next.first && now.end === next.end
    if (isSame && now.offset === next.offset) return
    this.#sight = next
    for (const listener of this.#listeners) listener()
  }
}
