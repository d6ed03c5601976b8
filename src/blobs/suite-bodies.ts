/** Bodies for the tests of blob stores, and what the tests ask a store. */
import assert from 'node:assert/strict'

import type { Blob, BlobId, BlobStore, ByteRange } from './blob-store.ts'

/** Bytes that differ along the way and from seed to seed. */
export function bytesOf(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  for (let index = 0, state = seed; index < size; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    bytes[index] = state >>> 24
  }
  return bytes
}

export async function* chunks(bytes: Uint8Array, chunkSize: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += chunkSize) yield bytes.subarray(offset, offset + chunkSize)
}

/** As a socket does it: every chunk in the same buffer. */
export async function* reusingChunks(bytes: Uint8Array, chunkSize: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(chunkSize)
  for (let offset = 0; offset < bytes.length; offset += chunkSize) {
    const chunk = bytes.subarray(offset, offset + chunkSize)
    buffer.set(chunk)
    yield buffer.subarray(0, chunk.length)
    buffer.fill(0xee)
  }
}

export async function read(store: BlobStore, id: BlobId, range?: ByteRange): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const chunk of store.get(id, range)) pieces.push(Buffer.from(chunk))
  return Buffer.concat(pieces)
}

export async function assertHolds(store: BlobStore, id: BlobId, bytes: Buffer, range?: ByteRange): Promise<void> {
  const expected = range === undefined ? bytes : bytes.subarray(range.start, range.end)
  const got = await read(store, id, range)
  assert.ok(got.equals(expected), `${id}: ${got.length} bytes that are not the ${expected.length} put`)
}

export async function listed(store: BlobStore, after?: BlobId): Promise<Blob[]> {
  const blobs: Blob[] = []
  for await (const blob of store.list(after)) blobs.push(blob)
  return blobs
}

export const idsOf = async (store: BlobStore, after?: BlobId): Promise<BlobId[]> =>
  (await listed(store, after)).map(({ id }) => id)
