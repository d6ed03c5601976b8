import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalUri, opens } from './token-uri.ts'

const asked = (uri: string, path: string): boolean => opens(normalUri(uri), decodeURIComponent(path.slice(1)), path)

const table: readonly (readonly [uri: string, path: string, opens: boolean])[] = [
  // The whole bucket.
  ['', '/a', true],
  ['/', '/a', true],
  ['', '/', true],
  ['', '/a/../b', true],
  ['', '/a%2Fb', true],
  // A file.
  ['/a.mp4', '/a.mp4', true],
  ['a.mp4', '/a.mp4', true],
  ['/a.mp4', '/a.mp4x', false],
  ['/a.mp4', '/a.mp', false],
  ['/a.mp4', '/A.mp4', false],
  ['/a.mp4', '/b/a.mp4', false],
  ['/a b.mp4', '/a%20b.mp4', true],
  ['/a+b.mp4', '/a%2Bb.mp4', true],
  ['/фильм.mp4', '/%D1%84%D0%B8%D0%BB%D1%8C%D0%BC.mp4', true],
  // A directory, by whole segments.
  ['/a', '/a', true],
  ['/a', '/a/', true],
  ['/a', '/a/b', true],
  ['/a', '/a/b/c', true],
  ['/a', '/ab', false],
  ['/a', '/ab/c', false],
  ['/a', '/A', false],
  ['/a', '/A/b', false],
  ['/a', '/', false],
  ['/a', '/b/a', false],
  ['/a/b', '/a', false],
  ['/a/b', '/a/b/c', true],
  ['/a/b', '/a/bc', false],
  ['/a', '/a%00b', false],
  ['/a', '/a;b', false],
  // A directory alone.
  ['/a/', '/a/b', true],
  ['/a/', '/a/', true],
  ['/a/', '/a', false],
  ['/a/', '/ab', false],
  ['a/', '/a/b', true],
  // The uri is text: it is never decoded, and wildcards are letters.
  ['/a%2Fb', '/a/b', false],
  ['/a%2Fb', '/a%252Fb', true],
  ['/%61', '/a', false],
  ['/%61', '/%2561', true],
  ['/*', '/a', false],
  ['/a*', '/ab', false],
  ['/a/..', '/a', false],
  ['/a/..', '/b', false],
  ['/a/../b', '/b', false],
  ['/..', '/a', false],
  ['.', '/a', false],
  ['/./a', '/a', false],
  ['/a?x', '/a', false],
  // One slash before both is the same; a second one belongs to the key.
  ['//a', '/a', false],
  ['//a', '//a', true],
  ['/a', '//a', false],
  ['//', '//a', true],
  ['//', '/a', false],
  ['/a', '/a//b', true],
  // What somebody on the way might take for another place: for an exact uri alone.
  ['/a', '/a/../b', false],
  ['/a', '/a/%2e%2e/b', false],
  ['/a', '/a/./b', false],
  ['/a', '/a/..', false],
  ['/a', '/a%2f..%2fb', false],
  ['/a', '/a%2Fb', false],
  ['/a', '/a/b%2fc', false],
  ['/a', '/a/..%5cb', false],
  ['/a', '/a/x\\..\\b', false],
  ['/a/../b', '/a/../b', true],
  ['/a/../b', '/a/../b/c', false],
  ['/a/b', '/a%2fb', true],
  ['/a\\b', '/a%5Cb', true],
  ['/a', '/a/..b', true],
  ['/a', '/a/b..', true],
  ['/a', '/a/...', true],
  ['/a', '/a/.well-known', true],
  // Decoded twice these would be tricks; decoded once they are letters of a name in /a.
  ['/a', '/a%252f..%252fb', false],
  ['/a', '/a/x%252f..%252fb', true],
]

for (const [uri, path, expected] of table) {
  test(`uri ${JSON.stringify(uri)} ${expected ? 'opens' : 'does not open'} ${JSON.stringify(path)}`, () => {
    assert.equal(asked(uri, path), expected)
  })
}

/** The rule in other words: lists of segments. */
function opensByModel(given: string, key: string): boolean {
  const uri = given.replace(/^\//, '')
  if (uri === '' || uri === key) return true
  const segments = key.split('/')
  if (key.includes('\\') || segments.includes('.') || segments.includes('..')) return false
  const wanted = uri.split('/')
  const onlyUnder = wanted.at(-1) === ''
  if (onlyUnder) wanted.pop()
  if (segments.length < wanted.length + (onlyUnder ? 1 : 0)) return false
  return wanted.every((segment, at) => segments[at] === segment)
}

test('for random uris and keys it opens what the same prefix of segments says', () => {
  const segment = fc.constantFrom(
    'a',
    'b',
    'ab',
    'A',
    '',
    '.',
    '..',
    'a.b',
    '%2f',
    '%',
    'é',
    'e\u0301',
    '\\',
    'a b',
    '*',
  )
  const text = fc.array(segment, { maxLength: 4 }).map((segments) => segments.join('/'))
  const near = fc.tuple(text, text).map(([start, rest]) => [start, start + rest] as const)
  const pair = fc.oneof(
    fc.tuple(text, text),
    near,
    near.map(([start, whole]) => [`/${start}`, whole] as const),
  )
  let opened = 0
  fc.assert(
    fc.property(pair, ([uri, key]) => {
      const path = `/${key.split('/').map(encodeURIComponent).join('/')}`
      const expected = opensByModel(uri, key)
      if (expected) opened++
      assert.equal(asked(uri, path), expected)
    }),
    { numRuns: 5000, verbose: true },
  )
  assert(opened > 500, `only ${opened} were open: the test proves little`)
})
