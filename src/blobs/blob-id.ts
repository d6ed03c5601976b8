/**
 * Names of blobs, `<epoch>-<uuid>`: the epoch in ten decimal digits, so that ids sort by epoch; the uuid of version 4 (RFC 9562, 5.4). In a
 * deployment of several regions, `@<region>` follows in the names of blobs of all but the first.
 */
import assert from 'node:assert/strict'

import type { Random } from '../base/random.ts'
import type { BlobId } from './blob-store.ts'

/** The last epoch that ten digits hold. A store takes a new one each time it is opened. */
export const epochMax = 9_999_999_999

/** An epoch as it begins an id. */
export function epochText(epoch: number): string {
  assert(Number.isSafeInteger(epoch) && epoch >= 0 && epoch <= epochMax, `not an epoch: ${epoch}`)
  return epoch.toString().padStart(10, '0')
}

/** A new name: 122 bits that nobody can guess. */
export function makeBlobId(epoch: string, random: Random): BlobId {
  const bytes = random.bytes(16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  return `${epoch}-${uuid}` as BlobId
}

const pattern = /^[0-9]{10}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether the text is a name that a store could have made; nothing else may become part of a path. */
export const isBlobId = (text: string): text is BlobId => pattern.test(text)

/** The epoch in which the blob was written. */
export const epochOf = (id: BlobId): number => Number(id.slice(0, 10))

/** The parts of an id that name the folders it lies in: its epoch, and the first two hex digits of its uuid. */
export const foldersOf = (id: BlobId): readonly [epoch: string, fanOut: string] => [id.slice(0, 10), id.slice(11, 13)]

/** The name that the region's own store knows the blob by. */
export function bareId(id: BlobId): BlobId {
  const at = id.indexOf('@')
  return at < 0 ? id : (id.slice(0, at) as BlobId)
}

/** The region in the name; undefined in that of a blob of the first. */
export function regionOfBlob(id: BlobId): string | undefined {
  const at = id.indexOf('@')
  return at < 0 ? undefined : id.slice(at + 1)
}

/** The name of a blob of another region than the first. */
export const inRegion = (id: BlobId, region: string): BlobId => `${id}@${region}` as BlobId
