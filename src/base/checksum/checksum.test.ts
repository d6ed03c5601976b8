import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { Crc32, Crc32cJs, Crc64NvmeJs } from '@aws-sdk/checksums/crc'
import { Md5Js } from '@aws-sdk/checksums/md5'
import { Sha1Js, Sha256Js, Sha512Js } from '@aws-sdk/checksums/sha'
import { Xxh3_128, Xxh3_64, Xxh64 } from '@aws-sdk/checksums/xxh'
import fc from 'fast-check'

import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumOf,
  checksumSize,
  compositeCapable,
  createChecksum,
  fullObjectCapable,
} from './checksum.ts'

/** Of nothing, and of the nine digits that catalogues of CRCs are checked with. */
const vectors: Record<ChecksumAlgorithm, [ofNothing: string, ofDigits: string]> = {
  CRC32: ['00000000', 'cbf43926'],
  CRC32C: ['00000000', 'e3069283'],
  CRC64NVME: ['0000000000000000', 'ae8b14860a799888'],
  SHA1: ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  SHA256: [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  ],
  SHA512: [
    'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
    'd9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85',
  ],
  MD5: ['d41d8cd98f00b204e9800998ecf8427e', '25f9e794323b453885f5181f1b624d0b'],
  XXHASH64: ['ef46db3751d8e999', '8cb841db40e6ae83'],
  XXHASH3: ['2d06800538d394c2', '72dcb18b67a17dff'],
  XXHASH128: ['99aa06d3014798d86001c324468d497f', '33119477ede5dcd5e9716427681d5860'],
}

/** The AWS SDK's own, in JavaScript. */
const sdk: Record<
  ChecksumAlgorithm,
  new () => { update(bytes: Uint8Array): void; digest(): Uint8Array | Promise<Uint8Array> }
> = {
  CRC32: Crc32,
  CRC32C: Crc32cJs,
  CRC64NVME: Crc64NvmeJs,
  SHA1: Sha1Js,
  SHA256: Sha256Js,
  SHA512: Sha512Js,
  MD5: Md5Js,
  XXHASH64: Xxh64,
  XXHASH3: Xxh3_64,
  XXHASH128: Xxh3_128,
}

const bytesOf = (size: number, seed: number): Buffer => {
  const bytes = Buffer.alloc(size)
  for (let index = 0, state = seed; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    bytes[index] = state >>> 24
  }
  return bytes
}

for (const algorithm of checksumAlgorithms) {
  describe(algorithm, () => {
    test('gives the published values, of the size stated', () => {
      const [ofNothing, ofDigits] = vectors[algorithm]
      assert.equal(checksumOf(algorithm, Buffer.alloc(0)).toString('hex'), ofNothing)
      assert.equal(checksumOf(algorithm, Buffer.from('123456789')).toString('hex'), ofDigits)
      assert.equal(createChecksum(algorithm).digest().toString('hex'), ofNothing)
      assert.equal(ofDigits.length, checksumSize[algorithm] * 2)
    })

    test('agrees with the AWS SDK at sizes around every block', async () => {
      for (const size of [1, 3, 16, 17, 63, 64, 65, 128, 129, 240, 241, 1023, 1024, 1025, 16_384, 70_001]) {
        const bytes = bytesOf(size, size)
        const theirs = new sdk[algorithm]()
        theirs.update(bytes)
        assert.equal(
          checksumOf(algorithm, bytes).toString('hex'),
          Buffer.from(await theirs.digest()).toString('hex'),
          `${size} bytes`,
        )
      }
    })

    test('is the same however the bytes are cut, and while others are in progress', () => {
      const step = fc.record({ which: fc.nat(2), size: fc.oneof(fc.nat(300), fc.nat(40_000)), oneShot: fc.boolean() })
      fc.assert(
        fc.property(fc.array(step, { maxLength: 20 }), fc.nat(), (steps, seed) => {
          const running = [0, 1, 2].map(() => ({ checksum: createChecksum(algorithm), fed: [] as Buffer[] }))
          for (const [index, { which, size, oneShot }] of steps.entries()) {
            const bytes = bytesOf(size, seed + index)
            running[which]!.checksum.update(bytes)
            running[which]!.fed.push(bytes)
            if (oneShot) checksumOf(algorithm, bytes)
          }
          for (const { checksum, fed } of running) {
            assert.deepEqual(checksum.digest(), checksumOf(algorithm, Buffer.concat(fed)))
          }
        }),
        { numRuns: 40 },
      )
    })

    test('leaves no trace of a checksum that was never finished', () => {
      createChecksum(algorithm).update(Buffer.from('abandoned'))
      const checksum = createChecksum(algorithm)
      checksum.update(Buffer.from('123456789'))
      assert.equal(checksum.digest().toString('hex'), vectors[algorithm][1])
    })

    test('does not keep the bytes it was given', () => {
      const checksum = createChecksum(algorithm)
      const bytes = Buffer.from('123456789')
      checksum.update(bytes)
      bytes.fill(0)
      assert.equal(checksum.digest().toString('hex'), vectors[algorithm][1])
    })

    test('can be of a full object or of its parts', () => {
      assert.ok(fullObjectCapable[algorithm] || compositeCapable[algorithm])
    })
  })
}

test('a digest already given does not change when the next is taken', () => {
  for (const algorithm of checksumAlgorithms) {
    const first = checksumOf(algorithm, Buffer.from('123456789'))
    checksumOf(algorithm, Buffer.from('other'))
    assert.equal(first.toString('hex'), vectors[algorithm][1])
  }
})
