import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { ApiError } from '../../base/errors.ts'
import { systemRandom } from '../../base/random.ts'
import { createFormAuthenticator, type FormAuthenticatorOptions } from './post.ts'
import { deriveSigningKey } from './signing-key.ts'
import { clockAt, exampleCredential } from './test-bed.ts'

/** AWS's example ("Example: Browser-Based Upload using HTTP POST"): its policy, and the signature that it gives for it. */
const examplePolicy =
  'eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9'
const example = {
  policy: examplePolicy,
  'x-amz-algorithm': 'AWS4-HMAC-SHA256',
  'x-amz-credential': 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request',
  'x-amz-date': '20151229T000000Z',
  'x-amz-signature': '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
}
const { accessKeyId, secret } = exampleCredential
const example2 = {
  policy: examplePolicy,
  awsaccesskeyid: accessKeyId,
  signature: createHmac('sha1', secret).update(examplePolicy).digest('base64'),
}

type Fields = Readonly<Record<string, string | undefined>>

/** `accepted`, `nobody`, or the error's code. */
async function outcome(
  fields: Fields,
  options: Partial<FormAuthenticatorOptions> & { now?: string; v2?: boolean } = {},
): Promise<string> {
  const { now = '2015-12-29T12:00:00Z', v2 = true, ...others } = options
  const authenticate = createFormAuthenticator({
    findCredential: (id) => (id === accessKeyId ? exampleCredential : undefined),
    clock: clockAt(now),
    random: systemRandom,
    ...others,
  })
  const sent = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined)
  try {
    const signer = await authenticate(new Map(sent), { regions: ['us-east-1'], v2 })
    if (signer === undefined) return 'nobody'
    const method = fields['signature'] === undefined ? 'v4-post' : 'v2-post'
    assert.deepEqual(signer, { credential: exampleCredential, method })
    return 'accepted'
  } catch (error) {
    assert(error instanceof ApiError, String(error))
    return error.code
  }
}

test('the example of the documentation is accepted, with a look-up of credentials that is asynchronous too', async () => {
  assert.equal(await outcome(example), 'accepted')
  const findCredential = async (id: string) => Promise.resolve(id === accessKeyId ? exampleCredential : undefined)
  assert.equal(await outcome(example, { findCredential }), 'accepted')
  assert.equal(await outcome(example2, { findCredential }), 'accepted')
})

test('a form without policy and signature is signed by nobody', async () => {
  assert.equal(await outcome({ key: 'k', acl: 'public-read' }), 'nobody')
})

test('a form that has any part of a signature and not all of them is never taken for one that nobody signed', async () => {
  for (const whole of [example, example2]) {
    for (const name of Object.keys(whole)) {
      assert.equal(await outcome({ ...whole, [name]: undefined }), 'InvalidArgument', name)
      assert.equal(await outcome({ ...whole, [name]: '' }), 'InvalidArgument', name)
      const alone = (whole as Fields)[name]
      assert.equal(await outcome({ [name]: alone }), 'InvalidArgument', `only ${name}`)
    }
  }
})

test('a form is good for as long as its policy is in force, though it is older than a request may be', async () => {
  for (const now of ['2015-12-28T23:45:00Z', '2015-12-29T00:00:00Z', '2015-12-30T00:00:00Z', '2016-01-05T00:00:00Z'])
    assert.equal(await outcome(example, { now }), 'accepted', now)
})

const changedPolicy = examplePolicy.replace(/.{4}$/, 'Ag==')
const refused: readonly (readonly [what: string, fields: Fields, code: string])[] = [
  ['a changed policy', { ...example, policy: changedPolicy }, 'SignatureDoesNotMatch'],
  ['a policy with a space more', { ...example, policy: `${examplePolicy} ` }, 'SignatureDoesNotMatch'],
  [
    'a changed signature',
    { ...example, 'x-amz-signature': example['x-amz-signature'].replace('8', '9') },
    'SignatureDoesNotMatch',
  ],
  [
    'a signature in capitals',
    { ...example, 'x-amz-signature': example['x-amz-signature'].toUpperCase() },
    'SignatureDoesNotMatch',
  ],
  ['a longer signature', { ...example, 'x-amz-signature': `${example['x-amz-signature']}0` }, 'SignatureDoesNotMatch'],
  [
    'another access key',
    { ...example, 'x-amz-credential': 'AKIAOTHER/20151229/us-east-1/s3/aws4_request' },
    'InvalidAccessKeyId',
  ],
  [
    'another region',
    { ...example, 'x-amz-credential': `${accessKeyId}/20151229/eu-west-1/s3/aws4_request` },
    'AuthorizationQueryParametersError',
  ],
  [
    'another service',
    { ...example, 'x-amz-credential': `${accessKeyId}/20151229/us-east-1/sts/aws4_request` },
    'AuthorizationQueryParametersError',
  ],
  [
    'another terminal',
    { ...example, 'x-amz-credential': `${accessKeyId}/20151229/us-east-1/s3/aws4` },
    'AuthorizationQueryParametersError',
  ],
  [
    'a scope without a key',
    { ...example, 'x-amz-credential': '/20151229/us-east-1/s3/aws4_request' },
    'AuthorizationQueryParametersError',
  ],
  [
    'another day',
    { ...example, 'x-amz-credential': `${accessKeyId}/20151228/us-east-1/s3/aws4_request` },
    'InvalidArgument',
  ],
  ['a date that is none', { ...example, 'x-amz-date': '2015-12-29' }, 'InvalidArgument'],
  ['another algorithm', { ...example, 'x-amz-algorithm': 'AWS4-HMAC-SHA1' }, 'InvalidArgument'],
  ['a session token', { ...example, 'x-amz-security-token': 't' }, 'InvalidToken'],
  ['both signatures', { ...example, ...example2 }, 'InvalidArgument'],
  ['Version 2 and a changed policy', { ...example2, policy: changedPolicy }, 'SignatureDoesNotMatch'],
  ['Version 2 and a changed signature', { ...example2, signature: 'A'.repeat(27) + '=' }, 'SignatureDoesNotMatch'],
  ['Version 2 and another access key', { ...example2, awsaccesskeyid: 'AKIAOTHER' }, 'InvalidAccessKeyId'],
  [
    'Version 2 and a key that no key is so long',
    { ...example2, awsaccesskeyid: 'A'.repeat(129) },
    'InvalidAccessKeyId',
  ],
]
for (const [what, fields, code] of refused) {
  test(`a form with ${what} is ${code}`, async () => assert.equal(await outcome(fields), code))
}

test('a form from the future, or older than a signing key lives, is refused', async () => {
  for (const now of ['2015-12-28T23:44:59Z', '2016-01-05T00:00:01Z'])
    assert.equal(await outcome(example, { now }), 'AccessDenied', now)
})

test('Version 2 is refused where it is off, whoever signed', async () => {
  assert.equal(await outcome(example2, { v2: false }), 'InvalidRequest')
  assert.equal(await outcome({ ...example2, awsaccesskeyid: 'AKIAOTHER' }, { v2: false }), 'InvalidRequest')
  assert.equal(await outcome(example, { v2: false }), 'accepted')
})

test('what a form is signed with is the key of its own day and region', async () => {
  const policy = Buffer.from('{}').toString('base64')
  const signed = (key: Buffer): Fields => ({
    ...{ ...example, policy },
    'x-amz-signature': createHmac('sha256', key).update(policy).digest('hex'),
  })
  assert.equal(await outcome(signed(deriveSigningKey(secret, '20151229', 'us-east-1'))), 'accepted')
  for (const [date, region] of [
    ['20151228', 'us-east-1'],
    ['20151229', 'eu-west-1'],
  ] as const)
    assert.equal(await outcome(signed(deriveSigningKey(secret, date, region))), 'SignatureDoesNotMatch')
})
