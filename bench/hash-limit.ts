// How fast this machine hashes, one core: the ceiling for uploads whose ETag or payload hash must be computed.

import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const SIZE = 64 * 2 ** 20

/** MB/s (10^6 bytes) of each hash over 64 MiB, the best of `repeat`. */
export interface HashSpeeds {
  md5: number
  sha256: number
  crc32: number
}

export function hashSpeeds(repeat: number): HashSpeeds {
  const bytes = randomBytes(SIZE)
  return {
    md5: best(repeat, () => createHash('md5').update(bytes).digest()),
    sha256: best(repeat, () => createHash('sha256').update(bytes).digest()),
    crc32: best(repeat, () => crc32(bytes)),
  }
}

function best(repeat: number, work: () => unknown): number {
  let speed = 0
  for (let index = 0; index < repeat; index++) {
    const start = performance.now()
    work()
    speed = Math.max(speed, SIZE / 1e6 / ((performance.now() - start) / 1000))
  }
  return speed
}
