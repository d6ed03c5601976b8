import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anna, bucketPolicy, otherRoot, root, statement, verdictOf, type Context } from './test-bed.ts'

const noon = '2026-03-01T12:00:00Z'

/** Whether a statement with the condition counts for a request that says so. */
const holds = (condition: unknown, context: Context): boolean =>
  verdictOf(bucketPolicy(statement({ Condition: condition })), { principal: anna }, context) === 'Allow'

type Rows = readonly [operator: string, key: string, values: unknown, yes: readonly Context[], no: readonly Context[]][]

const referer = (value: string): Context => ({ 'aws:referer': value })
const address = (value: string): Context => ({ 'aws:sourceip': value })
const maxKeys = (value: string): Context => ({ 's3:max-keys': value })
const time = (value: string): Context => ({ 'aws:currenttime': value })
const source = (value: string): Context => ({ 'aws:sourcearn': value })
const nothing: Context = {}

const rows: Rows = [
  ['StringEquals', 'aws:Referer', 'a', [referer('a')], [referer('A'), referer(''), referer('ab'), nothing]],
  ['StringEquals', 'aws:Referer', ['a', 'b'], [referer('a'), referer('b')], [referer('c'), nothing]],
  ['StringEquals', 'aws:Referer', 'a*', [referer('a*')], [referer('ab')]],
  ['StringEquals', 'aws:Referer', 5, [referer('5')], [referer('6')]],
  ['StringEquals', 'AWS:REFERER', 'a', [referer('a')], [referer('b')]],
  ['StringNotEquals', 'aws:Referer', 'a', [referer('A'), referer('b'), nothing], [referer('a')]],
  ['StringNotEquals', 'aws:Referer', ['a', 'b'], [referer('c'), nothing], [referer('a'), referer('b')]],
  ['StringEqualsIgnoreCase', 'aws:Referer', 'aB', [referer('Ab')], [referer('abc'), nothing]],
  ['StringNotEqualsIgnoreCase', 'aws:Referer', 'aB', [referer('c'), nothing], [referer('AB')]],
  [
    'StringLike',
    'aws:Referer',
    'https://*.example/?',
    [referer('https://a.b.example/c')],
    [referer('http://a.example/c')],
  ],
  ['StringLike', 'aws:Referer', '${*}a${?}${$}', [referer('*a?$')], [referer('bacd')]],
  ['StringNotLike', 'aws:Referer', ['a*', '*b'], [referer('c'), nothing], [referer('ac'), referer('cb')]],
  ['StringEqualsIfExists', 'aws:Referer', 'a', [referer('a'), nothing], [referer('b')]],
  ['StringNotEqualsIfExists', 'aws:Referer', 'a', [referer('b'), nothing], [referer('a')]],

  ['NumericEquals', 's3:max-keys', '10', [maxKeys('10'), maxKeys('10.0')], [maxKeys('11'), maxKeys('ten'), nothing]],
  ['NumericNotEquals', 's3:max-keys', 10, [maxKeys('11'), nothing], [maxKeys('10')]],
  ['NumericLessThan', 's3:max-keys', 10, [maxKeys('9')], [maxKeys('10'), maxKeys('100'), maxKeys('x'), nothing]],
  ['NumericLessThanEquals', 's3:max-keys', 10, [maxKeys('10')], [maxKeys('11')]],
  ['NumericGreaterThan', 's3:max-keys', '-1.5', [maxKeys('-1')], [maxKeys('-1.5'), maxKeys('-2')]],
  ['NumericGreaterThanEquals', 's3:max-keys', 10, [maxKeys('10')], [maxKeys('9')]],
  ['NumericLessThanEqualsIfExists', 's3:max-keys', 10, [maxKeys('10'), nothing], [maxKeys('11')]],

  [
    'DateEquals',
    'aws:CurrentTime',
    noon,
    [time(noon), time('2026-03-01T13:00:00+01:00')],
    [time('2026-03-01'), nothing],
  ],
  ['DateNotEquals', 'aws:CurrentTime', noon, [time('2026-03-01'), nothing], [time(noon)]],
  ['DateLessThan', 'aws:CurrentTime', noon, [time('2026-03-01')], [time(noon), time('soon'), nothing]],
  ['DateLessThanEquals', 'aws:CurrentTime', noon, [time(noon)], [time('2026-03-01T12:00:00.001Z')]],
  ['DateGreaterThan', 'aws:CurrentTime', '2026', [time(noon)], [time('2026-01-01')]],
  [
    'DateGreaterThanEquals',
    'aws:EpochTime',
    noon,
    [{ 'aws:epochtime': '1772366400' }],
    [{ 'aws:epochtime': '1772366399' }],
  ],
  ['DateLessThan', 'aws:CurrentTime', '1772366400', [time('2026-03-01')], [time(noon)]],

  [
    'Bool',
    'aws:SecureTransport',
    'true',
    [{ 'aws:securetransport': 'true' }],
    [{ 'aws:securetransport': 'false' }, nothing],
  ],
  ['Bool', 'aws:SecureTransport', false, [{ 'aws:securetransport': 'false' }], [{ 'aws:securetransport': 'true' }]],
  ['BoolIfExists', 'aws:SecureTransport', 'TRUE', [nothing], [{ 'aws:securetransport': 'false' }]],

  [
    'IpAddress',
    'aws:SourceIp',
    '203.0.113.0/24',
    [address('203.0.113.9'), address('::ffff:203.0.113.9')],
    [address('203.0.114.1'), nothing],
  ],
  [
    'IpAddress',
    'aws:SourceIp',
    ['10.0.0.1', '2001:db8::/32'],
    [address('10.0.0.1'), address('2001:DB8:1::9')],
    [address('10.0.0.2'), address('2001:db9::1')],
  ],
  [
    'IpAddress',
    'aws:SourceIp',
    '0.0.0.0/0',
    [address('8.8.8.8')],
    [address('2001:db8::1'), address('8.8.8'), address('')],
  ],
  [
    'NotIpAddress',
    'aws:SourceIp',
    '10.0.0.0/8',
    [address('11.0.0.1'), address('nowhere'), nothing],
    [address('10.1.2.3')],
  ],

  ['ArnEquals', 'aws:SourceArn', 'arn:aws:s3:::a*', [source('arn:aws:s3:::abc')], [source('arn:aws:s3:::ba'), nothing]],
  [
    'ArnLike',
    'aws:SourceArn',
    'arn:aws:*:*:1?:x',
    [source('arn:aws:sqs:eu:12:x')],
    [source('arn:aws:sqs:eu:123:x'), source('arn:aws:sqs:eu:1:2:x')],
  ],
  [
    'ArnLike',
    'aws:SourceArn',
    'arn:aws:sns:*:*:a:*',
    [source('arn:aws:sns:eu:1:a:b:c')],
    [source('arn:aws:sns:eu:1:ab')],
  ],
  ['ArnLike', 'aws:SourceArn', '*', [source('arn:aws:sns:eu:1:a')], [nothing]],
  [
    'ArnNotLike',
    'aws:SourceArn',
    'arn:aws:s3:::a*',
    [source('arn:aws:s3:::b'), source('a'), nothing],
    [source('arn:aws:s3:::a')],
  ],
  ['ArnNotEquals', 'aws:SourceArn', 'arn:aws:s3:::a', [source('arn:aws:s3:::b')], [source('arn:aws:s3:::a')]],

  ['BinaryEquals', 'aws:Referer', 'QmluYXJ5', [referer('QmluYXJ5')], [referer('qmluYXJ5'), nothing]],
  ['Null', 'aws:Referer', 'true', [nothing], [referer('a'), referer('')]],
  ['Null', 'aws:Referer', false, [referer('a')], [nothing]],
]

for (const [operator, key, values, yes, no] of rows) {
  test(`${operator} ${key} ${JSON.stringify(values)}`, () => {
    const condition = { [operator]: { [key]: values } }
    for (const context of yes) assert.equal(holds(condition, context), true, JSON.stringify(context))
    for (const context of no) assert.equal(holds(condition, context), false, JSON.stringify(context))
  })
}

const tags = (...values: string[]): Context => ({ 's3:requestobjecttagkeys': values })

const quantified: Rows = [
  [
    'ForAllValues:StringEquals',
    's3:RequestObjectTagKeys',
    ['a', 'b'],
    [tags('a'), tags('a', 'b'), tags(), nothing],
    [tags('a', 'c'), tags('c')],
  ],
  ['ForAnyValue:StringEquals', 's3:RequestObjectTagKeys', ['a', 'b'], [tags('a', 'c')], [tags('c'), tags(), nothing]],
  ['ForAllValues:StringNotEquals', 's3:RequestObjectTagKeys', 'a', [tags('b', 'c'), nothing], [tags('a', 'b')]],
  ['ForAnyValue:StringNotEquals', 's3:RequestObjectTagKeys', 'a', [tags('a', 'b')], [tags('a'), nothing]],
  ['ForAnyValue:StringLikeIfExists', 's3:RequestObjectTagKeys', 'a*', [tags('ab', 'c'), nothing], [tags('c')]],
  ['StringEquals', 's3:RequestObjectTagKeys', 'a', [tags('b', 'a')], [tags('b'), tags()]],
  ['StringNotEquals', 's3:RequestObjectTagKeys', 'a', [tags('b')], [tags('b', 'a')]],
]

for (const [operator, key, values, yes, no] of quantified) {
  test(`of several values: ${operator} ${JSON.stringify(values)}`, () => {
    const condition = { [operator]: { [key]: values } }
    for (const context of yes) assert.equal(holds(condition, context), true, JSON.stringify(context))
    for (const context of no) assert.equal(holds(condition, context), false, JSON.stringify(context))
  })
}

test('all operators and keys must hold', () => {
  const condition = {
    StringEquals: { 'aws:Referer': 'a', 's3:prefix': 'b' },
    Bool: { 'aws:SecureTransport': 'true' },
  }
  const all = { 'aws:referer': 'a', 's3:prefix': 'b', 'aws:securetransport': 'true' }
  assert.equal(holds(condition, all), true)
  for (const key of Object.keys(all)) assert.equal(holds(condition, { ...all, [key]: 'false' }), false, key)
})

test('of the key of a tag the case counts, of what stands before it not', () => {
  const condition = { StringEquals: { 's3:existingOBJECTtag/Team': 'red' } }
  assert.equal(holds(condition, { 's3:existingobjecttag/Team': 'red' }), true)
  assert.equal(holds(condition, { 's3:existingobjecttag/team': 'red' }), false)
})

test('nothing is asked that the verdict does not need', () => {
  const policy = bucketPolicy([
    statement({ Action: 's3:PutObject', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
    statement({ Resource: 'arn:aws:s3:::photos/x', Condition: { StringEquals: { 'aws:Referer': 'a' } } }),
    statement({ Condition: { StringEquals: { 's3:prefix': 'a', 's3:delimiter': 'b' } } }),
  ])
  const asked: string[] = []
  verdictOf(policy, { context: (key) => void asked.push(key) })
  assert.deepEqual(asked, ['s3:prefix'])
})

test('what a policy asks of the principal is never taken from the request', () => {
  const lies = { 'aws:username': 'root', 'aws:userid': 'x', 'aws:principalarn': 'x', 'aws:principaltype': 'x' }
  const facts: [key: string, principal: typeof anna | undefined, value: string | undefined][] = [
    ['aws:username', anna, 'anna'],
    ['aws:username', root, undefined],
    ['aws:username', undefined, undefined],
    ['aws:userid', anna, 'AIDAANNA'],
    ['aws:userid', otherRoot, otherRoot.accountId],
    ['aws:userid', undefined, 'anonymous'],
    ['aws:PrincipalAccount', anna, root.accountId],
    ['aws:PrincipalAccount', undefined, 'anonymous'],
    ['aws:PrincipalArn', anna, `arn:aws:iam::${root.accountId}:user/anna`],
    ['aws:PrincipalArn', root, `arn:aws:iam::${root.accountId}:root`],
    ['aws:PrincipalArn', undefined, undefined],
    ['aws:PrincipalType', anna, 'User'],
    ['aws:PrincipalType', root, 'Account'],
    ['aws:PrincipalType', undefined, 'Anonymous'],
    ['aws:PrincipalIsAWSService', root, 'false'],
    ['aws:ViaAWSService', root, 'false'],
    ['aws:MultiFactorAuthPresent', anna, undefined],
  ]
  for (const [key, principal, value] of facts) {
    const condition = value === undefined ? { Null: { [key]: 'true' } } : { StringEquals: { [key]: value } }
    const policy = bucketPolicy(statement({ Condition: condition }))
    assert.equal(verdictOf(policy, { principal }, lies), 'Allow', `${key} of ${JSON.stringify(principal)}`)
  }
})
