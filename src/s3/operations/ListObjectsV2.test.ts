import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountId, makeFront } from '../test-bed.ts'

async function makeObjects(...keys: readonly string[]) {
  const front = await makeFront()
  for (const key of keys) await front.send(`PUT /photos/${encodeURIComponent(key)}`, { body: key })
  return { ...front, list: (query = '') => front.send(`GET /photos?list-type=2${query}`) }
}

test('ListObjectsV2 tells the bucket, the objects and how many', async () => {
  const { list } = await makeObjects('b', 'a')
  const { status, text, elements, element } = await list()
  assert.equal(status, 200)
  assert.match(text, /<ListBucketResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
  assert.deepEqual(
    [elements('Key'), elements('Size')],
    [
      ['a', 'b'],
      ['1', '1'],
    ],
  )
  const names = ['Name', 'Prefix', 'MaxKeys', 'KeyCount', 'IsTruncated']
  assert.deepEqual(names.map(element), ['photos', '', '1000', '2', 'false'])
  for (const name of [
    'Delimiter',
    'EncodingType',
    'ContinuationToken',
    'NextContinuationToken',
    'StartAfter',
    'Owner',
    'Marker',
  ]) {
    assert.equal(element(name), undefined, name)
  }
})

test('ListObjectsV2 tells owners where they are asked for', async () => {
  const { list } = await makeObjects('a', 'b')
  for (const [query, ids] of [
    ['&fetch-owner=true', [accountId, accountId]],
    ['&fetch-owner=false', []],
    ['&fetch-owner=', []],
  ] as const) {
    assert.deepEqual((await list(query)).elements('ID'), ids, query)
  }
})

const keys = ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/thud', 'cquux/bla']
const rows: readonly (readonly [query: string, keys: string, prefixes: string, truncated?: true])[] = [
  ['', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', ''],
  ['&prefix=boo/', 'boo/bar boo/baz/xyzzy', ''],
  ['&prefix=x', '', ''],
  ['&delimiter=/', 'asdf', 'boo/ cquux/'],
  ['&delimiter=', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', ''],
  ['&delimiter=/ba', 'asdf cquux/bla cquux/thud', 'boo/ba'],
  ['&delimiter=/&prefix=boo/', 'boo/bar', 'boo/baz/'],
  ['&delimiter=/&max-keys=1', 'asdf', '', true],
  ['&delimiter=/&max-keys=2', 'asdf', 'boo/', true],
  ['&delimiter=/&max-keys=3', 'asdf', 'boo/ cquux/'],
  ['&delimiter=/&start-after=asdf', '', 'boo/ cquux/'],
  ['&delimiter=/&start-after=boo/', '', 'cquux/'],
  ['&delimiter=/&start-after=boo/bar', '', 'boo/ cquux/'],
  ['&start-after=', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', ''],
  ['&start-after=%0A', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', ''],
  ['&start-after=boo/bar', 'boo/baz/xyzzy cquux/bla cquux/thud', ''],
  ['&start-after=blah&max-keys=1', 'boo/bar', '', true],
  ['&start-after=zzz', '', ''],
  ['&max-keys=0', '', ''],
  ['&max-keys=5', 'asdf boo/bar boo/baz/xyzzy cquux/bla cquux/thud', ''],
  ['&max-keys=4', 'asdf boo/bar boo/baz/xyzzy cquux/bla', '', true],
]
for (const [query, shown, prefixes, truncated = false] of rows) {
  test(`ListObjectsV2 with ${query || 'nothing'} shows ${shown || 'no key'} and ${prefixes || 'no prefix'}`, async () => {
    const { list } = await makeObjects(...keys)
    const answer = await list(query)
    const found = [...answer.elements('Key'), ...answer.elements('CommonPrefixes')]
    assert.deepEqual([answer.status, answer.elements('Key').join(' ')], [200, shown])
    assert.equal(answer.elements('CommonPrefixes').join(' '), prefixes.replaceAll(/\S+/g, '<Prefix>$&</Prefix>'))
    assert.deepEqual(
      [answer.element('KeyCount'), answer.element('IsTruncated')],
      [String(found.length), String(truncated)],
    )
    assert.equal(answer.element('NextContinuationToken') !== undefined, truncated)
    assert.equal(answer.element('StartAfter') ?? null, new URLSearchParams(query).get('start-after'))
  })
}

for (const [delimiter, size] of [
  ['', 1],
  ['', 2],
  ['/', 1],
  ['/', 2],
  ['ö/', 1],
] as const) {
  test(`ListObjectsV2 in pages of ${size} with the delimiter ${delimiter || 'none'} shows each key and prefix once`, async () => {
    const { list } = await makeObjects(
      'a',
      'b/1',
      'b/2',
      'b0',
      'c/',
      'c/1',
      'dö/1',
      'dö/2',
      '\u{ffee}',
      '\u{1f600}/x',
      '\u{1f600}',
    )
    const query = `&delimiter=${encodeURIComponent(delimiter)}`
    const whole = await list(query)
    const found: string[] = []
    const prefixes: string[] = []
    for (let token: string | undefined = ''; token !== undefined;) {
      const page = await list(`${query}&max-keys=${size}${token && `&continuation-token=${token}`}`)
      assert.equal(page.element('ContinuationToken'), token || undefined)
      assert.ok(Number(page.element('KeyCount')) <= size)
      found.push(...page.elements('Key'))
      prefixes.push(...page.elements('CommonPrefixes'))
      token = page.element('NextContinuationToken')
    }
    assert.deepEqual([found, prefixes], [whole.elements('Key'), whole.elements('CommonPrefixes')])
  })
}

test('ListObjectsV2 goes on from a token rather than from start-after, and repeats both', async () => {
  const { list } = await makeObjects('bar', 'baz', 'foo', 'quxx')
  const token = (await list('&start-after=bar&max-keys=1')).element('NextContinuationToken')
  const { elements, element } = await list(`&start-after=bar&continuation-token=${token}`)
  assert.deepEqual(elements('Key'), ['foo', 'quxx'])
  assert.deepEqual([element('ContinuationToken'), element('StartAfter')], [token, 'bar'])
})

test('ListObjectsV2 takes an empty token for none, and repeats it', async () => {
  const { list } = await makeObjects('bar', 'baz')
  const { elements, element } = await list('&continuation-token=')
  assert.deepEqual([elements('Key'), element('ContinuationToken')], [['bar', 'baz'], ''])
})

test('a token lasts when the key it names is deleted', async () => {
  const { list, send } = await makeObjects('bar', 'baz', 'foo')
  const token = (await list('&max-keys=1')).element('NextContinuationToken')
  await send('DELETE /photos/bar')
  assert.deepEqual((await list(`&continuation-token=${token}`)).elements('Key'), ['baz', 'foo'])
})

test('ListObjectsV2 encodes keys where it is asked for', async () => {
  const { list } = await makeObjects('foo+1/bar', 'foo/bar', 'quux ab/thud', 'asdf+b', 'é\n')
  const { elements, element } = await list('&encoding-type=url&delimiter=/')
  assert.deepEqual(elements('Key'), ['asdf%2Bb', '%C3%A9%0A'])
  assert.deepEqual(
    elements('CommonPrefixes'),
    ['foo%2B1/', 'foo/', 'quux%20ab/'].map((prefix) => `<Prefix>${prefix}</Prefix>`),
  )
  assert.deepEqual([element('EncodingType'), element('Delimiter')], ['url', '/'])
  const asked = await list('&encoding-type=url&prefix=%0A&start-after=%C3%A9%20')
  assert.deepEqual([asked.element('Prefix'), asked.element('StartAfter')], ['%0A', '%C3%A9%20'])
})

test('ListObjectsV2 shows 1,000 keys at most', async () => {
  const { list } = await makeObjects(...Array.from({ length: 1001 }, (_, index) => `k${index}`))
  const { elements, element } = await list('&max-keys=1001')
  assert.deepEqual([elements('Key').length, element('KeyCount'), element('MaxKeys')], [1000, '1000', '1000'])
})

const refused = [
  ...['max-keys=-1', 'max-keys=x', 'encoding-type=x', 'fetch-owner=maybe'],
  ...[
    'continuation-token=x',
    'continuation-token=k%21',
    'continuation-token=kYQ%3D%3D',
    'allow-unordered=true&delimiter=/',
  ],
]
for (const query of refused) {
  test(`ListObjectsV2 with ${query} is InvalidArgument`, async () => {
    const { list } = await makeObjects('a')
    assert.equal((await list(`&${query}`)).outcome, '400 InvalidArgument')
  })
}
