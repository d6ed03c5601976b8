/** The checksums of multipart objects, through all operations that have to do with them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checksumAlgorithms,
  checksumOf,
  compositeCapable,
  fullObjectCapable,
  type ChecksumAlgorithm,
} from '../base/checksum/checksum.ts'
import { begin, completeDocument, makeFront, partOf, partSizeMin } from './test-bed.ts'

type Type = 'COMPOSITE' | 'FULL_OBJECT'

const bodies = [Buffer.alloc(partSizeMin, 'abc'), Buffer.alloc(partSizeMin + 1, 'def'), Buffer.from('last')]
const asked = { headers: { 'x-amz-checksum-mode': 'ENABLED' } }

const cases = checksumAlgorithms.flatMap((algorithm): (readonly [ChecksumAlgorithm, Type])[] => [
  ...(compositeCapable[algorithm] ? [[algorithm, 'COMPOSITE'] as const] : []),
  ...(fullObjectCapable[algorithm] ? [[algorithm, 'FULL_OBJECT'] as const] : []),
])

for (const [algorithm, type] of cases) {
  const header = `x-amz-checksum-${algorithm.toLowerCase()}`
  const ofPart = bodies.map((body) => checksumOf(algorithm, body))
  const whole =
    type === 'COMPOSITE'
      ? `${checksumOf(algorithm, Buffer.concat(ofPart)).toString('base64')}-${bodies.length}`
      : checksumOf(algorithm, Buffer.concat(bodies)).toString('base64')
  const element = (value: string): string => `<Checksum${algorithm}>${value}</Checksum${algorithm}>`

  test(`the ${type} ${algorithm} of a multipart object is checked and told, whole and by parts`, async () => {
    const { send } = await makeFront()
    const uploadId = await begin(send, 'k', { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type })
    const parts: string[] = []
    for (const [index, body] of bodies.entries()) {
      const value = ofPart[index]!.toString('base64')
      const line = `PUT /photos/k?partNumber=${index + 1}&uploadId=${uploadId}`
      const { headers } = await send(line, { body, headers: { [header]: value } })
      assert.equal(headers[header], value)
      parts.push(partOf(index + 1, headers['etag']!, element(value)))
    }
    const complete = (headers: Record<string, string>, named = parts) =>
      send(`POST /photos/k?uploadId=${uploadId}`, { body: completeDocument(named), headers })

    // 1. What is wrong is refused, and the upload stays.
    const wrong = ofPart[0]!.toString('base64')
    assert.equal((await complete({ [header]: wrong })).outcome, '400 BadDigest')
    assert.equal((await complete({ [header]: 'bad' })).outcome, '400 BadDigest')
    const swapped = parts.with(1, parts[1]!.replace(ofPart[1]!.toString('base64'), wrong))
    assert.equal((await complete({}, swapped)).outcome, '400 InvalidPart')
    const otherType = type === 'COMPOSITE' ? 'FULL_OBJECT' : 'COMPOSITE'
    assert.equal((await complete({ 'x-amz-checksum-type': otherType })).outcome, '400 InvalidRequest')
    const otherHeader = algorithm === 'CRC32' ? 'x-amz-checksum-crc32c' : 'x-amz-checksum-crc32'
    assert.equal((await complete({ [otherHeader]: wrong })).outcome, '400 InvalidRequest')

    // 2. What is right is told by every operation.
    const completed = await complete({ [header]: whole, 'x-amz-checksum-type': type })
    assert.deepEqual(
      [completed.outcome, completed.element(`Checksum${algorithm}`), completed.element('ChecksumType')],
      ['200', whole, type],
    )
    const head = await send('HEAD /photos/k', asked)
    assert.deepEqual([head.headers[header], head.headers['x-amz-checksum-type']], [whole, type])
    assert.equal((await send('HEAD /photos/k')).headers[header], undefined)
    for (const [index, value] of ofPart.entries()) {
      const { headers } = await send(`HEAD /photos/k?partNumber=${index + 1}`, asked)
      assert.deepEqual([headers[header], headers['x-amz-checksum-type']], [value.toString('base64'), type])
    }
    const attributes = await send('GET /photos/k?attributes', {
      headers: { 'x-amz-object-attributes': 'Checksum,ObjectParts' },
    })
    assert.ok(attributes.text.includes(`<Checksum>${element(whole)}<ChecksumType>${type}</ChecksumType></Checksum>`))
    assert.deepEqual(
      attributes.elements(`Checksum${algorithm}`).slice(1),
      ofPart.map((value) => value.toString('base64')),
    )
    const list = await send('GET /photos')
    assert.deepEqual([list.element('ChecksumAlgorithm'), list.element('ChecksumType')], [algorithm, type])
  })
}

test('a COMPOSITE checksum may be declared without the number of parts', async () => {
  const { send } = await makeFront()
  const uploadId = await begin(send, 'k', { 'x-amz-checksum-algorithm': 'SHA256' })
  const { headers } = await send(`PUT /photos/k?partNumber=1&uploadId=${uploadId}`, { body: 'kitten' })
  const value = checksumOf('SHA256', checksumOf('SHA256', Buffer.from('kitten'))).toString('base64')
  const body = completeDocument([partOf(1, headers['etag']!)])
  const answer = await send(`POST /photos/k?uploadId=${uploadId}`, {
    body,
    headers: { 'x-amz-checksum-sha256': value },
  })
  assert.deepEqual([answer.status, answer.element('ChecksumSHA256')], [200, `${value}-1`])
})

test('an object of an upload without an algorithm has no checksum, whatever its parts came with', async () => {
  const { send } = await makeFront()
  const uploadId = await begin(send, 'k')
  const value = checksumOf('CRC32', Buffer.from('kitten')).toString('base64')
  const line = `PUT /photos/k?partNumber=1&uploadId=${uploadId}`
  const { headers } = await send(line, { body: 'kitten', headers: { 'x-amz-checksum-crc32': value } })
  const named = partOf(1, headers['etag']!, `<ChecksumCRC32>${value}</ChecksumCRC32>`)
  const answer = await send(`POST /photos/k?uploadId=${uploadId}`, { body: completeDocument([named]) })
  assert.deepEqual([answer.status, answer.element('ChecksumCRC32')], [200, undefined])
  assert.equal((await send('HEAD /photos/k', asked)).headers['x-amz-checksum-crc32'], undefined)
})
