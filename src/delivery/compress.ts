/** Compression on the way out (RFC 9110 8.4, 12.5.3): which coding a client is sent, and the bytes in it. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { DerivedBytes } from './derived-bytes.ts'

export type Coding = 'br' | 'gzip'

/** Bytes of what is compressed: below, it is not worth it; above, it would take too long and too much memory. */
export const compressedSizeMin = 1024
export const compressedSizeMax = 4 * 1024 * 1024
/** Compressions at once, each on a thread of node's pool: with more, the bytes go out as they are. */
const busyMax = 8
const brotliQuality = 5
const gzipLevel = 6
const negotiatedMax = 256

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

const negotiated = new Map<string, Coding | undefined>()

/** The coding that the client prefers of ours, brotli before gzip; undefined for none. Clients send few different values: they are remembered. */
export function codingFor(acceptEncoding: string | undefined): Coding | undefined {
  if (acceptEncoding === undefined) return undefined
  const known = negotiated.get(acceptEncoding)
  if (known !== undefined || negotiated.has(acceptEncoding)) return known
  const coding = negotiate(acceptEncoding)
  if (negotiated.size >= negotiatedMax) negotiated.clear()
  negotiated.set(acceptEncoding, coding)
  return coding
}

function negotiate(acceptEncoding: string): Coding | undefined {
  const weights = new Map<string, number>()
  for (const element of acceptEncoding.split(',')) {
    const [name = '', ...parameters] = element.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))
    weights.set(name === 'x-gzip' ? 'gzip' : name, weight === undefined ? 1 : weightOf(weight))
  }
  const any = weights.get('*') ?? 0
  const brotli = weights.get('br') ?? any
  const gzipped = weights.get('gzip') ?? any
  // What is not named at all is taken last of all.
  const identity = weights.get('identity') ?? 0
  const best = Math.max(brotli, gzipped)
  if (best === 0 || best < identity) return undefined
  return brotli >= gzipped ? 'br' : 'gzip'
}

/** 0 for what is no weight. */
function weightOf(parameter: string): number {
  const value = Number(parameter.slice(parameter.indexOf('=') + 1).trim())
  return value >= 0 && value <= 1 ? value : 0
}
