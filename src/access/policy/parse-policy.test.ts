import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError } from '../../base/errors.ts'
import { parsePolicy } from './parse-policy.ts'
import { policySizeMax } from './read-document.ts'
import { bucketPolicy, documentOf, identityPolicy, otherId, ownId, statement } from './test-bed.ts'

const syntax = /^Invalid policy syntax\.$/
const notJson = /^Policies must be valid JSON and the first byte must be '\{'$/

const badDocuments: [why: string, text: string, message: RegExp][] = [
  ['empty', '', notJson],
  ['not JSON', '{', notJson],
  ['a list', '[]', notJson],
  ['a text', '"{}"', notJson],
  ['white space first', ` ${documentOf(statement())}`, notJson],
  ['a byte order mark first', `\uFEFF${documentOf(statement())}`, notJson],
  ['more than one document', `${documentOf(statement())}{}`, notJson],
  ['no statement', '{"Version":"2012-10-17"}', /^Missing required field Statement$/],
  ['null for a statement', documentOf(null), /^Missing required field Statement$/],
  ['an empty list of statements', documentOf([]), /^Could not parse the policy: Statement is empty!$/],
  ['another version', documentOf(statement(), { Version: '2012-10-18' }), /must contain a valid version string/],
  ['an unknown element', documentOf(statement(), { Statements: [] }), /^Unknown field Statements$/],
  ['an element in small letters', '{"statement":[]}', /^Unknown field statement$/],
  ['an Id that is no text', documentOf(statement(), { Id: 7 }), syntax],
  ['a member twice', `{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}`, syntax],
  [
    'a condition twice',
    `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*",
      "Condition":{"Bool":{"aws:SecureTransport":"true"}},"Condition":{}}}`,
    syntax,
  ],
  ['__proto__', '{"__proto__":{"Statement":[]}}', /^Unknown field __proto__$/],
  ['constructor', '{"constructor":{},"Statement":[]}', /^Unknown field constructor$/],
  ['20 MB', `{${' '.repeat(20_000_000)}}`, /exceeds the maximum allowed size of 20480 bytes/],
  ['one byte too many', documentOf(statement()).padEnd(policySizeMax + 1), /exceeds the maximum allowed size/],
  ['lists 10,000 deep', `{"Statement":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, syntax],
]

for (const [why, text, message] of badDocuments) {
  test(`a policy is refused: ${why}`, () => {
    assert.throws(() => parsePolicy(text, 'bucket', 'photos'), { code: 'MalformedPolicy', status: 400, message })
  })
}

const none = undefined
const badStatements: [why: string, changes: Readonly<Record<string, unknown>>, message: RegExp][] = [
  ['unknown element', { Conditions: {} }, /^Unknown field Conditions$/],
  ['no effect', { Effect: none }, /^Missing required field Effect$/],
  ['effect in small letters', { Effect: 'allow' }, /^Invalid effect: allow$/],
  ['effect that is no text', { Effect: ['Allow'] }, /^Invalid effect: \["Allow"\]$/],
  ['no principal', { Principal: none }, /^Missing required field Principal$/],
  ['Principal and NotPrincipal', { NotPrincipal: '*' }, syntax],
  ['Allow with NotPrincipal', { Principal: none, NotPrincipal: { AWS: ownId } }, /^Allow with NotPrincipal/],
  ['no action', { Action: none }, /^Missing required field Action$/],
  ['Action and NotAction', { NotAction: 's3:PutObject' }, syntax],
  ['no resource', { Resource: none }, /^Missing required field Resource$/],
  ['Resource and NotResource', { NotResource: 'arn:aws:s3:::photos/a' }, syntax],
  ['a Sid that is no text', { Sid: 1 }, syntax],

  ['no principals', { Principal: {} }, /^Invalid principal in policy$/],
  ['an empty list of principals', { Principal: { AWS: [] } }, /^Invalid principal in policy$/],
  ['an account id of 12 digits', { Principal: { AWS: '123456789012' } }, /^Invalid principal in policy$/],
  ['any text for a principal', { Principal: 'anna' }, /^Invalid principal in policy$/],
  ['a list for a principal', { Principal: ['*'] }, /^Invalid principal in policy$/],
  ['a number for a principal', { Principal: { AWS: 5 } }, /^Invalid principal in policy$/],
  ['all users of an account', { Principal: { AWS: `arn:aws:iam::${ownId}:user/*` } }, /^Invalid principal/],
  ['a part of a name', { Principal: { AWS: `arn:aws:iam::${ownId}:user/an*` } }, /^Invalid principal/],
  ['an account without :root', { Principal: { AWS: `arn:aws:iam::${ownId}` } }, /^Invalid principal/],
  ['a root without its ARN', { Principal: { AWS: `${ownId}:root` } }, /^Invalid principal/],
  ['everybody as a canonical user', { Principal: { CanonicalUser: '*' } }, /^Invalid principal/],
  ['an ARN as a canonical user', { Principal: { CanonicalUser: `arn:aws:iam::${ownId}:root` } }, /^Invalid principal/],
  ['an account as a service', { Principal: { Service: ownId } }, /^Invalid principal/],
  ['an identity provider', { Principal: { Federated: 'graph.facebook.com' } }, /^Invalid principal/],
  ['a type of principal that there is not', { Principal: { Aws: '*' } }, /^Invalid principal/],
  ['__proto__ for a type of principal', { Principal: JSON.parse('{"__proto__":"*"}') as object }, /^Invalid principal/],

  ['no actions', { Action: [] }, /^Policy has invalid action$/],
  ['an action without a service', { Action: 'GetObject' }, /^Policy has invalid action$/],
  ['an action of another service', { Action: 'ec2:RunInstances' }, /^Policy has invalid action$/],
  ['an action that there is not', { Action: 's3:GetObjct' }, /^Policy has invalid action$/],
  ['a pattern that no action is like', { Action: 's3:Gett*' }, /^Policy has invalid action$/],
  ['an action on no bucket', { Action: 's3:ListAllMyBuckets' }, /^Policy has invalid action$/],
  ['a number for an action', { Action: 5 }, /^Policy has invalid action$/],
  ['an action too long', { Action: `s3:${'*'.repeat(200)}` }, /^Policy has invalid action$/],

  ['no resources', { Resource: [] }, /^Policy has invalid resource$/],
  ['any resource', { Resource: '*' }, /^Policy has invalid resource$/],
  ['a path', { Resource: 'photos/*' }, /^Policy has invalid resource$/],
  ['another bucket', { Resource: 'arn:aws:s3:::films/*' }, /^Policy has invalid resource$/],
  ['a longer bucket', { Resource: 'arn:aws:s3:::photos2/*' }, /^Policy has invalid resource$/],
  ['the bucket in capitals', { Resource: 'arn:aws:s3:::Photos/*' }, /^Policy has invalid resource$/],
  ['another bucket among others', { Resource: ['arn:aws:s3:::photos/*', 'arn:aws:s3:::films/*'] }, /invalid resource/],
  ['no bucket', { Resource: 'arn:aws:s3:::' }, /^Policy has invalid resource$/],
  ['a pattern that the bucket is not like', { Resource: 'arn:aws:s3:::f*/x' }, /^Policy has invalid resource$/],
  ['another partition', { Resource: 'arn:aws-cn:s3:::photos/*' }, /^Policy has invalid resource$/],
  ['another bucket for NotResource', { Resource: none, NotResource: 'arn:aws:s3:::films/*' }, /invalid resource/],

  ['an action on buckets, objects', { Action: 's3:ListBucket' }, /^Action does not apply to any resource/],
  ['an action on objects, the bucket', { Resource: 'arn:aws:s3:::photos' }, /^Action does not apply/],
  ['one action of two', { Action: ['s3:GetObject', 's3:ListBucket'] }, /^Action does not apply/],

  ['a variable that is not closed', { Resource: 'arn:aws:s3:::photos/${aws:username' }, syntax],
  ['a variable without a name', { Resource: 'arn:aws:s3:::photos/${}' }, syntax],
  ['a variable that there is not', { Resource: 'arn:aws:s3:::photos/${aws:user}' }, /invalid condition key/],

  ['conditions in a list', { Condition: [] }, syntax],
  ['an operator that there is not', { Condition: { StringEqual: {} } }, /^Invalid Condition type : StringEqual$/],
  ['an operator in small letters', { Condition: { stringequals: {} } }, /^Invalid Condition type/],
  ['NullIfExists', { Condition: { NullIfExists: { 'aws:Referer': 'true' } } }, /^Invalid Condition type/],
  ['a quantifier that there is not', { Condition: { 'ForSomeValues:StringEquals': {} } }, /^Invalid Condition type/],
  ['toString for an operator', { Condition: { toString: {} } }, /^Invalid Condition type/],
  ['__proto__ for an operator', { Condition: JSON.parse('{"__proto__":{}}') as object }, /^Invalid Condition type/],
  ['a text for keys', { Condition: { StringEquals: 'x' } }, syntax],
  ['a key that there is not', { Condition: { StringEquals: { 'aws:SourceIpp': 'x' } } }, /invalid condition key/],
  ['a key without a service', { Condition: { StringEquals: { prefix: 'x' } } }, /invalid condition key/],
  ['a key of another service', { Condition: { StringEquals: { 'ec2:Vpc': 'x' } } }, /invalid condition key/],
  ['a tag without a key', { Condition: { StringEquals: { 's3:ExistingObjectTag/': 'x' } } }, /invalid condition key/],
  ['a tag on a key without', { Condition: { StringEquals: { 's3:prefix/a': 'x' } } }, /invalid condition key/],
  ['__proto__ for a key', { Condition: { Bool: JSON.parse('{"__proto__":"true"}') as object } }, /condition key/],
  ['no values', { Condition: { StringEquals: { 'aws:Referer': [] } } }, syntax],
  ['an object for a value', { Condition: { StringEquals: { 'aws:Referer': {} } } }, syntax],
  ['a word for a number', { Condition: { NumericEquals: { 's3:max-keys': 'ten' } } }, syntax],
  ['a word for a date', { Condition: { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } } }, syntax],
  ['the 32nd of a month', { Condition: { DateLessThan: { 'aws:CurrentTime': '2026-01-32' } } }, syntax],
  ['a word for a truth value', { Condition: { Bool: { 'aws:SecureTransport': 'yes' } } }, syntax],
  ['a word for Null', { Condition: { Null: { 'aws:Referer': 'yes' } } }, syntax],
  ['a host for an address', { Condition: { IpAddress: { 'aws:SourceIp': 'localhost' } } }, syntax],
  ['an address with 33 bits', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } }, syntax],
  ['an address with a zone', { Condition: { IpAddress: { 'aws:SourceIp': 'fe80::1%eth0' } } }, syntax],
  ['an ARN of five parts', { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3::*' } } }, syntax],
  ['what is no base64', { Condition: { BinaryEquals: { 'aws:Referer': 'é' } } }, syntax],
  ['too loose a pattern', { Condition: { StringLike: { 'aws:Referer': `*?${'a'.repeat(3000)}` } } }, syntax],
]

for (const [why, changes, message] of badStatements) {
  test(`a statement is refused: ${why}`, () => {
    assert.throws(() => bucketPolicy(statement(changes)), { name: 'ApiError', code: 'MalformedPolicy', message })
  })
}

const goodStatements: [what: string, changes: Readonly<Record<string, unknown>>][] = [
  ['a Sid with spaces', { Sid: 'Read for everybody' }],
  ['the bucket and its objects', { Action: 's3:*', Resource: ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*'] }],
  ['everything', { Action: '*' }],
  ['actions in any case', { Action: ['S3:GETOBJECT', 's3:putobject'] }],
  ['patterns of actions', { Action: ['s3:Get*', 's3:List*', 's3:?utObject'] }],
  ['patterns that the bucket is like', { Resource: ['arn:aws:s3:::*', 'arn:aws:s3:::ph*/x', 'arn:aws:s3:::phot?s/*'] }],
  [
    'everything but',
    { Action: none, NotAction: 's3:DeleteObject', Resource: none, NotResource: 'arn:aws:s3:::photos/x' },
  ],
  ['a service, which never asks', { Principal: { Service: 'logging.s3.amazonaws.com' } }],
  [
    'principals of all kinds',
    { Principal: { AWS: [ownId, `arn:aws:iam::${ownId}:user/a/b/anna`], CanonicalUser: otherId } },
  ],
  [
    'values that are no texts',
    { Condition: { Bool: { 'aws:SecureTransport': true }, NumericEquals: { 's3:max-keys': 7 } } },
  ],
]

for (const [what, changes] of goodStatements) {
  test(`a statement is taken: ${what}`, () => void bucketPolicy(statement(changes)))
}

test('a policy of the greatest size is taken', () => {
  parsePolicy(documentOf(statement()).padEnd(policySizeMax), 'bucket', 'photos')
})

test('a statement need not be in a list, and a policy need not tell its version', () => {
  parsePolicy(JSON.stringify({ Id: 'x', Statement: statement() }), 'bucket', 'photos')
  bucketPolicy([statement()], { Version: '2008-10-17' })
})

test('no two statements have the same Sid; many may have none', () => {
  assert.throws(() => bucketPolicy([statement({ Sid: 'a' }), statement({ Sid: 'a' })]), { code: 'MalformedPolicy' })
  bucketPolicy([statement({ Sid: 'a' }), statement({ Sid: 'b' }), statement(), statement(), statement({ Sid: '' })])
})

test('an invalid principal is told', () => {
  assert.throws(() => bucketPolicy(statement({ Principal: { AWS: ['*', 'anna'] } })), {
    details: { Detail: '"AWS" : "anna"' },
  })
})

test('an identity policy names no principal, and any resource', () => {
  const mine = (changes: object = {}) => statement({ Principal: none, ...changes })
  for (const Resource of ['*', 'arn:aws:s3:::*', 'arn:aws:s3:::any/x', 'arn:aws:sqs:eu-west-1:123456789012:queue']) {
    identityPolicy(mine({ Resource }))
  }
  identityPolicy(mine({ Action: ['s3:SomethingNew', 'sqs:SendMessage'] }))
  identityPolicy(mine({ Condition: { StringEquals: { 'sqs:queue': 'x' } } }))
  identityPolicy(mine({ Resource: 'arn:aws:s3:::photos' }))
  const refused = [{ Principal: '*' }, { NotPrincipal: '*' }, { Resource: 'photos' }, { Action: 'GetObject' }]
  for (const changes of refused) assert.throws(() => identityPolicy(mine(changes)), { code: 'MalformedPolicy' })
  assert.throws(() => identityPolicy(mine({ Condition: { Bool: { 's3:prefi': 'true' } } })), {
    code: 'MalformedPolicy',
  })
})

test('a policy tells which condition keys it asks for, however they are written', () => {
  const policy = parsePolicy(
    documentOf(
      statement({
        Resource: 'arn:aws:s3:::photos/${aws:username}/*',
        Condition: { StringEquals: { 'S3:ExistingObjectTag/Team': 'a' }, Null: { 'aws:referer': true } },
      }),
    ).replace('Existing', '\\u0045xisting'),
    'bucket',
    'photos',
  )
  assert.deepEqual(policy.keys, new Set(['aws:username', 's3:existingobjecttag/Team', 'aws:referer']))
})

/** Nothing but MalformedPolicy. */
function parseOrRefuse(text: string): void {
  for (const kind of ['bucket', 'identity'] as const) {
    try {
      if (kind === 'bucket') parsePolicy(text, kind, 'photos')
      else parsePolicy(text, kind)
    } catch (error) {
      assert.ok(error instanceof ApiError, String(error))
      assert.equal(error.code, 'MalformedPolicy')
    }
  }
}

test('whatever is parsed, nothing but MalformedPolicy is thrown', () => {
  const words = fc.constantFrom(
    ...['*', '', 'Allow', 's3:*', 's3:GetObject', 'arn:aws:s3:::photos/*', 'arn:aws:s3:::photos', '${aws:username}'],
    ...['aws:SourceIp', 's3:prefix', 'AWS', '__proto__', 'StringLike', 'IpAddress', '10.0.0.0/8', 'true', '${', '?*?'],
  )
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: 'small' }, words, fc.jsonValue({ maxDepth: 1 }), tie('list'), tie('object')),
    list: fc.array(tie('any'), { maxLength: 3 }),
    object: fc.dictionary(words, tie('any'), { maxKeys: 3 }),
  })).any
  const element = fc.constantFrom('Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'Resource', 'Condition')
  const changed = fc.dictionary(element, value, { maxKeys: 2 }).map((changes) => documentOf(statement(changes)))
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), changed), parseOrRefuse), { numRuns: 5000 })
})

test('a policy cut or with a character changed is taken or refused', () => {
  const whole = documentOf(
    statement({ Condition: { StringLike: { 'aws:Referer': ['https://*.example/${aws:username}?'] } } }),
  )
  for (let end = 0; end < whole.length; end++) parseOrRefuse(whole.slice(0, end))
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.string({ maxLength: 2 }), (at, text) =>
      parseOrRefuse(whole.slice(0, at) + text + whole.slice(at + 1)),
    ),
    { numRuns: 2000 },
  )
})
