import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublic } from './is-public.ts'
import { bucketPolicy, ownId, statement } from './test-bed.ts'

const condition = (operator: string, key: string, value: unknown) => ({ Condition: { [operator]: { [key]: value } } })
const account = { AWS: ownId }

/** AWS: "The meaning of 'public'". */
const rows: [what: string, changes: Readonly<Record<string, unknown>>, expected: boolean][] = [
  ['everybody', {}, true],
  ['everybody, named as AWS', { Principal: { AWS: '*' } }, true],
  ['everybody, among others', { Principal: { AWS: [ownId, '*'] } }, true],
  ['everybody may write', { Action: 's3:PutObject' }, true],
  ['everybody but some are denied', { Principal: undefined, NotPrincipal: account, Effect: 'Deny' }, false],
  ['an account', { Principal: account }, false],
  ['a user', { Principal: { AWS: `arn:aws:iam::${ownId}:user/anna` } }, false],
  ['a service', { Principal: { Service: 'cloudfront.amazonaws.com' } }, false],
  ['everybody is denied', { Effect: 'Deny' }, false],

  ['by a network', condition('StringEquals', 'aws:SourceVpc', 'vpc-91237329'), false],
  ['by any network', condition('StringLike', 'aws:SourceVpc', 'vpc-*'), true],
  ['by a network, as a pattern without wildcards', condition('StringLike', 'aws:SourceVpc', 'vpc-1'), false],
  ['by one network or any', condition('StringLike', 'aws:SourceVpc', ['vpc-1', '*']), true],
  ['by all but a network', condition('StringNotEquals', 'aws:SourceVpc', 'vpc-1'), true],
  ['by a network, if it is said', condition('StringEqualsIfExists', 'aws:SourceVpc', 'vpc-1'), true],
  ['by a network, of all values', condition('ForAllValues:StringEquals', 'aws:SourceVpc', 'vpc-1'), true],
  ['by a network, of any value', condition('ForAnyValue:StringEquals', 'aws:SourceVpc', 'vpc-1'), false],
  ['where a network is said', condition('Null', 'aws:SourceVpc', 'false'), true],
  ['by an endpoint', condition('StringEquals', 'aws:SourceVpce', 'vpce-1'), false],
  ['by an account', condition('StringEquals', 'aws:SourceAccount', ownId), false],
  ["by a principal's account", condition('StringEquals', 'aws:PrincipalAccount', ownId), false],
  ['by an ARN', condition('ArnEquals', 'aws:SourceArn', 'arn:aws:s3:::films'), false],
  ['by a pattern of ARNs', condition('ArnLike', 'aws:SourceArn', 'arn:aws:s3:::*'), true],
  ['by a user’s id', condition('StringEquals', 'aws:userid', 'AIDA1'), false],
  ['by what the client says of itself', condition('StringEquals', 'aws:userid', '${aws:Referer}'), true],
  ['by an encryption key', condition('StringEquals', 's3:x-amz-server-side-encryption-aws-kms-key-id', 'k'), false],
  ['by an access point', condition('StringEquals', 's3:DataAccessPointArn', 'arn:aws:s3:eu:12:accesspoint/a'), false],
  [
    'by access points of an account',
    condition('ArnLike', 's3:DataAccessPointArn', 'arn:aws:s3:eu:12:accesspoint/*'),
    false,
  ],
  ['by any access point', condition('ArnLike', 's3:DataAccessPointArn', 'arn:aws:s3:*:*:accesspoint/a'), true],

  ['by addresses', condition('IpAddress', 'aws:SourceIp', ['203.0.113.0/24', '2001:db8::/32', '10.0.0.0/8']), false],
  ['by all addresses', condition('IpAddress', 'aws:SourceIp', '0.0.0.0/0'), true],
  ['by half the addresses', condition('IpAddress', 'aws:SourceIp', '0.0.0.0/1'), true],
  ['by some addresses or half of them', condition('IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '128.0.0.0/1']), true],
  ['by too many addresses of IPv6', condition('IpAddress', 'aws:SourceIp', '2001::/31'), true],
  ['by all but some addresses', condition('NotIpAddress', 'aws:SourceIp', '10.0.0.0/8'), true],

  ['by a header', condition('StringEquals', 'aws:Referer', 'https://example.com/'), true],
  ['by TLS', condition('Bool', 'aws:SecureTransport', 'true'), true],
  ['by a prefix', condition('StringEquals', 's3:prefix', 'a'), true],
]

for (const [what, changes, expected] of rows) {
  test(`${expected ? 'public' : 'not public'}: ${what}`, () => {
    assert.equal(isPublic(bucketPolicy(statement(changes))), expected)
  })
}

test('one public statement makes the policy public', () => {
  assert.equal(isPublic(bucketPolicy([statement({ Principal: account }), statement()])), true)
  assert.equal(isPublic(bucketPolicy([statement({ Principal: account }), statement({ Effect: 'Deny' })])), false)
})

test('one limit is enough, whatever else is asked for', () => {
  const Condition = { Bool: { 'aws:SecureTransport': 'true' }, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }
  assert.equal(isPublic(bucketPolicy(statement({ Condition }))), false)
})
