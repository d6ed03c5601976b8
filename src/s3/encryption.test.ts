import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CustomerKey, HeadEncryption } from '../objects/encryption/seal.ts'
import {
  copySourceKeyOf,
  customerKeyOf,
  encryptionMembers,
  encryptionOfPart,
  keyToRead,
  refuseEncryptionOfRead,
  requestedEncryption,
  type EncryptionInput,
} from './encryption.ts'

/** Those of s3-tests. */
const sent = {
  SSECustomerAlgorithm: 'AES256',
  SSECustomerKey: 'pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs=',
  SSECustomerKeyMD5: 'DWygnHRtgiJ77HCm+1rvHw==',
}
const key: CustomerKey = { bytes: Buffer.from(sent.SSECustomerKey, 'base64'), md5: sent.SSECustomerKeyMD5 }
const otherKey: CustomerKey = {
  bytes: Buffer.from('6b+WOZ1T3cqZMxgThRcXAQBrS5mXKdDUphvpxptl9/4=', 'base64'),
  md5: 'arxBvwY2V4SiOne6yppVPQ==',
}
const sseS3: HeadEncryption = { kind: 'AES256' }
const sseC: HeadEncryption = { kind: 'SSE-C', keyMd5: key.md5 }
const plainBucket = {}
const encryptedBucket = { encryption: { algorithm: 'AES256' } } as const

const requests: readonly (readonly [what: string, input: EncryptionInput, bucket: object, expected: unknown])[] = [
  ['nothing', {}, plainBucket, undefined],
  ['nothing, in a bucket with a default', {}, encryptedBucket, { kind: 'AES256' }],
  ['SSE-S3', { ServerSideEncryption: 'AES256' }, plainBucket, { kind: 'AES256' }],
  ['SSE-C', sent, plainBucket, { kind: 'SSE-C', key }],
  ['SSE-C, in a bucket with a default', sent, encryptedBucket, { kind: 'SSE-C', key }],
]
for (const [what, input, bucket, expected] of requests) {
  test(`asked for: ${what}`, () => assert.deepEqual(requestedEncryption(input, bucket, true), expected))
}

const needsKms =
  'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms'
const incompatible =
  'Server Side Encryption with Customer provided key is incompatible with the encryption method specified'
const unsupported = 'The encryption method specified is not supported'
const kmsRefused = (method: string) =>
  `The header x-amz-server-side-encryption: ${method} that you provided implies functionality that is not implemented.`

const refusals: readonly (readonly [input: EncryptionInput, status: number, code: string, message: string])[] = [
  [{ ServerSideEncryption: 'AES256', ...sent }, 400, 'InvalidArgument', incompatible],
  [{ ServerSideEncryption: 'AES256', SSECustomerAlgorithm: 'AES256' }, 400, 'InvalidArgument', incompatible],
  [{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'x', ...sent }, 400, 'InvalidArgument', incompatible],
  [{ ServerSideEncryption: 'AES256', SSEKMSKeyId: 'x' }, 400, 'InvalidArgument', needsKms],
  [{ ServerSideEncryption: 'AES256', SSEKMSEncryptionContext: 'e30=' }, 400, 'InvalidArgument', needsKms],
  [{ SSEKMSKeyId: 'x' }, 400, 'InvalidArgument', needsKms],
  [{ SSEKMSKeyId: 'x', ...sent }, 400, 'InvalidArgument', needsKms],
  [{ ServerSideEncryption: 'aes:kms' }, 400, 'InvalidArgument', unsupported],
  [{ ServerSideEncryption: 'AES192' }, 400, 'InvalidArgument', unsupported],
  [{ ServerSideEncryption: 'aes256' }, 400, 'InvalidArgument', unsupported],
  [{ ServerSideEncryption: 'aws:fsx' }, 400, 'InvalidArgument', unsupported],
  [{ ServerSideEncryption: 'aws:kms' }, 501, 'NotImplemented', kmsRefused('aws:kms')],
  [{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'x' }, 501, 'NotImplemented', kmsRefused('aws:kms')],
  [{ ServerSideEncryption: 'aws:kms:dsse' }, 501, 'NotImplemented', kmsRefused('aws:kms:dsse')],
]
for (const [input, status, code, message] of refusals) {
  test(`refused with ${code}: ${Object.keys(input).join(', ')} (${input.ServerSideEncryption ?? ''})`, () => {
    assert.throws(() => requestedEncryption(input, plainBucket, true), { status, code, message })
  })
}

test('a key is taken over a secure connection only', () => {
  assert.deepEqual(customerKeyOf(sent, true), key)
  for (const take of [
    () => customerKeyOf(sent, false),
    () => requestedEncryption(sent, plainBucket, false),
    () => copySourceKeyOf({ CopySourceSSECustomerKey: sent.SSECustomerKey }, false),
  ]) {
    assert.throws(take, { code: 'InvalidRequest', message: /secure connection/ })
  }
  assert.deepEqual(requestedEncryption({ ServerSideEncryption: 'AES256' }, plainBucket, false), { kind: 'AES256' })
})

test('the key of a copy’s source comes in headers of its own', () => {
  const source = {
    CopySourceSSECustomerAlgorithm: 'AES256',
    CopySourceSSECustomerKey: otherKey.bytes.toString('base64'),
    CopySourceSSECustomerKeyMD5: otherKey.md5,
  }
  assert.deepEqual(copySourceKeyOf({ ...source, ...sent }, true), otherKey)
  const ofTarget: object = sent
  assert.equal(copySourceKeyOf(ofTarget, true), undefined)
})

const notApplicable = 'The encryption parameters are not applicable to this object.'
const mustBeGiven =
  'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.'

test('a version is read with its key, and without one where it has none', () => {
  assert.equal(keyToRead(undefined, undefined), undefined)
  assert.equal(keyToRead(sseS3, undefined), undefined)
  assert.equal(keyToRead(sseC, key), key)
  const refused = [
    [undefined, key, { code: 'InvalidRequest', message: notApplicable }],
    [sseS3, key, { code: 'InvalidRequest', message: notApplicable }],
    [sseC, undefined, { code: 'InvalidRequest', message: mustBeGiven }],
    [sseC, otherKey, { code: 'AccessDenied' }],
  ] as const
  for (const [encryption, given, fault] of refused) assert.throws(() => keyToRead(encryption, given), fault)
})

test('a part is encrypted as its upload was begun', () => {
  assert.equal(encryptionOfPart(undefined, undefined), undefined)
  assert.deepEqual(encryptionOfPart(sseS3, undefined), { kind: 'AES256' })
  assert.deepEqual(encryptionOfPart(sseC, key), { kind: 'SSE-C', key })
  const refused = [
    [undefined, key, /did not request encryption/],
    [sseS3, key, /did not request encryption/],
    [sseC, undefined, /must include the appropriate encryption parameters/],
    [sseC, otherKey, /did not match the ones used originally/],
  ] as const
  for (const [upload, given, message] of refused) {
    assert.throws(() => encryptionOfPart(upload, given), { code: 'InvalidRequest', message })
  }
})

test('a request that reads may not say how to encrypt', () => {
  assert.doesNotThrow(() => refuseEncryptionOfRead({ 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }))
  for (const method of ['AES256', 'aws:kms', '']) {
    assert.throws(() => refuseEncryptionOfRead({ 'x-amz-server-side-encryption': method }), {
      status: 400,
      code: 'InvalidArgument',
    })
  }
})

test('an answer tells how a version is encrypted, and never the key', () => {
  assert.deepEqual(encryptionMembers(undefined), {})
  assert.deepEqual(encryptionMembers(sseS3), { ServerSideEncryption: 'AES256' })
  assert.deepEqual(encryptionMembers(sseC), { SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: key.md5 })
})
