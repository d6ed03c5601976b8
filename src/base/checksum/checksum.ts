/**
 * The checksum algorithms that S3 accepts, behind one interface (Amazon S3 User Guide, "Checking object integrity"). Importing the
 * module loads the WebAssembly that some of them need, so that everything here is synchronous.
 */
import { createHash, hash } from 'node:crypto'
import { crc32, crc32c } from '../crc32.ts'

import { createCRC64, createXXHash128, createXXHash3, createXXHash64 } from 'hash-wasm'

import { SharedHasher } from './wasm-hash.ts'

export const checksumAlgorithms = [
  'CRC32',
  'CRC32C',
  'CRC64NVME',
  'SHA1',
  'SHA256',
  'SHA512',
  'MD5',
  'XXHASH64',
  'XXHASH3',
  'XXHASH128',
] as const

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]

export interface Checksum {
  update(bytes: Uint8Array): void
  /** The raw bytes, big-endian: what the headers carry in base64. Ends the checksum. */
  digest(): Buffer
}

/** Bytes of a checksum. */
export const checksumSize: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
  XXHASH64: 8,
  XXHASH3: 8,
  XXHASH128: 16,
}

/** The checksum of an object is that of all its bytes; for a multipart upload computed from its parts' (see combine.ts). */
export const fullObjectCapable: Readonly<Record<ChecksumAlgorithm, boolean>> = {
  ...all(false),
  CRC32: true,
  CRC32C: true,
  CRC64NVME: true,
}

/** The checksum of a multipart object is the checksum of its parts' checksums, with `-<number of parts>` after its base64. */
export const compositeCapable: Readonly<Record<ChecksumAlgorithm, boolean>> = { ...all(true), CRC64NVME: false }

/** A checksum to be fed in pieces. */
export const createChecksum = (algorithm: ChecksumAlgorithm): Checksum => implementations[algorithm].start()

/** The checksum of bytes that are all there: cheaper than createChecksum. */
export const checksumOf = (algorithm: ChecksumAlgorithm, bytes: Uint8Array): Buffer =>
  implementations[algorithm].hash(bytes)

interface Implementation {
  start(): Checksum
  hash(bytes: Uint8Array): Buffer
}

type Crc32 = (bytes: Uint8Array, previous?: number) => number

class Crc32Checksum implements Checksum {
  #crc: Crc32
  #value = 0

  constructor(crc: Crc32) {
    this.#crc = crc
  }

  update(bytes: Uint8Array): void {
    this.#value = this.#crc(bytes, this.#value)
  }

  digest(): Buffer {
    return uint32(this.#value)
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const fromCrc32 = (crc: Crc32): Implementation => ({
  start: () => new Crc32Checksum(crc),
  hash: (bytes) => uint32(crc(bytes, 0)),
})

const fromNode = (name: string): Implementation => ({
  start() {
    const digest = createHash(name)
    return { update: (bytes) => void digest.update(bytes), digest: () => digest.digest() }
  },
  hash: (bytes) => hash(name, bytes, 'buffer'),
})

/** The polynomial of CRC-64/NVME, reflected (NVM Express NVM Command Set Specification 1.0, 5.2.1.3.4). */
const crc64NvmePolynomial = '9a6c9329ac4bc9b5'

const [crc64Nvme, xxhash64, xxhash3, xxhash128] = await Promise.all([
  createCRC64(crc64NvmePolynomial),
  createXXHash64(),
  createXXHash3(),
  createXXHash128(),
])

const implementations: Readonly<Record<ChecksumAlgorithm, Implementation>> = {
  CRC32: fromCrc32(crc32),
  CRC32C: fromCrc32(crc32c),
  CRC64NVME: new SharedHasher(crc64Nvme),
  SHA1: fromNode('sha1'),
  SHA256: fromNode('sha256'),
  SHA512: fromNode('sha512'),
  MD5: fromNode('md5'),
  XXHASH64: new SharedHasher(xxhash64),
  XXHASH3: new SharedHasher(xxhash3),
  XXHASH128: new SharedHasher(xxhash128),
}

function all(value: boolean): Record<ChecksumAlgorithm, boolean> {
  return Object.fromEntries(checksumAlgorithms.map((algorithm) => [algorithm, value])) as Record<
    ChecksumAlgorithm,
    boolean
  >
}
