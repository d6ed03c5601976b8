/** The domain over stores in memory, for tests: with a clock that stands until moved, and the invariant of storage to be asserted at the end. */
import assert from 'node:assert/strict'
import { MasterKey } from '../access/sealing.ts'
import type { Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { openMemoryStore } from '../blobs/memory.ts'
import { createMemoryStore, type CommitFault } from '../metadata/memory.ts'
import type { Bucket } from './bucket.ts'
import { Buckets } from './buckets.ts'
import { UploadCompleter } from './complete-upload.ts'
import { ContentReader } from './content-reader.ts'
import { ContentWriter } from './content-writer.ts'
import { DataKeys } from './encryption/data-keys.ts'
import { Keyring } from './encryption/keyring.ts'
import { createExtensions } from './extensions.ts'
import { HeadCache } from './head-cache.ts'
import { Heads } from './heads.ts'
import { Numbers } from './numbers.ts'
import { Objects, type PutOptions } from './objects.ts'
import { Uploads } from './uploads.ts'
import { Versions } from './versions.ts'

export const inlineSizeMax = 16

export interface TestClock extends Clock {
  ms: number
}

export interface BedOptions {
  readonly fault?: (commit: number) => CommitFault | undefined
  readonly pause?: () => Promise<void>
}

export function makeBed(options: BedOptions = {}) {
  const random = systemRandom
  const clock: TestClock = { ms: Date.UTC(2026, 10, 20), now: () => clock.ms, monotonic: () => clock.ms }
  const metadata = createMemoryStore(options)
  const blobs = openMemoryStore({ epoch: 1, random })
  const numbers = new Numbers(metadata)
  const cache = new HeadCache(metadata, 100_000)
  const masterKey = new MasterKey(new Secret('00'.repeat(32)), random)
  const keyring = new Keyring({ metadata, masterKey, clock, random })
  const dataKeys = new DataKeys(keyring, random)
  const writer = new ContentWriter(blobs, numbers, inlineSizeMax, dataKeys)
  const reader = new ContentReader(metadata, blobs, dataKeys, clock)
  const buckets = new Buckets(metadata, clock, random)
  const heads = new Heads(metadata, cache)
  const versions = new Versions({ heads, clock, lockClock: clock, random })
  const uploads = new Uploads({ metadata, buckets, heads, writer, clock, random })
  const objects = new Objects({ buckets, heads, versions, cache, writer, reader, dataKeys, numbers })
  const completer = new UploadCompleter({ buckets, heads, uploads, versions, numbers })
  const extensions = createExtensions({ metadata, buckets, objects, writer, numbers, clock, lockClock: clock, random })
  return { random, clock, metadata, blobs, buckets, heads, versions, uploads, objects, completer, keyring, extensions }
}

export type Bed = ReturnType<typeof makeBed>

export const makeBucket = ({ buckets }: Bed, name = 'photos'): Promise<Bucket> =>
  buckets.create({ name, accountId: 'a'.repeat(64), region: 'us-east-1' })

export const putOptions: PutOptions = { system: {}, metadata: {}, sizeMax: 1000 }

export async function* bodyOf(text: string, chunkSize = 7): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < text.length; start += chunkSize) yield Buffer.from(text.slice(start, start + chunkSize))
}

/** Stores text under a key; over 16 bytes it becomes a blob. */
export const put = ({ objects }: Bed, bucket: Bucket, key: string, text: string, options: Partial<PutOptions> = {}) =>
  objects.put(bucket, key, bodyOf(text), { ...putOptions, ...options })

/** The text under a key; undefined where there is none. */
export async function read({ objects, heads }: Bed, bucket: Bucket, key: string): Promise<string | undefined> {
  const head = await heads.find(bucket, key)
  if (head === undefined) return undefined
  const bytes = await objects.read({ bucket, key, head }, { start: 0, end: head.size })
  assert(bytes !== undefined)
  return collect(bytes)
}

export async function collect(bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  if (bytes instanceof Uint8Array) return Buffer.from(bytes).toString()
  const chunks: Buffer[] = []
  for await (const chunk of bytes) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}
