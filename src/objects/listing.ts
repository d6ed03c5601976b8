/**
 * Lists keys in the order of their bytes, rolled up to common prefixes by a delimiter. After each common prefix it seeks past all
 * keys under it, so a page costs what it shows, however many keys there are.
 */
import { afterPrefix } from '../base/bytes.ts'
import type { Entry, Key, MetadataStore, Snapshot } from '../metadata/metadata-store.ts'
import type { KeyRange } from './keys.ts'

export interface ListOptions {
  /** All records with the prefix asked for. */
  readonly range: KeyRange
  /** Bytes of a record's key before the object's key begins. */
  readonly offset: number
  /** Ends the object's key within a record's, where something follows it. */
  readonly terminator?: number | undefined
  /** Bytes of the prefix within the object's key. */
  readonly prefixSize: number
  /** '' for none. */
  readonly delimiter: string
  /** Record key after which to begin; a common prefix that this is equal to is passed over whole. */
  readonly after?: Key | undefined
  /** Entries and common prefixes in a page. */
  readonly limit: number
}

export interface Page {
  readonly items: readonly Item[]
  readonly truncated: boolean
}

/** A record, or a common prefix (of record keys). */
export type Item = { readonly entry: Entry } | { readonly prefix: Key }

/** How many records are read at a time where prefixes may be passed over. */
const seekSize = 8

export const list = (metadata: MetadataStore, options: ListOptions): Promise<Page> =>
  metadata.read((snapshot) => listIn(snapshot, options))

/** The same in a snapshot, or in what presents records as one. */
export function listIn(snapshot: Snapshot, options: ListOptions): Promise<Page> {
  if (options.limit === 0) return Promise.resolve({ items: [], truncated: false })
  return options.delimiter === '' ? plain(snapshot, options) : rolledUp(snapshot, options)
}

async function plain(snapshot: Snapshot, { range, after, limit }: ListOptions): Promise<Page> {
  const start = startOf(range, after)
  const entries =
    Buffer.compare(start, range.end) < 0 ? await snapshot.scan(start, range.end, { limit: limit + 1 }) : []
  return { items: entries.slice(0, limit).map((entry) => ({ entry })), truncated: entries.length > limit }
}

async function rolledUp(snapshot: Snapshot, options: ListOptions): Promise<Page> {
  const { range, after, limit } = options
  const prefixOf = commonPrefixBy(options)
  const items: Item[] = []
  let start: Key = startOf(range, after)
  // A marker that is a common prefix means that the prefix has been shown; one within it, that the keys up to there have been.
  const shown = after && Buffer.compare(after, range.start) > 0 ? prefixOf(after) : undefined
  if (shown !== undefined && shown.length === keyOf(after!, options).length) start = afterPrefix(shown) ?? range.end
  let size = seekSize
  for (;;) {
    if (Buffer.compare(start, range.end) >= 0) return { items, truncated: false }
    const entries = await snapshot.scan(start, range.end, { limit: size })
    let seek: Key | undefined
    for (const entry of entries) {
      const prefix = prefixOf(entry[0])
      if (items.length === limit) return { items, truncated: true }
      if (prefix === undefined) {
        items.push({ entry })
        continue
      }
      items.push({ prefix })
      seek = afterPrefix(prefix) ?? range.end
      break
    }
    if (seek !== undefined) {
      start = seek
      // Where prefixes follow each other, what was read behind one is thrown away.
      size = Math.max(1, size >> 1)
      continue
    }
    if (entries.length < size) return { items, truncated: false }
    start = Buffer.concat([entries.at(-1)![0], zero])
    size = Math.min(1000, size * 4)
  }
}

/** A record's key up to where the object's ends. */
function keyOf(key: Key, { offset, terminator }: ListOptions): Buffer {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength)
  const end = terminator === undefined ? -1 : bytes.indexOf(terminator, offset)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

function commonPrefixBy(options: ListOptions): (key: Key) => Buffer | undefined {
  const delimiter = Buffer.from(options.delimiter)
  const from = options.offset + options.prefixSize
  return (key) => {
    const bytes = keyOf(key, options)
    const found = bytes.indexOf(delimiter, from)
    return found < 0 ? undefined : bytes.subarray(0, found + delimiter.length)
  }
}

const zero = Buffer.from([0])

function startOf({ start }: KeyRange, after: Key | undefined): Key {
  if (after === undefined) return start
  const next = Buffer.concat([after, zero])
  return Buffer.compare(next, start) > 0 ? next : start
}
