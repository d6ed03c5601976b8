import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { makeFront, otherAccountId, type Answer, type Send } from '../test-bed.ts'
import { allowOther, makeVersionedFront, putVersion } from '../versioned.fixture.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64')

/** `Version k 1a2b…` or `DeleteMarker k …`, in the order in which they stand. */
const entriesOf = ({ text }: Answer): readonly string[] =>
  [...text.matchAll(/<(Version|DeleteMarker)><Key>(.*?)<\/Key><VersionId>(.*?)<\/VersionId>/g)].map(
    ([, kind, key, id]) => `${kind} ${key} ${id}`,
  )

async function deleted(send: Send, key: string): Promise<string> {
  const { status, headers } = await send(`DELETE /photos/${key}`)
  assert.equal(status, 204)
  return headers['x-amz-version-id']!
}

test('ListObjectVersions tells versions and delete markers in one order: of their keys, and newest first', async () => {
  const { send } = await makeVersionedFront()
  const b1 = await putVersion(send, 'b', '1')
  const a1 = await putVersion(send, 'a', '1')
  const a2 = await deleted(send, 'a')
  const a3 = await putVersion(send, 'a', '2')
  const b2 = await deleted(send, 'b')
  const answer = await send('GET /photos?versions')
  assert.deepEqual(entriesOf(answer), [
    `Version a ${a3}`,
    `DeleteMarker a ${a2}`,
    `Version a ${a1}`,
    `DeleteMarker b ${b2}`,
    `Version b ${b1}`,
  ])
  assert.deepEqual(answer.elements('IsLatest'), ['true', 'false', 'false', 'true', 'false'])
  assert.match(answer.text, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<ListVersionsResult xmlns="[^"]+">/)
  assert.match(answer.text, /<\/ListVersionsResult>$/)
})

test('ListObjectVersions tells of a version what it is', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'kitten', { 'x-amz-checksum-sha256': sha256('kitten') })
  const { element } = await send('GET /photos?versions')
  assert.deepEqual(
    [element('VersionId'), element('ChecksumAlgorithm'), element('ChecksumType')],
    [id, 'SHA256', 'FULL_OBJECT'],
  )
  assert.deepEqual(
    [element('Size'), element('StorageClass'), element('ID'), element('DisplayName'), element('LastModified')],
    ['6', 'STANDARD', 'a'.repeat(64), 'account a', '2026-11-20T00:00:00.000Z'],
  )
  const { headers } = await send('HEAD /photos/k')
  assert.equal(element('ETag'), headers['etag']!.replaceAll('"', '&quot;'))
})

test('ListObjectVersions tells whose a version is that is another account’s', async () => {
  const { send } = await makeVersionedFront()
  await allowOther(send, 's3:DeleteObject')
  assert.equal((await send('DELETE /photos/k', { account: otherAccountId })).status, 204)
  const { elements } = await send('GET /photos?versions')
  assert.deepEqual(elements('ID'), [otherAccountId])
})

for (const limit of [1, 2, 3, 4, 100]) {
  test(`ListObjectVersions tells all in pages of ${limit}`, async () => {
    const { send } = await makeVersionedFront()
    for (const key of ['a', 'b/c', 'b/d', 'e']) {
      await putVersion(send, key, '1')
      await deleted(send, key)
      await putVersion(send, key, '2')
    }
    for (const [delimiter, expected] of [
      ['', 12],
      ['/', 7],
    ] as const) {
      const seen: string[] = []
      let [marker, isTruncated] = ['', true]
      while (isTruncated) {
        const answer = await send(`GET /photos?versions&max-keys=${limit}&delimiter=${delimiter}${marker}`)
        const found = [...entriesOf(answer), ...answer.elements('CommonPrefixes')]
        assert.ok(found.length <= limit)
        seen.push(...found)
        isTruncated = answer.element('IsTruncated') === 'true'
        const [key, id] = [answer.element('NextKeyMarker'), answer.element('NextVersionIdMarker')]
        assert.equal(key !== undefined, isTruncated)
        marker = `&key-marker=${encodeURIComponent(key ?? '')}${id === undefined ? '' : `&version-id-marker=${id}`}`
      }
      assert.equal(seen.length, expected)
      assert.equal(new Set(seen).size, expected)
    }
  })
}

test('ListObjectVersions goes on after a version, after all of a key, or after a common prefix', async () => {
  const { send } = await makeVersionedFront()
  const ids: string[] = []
  for (const key of ['a/1', 'a/1', 'b']) ids.push(await putVersion(send, key, 'x'))
  const after = async (query: string) => entriesOf(await send(`GET /photos?versions&${query}`))
  assert.deepEqual(await after(`key-marker=a/1&version-id-marker=${ids[1]}`), [
    `Version a/1 ${ids[0]}`,
    `Version b ${ids[2]}`,
  ])
  assert.deepEqual(await after('key-marker=a/1'), [`Version b ${ids[2]}`])
  assert.deepEqual(await after('key-marker=a/&delimiter=/'), [`Version b ${ids[2]}`])
  assert.deepEqual(await after('prefix=a/&key-marker=a/1'), [])
  assert.deepEqual(await after('prefix=a/&key-marker=A'), [`Version a/1 ${ids[1]}`, `Version a/1 ${ids[0]}`])
})

test('ListObjectVersions encodes keys if it is asked to', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'a%20%26%C3%A9', 'x')
  await putVersion(send, 'b%2Bc/d', 'x')
  const plain = await send('GET /photos?versions&delimiter=/')
  assert.deepEqual([plain.element('Key'), plain.elements('Prefix').at(-1)], ['a &amp;é', 'b+c/'])
  const encoded = await send('GET /photos?versions&delimiter=/&encoding-type=url')
  assert.deepEqual(
    [encoded.element('Key'), encoded.elements('Prefix').at(-1), encoded.element('EncodingType')],
    ['a%20%26%C3%A9', 'b%2Bc/', 'url'],
  )
})

test('ListObjectVersions of a bucket without versioning lists null versions', async () => {
  const { send } = await makeFront()
  await putVersion(send, 'k', 'x')
  const { elements } = await send('GET /photos?versions')
  assert.deepEqual([elements('VersionId'), elements('IsLatest')], [['null'], ['true']])
})

const refused: readonly (readonly [query: string, outcome: string])[] = [
  [`version-id-marker=${'0'.repeat(32)}`, '400 InvalidArgument'],
  ['key-marker=k&version-id-marker=x', '400 InvalidArgument'],
  ['max-keys=-1', '400 InvalidArgument'],
  ['max-keys=x', '400 InvalidArgument'],
  ['encoding-type=base64', '400 InvalidArgument'],
  ['max-keys=0', '200'],
  ['max-keys=100000', '200'],
  ['key-marker=k&version-id-marker=null', '200'],
  ['key-marker=&version-id-marker=', '200'],
]
for (const [query, outcome] of refused) {
  test(`ListObjectVersions with ${query} is ${outcome}`, async () => {
    const { send } = await makeVersionedFront()
    assert.equal((await send(`GET /photos?versions&${query}`)).outcome, outcome)
  })
}

test('ListObjectVersions needs its own permission', async () => {
  const { send } = await makeVersionedFront()
  await allowOther(send, 's3:ListBucket')
  assert.equal((await send('GET /photos?versions', { account: otherAccountId })).outcome, '403 AccessDenied')
  await allowOther(send, 's3:ListBucketVersions')
  assert.equal((await send('GET /photos?versions', { account: otherAccountId })).outcome, '200')
})
