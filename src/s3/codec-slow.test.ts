import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { encodeSlowly } from './codec-slow.ts'
import { CopyObject } from './model.generated.ts'
import type { Output } from './shape.ts'

const output: Output<typeof CopyObject> = { CopyObjectResult: { ETag: 'e' }, VersionId: 'v' }
const tell = (error: unknown): string => `<Error>${error instanceof ApiError ? error.code : 'InternalError'}</Error>`
const impatient = { graceMs: 1, intervalMs: 1 }
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

const chunksOf = async (body: unknown): Promise<string[]> =>
  (await Array.fromAsync(body as AsyncIterable<Uint8Array>)).map((chunk) => Buffer.from(chunk).toString())

test('what is done soon is answered as always', async () => {
  const { status, headers, body } = await encodeSlowly(CopyObject, Promise.resolve(output), tell)
  assert.deepEqual([status, headers.includes('x-amz-version-id')], [200, true])
  assert.ok(typeof body === 'string' && body.includes('<CopyObjectResult '))
})

test('what fails soon fails with its own status', async () => {
  await assert.rejects(encodeSlowly(CopyObject, Promise.reject(new ApiError('NoSuchKey')), tell), { code: 'NoSuchKey' })
})

test('what is done late comes after white space, as one document', async () => {
  const { promise, resolve } = Promise.withResolvers<typeof output>()
  const { status, body } = await encodeSlowly(CopyObject, promise, tell, impatient)
  assert.equal(status, 200)
  const chunks = body as AsyncGenerator<Uint8Array>
  assert.equal(String((await chunks.next()).value), declaration)
  assert.equal(String((await chunks.next()).value), ' ')
  resolve(output)
  const rest = (await chunksOf(chunks)).join('')
  assert.match(rest, /^ *<CopyObjectResult xmlns="[^"]+"><ETag>&quot;e&quot;<\/ETag><\/CopyObjectResult>$/)
})

test('what fails late ends with its error', async () => {
  const { promise, reject } = Promise.withResolvers<typeof output>()
  const { status, body } = await encodeSlowly(CopyObject, promise, tell, impatient)
  assert.equal(status, 200)
  reject(new ApiError('InvalidPart'))
  assert.match((await chunksOf(body)).join(''), /\n *<Error>InvalidPart<\/Error>$/)
})
