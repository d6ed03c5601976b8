/**
 * Deletes what crashes left behind: blobs of ended epochs that no record mentions. It walks the blobs of those epochs once, in bounded
 * pieces, and when it has seen them all the epochs are forgotten; killed in between, it begins again.
 */
import { epochOf, epochText } from '../blobs/blob-id.ts'
import type { Blob, BlobId, BlobStore } from '../blobs/blob-store.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { ownersKey } from '../objects/keys.ts'
import { endEpochs } from './epochs.ts'
import type { Job } from './runner.ts'

export interface SweepParts {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  /** Epochs noted as open whose writers have ended. */
  readonly ended: readonly number[]
  onSwept?(blob: Blob): void
}

/** Blobs looked at in one piece. */
const pieceSize = 500

export function sweepJob({ metadata, blobs, ended, onSwept }: SweepParts): Job {
  const epochs = new Set(ended)
  const last = Math.max(...ended)
  let walk: AsyncIterator<Blob> | undefined
  let done = ended.length === 0
  return {
    name: 'sweep',
    async work() {
      if (done) return 'idle'
      walk ??= blobs.list(beforeEpoch(Math.min(...ended)))[Symbol.asyncIterator]()
      for (let count = 0; count < pieceSize; count++) {
        const next = await walk.next()
        if (next.done || epochOf(next.value.id) > last) {
          await endEpochs(metadata, ended)
          done = true
          return 'idle'
        }
        const blob = next.value
        if (epochs.has(epochOf(blob.id)) && (await isMentioned(metadata, blob)) === false) {
          await blobs.delete(blob.id)
          onSwept?.(blob)
        }
      }
      return 'busy'
    },
  }
}

/** Before every blob of the epoch. */
const beforeEpoch = (epoch: number): BlobId => `${epochText(epoch)}-00000000-0000-0000-0000-000000000000` as BlobId

const isMentioned = async (metadata: MetadataStore, { id, size }: Blob): Promise<boolean> =>
  (await metadata.get(ownersKey({ kind: 'blob', id, size, crc32: 0 }))) !== undefined
