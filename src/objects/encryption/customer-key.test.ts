import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../base/errors.ts'
import { parseCustomerKey } from './customer-key.ts'

/** Those of s3-tests. */
const key = 'pO3upElrwuEXSoFwCfnZPdSsmt/xWeFa0N9KgDijwVs='
const md5 = 'DWygnHRtgiJ77HCm+1rvHw=='
const good = { algorithm: 'AES256', key, md5 }

test('a good key is its bytes and its MD5', () => {
  assert.deepEqual(parseCustomerKey(good, true), { bytes: Buffer.from(key, 'base64'), md5 })
})

test('no header, no key, whatever the connection', () => {
  const none = { algorithm: undefined, key: undefined, md5: undefined }
  assert.equal(parseCustomerKey(none, true), undefined)
  assert.equal(parseCustomerKey(none, false), undefined)
})

const must = 'Requests specifying Server Side Encryption with Customer provided keys must'
const badKey = 'The secret key was invalid for the specified algorithm.'
const badMd5 = 'The calculated MD5 hash of the key did not match the hash that was provided.'
const badAlgorithm = 'The encryption request you specified is not valid. Supported value: AES256.'

type Change = Readonly<Record<string, string | undefined>>
const faults: readonly (readonly [what: string, change: Change, code: string, message: string])[] = [
  ['no algorithm', { algorithm: undefined }, 'InvalidArgument', `${must} provide a valid encryption algorithm.`],
  ['no key', { key: undefined }, 'InvalidArgument', `${must} provide an appropriate secret key.`],
  ['no MD5', { md5: undefined }, 'InvalidArgument', `${must} provide the client calculated MD5 of the secret key.`],
  [
    'only an algorithm',
    { key: undefined, md5: undefined },
    'InvalidArgument',
    `${must} provide an appropriate secret key.`,
  ],
  ['another algorithm', { algorithm: 'AES192' }, 'InvalidEncryptionAlgorithmError', badAlgorithm],
  ['the algorithm in other letters', { algorithm: 'aes256' }, 'InvalidEncryptionAlgorithmError', badAlgorithm],
  ['an empty algorithm', { algorithm: '' }, 'InvalidEncryptionAlgorithmError', badAlgorithm],
  ['31 bytes', { key: Buffer.alloc(31).toString('base64') }, 'InvalidArgument', badKey],
  ['33 bytes', { key: Buffer.alloc(33).toString('base64') }, 'InvalidArgument', badKey],
  ['32 characters', { key: 'x'.repeat(32) }, 'InvalidArgument', badKey],
  ['an empty key', { key: '' }, 'InvalidArgument', badKey],
  ['base64 with more than base64', { key: `${key} ` }, 'InvalidArgument', badKey],
  ['base64 of URLs', { key: key.replace('/', '_') }, 'InvalidArgument', badKey],
  ['another MD5', { md5: 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'InvalidArgument', badMd5],
  ['an MD5 in hex', { md5: Buffer.from(md5, 'base64').toString('hex') }, 'InvalidArgument', badMd5],
  ['an empty MD5', { md5: '' }, 'InvalidArgument', badMd5],
]
for (const [what, change, code, message] of faults) {
  test(`refused with ${code}: ${what}`, () => {
    assert.throws(() => parseCustomerKey({ ...good, ...change }, true), { code, message, status: 400 })
  })
}

test('a key that comes over a connection that others can read is refused', () => {
  assert.throws(() => parseCustomerKey(good, false), {
    code: 'InvalidRequest',
    message: `${must} be made over a secure connection.`,
  })
})

test('no error has the key in it', () => {
  for (const [, change] of faults) {
    try {
      parseCustomerKey({ ...good, ...change }, true)
      assert.fail('not refused')
    } catch (error) {
      assert.ok(error instanceof ApiError)
      const told = JSON.stringify([error.message, error.details, error.headers, String(error.cause)])
      assert.ok(!told.includes(key.slice(0, 20)))
    }
  }
})
