/**
 * One blob store made of one for each region. A blob is kept where its put says, and its name tells where that was: so a region can be added, but
 * one that has blobs cannot be taken away.
 */
import { bareId, inRegion, regionOfBlob } from './blob-id.ts'
import type { Blob, BlobId, BlobStore, ByteRange, PutOptions } from './blob-store.ts'

/** `first` is the store of the first region, and of puts that name no other; `others` by the names of theirs. */
export const openRegionalStore = (first: BlobStore, others: ReadonlyMap<string, BlobStore>): BlobStore =>
  others.size === 0 ? first : new RegionalStore(first, others)

class RegionalStore implements BlobStore {
  readonly #first: BlobStore
  readonly #others: ReadonlyMap<string, BlobStore>

  constructor(first: BlobStore, others: ReadonlyMap<string, BlobStore>) {
    this.#first = first
    this.#others = others
  }

  async put(body: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<Blob> {
    const { region } = options
    const store = region === undefined ? undefined : this.#others.get(region)
    if (region === undefined || store === undefined) return this.#first.put(body, options)
    const { id, size } = await store.put(body, options)
    return { id: inRegion(id, region), size }
  }

  get(id: BlobId, range?: ByteRange): AsyncIterable<Uint8Array> {
    return this.#storeOf(id).get(bareId(id), range)
  }

  async delete(id: BlobId): Promise<void> {
    await this.#storeOf(id).delete(bareId(id))
  }

  /** The regions' lists, merged: in order of epoch, then of uuid. */
  async *list(after?: BlobId): AsyncGenerator<Blob> {
    const from = after && bareId(after)
    const walks = [
      { region: undefined, blobs: this.#first.list(from)[Symbol.asyncIterator]() },
      ...[...this.#others].map(([region, store]) => ({ region, blobs: store.list(from)[Symbol.asyncIterator]() })),
    ]
    try {
      const heads = await Promise.all(walks.map(({ blobs }) => blobs.next()))
      for (;;) {
        let least = -1
        for (const [index, head] of heads.entries()) {
          const before = least < 0 ? undefined : heads[least]!
          if (!head.done && (before === undefined || head.value.id < (before.value as Blob).id)) least = index
        }
        if (least < 0) return
        const { region, blobs } = walks[least]!
        const { id, size } = heads[least]!.value as Blob
        yield region === undefined ? { id, size } : { id: inRegion(id, region), size }
        heads[least] = await blobs.next()
      }
    } finally {
      for (const { blobs } of walks) await blobs.return?.()
    }
  }

  async close(): Promise<void> {
    const closed = await Promise.allSettled([this.#first, ...this.#others.values()].map((store) => store.close()))
    for (const result of closed) if (result.status === 'rejected') throw result.reason
  }

  #storeOf(id: BlobId): BlobStore {
    const region = regionOfBlob(id)
    if (region === undefined) return this.#first
    const store = this.#others.get(region)
    // Not BlobMissing: nothing is lost that its folder still has.
    if (store === undefined) throw new Error(`blob ${id} is in a region that is not configured`)
    return store
  }
}
