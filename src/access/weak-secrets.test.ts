import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { accessKeyIdFault, masterKeyFault, secretFault } from './weak-secrets.ts'

const badSecrets: [secret: string, because: RegExp][] = [
  ['', /too short/],
  ['minioadmin', /too short/],
  ['fifteen-letters', /too short/],
  ['x'.repeat(129), /too long/],
  ['a secret with spaces', /no spaces/],
  ['a-secret-with-ümlaut', /ASCII/],
  ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', /everybody knows/],
  ['minioadminminioadmin', /everybody knows/],
  ['MinioAdminMinioAdmin', /everybody knows/],
  ['passwordpassword', /everybody knows/],
  ['passwordpassword123', /everybody knows/],
  ['verysecretkey1verysecretkey1', /everybody knows/],
  ['secretaccesskeysecretaccesskey', /everybody knows/],
  ['your-secret-access-key', /everybody knows/],
  ['aaaaaaaaaaaaaaaaaaaa', /everybody knows/],
  ['abababababababababab', /everybody knows/],
  ['1212121212121212', /everybody knows/],
]

for (const [secret, because] of badSecrets) {
  test(`refused as a secret: ${JSON.stringify(secret.slice(0, 40))}`, () =>
    assert.match(secretFault(secret) ?? 'accepted', because))
}

test('secrets that are not known are accepted', () => {
  const good = [
    'h7GhxuBLTrlhVUyxSPUKUV8r/2EI4ngqJxD7iBdBYLhwluN30JaT3Q==',
    'test-secret-0123456789',
    'sixteen-letters!',
  ]
  for (const secret of good) assert.equal(secretFault(secret), undefined, secret)
  for (let round = 0; round < 1000; round++)
    assert.equal(secretFault(systemRandom.bytes(30).toString('base64')), undefined)
})

test('access key ids that everybody tries, or that would break a signature, are refused', () => {
  for (const id of [
    'minioadmin',
    'MINIOADMIN',
    'admin',
    'AKIAIOSFODNN7EXAMPLE',
    'ab',
    'a/b/c',
    'a:b:c',
    'a b c',
    'a=b',
    'a,b,c',
    'é'.repeat(9),
    'x'.repeat(129),
  ]) {
    assert.notEqual(accessKeyIdFault(id), undefined, id)
  }
  for (const id of ['0555b35654ad1656d804', 'AKIA234567ABCDEFGHIJ', 'media', 'x'.repeat(128)])
    assert.equal(accessKeyIdFault(id), undefined, id)
})

test('random master keys are accepted, in either case', () => {
  for (let round = 0; round < 1000; round++) {
    const hex = systemRandom.bytes(32).toString('hex')
    assert.equal(masterKeyFault(hex), undefined, hex)
    assert.equal(masterKeyFault(hex.toUpperCase()), undefined, hex)
  }
})
