import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, begin, makeFront, type Send } from '../test-bed.ts'

/** An upload of each key, in the order given; the ids by name. */
async function makeUploads(...keys: readonly string[]) {
  const front = await makeFront()
  const ids: string[] = []
  for (const key of keys) {
    front.clock.ms += 1000
    ids.push(await begin(front.send, encodeURIComponent(key)))
  }
  return { ...front, ids }
}

const list = (send: Send, query = '') => send(`GET /photos?uploads${query}`)

test('ListMultipartUploads tells the uploads in order of key, and of beginning', async () => {
  const { send, ids } = await makeUploads('b', 'a', 'b', 'a/c')
  const { status, text, element, elements } = await list(send)
  assert.equal(status, 200)
  assert.match(text, /<ListMultipartUploadsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
  assert.deepEqual(elements('Key'), ['a', 'a/c', 'b', 'b'])
  assert.deepEqual(elements('UploadId'), [ids[1], ids[3], ids[0], ids[2]])
  assert.deepEqual(elements('Initiated')[0], '2026-11-20T00:00:02.000Z')
  assert.equal(elements('StorageClass')[0], 'STANDARD')
  // Initiator and owner of each.
  assert.deepEqual(elements('ID'), Array<string>(8).fill(accountId))
  const names = ['Bucket', 'KeyMarker', 'UploadIdMarker', 'NextKeyMarker', 'NextUploadIdMarker', 'Prefix', 'MaxUploads']
  assert.deepEqual(names.map(element), ['photos', '', '', '', '', '', '1000'])
  assert.deepEqual(
    [element('IsTruncated'), element('Delimiter'), element('EncodingType')],
    ['false', undefined, undefined],
  )
})

test('ListMultipartUploads shows unfinished uploads, and no others', async () => {
  const { send, ids } = await makeUploads('a', 'b')
  await send('PUT /photos/c', { body: 'kitten' })
  await send(`DELETE /photos/a?uploadId=${ids[0]}`)
  assert.deepEqual((await list(send)).elements('Key'), ['b'])
  assert.deepEqual((await send('GET /photos')).elements('Key'), ['c'])
})

const keys = ['a', 'a/1', 'a/2', 'a/2/x', 'b/1', 'c']
const filters: readonly (readonly [query: string, keys: string, prefixes: string])[] = [
  ['&prefix=', 'a a/1 a/2 a/2/x b/1 c', ''],
  ['&prefix=a/', 'a/1 a/2 a/2/x', ''],
  ['&prefix=x', '', ''],
  ['&delimiter=/', 'a c', 'a/ b/'],
  ['&delimiter=', 'a a/1 a/2 a/2/x b/1 c', ''],
  ['&delimiter=/2', 'a a/1 b/1 c', 'a/2'],
  ['&prefix=a/&delimiter=/', 'a/1 a/2', 'a/2/'],
  ['&prefix=a&delimiter=/', 'a', 'a/'],
  ['&key-marker=a/1', 'a/2 a/2/x b/1 c', ''],
  ['&key-marker=a/1&delimiter=/', 'c', 'a/ b/'],
  ['&key-marker=a/&delimiter=/', 'c', 'b/'],
  ['&key-marker=b', 'b/1 c', ''],
  ['&key-marker=z', '', ''],
  ['&key-marker=a&prefix=a/2', 'a/2 a/2/x', ''],
  ['&upload-id-marker=zzz', 'a a/1 a/2 a/2/x b/1 c', ''],
  ['&max-uploads=0', '', ''],
]
for (const [query, shown, prefixes] of filters) {
  test(`ListMultipartUploads with ${query} shows ${shown || 'no upload'} and ${prefixes || 'no prefix'}`, async () => {
    const { send } = await makeUploads(...keys)
    const answer = await list(send, query)
    assert.deepEqual([answer.status, answer.elements('Key').join(' ')], [200, shown])
    assert.deepEqual(answer.elements('CommonPrefixes').join(' '), prefixes.replaceAll(/\S+/g, '<Prefix>$&</Prefix>'))
    assert.equal(answer.element('IsTruncated'), 'false')
  })
}

for (const [delimiter, size] of [
  ['', 1],
  ['', 2],
  ['', 5],
  ['/', 1],
  ['/', 2],
] as const) {
  test(`ListMultipartUploads in pages of ${size}${delimiter && ' with a delimiter'} shows each upload once`, async () => {
    const { send } = await makeUploads('a', 'b', 'b', 'b', 'b/1', 'b/2', 'c/1', 'c/2', 'd')
    const entries = async (query: string) => {
      const answer = await list(send, `&delimiter=${delimiter}${query}`)
      const next = `&key-marker=${answer.element('NextKeyMarker')}&upload-id-marker=${answer.element('NextUploadIdMarker')}`
      const found = [...answer.elements('UploadId'), ...answer.elements('CommonPrefixes')]
      return { found, next: answer.element('IsTruncated') === 'true' ? next : undefined }
    }
    const whole = await entries('')
    const paged: string[] = []
    let next: string | undefined = ''
    while (next !== undefined) {
      const page: { found: string[]; next: string | undefined } = await entries(`&max-uploads=${size}${next}`)
      assert.ok(page.found.length <= size)
      paged.push(...page.found)
      next = page.next
    }
    assert.deepEqual(paged.toSorted(), whole.found.toSorted())
  })
}

test('ListMultipartUploads shows 1,000 uploads at most', async () => {
  const { send } = await makeUploads(...Array<string>(1001).fill('k'))
  const page = await list(send, '&max-uploads=2000')
  assert.deepEqual(
    [page.elements('Upload').length, page.element('IsTruncated'), page.element('MaxUploads')],
    [1000, 'true', '1000'],
  )
})

test('ListMultipartUploads encodes keys where it is asked for', async () => {
  const { send } = await makeUploads('é +/1', 'é +', 'f')
  const query = `&encoding-type=url&delimiter=/&max-uploads=1&prefix=${encodeURIComponent('é')}`
  const { element, elements } = await list(send, query)
  assert.deepEqual(elements('Key'), ['%C3%A9%20%2B'])
  assert.deepEqual(
    [element('EncodingType'), element('Prefix'), element('Delimiter'), element('NextKeyMarker')],
    ['url', '%C3%A9', '/', '%C3%A9%20%2B'],
  )
})

test('ListMultipartUploads tells the checksums that uploads ask for', async () => {
  const { send } = await makeFront()
  await begin(send, 'k', { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' })
  const { element } = await list(send)
  assert.deepEqual([element('ChecksumAlgorithm'), element('ChecksumType')], ['CRC32', 'FULL_OBJECT'])
})

for (const query of [
  'max-uploads=-1',
  'max-uploads=x',
  'encoding-type=base64',
  'prefix=%00',
  'key-marker=a&upload-id-marker=%00',
]) {
  test(`ListMultipartUploads with ${query} is InvalidArgument`, async () => {
    const { send } = await makeUploads('a')
    assert.equal((await list(send, `&${query}`)).outcome, '400 InvalidArgument')
  })
}
