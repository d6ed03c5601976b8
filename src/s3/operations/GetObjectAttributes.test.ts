import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumOf } from '../../base/checksum/checksum.ts'
import { makeFront, partSizeMin, putInParts, type Send } from '../test-bed.ts'
import { makeVersionedFront, putVersion } from '../versioned.fixture.ts'

const all = 'ETag,Checksum,ObjectParts,StorageClass,ObjectSize'
const ask = (send: Send, attributes: string, more: Record<string, string> = {}) =>
  send('GET /photos/k?attributes', { headers: { 'x-amz-object-attributes': attributes, ...more } })
const crcOf = (bytes: string | Uint8Array): string => checksumOf('CRC32C', Buffer.from(bytes)).toString('base64')

async function makeObject() {
  const front = await makeFront()
  await front.send('PUT /photos/k', { body: 'kitten', headers: { 'x-amz-checksum-crc32c': crcOf('kitten') } })
  return front
}

const md5 = createHash('md5').update('kitten').digest('hex')
const elements: readonly (readonly [attributes: string, document: string])[] = [
  ['ETag', `<ETag>${md5}</ETag>`],
  [
    'Checksum',
    `<Checksum><ChecksumCRC32C>${crcOf('kitten')}</ChecksumCRC32C><ChecksumType>FULL_OBJECT</ChecksumType></Checksum>`,
  ],
  ['ObjectParts', ''],
  ['StorageClass', '<StorageClass>STANDARD</StorageClass>'],
  ['ObjectSize', '<ObjectSize>6</ObjectSize>'],
  ['ETag, ObjectSize', `<ETag>${md5}</ETag><ObjectSize>6</ObjectSize>`],
]
for (const [attributes, document] of elements) {
  test(`GetObjectAttributes tells ${attributes} where it is asked for, and no more`, async () => {
    const { send } = await makeObject()
    const { status, text, headers } = await ask(send, attributes)
    assert.equal(status, 200)
    assert.equal(text.match(/<GetObjectAttributesResponse[^>]*>(.*)<\/GetObjectAttributesResponse>/s)?.[1], document)
    assert.equal(headers['last-modified'], 'Fri, 20 Nov 2026 00:00:00 GMT')
  })
}

test('GetObjectAttributes tells no checksum where there is none', async () => {
  const { send } = await makeFront()
  await send('PUT /photos/k', { body: 'kitten' })
  assert.equal((await ask(send, all)).element('Checksum'), undefined)
})

test('GetObjectAttributes tells the parts, with their checksums where the object has one', async () => {
  const { send } = await makeFront()
  const first = new Uint8Array(partSizeMin)
  for (const checked of [true, false]) {
    const headers = checked ? { 'x-amz-checksum-algorithm': 'CRC32C' } : {}
    const whole = await putInParts(send, 'k', [first, 'last'], headers)
    const answer = await ask(send, all)
    assert.equal(answer.element('ETag'), whole.element('ETag')!.replaceAll('&quot;', ''))
    const part = (number: number, bytes: string | Uint8Array): string =>
      `<PartNumber>${number}</PartNumber><Size>${bytes.length}</Size>` +
      (checked ? `<ChecksumCRC32C>${crcOf(bytes)}</ChecksumCRC32C>` : '')
    assert.deepEqual(answer.elements('Part'), [part(1, first), part(2, 'last')])
    assert.deepEqual(
      [answer.element('PartsCount'), answer.element('IsTruncated'), answer.element('ObjectSize')],
      ['2', 'false', String(partSizeMin + 4)],
    )
    assert.equal(answer.elements('ChecksumType')[0], checked ? 'COMPOSITE' : undefined)
  }
})

test('GetObjectAttributes pages the parts', async () => {
  const { send } = await makeFront()
  const least = new Uint8Array(partSizeMin)
  await putInParts(send, 'k', [least, least, 'last'])
  const page = async (max: string, marker: string) => {
    const answer = await ask(send, 'ObjectParts', { 'x-amz-max-parts': max, 'x-amz-part-number-marker': marker })
    const names = ['PartsCount', 'MaxParts', 'PartNumberMarker', 'NextPartNumberMarker', 'IsTruncated']
    return [answer.elements('PartNumber').join(), ...names.map((name) => answer.element(name))]
  }
  assert.deepEqual(await page('1', '0'), ['1', '3', '1', '0', '1', 'true'])
  assert.deepEqual(await page('1', '1'), ['2', '3', '1', '1', '2', 'true'])
  assert.deepEqual(await page('1', '2'), ['3', '3', '1', '2', '3', 'false'])
  assert.deepEqual(await page('10', '1'), ['2,3', '3', '10', '1', '3', 'false'])
  assert.deepEqual(await page('10', '3'), ['', '3', '10', '3', '0', 'false'])
  assert.deepEqual(await page('2000', '0'), ['1,2,3', '3', '1000', '0', '3', 'false'])
})

const refused: readonly (readonly [line: string, headers: Record<string, string>, outcome: string])[] = [
  ['GET /photos/k?attributes', {}, '400 InvalidRequest'],
  ['GET /photos/k?attributes', { 'x-amz-object-attributes': '' }, '400 InvalidArgument'],
  ['GET /photos/k?attributes', { 'x-amz-object-attributes': 'ETag,Color' }, '400 InvalidArgument'],
  ['GET /photos/k?attributes', { 'x-amz-object-attributes': 'etag' }, '400 InvalidArgument'],
  ['GET /photos/k?attributes', { 'x-amz-object-attributes': all, 'x-amz-max-parts': 'x' }, '400 InvalidArgument'],
  [
    'GET /photos/k?attributes',
    { 'x-amz-object-attributes': all, 'x-amz-server-side-encryption-customer-algorithm': 'AES256' },
    '400 InvalidArgument',
  ],
  ['GET /photos/none?attributes', { 'x-amz-object-attributes': all }, '404 NoSuchKey'],
  ['GET /photos/k?attributes&versionId=x', { 'x-amz-object-attributes': all }, '400 InvalidArgument'],
  ['GET /photos/k?attributes&versionId=null', { 'x-amz-object-attributes': all }, '200'],
]
for (const [line, headers, outcome] of refused) {
  test(`${line} with ${JSON.stringify(headers)} is ${outcome}`, async () => {
    const { send } = await makeObject()
    assert.equal((await send(line, { headers })).outcome, outcome)
  })
}

test('GetObjectAttributes tells those of the version asked for', async () => {
  const { send } = await makeVersionedFront()
  const ids = [await putVersion(send, 'k', 'x'), await putVersion(send, 'k', 'longer')]
  const sizes: unknown[] = []
  for (const query of [`&versionId=${ids[0]}`, `&versionId=${ids[1]}`, '']) {
    const headers = { 'x-amz-object-attributes': 'ObjectSize' }
    const answer = await send(`GET /photos/k?attributes${query}`, { headers })
    sizes.push([answer.element('ObjectSize'), answer.headers['x-amz-version-id']])
  }
  assert.deepEqual(sizes, [
    ['1', ids[0]],
    ['6', ids[1]],
    ['6', ids[1]],
  ])
})
