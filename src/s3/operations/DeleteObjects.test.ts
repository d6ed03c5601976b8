import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumAlgorithms, checksumOf } from '../../base/checksum/checksum.ts'
import { escapeXml } from '../xml.ts'
import { makeFront, type Send } from '../test-bed.ts'
import { makeLockedFront, makeVersionedFront, putVersion } from '../versioned.fixture.ts'

const md5 = (text: string): string => createHash('md5').update(text).digest('base64')
const object = (key: string, more = ''): string => `<Object><Key>${escapeXml(key)}</Key>${more}</Object>`
const deletion = (...objects: readonly string[]): string =>
  `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects.join('')}</Delete>`

async function makeObjects(...keys: readonly string[]) {
  const front = await makeFront()
  for (const key of keys) {
    const { status } = await front.send(`PUT /photos/${encodeURIComponent(key)}`, { body: 'kitten' })
    assert.equal(status, 200)
  }
  return front
}

const ask = (send: Send, body: string) => send('POST /photos?delete', { headers: { 'content-md5': md5(body) }, body })
const keysIn = async (send: Send): Promise<readonly string[]> => (await send('GET /photos')).elements('Key')

test('DeleteObjects deletes the keys named, whether they are there or not, and tells each', async () => {
  const { send } = await makeObjects('a', 'b/c', '<&>', 'd')
  const body = deletion(...['a', 'b/c', '<&>', 'none'].map((key) => object(key)))
  for (const _ of [1, 2]) {
    const { status, text, elements } = await ask(send, body)
    assert.equal(status, 200)
    assert.match(text, /<DeleteResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/"><Deleted><Key>a</)
    assert.deepEqual(elements('Deleted').length, 4)
    assert.deepEqual(elements('Key').toSorted(), ['&lt;&amp;&gt;', 'a', 'b/c', 'none'])
    assert.deepEqual(elements('Error'), [])
  }
  assert.deepEqual(await keysIn(send), ['d'])
})

test('DeleteObjects, quiet, tells the failures only', async () => {
  const { send } = await makeObjects('a', 'b')
  const wrong = object('b', '<ETag>other</ETag>')
  const { status, elements, text } = await ask(send, deletion('<Quiet>true</Quiet>', object('a'), wrong))
  assert.deepEqual([status, elements('Deleted')], [200, []])
  assert.match(text, /<Error><Key>b<\/Key><Code>PreconditionFailed<\/Code><Message>At least one .*<\/Message><\/Error>/)
  assert.deepEqual(await keysIn(send), ['b'])
  const loud = await ask(send, deletion('<Quiet>false</Quiet>', object('b')))
  assert.equal(loud.elements('Deleted').length, 1)
})

test('DeleteObjects takes 1,000 keys and refuses 1,001', async () => {
  const { send } = await makeObjects('k0', 'k1000')
  const keys = Array.from({ length: 1001 }, (_, index) => object(`k${index}`))
  assert.equal((await ask(send, deletion(...keys))).outcome, '400 MalformedXML')
  assert.deepEqual(await keysIn(send), ['k0', 'k1000'])
  const { status, elements } = await ask(send, deletion(...keys.slice(0, 1000)))
  assert.deepEqual([status, elements('Deleted').length], [200, 1000])
  assert.deepEqual(await keysIn(send), ['k1000'])
})

test('DeleteObjects tells of a key that is too long, and deletes the others', async () => {
  const longest = 'é'.repeat(512)
  const { send } = await makeObjects(longest, 'a')
  const { status, elements } = await ask(send, deletion(object(`${longest}x`), object(longest), object('a')))
  assert.equal(status, 200)
  assert.deepEqual([elements('Deleted').length, elements('Code')], [2, ['KeyTooLongError']])
  assert.deepEqual(await keysIn(send), [])
})

const modified = 'Fri, 20 Nov 2026 00:00:00 GMT'
const etag = createHash('md5').update('kitten').digest('hex')
const conditions: readonly (readonly [more: string, met: boolean])[] = [
  [`<ETag>${etag}</ETag>`, true],
  [`<ETag>"${etag}"</ETag>`, true],
  ['<ETag>*</ETag>', true],
  ['<ETag>other</ETag>', false],
  ['<Size>6</Size>', true],
  ['<Size>7</Size>', false],
  [`<LastModifiedTime>${modified}</LastModifiedTime>`, true],
  ['<LastModifiedTime>2026-11-20T00:00:00Z</LastModifiedTime>', true],
  ['<LastModifiedTime>2015-01-01T00:00:00Z</LastModifiedTime>', false],
  [`<ETag>${etag}</ETag><Size>7</Size>`, false],
]
for (const [more, met] of conditions) {
  test(`DeleteObjects with ${more} ${met ? 'deletes' : 'does not delete'} the object, and takes it for deleted where it is not`, async () => {
    const { send } = await makeObjects('k')
    const { status, elements } = await ask(send, deletion(object('k', more), object('none', more)))
    assert.equal(status, 200)
    assert.equal(elements('Deleted').length, met ? 2 : 1)
    assert.deepEqual(elements('Code'), met ? [] : ['PreconditionFailed'])
    assert.deepEqual(await keysIn(send), met ? [] : ['k'])
  })
}

test('DeleteObjects knows the version null, and takes another that is not there for deleted, unless it can be none', async () => {
  const { send } = await makeObjects('a', 'b')
  const versions = [
    ['a', 'null'],
    ['b', '0'.repeat(32)],
    ['b', 'x'],
  ] as const
  const body = deletion(...versions.map(([key, id]) => object(key, `<VersionId>${id}</VersionId>`)))
  const { elements, text } = await ask(send, body)
  assert.deepEqual([elements('Deleted').length, elements('Code')], [2, ['InvalidArgument']])
  assert.match(text, /<Error><Key>b<\/Key><VersionId>x<\/VersionId>/)
  assert.deepEqual(await keysIn(send), ['b'])
})

test('DeleteObjects that names a key twice deletes it once', async () => {
  const { send, buckets } = await makeObjects('a', 'b')
  const { elements } = await ask(send, deletion(object('a'), object('a')))
  assert.equal(elements('Deleted').length, 2)
  assert.equal((await buckets.usage(await buckets.get('photos'))).objects, 1)
})

const body = deletion(object('k'))
const integrity: readonly (readonly [headers: Record<string, string>, outcome: string])[] = [
  [{}, '400 InvalidRequest'],
  [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, '400 InvalidRequest'],
  [{ 'content-md5': md5('x') }, '400 BadDigest'],
  [{ 'content-md5': 'x' }, '400 InvalidDigest'],
  [{ 'x-amz-checksum-crc32': 'AAAAAA==' }, '400 BadDigest'],
  [{ 'x-amz-checksum-crc32': 'x' }, '400 InvalidRequest'],
  [{ 'content-md5': md5(body), 'x-amz-checksum-crc32': 'AAAAAA==' }, '400 BadDigest'],
  [{ 'content-md5': md5(body), 'x-amz-mfa': '1 2' }, '501 NotImplemented'],
]
for (const [headers, outcome] of integrity) {
  test(`DeleteObjects with ${JSON.stringify(headers)} is ${outcome} and deletes nothing`, async () => {
    const { send } = await makeObjects('k')
    assert.equal((await send('POST /photos?delete', { headers, body })).outcome, outcome)
    assert.deepEqual(await keysIn(send), ['k'])
  })
}

for (const algorithm of checksumAlgorithms) {
  test(`DeleteObjects takes ${algorithm} for the integrity of its document`, async () => {
    const { send } = await makeObjects('k')
    const headers = {
      [`x-amz-checksum-${algorithm.toLowerCase()}`]: checksumOf(algorithm, Buffer.from(body)).toString('base64'),
      'x-amz-sdk-checksum-algorithm': algorithm,
    }
    assert.equal((await send('POST /photos?delete', { headers, body })).outcome, '200')
    assert.deepEqual(await keysIn(send), [])
  })
}

const malformed = [
  '',
  '<Delete/>',
  '<Delete><Object/></Delete>',
  '<Delete><Object>',
  '<Remove/>',
  '<Delete><Quiet>x</Quiet></Delete>',
]
for (const document of malformed) {
  test(`DeleteObjects with ${document || 'nothing'} is 400`, async () => {
    const { send } = await makeObjects('k')
    const code = document === '' ? 'MissingRequestBodyError' : 'MalformedXML'
    assert.equal((await ask(send, document)).outcome, `400 ${code}`)
    assert.deepEqual(await keysIn(send), ['k'])
  })
}

test('DeleteObjects tells the delete markers that it puts and removes', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'k', 'x')
  const put = await ask(send, deletion(object('k')))
  const marker = put.element('DeleteMarkerVersionId')!
  assert.deepEqual([put.element('DeleteMarker'), put.element('VersionId')], ['true', undefined])
  const removed = await ask(send, deletion(object('k', `<VersionId>${marker}</VersionId>`)))
  assert.deepEqual(
    [removed.element('VersionId'), removed.element('DeleteMarker'), removed.element('DeleteMarkerVersionId')],
    [marker, 'true', marker],
  )
  assert.equal((await send('GET /photos/k')).text, 'x')
})

test('DeleteObjects removes what is not locked, and tells what is', async () => {
  const { send } = await makeLockedFront()
  const held = await putVersion(send, 'k', 'x', { 'x-amz-object-lock-legal-hold': 'ON' })
  const free = await putVersion(send, 'k', 'y')
  const named = [held, free].map((id) => object('k', `<VersionId>${id}</VersionId>`))
  const answer = await ask(send, deletion(...named))
  assert.deepEqual([answer.elements('Deleted').length, answer.elements('Code')], [1, ['AccessDenied']])
  assert.deepEqual((await send('GET /photos?versions')).elements('VersionId'), [held])
})
