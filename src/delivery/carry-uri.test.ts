import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { carryUri } from './carry-uri.ts'
import type { Carry } from './carry.ts'

const byQuery: Carry = {
  token: 'h.p-_.s',
  by: 'query',
  origin: 'https://films.example.com',
  root: '/',
  key: 'film/hd/master.m3u8',
}
const byPath: Carry = { ...byQuery, by: 'path' }

/** `T` stands for the token, `=` for the URI as it was. */
type Row = readonly [uri: string, inQuery: string, inPath: string]

const check = (rows: readonly Row[], over: Partial<Carry> = {}): void => {
  for (const [uri, inQuery, inPath] of rows)
    for (const [carry, wanted] of [
      [byQuery, inQuery],
      [byPath, inPath],
    ] as const)
      assert.equal(
        carryUri(uri, { ...carry, ...over }),
        wanted === '=' ? uri : wanted.replaceAll('=T', `=${carry.token}`),
        `${JSON.stringify(uri)} by ${carry.by}`,
      )
}

test('relative URIs take the token as a parameter, and find it in the path by themselves', () => {
  check([
    ['seg.ts', 'seg.ts?auth=T', '='],
    ['sub/seg.ts', 'sub/seg.ts?auth=T', '='],
    ['./seg.ts', './seg.ts?auth=T', '='],
    ['../seg.ts', '../seg.ts?auth=T', '='],
    ['sub/../seg.ts', 'sub/../seg.ts?auth=T', '='],
    ['sub//seg.ts', 'sub//seg.ts?auth=T', '='],
    ['.hidden.ts', '.hidden.ts?auth=T', '='],
    ['a b.ts', 'a b.ts?auth=T', '='],
    ['f\xc3\xbc.ts', 'f\xc3\xbc.ts?auth=T', '='],
    ['%20%2F%3Fx.ts', '%20%2F%3Fx.ts?auth=T', '='],
    ['2026-01-01T10:00:00.ts', '2026-01-01T10:00:00.ts?auth=T', '='],
    ['./a:b.ts', './a:b.ts?auth=T', '='],
    ['a\\b.ts', 'a\\b.ts?auth=T', '='],
    ['sub/', 'sub/?auth=T', '='],
  ])
})

test('a token follows what is in the query, and stands before the fragment', () => {
  check([
    ['seg.ts?v=1', 'seg.ts?v=1&auth=T', '='],
    ['seg.ts?', 'seg.ts?&auth=T', '='],
    ['seg.ts?v=1&', 'seg.ts?v=1&&auth=T', '='],
    ['seg.ts#t=1', 'seg.ts?auth=T#t=1', '='],
    ['seg.ts?v=1#t=?1', 'seg.ts?v=1&auth=T#t=?1', '='],
    ['seg.ts#t?v', 'seg.ts?auth=T#t?v', '='],
    ['?v=1', '?v=1&auth=T', '='],
    ['/a/seg.ts?v=1#x', '/a/seg.ts?v=1&auth=T#x', '/~auth=T/a/seg.ts?v=1#x'],
  ])
})

test('a URI that has a token keeps it', () => {
  check(
    [
      'seg.ts?auth=other',
      'seg.ts?v=1&auth=other#x',
      'seg.ts?auth',
      'seg.ts?%61uth=other',
      '/a/seg.ts?auth=other',
      '/~auth=other/a/seg.ts',
      '/%7Eauth%3Dother/a/seg.ts',
      'https://films.example.com/~auth=other/a/seg.ts',
    ].map((uri) => [uri, '=', '=']),
  )
  check([
    ['seg.ts?author=me', 'seg.ts?author=me&auth=T', '='],
    ['seg.ts?x=auth', 'seg.ts?x=auth&auth=T', '='],
    ['seg.ts#?auth=1', 'seg.ts?auth=T#?auth=1', '='],
    ['/a~auth=x/seg.ts', '/a~auth=x/seg.ts?auth=T', '/~auth=T/a~auth=x/seg.ts'],
  ])
})

test('URIs with the own origin take the token behind the root', () => {
  check([
    ['/film/seg.ts', '/film/seg.ts?auth=T', '/~auth=T/film/seg.ts'],
    ['/seg.ts', '/seg.ts?auth=T', '/~auth=T/seg.ts'],
    ['/film/../x/seg.ts', '/film/../x/seg.ts?auth=T', '/~auth=T/film/../x/seg.ts'],
    ['//films.example.com/seg.ts', '//films.example.com/seg.ts?auth=T', '//films.example.com/~auth=T/seg.ts'],
    [
      'https://films.example.com/a/seg.ts?v',
      'https://films.example.com/a/seg.ts?v&auth=T',
      'https://films.example.com/~auth=T/a/seg.ts?v',
    ],
    [
      'HTTPS://Films.Example.COM:443/seg.ts',
      'HTTPS://Films.Example.COM:443/seg.ts?auth=T',
      'HTTPS://Films.Example.COM:443/~auth=T/seg.ts',
    ],
  ])
  const local = { origin: 'http://[::1]:8080' }
  check([['http://[::1]:8080/a', 'http://[::1]:8080/a?auth=T', 'http://[::1]:8080/~auth=T/a']], local)
  check([['http://[::1]/a', '=', '=']], local)
  check([['http://h/a', 'http://h/a?auth=T', 'http://h/~auth=T/a']], { origin: 'http://h:80' })
})

test('where dots climb over the token in the path, the path is written out', () => {
  check([
    ['../../seg.ts', '../../seg.ts?auth=T', '='],
    ['../../../seg.ts', '../../../seg.ts?auth=T', '/~auth=T/seg.ts'],
    ['../../../../a/./seg.ts?v#f', '../../../../a/./seg.ts?v&auth=T#f', '/~auth=T/a/seg.ts?v#f'],
    ['%2e%2E/.%2e/%2e./seg.ts', '%2e%2E/.%2e/%2e./seg.ts?auth=T', '/~auth=T/seg.ts'],
    ['..\\..\\../seg.ts', '..\\..\\../seg.ts?auth=T', '/~auth=T/seg.ts'],
    ['/../seg.ts', '/../seg.ts?auth=T', '/~auth=T/seg.ts'],
    ['/a/../../seg.ts', '/a/../../seg.ts?auth=T', '/~auth=T/seg.ts'],
  ])
  const root = '/photos/'
  check(
    [
      ['seg.ts', 'seg.ts?auth=T', '='],
      ['../../seg.ts', '../../seg.ts?auth=T', '='],
      ['../../../photos/a/seg.ts', '../../../photos/a/seg.ts?auth=T', '/photos/~auth=T/a/seg.ts'],
      ['/photos/../photos/seg.ts', '/photos/../photos/seg.ts?auth=T', '/photos/~auth=T/seg.ts'],
      ['/x/../photos/seg.ts', '/x/../photos/seg.ts?auth=T', '/photos/~auth=T/seg.ts'],
    ],
    { root },
  )
})

test('paths outside of the bucket are foreign', () => {
  const rows = ['/seg.ts', '/photosx/seg.ts', '/photos', '/other/seg.ts', '/PHOTOS/seg.ts', '/photos/../x.ts']
  check(
    [...rows, '/photos/%2e%2e/x.ts', '../../../x.ts', '../../../photos', 'https://films.example.com/other/x'].map(
      (uri) => [uri, '=', '='],
    ),
    { root: '/photos/' },
  )
  check([['/photos/a', '/photos/a?auth=T', '/photos/~auth=T/a']], { root: '/photos/' })
})

test('foreign URIs stay, however they are written', () => {
  const foreign = [
    'https://cdn.example.net/seg.ts',
    'http://films.example.com/seg.ts',
    'https://films.example.com:8443/seg.ts',
    'https://films.example.com:443:443/seg.ts',
    'https://films.example.com.evil.example/seg.ts',
    'https://films.example.com@evil.example/seg.ts',
    'https://me@films.example.com/seg.ts',
    'https://films.example.com:443@evil.example/seg.ts',
    'https://evil.example?https://films.example.com/seg.ts',
    'https://evil.example#films.example.com/seg.ts',
    'https://films.example.com?x',
    'https://films.example.com.',
    '//evil.example/seg.ts',
    '//films.example.com\\@evil.example/seg.ts',
    '///evil.example/seg.ts',
    '////films.example.com/seg.ts',
    '\\\\evil.example/seg.ts',
    '/\\evil.example/seg.ts',
    '\\/evil.example/seg.ts',
    '/\t/evil.example/seg.ts',
    '\t//evil.example/seg.ts',
    ' //evil.example/seg.ts',
    ' https://evil.example/seg.ts',
    '\0https://evil.example/seg.ts',
    'ht\ntps://evil.example/seg.ts',
    'https:/\\evil.example/seg.ts',
    'https:\\\\evil.example\\seg.ts',
    'https:evil.example/seg.ts',
    'https:/evil.example/seg.ts',
    'https:///evil.example/seg.ts',
    'http:seg.ts',
    'data:text/plain;base64,AAAA',
    'skd://films.example.com/key',
    'urn:mpeg:dash:resolve-to-zero:2013',
    'blob:https://films.example.com/x',
    'javascript:1',
    'x+y.z-1:abc',
    '',
    '#fragment',
    'seg.ts ',
  ]
  check(foreign.map((uri) => [uri, '=', '=']))
})

test('a token with characters that no token has cannot break out of where it is put', () => {
  const token = 'a"\'\n<&#?/{$}é'
  const escaped = 'a%22%27%0A%3C%26%23%3F%2F%7B%24%7D%C3%A9'
  assert.equal(carryUri('s', { ...byQuery, token }), `s?auth=${escaped}`)
  assert.equal(carryUri('/s', { ...byPath, token }), `/~auth=${escaped}/s`)
})

/** Pieces that put together look like URIs, and like those of people who want a token sent to them. */
const piece = fc.constantFrom(
  ...[
    '/',
    '//',
    '\\',
    ':',
    '?',
    '#',
    '@',
    '.',
    '..',
    '/../',
    './',
    '%2e',
    '%2E%2e',
    '\t',
    '\n',
    ' ',
    '\0',
    '&',
    '=',
    '*',
  ],
  ...[
    'https:',
    'http:',
    'https://',
    'data:',
    'a',
    'seg.ts',
    'photos',
    'film',
    'evil.example',
    'films.example.com',
    ':443',
  ],
  ...['auth=', '~auth=', '/photos/', 'https://films.example.com', '{$x}', '$Number$', '\xff'],
)
const uris = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''))
const carries = fc.record({
  token: fc.constant('TOKEN'),
  by: fc.constantFrom('query' as const, 'path' as const),
  origin: fc.constantFrom('https://films.example.com', 'http://films.example.com:8080'),
  root: fc.constantFrom('/', '/photos/'),
  key: fc.constantFrom('m.m3u8', 'film/m.m3u8', 'a/b/c/m.m3u8'),
})

test('whatever a URI looks like, a browser takes the token nowhere but to the own bucket', () => {
  fc.assert(
    fc.property(uris, carries, (uri, carry) => {
      const carried = carryUri(uri, carry)
      if (carried === uri) return
      const { origin, root, key, by } = carry
      const base = by === 'query' ? `${origin}${root}${key}` : `${origin}${root}~auth=TOKEN/${key}`
      const url = new URL(carried, base)
      assert.equal(url.origin, new URL(origin).origin)
      assert.ok(url.pathname.startsWith(root))
      const hasToken = by === 'query' ? /[?&]auth=TOKEN(?:$|&)/ : /^\/(?:photos\/)?~auth=TOKEN\//
      assert.match(by === 'query' ? url.search : url.pathname, hasToken)
      // And without the token it is what it was.
      const without = url.href.replace(by === 'query' ? /[?&]auth=TOKEN/ : '~auth=TOKEN/', '')
      assert.equal(without, new URL(uri, `${origin}${root}${key}`).href)
    }),
    { numRuns: 5000 },
  )
})
