import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

const configuration = (...rules: readonly string[]): string =>
  `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</ServerSideEncryptionConfiguration>`
const byDefault = (algorithm: string, more = ''): string =>
  `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm>${more}</ApplyServerSideEncryptionByDefault>`
const keyId = '<KMSMasterKeyID>some-key</KMSMasterKeyID>'
const blocked = (type: string): string =>
  `<BlockedEncryptionTypes><EncryptionType>${type}</EncryptionType></BlockedEncryptionTypes>`

const taken: readonly (readonly [body: string, kept: object])[] = [
  [configuration(byDefault('AES256')), { algorithm: 'AES256' }],
  [
    configuration(`${byDefault('AES256')}<BucketKeyEnabled>true</BucketKeyEnabled>`),
    { algorithm: 'AES256', bucketKeyEnabled: true },
  ],
  [configuration(byDefault('AES256') + blocked('NONE')), { algorithm: 'AES256' }],
]
for (const [body, kept] of taken) {
  test(`PutBucketEncryption keeps ${JSON.stringify(kept)}`, async () => {
    const { send, buckets } = await makeFront()
    const { status, text } = await send('PUT /photos?encryption', { body })
    assert.deepEqual([status, text], [200, ''])
    assert.deepEqual((await buckets.get('photos')).encryption, kept)
  })
}

const refused: readonly (readonly [what: string, body: string, outcome: string])[] = [
  ['no document', '', '400 MissingRequestBodyError'],
  ['no rule', configuration(), '400 MalformedXML'],
  ['an empty rule', configuration(''), '400 MalformedXML'],
  ['two rules', configuration(byDefault('AES256'), byDefault('AES256')), '400 MalformedXML'],
  ['no such algorithm', configuration(byDefault('AES128')), '400 MalformedXML'],
  ['KMS', configuration(byDefault('aws:kms')), '501 NotImplemented'],
  ['KMS with a key', configuration(byDefault('aws:kms', keyId)), '501 NotImplemented'],
  ['two layers of KMS', configuration(byDefault('aws:kms:dsse', keyId)), '501 NotImplemented'],
  ['a key of KMS without KMS', configuration(byDefault('AES256', keyId)), '400 InvalidArgument'],
  ['a type that is to be blocked', configuration(byDefault('AES256') + blocked('SSE-C')), '501 NotImplemented'],
]
for (const [what, body, outcome] of refused) {
  test(`PutBucketEncryption refuses ${what}: ${outcome}`, async () => {
    const { send, buckets } = await makeFront()
    assert.equal((await send('PUT /photos?encryption', { body })).outcome, outcome)
    assert.equal((await buckets.get('photos')).encryption, undefined)
  })
}

test('PutBucketEncryption is not for other accounts', async () => {
  const { send } = await makeFront()
  const body = configuration(byDefault('AES256'))
  assert.equal((await send('PUT /photos?encryption', { body, account: otherAccountId })).outcome, '403 AccessDenied')
})
