/**
 * The CRC of two byte strings one after the other, from the CRC of each: how the FULL_OBJECT checksum of a multipart upload comes from
 * its parts' without reading them. A CRC is a remainder of polynomials over GF(2), so crc(a‖b) = crc(a) · x^(8·size of b) + crc(b),
 * modulo the CRC's polynomial; the ones that each CRC starts and ends with cancel out.
 */
import assert from 'node:assert/strict'

export type CombinableAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME'

/**
 * The checksum of a‖b from the checksums of a and of b, and the size of b in bytes (below 2^53). Ten thousand parts of one size take a
 * few milliseconds.
 */
export function combine(algorithm: CombinableAlgorithm, a: Uint8Array, b: Uint8Array, sizeOfB: number): Buffer {
  assert(Number.isSafeInteger(sizeOfB) && sizeOfB >= 0, `not a size: ${sizeOfB}`)
  const field = fields[algorithm]
  const combined = field.multiply(field.read(a), field.powerOfX(sizeOfB))
  const bytes = field.write(combined)
  assert(a.length === bytes.length && b.length === bytes.length, `not a ${algorithm}`)
  for (let index = 0; index < bytes.length; index++) bytes[index]! ^= b[index]!
  return bytes
}

/** A polynomial of degree below 64 as two halves, reflected: the highest bit of `high` is the coefficient of x^0. */
interface Polynomial {
  readonly high: number
  readonly low: number
}

/** Polynomials modulo a CRC's. A CRC of 32 bits has its coefficients in `high` alone. */
class Field {
  #size: 4 | 8
  #high: number
  #low: number
  /** x^(8·2^n), at n. */
  #powers: Polynomial[]
  /** The power asked for last: the parts of an upload are mostly of one size. */
  #last: { size: number; power: Polynomial }

  constructor(size: 4 | 8, high: number, low: number) {
    this.#size = size
    this.#high = high
    this.#low = low
    this.#powers = [{ high: 1 << 23, low: 0 }]
    this.#last = { size: 0, power: { high: 1 << 31, low: 0 } }
  }

  read(bytes: Uint8Array): Polynomial {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return { high: view.getInt32(0), low: this.#size === 8 ? view.getInt32(4) : 0 }
  }

  write({ high, low }: Polynomial): Buffer {
    const bytes = Buffer.alloc(this.#size)
    bytes.writeInt32BE(high, 0)
    if (this.#size === 8) bytes.writeInt32BE(low, 4)
    return bytes
  }

  /** x^(8·size). */
  powerOfX(size: number): Polynomial {
    if (size === this.#last.size) return this.#last.power
    let power: Polynomial = { high: 1 << 31, low: 0 }
    for (let n = 0, rest = size; rest > 0; n++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) power = this.multiply(power, this.#power(n))
    }
    this.#last = { size, power }
    return power
  }

  #power(n: number): Polynomial {
    while (this.#powers.length <= n) {
      const previous = this.#powers[this.#powers.length - 1]!
      this.#powers.push(this.multiply(previous, previous))
    }
    return this.#powers[n]!
  }

  /** Walks up the coefficients of a, b being multiplied by x at each step. */
  multiply(a: Polynomial, b: Polynomial): Polynomial {
    let { high, low } = b
    let productHigh = 0
    let productLow = 0
    for (let bit = 0; bit < this.#size * 8; bit++) {
      const coefficient = bit < 32 ? a.high >>> (31 - bit) : a.low >>> (63 - bit)
      if ((coefficient & 1) === 1) {
        productHigh ^= high
        productLow ^= low
      }
      const carry = this.#size === 8 ? low & 1 : high & 1
      low = this.#size === 8 ? (low >>> 1) | (high << 31) : 0
      high >>>= 1
      if (carry === 1) {
        high ^= this.#high
        low ^= this.#low
      }
    }
    return { high: productHigh, low: productLow }
  }
}

const fields: Readonly<Record<CombinableAlgorithm, Field>> = {
  CRC32: new Field(4, 0xedb88320, 0),
  CRC32C: new Field(4, 0x82f63b78, 0),
  CRC64NVME: new Field(8, 0x9a6c9329, 0xac4bc9b5),
}
