import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumOf } from '../../base/checksum/checksum.ts'
import { accountId, makeFront } from '../test-bed.ts'
import { makeVersionedFront, putVersion } from '../versioned.fixture.ts'

async function makeObjects(...keys: readonly string[]) {
  const front = await makeFront()
  for (const key of keys) await front.send(`PUT /photos/${encodeURIComponent(key)}`, { body: key })
  return { ...front, list: (query = '') => front.send(`GET /photos${query && `?${query}`}`) }
}

test('ListObjects tells each object as HeadObject does', async () => {
  const { list, send } = await makeObjects('a', 'b')
  const checksum = checksumOf('CRC32', Buffer.from('kitten')).toString('base64')
  await send('PUT /photos/b', { body: 'kitten', headers: { 'x-amz-checksum-crc32': checksum } })
  const { status, text, elements, element } = await list()
  assert.equal(status, 200, text)
  assert.match(text, /<ListBucketResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
  assert.deepEqual(elements('Key'), ['a', 'b'])
  assert.deepEqual(elements('Size'), ['1', '6'])
  assert.deepEqual(
    elements('ETag'),
    ['a', 'kitten'].map((body) => `&quot;${createHash('md5').update(body).digest('hex')}&quot;`),
  )
  assert.deepEqual(elements('LastModified'), Array(2).fill('2026-11-20T00:00:00.000Z'))
  assert.deepEqual(elements('StorageClass'), ['STANDARD', 'STANDARD'])
  assert.deepEqual([elements('ID'), elements('DisplayName')[0]], [[accountId, accountId], 'account a'])
  assert.deepEqual([elements('ChecksumAlgorithm'), elements('ChecksumType')], [['CRC32'], ['FULL_OBJECT']])
  const names = [
    'Name',
    'Prefix',
    'Marker',
    'MaxKeys',
    'IsTruncated',
    'NextMarker',
    'Delimiter',
    'EncodingType',
    'KeyCount',
  ]
  assert.deepEqual(names.map(element), ['photos', '', '', '1000', 'false', undefined, undefined, undefined, undefined])
})

const keys = ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/thud', 'cquux/bla']
const rows: readonly (readonly [query: string, keys: string, prefixes: string, next: string | undefined])[] = [
  ['', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', '', undefined],
  ['prefix=boo/', 'boo/bar boo/baz/xyzzy', '', undefined],
  ['prefix=boo', 'boo/bar boo/baz/xyzzy', '', undefined],
  ['prefix=x', '', '', undefined],
  ['delimiter=/', 'asdf', 'boo/ cquux/', undefined],
  ['delimiter=', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', '', undefined],
  ['delimiter=x', 'asdf boo/bar', 'boo/baz/x cquux', undefined],
  ['delimiter=/ba', 'asdf cquux/bla cquux/thud', 'boo/ba', undefined],
  ['delimiter=%0A', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', '', undefined],
  ['delimiter=/&prefix=boo/', 'boo/bar', 'boo/baz/', undefined],
  ['delimiter=/&prefix=boo', '', 'boo/', undefined],
  ['delimiter=/&max-keys=1', 'asdf', '', 'asdf'],
  ['delimiter=/&max-keys=1&marker=asdf', '', 'boo/', 'boo/'],
  ['delimiter=/&max-keys=1&marker=boo/', '', 'cquux/', undefined],
  ['delimiter=/&max-keys=2', 'asdf', 'boo/', 'boo/'],
  ['delimiter=/&max-keys=3', 'asdf', 'boo/ cquux/', undefined],
  ['delimiter=/&marker=boo/bar', '', 'boo/ cquux/', undefined],
  ['delimiter=/&marker=boo0', '', 'cquux/', undefined],
  ['delimiter=/&prefix=boo/&max-keys=1', 'boo/bar', '', 'boo/bar'],
  ['delimiter=/&prefix=boo/&max-keys=1&marker=boo/bar', '', 'boo/baz/', undefined],
  ['max-keys=2', 'asdf boo/bar', '', undefined],
  ['max-keys=2&marker=boo/bar', 'boo/baz/xyzzy cquux/bla', '', undefined],
  ['max-keys=0', '', '', undefined],
  ['max-keys=0&delimiter=/', '', '', undefined],
  ['marker=', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', '', undefined],
  ['marker=%0A', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', '', undefined],
  ['marker=blah', 'boo/bar boo/baz/xyzzy cquux/bla cquux/thud', '', undefined],
  ['marker=zzz', '', '', undefined],
  ['marker=a&prefix=cquux', 'cquux/bla cquux/thud', '', undefined],
  ['marker=d&prefix=boo', '', '', undefined],
]
const truncated = new Set([
  ...['delimiter=/&max-keys=1', 'delimiter=/&max-keys=1&marker=asdf', 'delimiter=/&max-keys=2'],
  ...['delimiter=/&prefix=boo/&max-keys=1', 'max-keys=2', 'max-keys=2&marker=boo/bar'],
])
for (const [query, shown, prefixes, next] of rows) {
  test(`ListObjects with ${query || 'nothing'} shows ${shown || 'no key'} and ${prefixes || 'no prefix'}`, async () => {
    const { list } = await makeObjects(...keys)
    const answer = await list(query)
    assert.deepEqual([answer.status, answer.elements('Key').join(' ')], [200, shown])
    assert.equal(answer.elements('CommonPrefixes').join(' '), prefixes.replaceAll(/\S+/g, '<Prefix>$&</Prefix>'))
    assert.deepEqual(
      [answer.element('IsTruncated'), answer.element('NextMarker')],
      [String(truncated.has(query)), next],
    )
    const asked = new URLSearchParams(query)
    assert.equal(answer.element('Marker'), asked.get('marker') ?? '')
    assert.equal(answer.elements('Prefix')[0] ?? '', asked.get('prefix') ?? '')
    assert.equal(answer.element('Delimiter'), asked.get('delimiter') || undefined)
    assert.equal(answer.element('MaxKeys'), asked.get('max-keys') ?? '1000')
  })
}

test('ListObjects lists in the order of UTF-8, in which U+10000 comes after U+FFFF', async () => {
  const ordered = ['!', 'A', 'Z', 'a', 'é', '\u{ffee}', '\u{10000}', '\u{1f600}']
  const { list } = await makeObjects(...ordered.toReversed())
  assert.deepEqual((await list()).elements('Key'), ordered)
  const paged: string[] = []
  for (let marker: string | undefined = ''; marker !== undefined;) {
    const { elements, element } = await list(`max-keys=1&marker=${encodeURIComponent(marker)}`)
    paged.push(...elements('Key'))
    marker = element('IsTruncated') === 'true' ? paged.at(-1) : undefined
  }
  assert.deepEqual(paged, ordered)
})

test('ListObjects shows 1,000 keys at most', async () => {
  const { list } = await makeObjects(
    ...Array.from({ length: 1001 }, (_, index) => `k${String(index).padStart(4, '0')}`),
  )
  for (const query of ['', 'max-keys=1000', 'max-keys=2147483647']) {
    const { elements, element } = await list(query)
    assert.deepEqual([elements('Key').length, element('IsTruncated'), element('MaxKeys')], [1000, 'true', '1000'])
  }
  const rest = await list('marker=k0999')
  assert.deepEqual([rest.elements('Key'), rest.element('IsTruncated')], [['k1000'], 'false'])
})

test('ListObjects rolls 1,000 keys up to one prefix, and shows what follows', async () => {
  const under = Array.from({ length: 1000 }, (_, index) => `0/${index}`)
  const { list } = await makeObjects('0/', ...under, '1999', '1999#', '1999+', '2000')
  const { elements } = await list('delimiter=/')
  assert.deepEqual(
    [elements('Key'), elements('CommonPrefixes')],
    [['1999', '1999#', '1999+', '2000'], ['<Prefix>0/</Prefix>']],
  )
})

test('ListObjects encodes keys where it is asked for, but for the prefix, which botocore does not decode', async () => {
  const { list } = await makeObjects('p q/foo+1', 'p q/é/1', 'p q/é/2', 'p q/x')
  const { elements, element } = await list('encoding-type=url&prefix=p%20q/&delimiter=/&max-keys=2&marker=p%20q/%0A')
  assert.deepEqual(elements('Key'), ['p%20q/foo%2B1', 'p%20q/x'])
  assert.deepEqual(
    [element('EncodingType'), element('Prefix'), element('Delimiter'), element('Marker'), element('NextMarker')],
    ['url', 'p q/', '/', 'p%20q/%0A', 'p%20q/x'],
  )
  assert.deepEqual((await list('encoding-type=url&prefix=p%20q/&delimiter=/')).elements('CommonPrefixes'), [
    '<Prefix>p%20q/%C3%A9/</Prefix>',
  ])
})

test('ListObjects shows keys in XML as they are, where no encoding is asked for', async () => {
  const special = [' ', '"', '$', '%', '&', "'", '<', '>', '_', '_ ', '__']
  const { list } = await makeObjects(...special)
  const references: Record<string, string> = { '"': '&quot;', '&': '&amp;', '<': '&lt;', '>': '&gt;' }
  assert.deepEqual(
    (await list()).elements('Key'),
    special.map((key) => references[key] ?? key),
  )
})

const refused: readonly (readonly [query: string, outcome: string])[] = [
  ['max-keys=-1', '400 InvalidArgument'],
  ['max-keys=blah', '400 InvalidArgument'],
  ['max-keys=2147483648', '400 InvalidArgument'],
  ['max-keys=', '200'],
  ['encoding-type=base64', '400 InvalidArgument'],
  ['encoding-type=URL', '400 InvalidArgument'],
  ['allow-unordered=true', '200'],
  ['allow-unordered=true&delimiter=', '200'],
  ['allow-unordered=true&delimiter=/', '400 InvalidArgument'],
  ['allow-unordered=false&delimiter=/', '200'],
  ['list-type=3', '400 InvalidArgument'],
  ['versionId=x', '400 InvalidArgument'],
]
for (const [query, outcome] of refused) {
  test(`ListObjects with ${query} is ${outcome}`, async () => {
    const { list } = await makeObjects('b', 'a')
    const answer = await list(query)
    assert.equal(answer.outcome, outcome)
    if (outcome === '200') assert.deepEqual(answer.elements('Key'), ['a', 'b'])
  })
}

test('ListObjects lists what is current, and nothing that a delete marker hides', async () => {
  const { send } = await makeVersionedFront()
  for (const key of ['a', 'b', 'c']) for (const body of ['1', '22']) await putVersion(send, key, body)
  await send('DELETE /photos/b')
  const { elements } = await send('GET /photos')
  assert.deepEqual(
    [elements('Key'), elements('Size')],
    [
      ['a', 'c'],
      ['2', '2'],
    ],
  )
})
