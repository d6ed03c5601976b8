import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha256Hex } from '../../../test/harness/sign.ts'
import { emptySha256 } from './payload-mode.ts'
import type { PayloadMode } from './payload-mode.ts'
import { openPayload, storedContentEncoding } from './payload.ts'
import { makeRequest } from './test-bed.ts'

const signing = {
  key: Buffer.alloc(32),
  seed: '0'.repeat(64),
  timestamp: '20130524T000000Z',
  scope: '20130524/us-east-1/s3/aws4_request',
}
const withoutTrailer: readonly PayloadMode[] = [
  { name: 'UNSIGNED-PAYLOAD' },
  { name: 'sha256', sha256: emptySha256 },
  { name: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', signing },
]

const hashed = (sha256: string, pieces: readonly Uint8Array[]): AsyncIterable<Uint8Array> => {
  const request = makeRequest({ method: 'PUT', target: '/', headers: {}, body: pieces })
  return openPayload({ payload: { name: 'sha256', sha256 } }, request).body
}

test('a body with a signed hash arrives whole if it is the one, and otherwise never gives its last piece', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }), async (pieces) => {
      const content = Buffer.concat(pieces)
      const passed: Uint8Array[] = []
      for await (const piece of hashed(sha256Hex(content), pieces)) passed.push(piece)
      assert.deepEqual(Buffer.concat(passed), content)
      const early: Uint8Array[] = []
      await assert.rejects(
        async () => {
          for await (const piece of hashed(sha256Hex('another'), pieces)) early.push(piece)
        },
        { code: 'XAmzContentSHA256Mismatch' },
      )
      assert(content.length === 0 || Buffer.concat(early).length < content.length)
    }),
    { numRuns: 200 },
  )
})

test('XAmzContentSHA256Mismatch tells both hashes', async () => {
  const [expected, computed] = [sha256Hex('b'), sha256Hex('a')]
  await assert.rejects(
    hashed(expected, [Buffer.from('a')])
      [Symbol.asyncIterator]()
      .next(),
    {
      details: { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: computed },
    },
  )
})

test('nothing of a body is read before it is asked for', () => {
  const body = {
    [Symbol.asyncIterator]: () => assert.fail('it was read'),
  }
  for (const payload of withoutTrailer) {
    const request = { ...makeRequest({ target: '/', headers: { 'x-amz-decoded-content-length': '1' } }), body }
    openPayload({ payload }, request)
  }
})

test('a trailer that the payload mode has no place for is refused', () => {
  for (const payload of withoutTrailer) {
    const headers = { 'x-amz-decoded-content-length': '1', 'x-amz-trailer': 'x-amz-checksum-crc32' }
    assert.throws(() => openPayload({ payload }, makeRequest({ target: '/', headers })), { code: 'InvalidRequest' })
  }
})

const encodings: readonly (readonly [sent: string | undefined, stored: string | undefined])[] = [
  [undefined, undefined],
  ['gzip', 'gzip'],
  ['aws-chunked', undefined],
  ['AWS-Chunked', undefined],
  ['aws-chunked,gzip', 'gzip'],
  ['gzip, aws-chunked', 'gzip'],
  ['aws-chunked, aws-chunked', undefined],
  ['aws-chunked,', undefined],
  ['br, gzip', 'br, gzip'],
  ['', ''],
]
test('the stored Content-Encoding is all but aws-chunked', () => {
  for (const [sent, stored] of encodings) assert.equal(storedContentEncoding(sent), stored)
})
