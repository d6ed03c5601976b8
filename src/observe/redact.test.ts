import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { redacted, redactTarget, redactUrl } from './redact.ts'

const jwt = 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1cmkiOiIvIn0.c2lnbmF0dXJl-_c2ln'

/** SECRET stands for a secret, TOKEN for a JSON Web Token. */
const table: readonly (readonly [url: string, kept: string])[] = [
  ['/photos/a.jpg', '/photos/a.jpg'],
  ['/photos/a%20b.jpg?list-type=2&prefix=a%2Fb', '/photos/a%20b.jpg?list-type=2&prefix=a%2Fb'],
  ['/eyes_of_the_world.mp4', '/eyes_of_the_world.mp4'],
  [
    '/author=me/oauth=x?author=me&into=a&continuation-token=abc',
    '/author=me/oauth=x?author=me&into=a&continuation-token=abc',
  ],
  ['/k?auth', '/k?auth'],
  ['/k?auth=', '/k?auth='],
  ['/k?auth=SECRET', '/k?auth=[redacted]'],
  ['/k?a=1&auth=SECRET&b=2', '/k?a=1&auth=[redacted]&b=2'],
  ['/k?AUTH=SECRET', '/k?AUTH=[redacted]'],
  ['/k?%61uth=SECRET', '/k?%61uth=[redacted]'],
  ['/k?%2561uth=SECRET', '/k?%2561uth=[redacted]'],
  ['/k?auth%3DSECRET', '/k?auth%3D[redacted]'],
  ['/k?auth%253dSECRET', '/k?auth%253d[redacted]'],
  ['/k?a=1;auth=SECRET;b=2', '/k?a=1;auth=[redacted]'],
  ['/k?a=1?auth=SECRET', '/k?a=1?auth=[redacted]'],
  ['/k?auth=SECRET%26SECRET', '/k?auth=[redacted]'],
  ['/k?next=https%3A%2F%2Fh%2F%3Fauth%3DSECRET%26a%3D1&b=2', '/k?next=https%3A%2F%2Fh%2F%3Fauth%3D[redacted]&b=2'],
  ['/k?to=https://h/x%3Fauth=SECRET', '/k?to=[redacted]'],
  ['/~auth=SECRET/film/a.m3u8', '/~auth=[redacted]/film/a.m3u8'],
  ['/~AUTH=SECRET/a', '/~AUTH=[redacted]/a'],
  ['/%7eauth=SECRET/a', '/%7eauth=[redacted]/a'],
  ['/%7E%61%75th%3DSECRET/a', '/%7E%61%75th%3D[redacted]/a'],
  ['/photos/~auth=SECRET', '/photos/~auth=[redacted]'],
  ['/photos%2F~auth=SECRET%2Fa/b', '/photos%2F~auth=[redacted]/b'],
  ['/a;auth=SECRET/b', '/a;auth=[redacted]/b'],
  ['/a&auth=SECRET/b', '/a&auth=[redacted]/b'],
  ['/TOKEN/a', '/[redacted]/a'],
  ['/k?x=TOKEN&y=1', '/k?x=[redacted]&y=1'],
  ['/k?x=1,TOKEN', '/k?x=1,[redacted]'],
  ['/k#auth=SECRET', '/k#auth=[redacted]'],
  [
    '/k?X-Amz-Credential=AKIAEXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=SECRET',
    '/k?X-Amz-Credential=AKIAEXAMPLE[redacted]&X-Amz-Signature=[redacted]',
  ],
  ['/k?X-Amz-Credential=AKIA/20260101/x', '/k?X-Amz-Credential=AKIA[redacted]'],
  ['/k?X-Amz-Credential=SECRET', '/k?X-Amz-Credential=[redacted]'],
  ['/k?X-Amz-Credential=TOKEN/a', '/k?X-Amz-Credential=[redacted]'],
  ['/k?x-amz-security-token=SECRET&x-amz-date=1', '/k?x-amz-security-token=[redacted]&x-amz-date=1'],
  [
    '/k?AWSAccessKeyId=SECRET&Signature=SEC/RET%3D&Expires=1',
    '/k?AWSAccessKeyId=[redacted]&Signature=[redacted]&Expires=1',
  ],
  ['/k?x-amz-server-side-encryption-customer-key=SECRET', '/k?x-amz-server-side-encryption-customer-key=[redacted]'],
  ['/v1/access_token/SECRET', '/v1/access_token/[redacted]'],
  ['/v1/%61ccess_Token/SEC/RET?a=1', '/v1/%61ccess_Token/[redacted]?a=1'],
  ['/v1/access_token', '/v1/access_token'],
  ['https://h.example/~auth=SECRET/a?auth=SECRET', 'https://h.example/~auth=[redacted]/a?auth=[redacted]'],
  ['https://anna:SECRET@h.example/a', 'https://[redacted]@h.example/a'],
  ['Player/1.0 (+https://h/?auth=SECRET)', 'Player/1.0 (+https://h/?auth=[redacted]'],
  ['%', '%'],
  ['/%%%4', '/%%%4'],
]
for (const [url, kept] of table) {
  test(`${url} is kept as ${kept}`, () => {
    const sent = url.replaceAll('TOKEN', jwt)
    assert.equal(redactUrl(sent), kept)
    if (!sent.startsWith('/')) return
    const [path = '', query = ''] = sent.split(/\?(.*)/s)
    assert.equal(redactTarget({ path, query }), kept)
  })
}

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Of 12 characters or more, so that none is found by chance in what is kept. */
const opaque = fc
  .string({ unit: fc.constantFrom(...base64url.split('')), minLength: 12, maxLength: 60 })
  .map((text) => `S${text}`)
const compact = fc.tuple(fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }), opaque).map(([claims, signature]) => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${signature}`
})

/** The text with some of its characters escaped, up to three times over, and some letters in another case. */
const spelled = (text: string): fc.Arbitrary<string> =>
  fc.array(fc.nat({ max: 7 }), { minLength: text.length, maxLength: text.length }).map((ways) =>
    Array.from(text)
      .map((character, at) => {
        const way = ways[at]!
        if (way === 4) return character.toUpperCase()
        if (way === 5) return character.toLowerCase()
        if (way > 2) return character
        const hex = character.charCodeAt(0).toString(16).padStart(2, '0')
        return `%${'25'.repeat(way)}${way === 1 ? hex.toUpperCase() : hex}`
      })
      .join(''),
  )

const before = fc.constantFrom(
  '/',
  '/photos/',
  '/a%2F',
  '/k?',
  '/k?a=1&',
  '/k?a=1;',
  '/k?a=%26',
  'https://h.example/k?',
  '/a;',
  '/k?a=/b?',
)
const after = fc.constantFrom('', '/b', '&b=2', ';b=2', '%26b=2', '/b?c=1', '#d')
const name = fc
  .constantFrom('auth=', '~auth=', 'to=', 'X-Amz-Signature=', 'Signature=', 'X-Amz-Security-Token=', 'AWSAccessKeyId=')
  .chain(spelled)

test('no token survives after its name, however that is spelled, wherever it stands', () => {
  fc.assert(
    fc.property(before, name, fc.oneof(opaque, compact), after, (start, named, token, end) => {
      const kept = redactUrl(start + named + token + end)
      assert.ok(kept.includes(redacted), kept)
      for (const part of token.split('.')) assert.ok(part.length < 4 || !kept.includes(part), kept)
      assert.ok(kept.startsWith(start + named), kept)
    }),
    { numRuns: 3000 },
  )
})

test('no JSON Web Token survives, whatever it is called', () => {
  const place = fc.constantFrom(
    '/',
    '/photos/',
    '/k?x=',
    '/k?',
    'https://h.example/',
    'Bearer ',
    '/k?a=1&x%3D',
    '/%2',
    '/k?x=%2',
  )
  fc.assert(
    fc.property(place, compact, after, (start, token, end) => {
      const kept = redactUrl(start + token + end)
      for (const part of token.split('.')) assert.ok(part.length < 4 || !kept.includes(part), kept)
    }),
    { numRuns: 2000 },
  )
})

test('what is redacted once is not changed by being redacted again', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), name, (url, named) => {
      const once = redactUrl(`${url}&${named}secret`)
      assert.equal(redactUrl(once), once)
    }),
  )
})

test('a text of many nested escapes is read in a time that grows with its length', () => {
  const nested = `/k?${'%25'.repeat(1)}${'25'.repeat(4000)}61uth=${'s'.repeat(20)}`
  assert.ok(!redactUrl(nested).includes('ssss'))
})
