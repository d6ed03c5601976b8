import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corsHeaders, preflightHeaders, type CorsRule } from './cors-rule.ts'

const rule = (allowedOrigins: readonly string[], parts: Partial<CorsRule> = {}): CorsRule => ({
  allowedOrigins,
  allowedMethods: ['GET'],
  allowedHeaders: [],
  exposeHeaders: [],
  ...parts,
})

const origin = 'https://a.example'
const named = (headers: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    headers.flatMap((name, at) => (at % 2 === 0 ? [[name.replace('access-control-', ''), headers[at + 1]!]] : [])),
  )
const allowed = (rules: readonly CorsRule[], from = origin, method = 'GET', requested?: string): string | undefined =>
  named(corsHeaders({ cors: rules }, from, method, requested))['allow-origin']

const origins: readonly (readonly [pattern: string, origin: string, allowed: string | undefined])[] = [
  [origin, origin, origin],
  [origin, 'https://A.example', undefined],
  [origin, 'http://a.example', undefined],
  [origin, 'https://a.example.evil', undefined],
  [origin, 'null', undefined],
  ['*', origin, '*'],
  ['*', 'null', '*'],
  ['https://*.example', origin, origin],
  ['https://*.example', 'https://.example', 'https://.example'],
  ['https://*.example', 'https://a.example.evil', undefined],
  ['https://*.example', 'https://example', undefined],
  ['https://*', origin, origin],
  ['*.example', origin, origin],
  ['start*end', 'startend', 'startend'],
  ['ab*ba', 'aba', undefined],
  ['ab*ba', 'abba', 'abba'],
  ['.*', origin, undefined],
]
for (const [pattern, from, expected] of origins) {
  test(`a rule for ${pattern} shares with ${from}: ${expected ?? 'no'}`, () => {
    assert.equal(allowed([rule([pattern])], from), expected)
  })
}

test('a bucket without a configuration adds nothing to an answer', () => {
  assert.deepEqual(corsHeaders({}, origin, 'GET'), [])
  assert.deepEqual(corsHeaders({ cors: undefined }, origin, 'GET'), [])
})

test('where no rule fits, an answer says only that others may get another one, and a preflight request gets none', () => {
  for (const rules of [[], [rule(['https://b.example'])], [rule([origin], { allowedMethods: ['PUT'] })]]) {
    assert.deepEqual(corsHeaders({ cors: rules }, origin, 'GET'), [
      'vary',
      'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
    ])
    assert.equal(preflightHeaders({ cors: rules }, origin, 'GET'), undefined)
  }
})

test('credentials are allowed to an origin that a rule names, never to any origin', () => {
  assert.equal(named(corsHeaders({ cors: [rule([origin])] }, origin, 'GET'))['allow-credentials'], 'true')
  assert.equal(named(corsHeaders({ cors: [rule(['*'])] }, origin, 'GET'))['allow-credentials'], undefined)
  const both = [rule(['https://b.example', '*'])]
  assert.equal(named(corsHeaders({ cors: both }, origin, 'GET'))['allow-credentials'], undefined)
})

test('the first rule that fits decides', () => {
  const rules = [
    rule(['https://b.example'], { exposeHeaders: ['x-b'] }),
    rule([origin], { allowedMethods: ['PUT'], exposeHeaders: ['x-put'] }),
    rule(['*'], { allowedMethods: ['GET', 'HEAD'], exposeHeaders: ['ETag', 'x-amz-meta-a'], maxAgeSeconds: 0 }),
    rule([origin], { exposeHeaders: ['x-late'] }),
  ]
  assert.deepEqual(named(corsHeaders({ cors: rules }, origin, 'GET')), {
    'allow-origin': '*',
    'allow-methods': 'GET, HEAD',
    'expose-headers': 'ETag, x-amz-meta-a',
    'max-age': '0',
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  })
})

const requests: readonly (readonly [allowed: readonly string[], requested: string, echoed: string | undefined])[] = [
  [['*'], 'Content-Type, X-Amz-Meta-A', 'content-type, x-amz-meta-a'],
  [['x-amz-*', 'Content-Type'], 'content-type,X-AMZ-DATE', 'content-type, x-amz-date'],
  [['x-amz-*'], 'content-type,x-amz-date', undefined],
  [[], 'content-type', undefined],
  [['content-type'], ' , ,', ''],
  [
    ['*'],
    Array.from({ length: 100 }, (_, at) => `x-${at}`).join(),
    Array.from({ length: 100 }, (_, at) => `x-${at}`).join(', '),
  ],
  [['*'], Array.from({ length: 101 }, (_, at) => `x-${at}`).join(), undefined],
]
for (const [headers, requested, echoed] of requests) {
  test(`where ${headers.join() || 'no header'} is allowed, a request for ${requested.slice(0, 40)} is ${echoed === undefined ? 'refused' : 'granted'}`, () => {
    const found = preflightHeaders({ cors: [rule(['*'], { allowedHeaders: headers })] }, origin, 'GET', requested)
    assert.equal(found !== undefined, echoed !== undefined)
    if (found !== undefined) assert.equal(named(found)['allow-headers'] ?? '', echoed)
  })
}
