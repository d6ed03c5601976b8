/**
 * An immutable ordered map of byte keys to byte values, so that a snapshot is a reference.
 *
 * Entries lie in sorted chunks, and the chunks in a sorted list; a change copies the list and the chunks it touches.
 */
import assert from 'node:assert/strict'
import { compareBytes } from '../base/bytes.ts'
import type { Entry, Key, ScanOptions, Value } from './metadata-store.ts'

type Chunk = readonly Entry[]

const chunkSizeMax = 256

/** Start and end of a range of keys: start ≤ key < end. */
export type KeyRange = readonly [start: Key, end: Key]

export interface OrderedMap {
  get(key: Key): Value | undefined
  /** Entries with start ≤ key < end, in byte order or its reverse, at most `limit`. */
  scan(start: Key, end: Key, options: ScanOptions): readonly Entry[]
  /** A map with the key set, or deleted where the value is undefined. Keeps what it is given: it must not change later. */
  with(key: Key, value: Value | undefined): OrderedMap
  /** A map without the keys of the range. */
  without(range: KeyRange): OrderedMap
}

export const emptyOrderedMap: OrderedMap = fromChunks([])

function fromChunks(chunks: readonly Chunk[]): OrderedMap {
  return {
    get(key) {
      const chunk = chunks[chunkOf(chunks, key)]
      if (chunk === undefined) return undefined
      const entry = chunk[lowerBound(chunk, key)]
      return entry !== undefined && compareBytes(entry[0], key) === 0 ? entry[1] : undefined
    },

    scan(start, end, { limit, reverse = false }) {
      assert(limit >= 1)
      return reverse ? scanBackward(chunks, start, end, limit) : scanForward(chunks, start, end, limit)
    },

    with(key, value) {
      const at = chunkOf(chunks, key)
      const chunk = chunks[at]
      if (chunk === undefined) return value === undefined ? this : fromChunks([[[key, value]]])
      const index = lowerBound(chunk, key)
      const found = index < chunk.length && compareBytes(chunk[index]![0], key) === 0
      if (value === undefined && !found) return this
      const added: Entry[] = value === undefined ? [] : [[key, value]]
      return fromChunks(chunks.toSpliced(at, 1, ...split(chunk.toSpliced(index, found ? 1 : 0, ...added))))
    },

    without([start, end]) {
      if (compareBytes(start, end) >= 0) return this
      const first = chunkOf(chunks, start)
      const last = chunkOf(chunks, end)
      if (chunks.length === 0) return this
      const kept = [
        ...chunks[first]!.slice(0, lowerBound(chunks[first]!, start)),
        ...chunks[last]!.slice(lowerBound(chunks[last]!, end)),
      ]
      return fromChunks(chunks.toSpliced(first, last - first + 1, ...split(kept)))
    },
  }
}

/** The chunk that holds the key or would: the last whose first key is not above it. 0 where there is none. */
function chunkOf(chunks: readonly Chunk[], key: Key): number {
  let low = 0
  let high = chunks.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (compareBytes(chunks[middle]![0]![0], key) <= 0) low = middle
    else high = middle
  }
  return low
}

/** The index of the first entry whose key is not below `key`. */
function lowerBound(entries: readonly Entry[], key: Key): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareBytes(entries[middle]![0], key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function split(chunk: Chunk): readonly Chunk[] {
  if (chunk.length === 0) return []
  if (chunk.length <= chunkSizeMax) return [chunk]
  const middle = chunk.length >>> 1
  return [chunk.slice(0, middle), chunk.slice(middle)]
}

function scanForward(chunks: readonly Chunk[], start: Key, end: Key, limit: number): readonly Entry[] {
  const found: Entry[] = []
  for (let at = chunkOf(chunks, start); at < chunks.length; at++) {
    const chunk = chunks[at]!
    for (let index = lowerBound(chunk, start); index < chunk.length; index++) {
      if (found.length === limit || compareBytes(chunk[index]![0], end) >= 0) return found
      found.push(chunk[index]!)
    }
  }
  return found
}

function scanBackward(chunks: readonly Chunk[], start: Key, end: Key, limit: number): readonly Entry[] {
  const found: Entry[] = []
  for (let at = Math.min(chunkOf(chunks, end), chunks.length - 1); at >= 0; at--) {
    const chunk = chunks[at]!
    for (let index = lowerBound(chunk, end) - 1; index >= 0; index--) {
      if (found.length === limit || compareBytes(chunk[index]![0], start) < 0) return found
      found.push(chunk[index]!)
    }
  }
  return found
}
