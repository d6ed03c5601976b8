import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../base/errors.ts'
import { checkPolicy, parsePolicy } from './policy.ts'

const expiration = '2030-01-01T00:00:00Z'
const now = Date.parse('2029-12-31T23:59:59.999Z')
const encode = (text: string): string => Buffer.from(text).toString('base64')
const policyOf = (conditions: readonly unknown[]): string => encode(JSON.stringify({ expiration, conditions }))

function outcome(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    assert(error instanceof ApiError, String(error))
    return `${error.code}: ${error.message}`
  }
  return 'accepted'
}

const valid: readonly (readonly [what: string, policy: string])[] = [
  ['no condition', policyOf([])],
  ['fractions of a second', encode('{"expiration":"2030-01-01T00:00:00.000Z","conditions":[]}')],
  [
    'operations in capitals',
    policyOf([
      ['EQ', '$key', 'k'],
      ['Starts-With', '$key', ''],
    ]),
  ],
  ['line breaks in its base64', policyOf([{ key: 'k'.repeat(99) }]).replaceAll(/.{64}/g, '$&\r\n')],
  ['base64 without its padding', policyOf([{ key: 'k' }]).replaceAll('=', '')],
  ['a comma after the last condition', encode(`{"expiration":"${expiration}","conditions":[{"key":"a,]"},],\n}`)],
  ['names that it does not know', encode(`{"expiration":"${expiration}","conditions":[],"comment":1}`)],
  ['a field called __proto__', encode(`{"expiration":"${expiration}","conditions":[{"__proto__":"x"}]}`)],
]
for (const [what, policy] of valid) {
  test(`a policy with ${what} is read`, () => {
    assert.equal(
      outcome(() => parsePolicy(policy)),
      'accepted',
    )
  })
}

const invalid: readonly (readonly [what: string, policy: string])[] = [
  ['nothing', ''],
  ['what is no base64', '{"expiration":'],
  [
    'base64url',
    policyOf([{ key: '???>>>' }])
      .replaceAll('/', '_')
      .replaceAll('+', '-') + '_',
  ],
  ['what is no JSON', encode('{')],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('base64')],
  ['a list', encode('[]')],
  ['null', encode('null')],
  ['no expiration', encode('{"conditions":[]}')],
  ['an expiration in capitals', encode(`{"EXPIRATION":"${expiration}","conditions":[]}`)],
  ['conditions in capitals', encode(`{"expiration":"${expiration}","CONDITIONS":[]}`)],
  ['no conditions', encode(`{"expiration":"${expiration}"}`)],
  ['conditions that are no list', encode(`{"expiration":"${expiration}","conditions":{}}`)],
  ...['2030-01-01', '2030-01-01 00:00:00+00:00', '2030-01-01T00:00:00+01:00', '2030-13-01T00:00:00Z', '', 1].map(
    (time): [string, string] => [
      `an expiration of ${JSON.stringify(time)}`,
      encode(JSON.stringify({ expiration: time, conditions: [] })),
    ],
  ),
  ...[
    {},
    { a: 'b', c: 'd' },
    { a: 1 },
    { a: null },
    null,
    'key',
    [],
    ['eq'],
    ['eq', '$key'],
    ['eq', 'key', 'k'],
    ['eq', '$key', 1],
    ['eq', '$key', 'k', 'l'],
    ['ends-with', '$key', 'k'],
    ['content-length-range', 0],
    ['content-length-range', -1, 0],
    ['content-length-range', 2, 1],
    ['content-length-range', 0, 1.5],
    ['content-length-range', 0, '1k'],
    ['content-length-range', 0, 1, 2],
    ['content-length-range', '', ''],
  ].map((condition): [string, string] => [`the condition ${JSON.stringify(condition)}`, policyOf([condition])]),
]
for (const [what, policy] of invalid) {
  test(`a policy with ${what} is InvalidPolicyDocument`, () => {
    assert.match(
      outcome(() => parsePolicy(policy)),
      /^InvalidPolicyDocument: Invalid Policy: /,
    )
  })
}

test('of several ranges of sizes all hold', () => {
  const { sizeMin, sizeMax } = parsePolicy(
    policyOf([
      ['content-length-range', 1, 10],
      ['Content-Length-Range', '5', '20'],
    ]),
  )
  assert.deepEqual([sizeMin, sizeMax], [5, 10])
  const free = parsePolicy(policyOf([]))
  assert.deepEqual([free.sizeMin, free.sizeMax], [0, Infinity])
})

const key = ['starts-with', '$key', '']
const fields = (sent: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(sent))

const checks: readonly (readonly [conditions: readonly unknown[], sent: Record<string, string>, outcome: string])[] = [
  [[{ key: 'k' }], { key: 'k' }, 'accepted'],
  [[{ kEy: 'k' }], { key: 'k' }, 'accepted'],
  [[{ key: 'k' }], { key: 'K' }, 'Policy Condition failed: ["eq", "$key", "k"]'],
  [[['starts-with', '$key', 'user/a/']], { key: 'user/a/b' }, 'accepted'],
  [
    [['starts-with', '$key', 'user/a/']],
    { key: 'user/b/../a/' },
    'Policy Condition failed: ["starts-with", "$key", "user/a/"]',
  ],
  [
    [['starts-with', '$key', 'user/a/']],
    { key: 'User/a/b' },
    'Policy Condition failed: ["starts-with", "$key", "user/a/"]',
  ],
  [[key, ['starts-with', '$x-amz-meta-a', '']], { key: 'k', 'x-amz-meta-a': 'any' }, 'accepted'],
  [[key, ['starts-with', '$x-amz-meta-a', '']], { key: 'k' }, 'accepted'],
  [[key, ['eq', '$x-amz-meta-a', '']], { key: 'k' }, 'Policy Condition failed: ["eq", "$x-amz-meta-a", ""]'],
  [[key], { key: 'k', acl: 'public-read' }, 'Extra input fields: acl'],
  [[key], { key: 'k', acl: 'private', 'x-amz-meta-a': '' }, 'Extra input fields: acl, x-amz-meta-a'],
  [[key], { key: 'k', 'x-amz-date': '', 'x-amz-credential': '' }, 'Extra input fields: x-amz-date, x-amz-credential'],
  [[key], { key: 'k', policy: '', signature: '', awsaccesskeyid: '', 'x-amz-signature': '' }, 'accepted'],
  [[key], { key: 'k', 'x-ignore-a': '1', 'x-amz-checksum-crc32': '' }, 'accepted'],
  [[key], { key: 'k', 'x-ignore': '1' }, 'Extra input fields: x-ignore'],
  [[key, ['starts-with', '$Content-Type', 'image/']], { key: 'k', 'content-type': 'image/png' }, 'accepted'],
  [[key, ['starts-with', '$Content-Type', 'image/']], { key: 'k', 'content-type': 'image/png, image/gif' }, 'accepted'],
  [
    [key, ['starts-with', '$Content-Type', 'image/']],
    { key: 'k', 'content-type': 'image/png,text/html' },
    'Policy Condition failed: ["starts-with", "$content-type", "image/"]',
  ],
  [[['starts-with', '$key', 'a']], { key: 'a,b' }, 'accepted'],
  [[{ key: 'a' }, { key: 'b' }], { key: 'a' }, 'Policy Condition failed: ["eq", "$key", "b"]'],
]
for (const [conditions, sent, expected] of checks) {
  test(`${JSON.stringify(sent)} under ${JSON.stringify(conditions)}: ${expected}`, () => {
    const told = outcome(() => checkPolicy(parsePolicy(policyOf(conditions)), fields(sent), now))
    assert.equal(told, expected === 'accepted' ? expected : `AccessDenied: Invalid according to Policy: ${expected}`)
  })
}

test('a policy is in force until its expiration', () => {
  const policy = parsePolicy(policyOf([]))
  assert.equal(
    outcome(() => checkPolicy(policy, fields({}), now)),
    'accepted',
  )
  assert.equal(
    outcome(() => checkPolicy(policy, fields({}), Date.parse(expiration))),
    'AccessDenied: Invalid according to Policy: Policy expired.',
  )
})

test('the escapes of POST policies are read: \\$ is a dollar, \\v a vertical tab, \\\\ a backslash', () => {
  const policy = (value: string) =>
    parsePolicy(encode(`{"expiration":"${expiration}","conditions":[{"key":"${value}"}]}`))
  for (const [written, value] of [
    ['\\$a', '$a'],
    ['a\\vb', 'a\vb'],
    ['\\\\$a', '\\$a'],
    ['\\\\v', '\\v'],
    ['\\u0041\\t', 'A\t'],
  ] as const)
    assert.equal(
      outcome(() => checkPolicy(policy(written), fields({ key: value }), now)),
      'accepted',
      written,
    )
})
