import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumAlgorithms, checksumOf } from '../base/checksum/checksum.ts'
import { ApiError } from '../base/errors.ts'
import { declaredChecksum, declaresIntegrity, verified } from './request-checksum.ts'

type Headers = Readonly<Record<string, string>>

const chunks = ['kit', '', 'ten'].map((text) => Buffer.from(text))
const whole = Buffer.concat(chunks)
const md5 = createHash('md5').update(whole).digest('base64')
const none = (): Headers => ({})

/** Reads a document that the headers declare; `ok`, or the code of what is thrown. */
async function outcomeOf(headers: Headers, trailers: () => Headers = none): Promise<string> {
  try {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* chunks
    }
    const passed = await Array.fromAsync(verified(body(), declaredChecksum(headers, trailers)), (chunk) =>
      Buffer.from(chunk),
    )
    assert.deepEqual(Buffer.concat(passed), whole)
    return 'ok'
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error.code
  }
}

for (const algorithm of checksumAlgorithms) {
  const header = `x-amz-checksum-${algorithm.toLowerCase()}`
  const right = checksumOf(algorithm, whole).toString('base64')
  const wrong = checksumOf(algorithm, Buffer.from('dog')).toString('base64')
  test(`${algorithm} is checked, whether it comes before the body or behind it`, async () => {
    const promise = { 'x-amz-trailer': header, 'x-amz-sdk-checksum-algorithm': algorithm }
    for (const [value, outcome] of [
      [right, 'ok'],
      [wrong, 'BadDigest'],
      [right.slice(0, -1), 'InvalidRequest'],
      [`${right}AAAA`, 'InvalidRequest'],
      ['', 'InvalidRequest'],
      [`${right}-1`, 'InvalidRequest'],
    ] as const) {
      assert.equal(await outcomeOf({ [header]: value }), outcome, value)
      assert.equal(await outcomeOf(promise, () => ({ [header]: value })), outcome, value)
    }
    assert.equal(declaredChecksum({ [header]: right }, none).algorithm, algorithm)
    assert.equal(declaredChecksum(promise, none).algorithm, algorithm)
    assert.ok(declaresIntegrity({ [header]: right }) && declaresIntegrity(promise))
  })
}

const crc32 = checksumOf('CRC32', whole).toString('base64')
const rows: readonly (readonly [headers: Headers, trailers: Headers, outcome: string])[] = [
  [{}, {}, 'ok'],
  [{ 'content-md5': md5 }, {}, 'ok'],
  [{ 'content-md5': md5, 'x-amz-checksum-crc32': crc32 }, {}, 'ok'],
  [{ 'content-md5': createHash('md5').digest('base64') }, {}, 'BadDigest'],
  [{ 'content-md5': md5, 'x-amz-checksum-crc32': 'AAAAAA==' }, {}, 'BadDigest'],
  [{ 'content-md5': createHash('md5').digest('base64'), 'x-amz-checksum-crc32': crc32 }, {}, 'BadDigest'],
  [{ 'content-md5': '' }, {}, 'InvalidDigest'],
  [{ 'content-md5': 'AAAA' }, {}, 'InvalidDigest'],
  [{ 'content-md5': createHash('md5').update(whole).digest('hex') }, {}, 'InvalidDigest'],
  [{ 'x-amz-trailer': 'X-Amz-Checksum-Crc32 ' }, { 'x-amz-checksum-crc32': crc32 }, 'ok'],
  [{ 'x-amz-trailer': 'x-amz-checksum-crc32' }, {}, 'MalformedTrailerError'],
  [{ 'x-amz-trailer': 'x-amz-checksum-crc32' }, { 'x-amz-checksum-sha1': crc32 }, 'MalformedTrailerError'],
  [{ 'x-amz-trailer': 'x-amz-checksum-crc16' }, {}, 'InvalidRequest'],
  [{ 'x-amz-trailer': 'x-amz-meta-a' }, {}, 'InvalidRequest'],
  [{ 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-checksum-crc32': crc32 }, {}, 'InvalidRequest'],
  [{ 'x-amz-checksum-crc32': crc32, 'x-amz-checksum-sha1': 'AAAA' }, {}, 'InvalidRequest'],
  [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, {}, 'InvalidRequest'],
  [{ 'x-amz-sdk-checksum-algorithm': 'CRC32', 'content-md5': md5 }, {}, 'InvalidRequest'],
  [{ 'x-amz-sdk-checksum-algorithm': 'CRC32C', 'x-amz-checksum-crc32': crc32 }, {}, 'InvalidRequest'],
  [{ 'x-amz-sdk-checksum-algorithm': 'crc32', 'x-amz-checksum-crc32': crc32 }, {}, 'ok'],
  [{ 'x-amz-checksum-mode': 'ENABLED', 'x-amz-checksum-type': 'FULL_OBJECT' }, {}, 'ok'],
]
for (const [headers, trailers, outcome] of rows) {
  test(`a body with ${JSON.stringify(headers)} and the trailers ${JSON.stringify(trailers)} is ${outcome}`, async () => {
    assert.equal(await outcomeOf(headers, () => trailers), outcome)
  })
}

test('trailers are asked for only when the body has ended', async () => {
  let ended = false
  async function* body(): AsyncGenerator<Uint8Array> {
    yield whole
    ended = true
  }
  const declared = declaredChecksum({ 'x-amz-trailer': 'x-amz-checksum-crc32' }, () => {
    assert.ok(ended)
    return { 'x-amz-checksum-crc32': crc32 }
  })
  await Array.fromAsync(verified(body(), declared))
})

test('what says nothing of integrity is told from what does', () => {
  assert.ok(declaresIntegrity({ 'content-md5': md5 }))
  for (const headers of [{}, { 'x-amz-checksum-mode': 'ENABLED' }, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }]) {
    assert.equal(declaresIntegrity(headers), false)
  }
})
