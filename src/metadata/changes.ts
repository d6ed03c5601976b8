/**
 * What a transaction has changed so far, over the records it began with: its own reads see its own writes.
 *
 * The changes are kept in a normal form that gives the same result in any store: first every deleted range, then every key set or
 * deleted, then every addition to a counter. A later call takes back what it overrides.
 */
import assert from 'node:assert/strict'
import { compareBytes } from '../base/bytes.ts'
import { decodeCounter, encodeCounter } from './counter.ts'
import type { Entry, Key, ScanOptions, Transaction, Value } from './metadata-store.ts'
import type { KeyRange } from './ordered-map.ts'

/** Reads that answer at once. */
export interface SyncSnapshot {
  get(key: Key): Value | undefined
  scan(start: Key, end: Key, options: ScanOptions): readonly Entry[]
}

export interface Point {
  readonly key: Key
  /** Undefined: deleted. */
  value: Value | undefined
}

export interface Addition {
  readonly key: Key
  delta: number
}

export class Changes implements Transaction {
  readonly ranges: KeyRange[] = []
  /** By `textOf(key)`. */
  readonly points = new Map<string, Point>()
  /** By `textOf(key)`. No key is both here and in `points`. */
  readonly additions = new Map<string, Addition>()
  readonly #base: SyncSnapshot

  constructor(base: SyncSnapshot) {
    this.#base = base
  }

  get empty(): boolean {
    return this.points.size === 0 && this.additions.size === 0 && this.ranges.length === 0
  }

  get(key: Key): Value | undefined {
    if (this.empty) return this.#base.get(key)
    const text = textOf(key)
    assert(!this.additions.has(text), 'a counter is not read in the transaction that adds to it')
    const point = this.points.get(text)
    if (point !== undefined) return point.value
    return this.#inDeletedRange(key) ? undefined : this.#base.get(key)
  }

  scan(start: Key, end: Key, options: ScanOptions): readonly Entry[] {
    const { limit, reverse = false } = options
    if (this.points.size === 0 && this.ranges.length === 0) return this.#base.scan(start, end, options)
    const own = this.#pointsWithin(start, end, reverse)
    const found: Entry[] = []
    let from = start
    let to = end
    let ownAt = 0
    for (;;) {
      const page = this.#base.scan(from, to, { limit, reverse })
      for (const entry of page) {
        while (ownAt < own.length && isBefore(own[ownAt]![0], entry[0], reverse)) found.push(own[ownAt++]!)
        if (!this.#hides(entry[0])) found.push(entry)
        if (found.length >= limit) return found.slice(0, limit)
      }
      if (page.length < limit) return [...found, ...own.slice(ownAt)].slice(0, limit)
      const last = page.at(-1)![0]
      if (reverse) to = last
      else from = after(last)
    }
  }

  set(key: Key, value: Value): void {
    this.#point(key, value)
  }

  delete(key: Key): void {
    this.#point(key, undefined)
  }

  deleteRange(start: Key, end: Key): void {
    if (compareBytes(start, end) >= 0) return
    for (const changed of [this.points, this.additions]) {
      for (const [text, { key }] of changed) if (isWithin(key, start, end)) changed.delete(text)
    }
    this.ranges.push([start, end])
  }

  add(key: Key, delta: number): void {
    assert(Number.isSafeInteger(delta))
    const text = textOf(key)
    const point = this.points.get(text)
    if (point !== undefined) {
      point.value = encodeCounter(decodeCounter(point.value) + delta)
      return
    }
    const addition = this.additions.get(text)
    if (addition === undefined) this.additions.set(text, { key, delta })
    else addition.delta += delta
  }

  #point(key: Key, value: Value | undefined): void {
    const text = textOf(key)
    if (this.additions.size > 0) this.additions.delete(text)
    const point = this.points.get(text)
    if (point === undefined) this.points.set(text, { key, value })
    else point.value = value
  }

  #inDeletedRange(key: Key): boolean {
    for (const [start, end] of this.ranges) if (isWithin(key, start, end)) return true
    return false
  }

  #hides(key: Key): boolean {
    return this.points.has(textOf(key)) || this.#inDeletedRange(key)
  }

  /** The keys set within the range, in the order of the scan. */
  #pointsWithin(start: Key, end: Key, reverse: boolean): Entry[] {
    const own: Entry[] = []
    for (const { key, value } of this.points.values()) {
      if (value !== undefined && isWithin(key, start, end)) own.push([key, value])
    }
    return own.sort(([a], [b]) => (reverse ? compareBytes(b, a) : compareBytes(a, b)))
  }
}

/** Node's own, which takes any Uint8Array: so a key needs no Buffer made around it. */
const { latin1Slice } = Buffer.prototype as { latin1Slice(this: Uint8Array, start: number, end: number): string }

/** A key as a string, one character a byte: for maps. */
export const textOf = (key: Key): string => latin1Slice.call(key, 0, key.length)

/** The first key after this one. */
export function after(key: Key): Key {
  const next = new Uint8Array(key.length + 1)
  next.set(key)
  return next
}

const isWithin = (key: Key, start: Key, end: Key) => compareBytes(key, start) >= 0 && compareBytes(key, end) < 0

const isBefore = (a: Key, b: Key, reverse: boolean) => (reverse ? compareBytes(a, b) > 0 : compareBytes(a, b) < 0)
