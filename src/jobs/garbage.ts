/**
 * Acts on mentions that ended, after a grace period: the extent has one owner less, and where that was the last its bytes are deleted; a
 * manifest's pieces end in turn. Of a deleted bucket, the unfinished uploads are aborted. Killed at any moment, it does the rest the next time.
 */
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { BlobStore } from '../blobs/blob-store.ts'
import { decodeCounter, encodeCounter } from '../metadata/counter.ts'
import type { Entry, Key, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import { decodeManifest } from '../objects/content-reader.ts'
import { mentionedBy, type BlobExtent, type Extent } from '../objects/extent.ts'
import { decodeGarbage, garbageOf, type Garbage, type Purge } from '../objects/garbage.ts'
import { decodeHead } from '../objects/head.ts'
import {
  bodyKey,
  deletedKey,
  garbageUntil,
  headKey,
  keyOfUpload,
  manifestKey,
  ownersKey,
  uploadKey,
  uploadsUnder,
  usageKey,
} from '../objects/keys.ts'
import { addUsage, endMention } from '../objects/mentions.ts'
import type { Uploads } from '../objects/uploads.ts'
import type { Job } from './runner.ts'

export interface GarbageParts {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly uploads: Uploads
  readonly clock: Clock
  readonly random: Random
  /** How long bytes stay after their last mention, for readers that began before. */
  readonly graceSeconds: number
}

/** Records in one transaction. */
const batchSize = 64

interface Ended {
  readonly record: Key
  readonly extent: Extent
}

export function garbageJob(parts: GarbageParts): Job {
  const { metadata, clock, graceSeconds } = parts
  return {
    name: 'garbage',
    async work() {
      const { start, end } = garbageUntil(clock.now() - graceSeconds * 1000)
      const entries = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: batchSize }))
      const ended: Ended[] = []
      for (const [record, garbage] of entries.map(read)) {
        if ('ended' in garbage) ended.push({ record, extent: garbage.ended })
        else if ('uploadsOf' in garbage) await abortUploads(parts, record, garbage.uploadsOf)
        else await purge(parts, record, garbage.purge)
      }
      if (ended.length > 0) await endMentions(parts, ended)
      return entries.length === batchSize ? 'busy' : 'idle'
    },
  }
}

const read = ([record, value]: Entry): readonly [Key, Garbage] => [record, decodeGarbage(value)]

/**
 * 1. Every mention is taken off its extent's owners; bodies and manifests without owners go in the same transaction.
 * 2. Blobs without owners are deleted from the blob store.
 * 3. Their records go: a crash before finds the queue as it was, and deletes again what is already gone.
 */
async function endMentions(parts: GarbageParts, ended: readonly Ended[]): Promise<void> {
  const { metadata, blobs } = parts
  const exclusive = [...new Map(ended.map(({ extent }) => [`${extent.kind}/${extent.id}`, ownersKey(extent)])).values()]
  const orphans = await metadata.transact({ exclusive }, async (transaction) => {
    const blobsEnded: { readonly record: Key; readonly extent: BlobExtent }[] = []
    for (const { record, extent } of ended) {
      const owners = decodeCounter(await transaction.get(ownersKey(extent)))
      if (owners > 0) {
        transaction.set(ownersKey(extent), encodeCounter(owners - 1))
        transaction.delete(record)
      } else if (extent.kind === 'blob') blobsEnded.push({ record, extent })
      else {
        await endInRecords(transaction, parts, extent)
        transaction.delete(record)
      }
    }
    return blobsEnded
  })
  if (orphans.length === 0) return
  await Promise.all(orphans.map(({ extent }) => blobs.delete(extent.id)))
  await metadata.transact({ exclusive: orphans.map(({ extent }) => ownersKey(extent)) }, (transaction) => {
    for (const { record, extent } of orphans) {
      transaction.delete(record)
      transaction.delete(ownersKey(extent))
    }
  })
}

async function endInRecords(
  transaction: Transaction,
  { clock, random }: GarbageParts,
  extent: Exclude<Extent, BlobExtent>,
): Promise<void> {
  transaction.delete(ownersKey(extent))
  if (extent.kind === 'body') return transaction.delete(bodyKey(extent.id))
  const manifest = await transaction.get(manifestKey(extent.id))
  transaction.delete(manifestKey(extent.id))
  if (manifest === undefined) return
  for (const mentioned of mentionedBy(decodeManifest(manifest))) {
    transaction.set(...garbageOf({ ended: mentioned }, clock.now(), random.bytes(8).toString('hex')))
  }
}

/** What was deleted can no longer be had back: its bytes end, unless it has been had back meanwhile. */
async function purge(
  { metadata, clock, random }: GarbageParts,
  record: Key,
  { bucketId, accountId, key, id }: Purge,
): Promise<void> {
  const deleted = deletedKey(bucketId, key, id)
  await metadata.transact({ exclusive: [headKey(bucketId, key)] }, async (transaction) => {
    transaction.delete(record)
    const value = await transaction.get(deleted)
    if (value === undefined) return
    const { extent, size } = decodeHead(value)
    transaction.delete(deleted)
    endMention(transaction, extent, clock.now(), random.bytes(8).toString('hex'))
    addUsage(transaction, { id: bucketId, accountId }, 'deleted', -1)
    addUsage(transaction, { id: bucketId, accountId }, 'deletedBytes', -size)
  })
}

/** One upload at a time, so that a bucket with very many does not make one very large transaction. */
async function abortUploads(
  { metadata, uploads }: GarbageParts,
  record: Key,
  { bucketId, accountId }: { readonly bucketId: string; readonly accountId: string },
): Promise<void> {
  const { start, end } = uploadsUnder(bucketId, '')
  for (;;) {
    const entries = await metadata.read((snapshot) => snapshot.scan(start, end, { limit: batchSize }))
    for (const [found] of entries) {
      const { key, uploadId } = keyOfUpload(found)
      await metadata.transact({ exclusive: [uploadKey(bucketId, key, uploadId)] }, async (transaction) => {
        await uploads.endParts(transaction, { id: bucketId, accountId }, uploadId, () => true)
        transaction.delete(found)
      })
    }
    if (entries.length < batchSize) break
  }
  await metadata.transact({ exclusive: [record] }, (transaction) => {
    transaction.delete(record)
    transaction.delete(usageKey('bucket', bucketId, 'unfinishedBytes'))
  })
}
