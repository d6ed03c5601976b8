/**
 * Where bytes are kept: immutable blobs under names that nobody can guess and that are never used again. A name is made by the store,
 * `<epoch>-<uuid>`, and never from anything a client sent.
 */

declare const brand: unique symbol
export type BlobId = string & { readonly [brand]: 'BlobId' }

export interface Blob {
  readonly id: BlobId
  /** Bytes. */
  readonly size: number
}

export interface ByteRange {
  /** Offset of the first byte. */
  readonly start: number
  /** Offset after the last byte. */
  readonly end: number
}

export interface PutOptions {
  /** Bytes, where known: lets the store choose its buffers. Not a check. */
  readonly sizeExpected?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Name of the region to keep it in, where a deployment has several; the first unless given. */
  readonly region?: string | undefined
}

export interface BlobStore {
  /**
   * Keeps what the body yields; durable when it resolves. If the body throws, or the signal aborts, nothing stays. A chunk of the body is
   * not used after the next one is asked for. Throws ApiError InsufficientStorage when the disk is full.
   */
  put(body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<Blob>
  /**
   * The blob's bytes, or those of the range. A chunk is valid only until the next one is asked for (its buffer is used again).
   * Throws BlobMissing where there is no such blob, and ends with an error, never early, when bytes cannot be read.
   */
  get(id: BlobId, range?: ByteRange): AsyncIterable<Uint8Array>
  /** Deletes; a blob that is not there is no error. Durable when it resolves. */
  delete(id: BlobId): Promise<void>
  /** All blobs that exist, in order of id, from after the given id. */
  list(after?: BlobId): AsyncIterable<Blob>
  close(): Promise<void>
}

/** A record mentions a blob that the store does not have: data has been lost, or somebody removed it. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'
}
