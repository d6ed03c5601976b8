import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { checksumOf, createChecksum } from './checksum.ts'
import { type CombinableAlgorithm, combine } from './combine.ts'

const algorithms: readonly CombinableAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME']

for (const algorithm of algorithms) {
  test(`${algorithm} of parts combined is that of the whole`, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 8 }), (parts) => {
        let combined = checksumOf(algorithm, Buffer.alloc(0))
        for (const part of parts) combined = combine(algorithm, combined, checksumOf(algorithm, part), part.length)
        assert.deepEqual(combined, checksumOf(algorithm, Buffer.concat(parts)))
      }),
    )
  })

  test(`${algorithm} combines over a part of many MiB`, () => {
    const part = Buffer.alloc(1024 * 1024, 'entrepot')
    const head = Buffer.from('head')
    const tail = createChecksum(algorithm)
    const whole = createChecksum(algorithm)
    whole.update(head)
    for (let count = 0; count < 17; count++) {
      tail.update(part)
      whole.update(part)
    }
    const combined = combine(algorithm, checksumOf(algorithm, head), tail.digest(), 17 * part.length)
    assert.deepEqual(combined, whole.digest())
  })

  test(`${algorithm} combines associatively over 5 TiB, which nobody has to read`, () => {
    const [a, b, c] = ['a', 'b', 'c'].map((text) => checksumOf(algorithm, Buffer.from(text)))
    const size = 5 * 2 ** 40
    const left = combine(algorithm, combine(algorithm, a!, b!, size), c!, size - 1)
    const right = combine(algorithm, a!, combine(algorithm, b!, c!, size - 1), size + size - 1)
    assert.deepEqual(left, right)
  })

  test(`${algorithm} combines neither a checksum of another size nor a size that is none`, () => {
    const crc = checksumOf(algorithm, Buffer.from('a'))
    assert.throws(() => combine(algorithm, Buffer.alloc(crc.length + 1), crc, 1))
    assert.throws(() => combine(algorithm, crc, Buffer.alloc(crc.length - 1), 1))
    assert.throws(() => combine(algorithm, crc, crc, -1))
    assert.throws(() => combine(algorithm, crc, crc, 2 ** 53))
  })
}
