/** Compression on the way out (RFC 9110 8.4): the bytes in the coding that a client is sent. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Coding } from '../http/content-coding.ts'
import { DerivedBytes } from './derived-bytes.ts'

/** Bytes of what is compressed: below, it is not worth it; above, it would take too long and too much memory. */
export const compressedSizeMin = 1024
export const compressedSizeMax = 4 * 1024 * 1024
/** Compressions at once, each on a thread of node's pool: with more, the bytes go out as they are. */
const busyMax = 8
const brotliQuality = 5
const gzipLevel = 6

const brotliBytes = promisify(brotliCompress)
const gzipBytes = promisify(gzip)

export class Compressor {
  readonly #made: DerivedBytes

  /** `sizeMax` bytes of what was compressed lately are kept. */
  constructor(sizeMax: number) {
    this.#made = new DerivedBytes(sizeMax)
  }

  /** Whether the bytes of that name are at hand. */
  has(name: string, coding: Coding): boolean {
    return this.#made.get(nameOf(name, coding)) !== undefined
  }

  /** Whether what is asked for can be had: not while too many others are being made. */
  mayObtain(name: string, coding: Coding): boolean {
    const full = nameOf(name, coding)
    return this.#made.busy < busyMax || this.#made.isUnderWay(full) || this.#made.get(full) !== undefined
  }

  /** The bytes that `read` gives, in the coding; undefined where it gives none. `name` says which they are, once and for all. */
  obtain(name: string, coding: Coding, read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
    return this.#made.obtain(nameOf(name, coding), async () => {
      const bytes = await read()
      return bytes && compress(bytes, coding)
    })
  }
}

const nameOf = (name: string, coding: Coding): string => `${coding} ${name}`

function compress(bytes: Uint8Array, coding: Coding): Promise<Uint8Array> {
  if (coding === 'gzip') return gzipBytes(bytes, { level: gzipLevel })
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT } = constants
  return brotliBytes(bytes, {
    params: {
      [BROTLI_PARAM_QUALITY]: brotliQuality,
      [BROTLI_PARAM_SIZE_HINT]: bytes.length,
      [BROTLI_PARAM_MODE]: BROTLI_MODE_TEXT,
    },
  })
}
