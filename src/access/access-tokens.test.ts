import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { AccessTokens } from './access-tokens.ts'
import type { ApiKey } from './api-keys.ts'
import { MasterKey } from './sealing.ts'
import { makeAccess, masterKey, start, type Access } from './test-bed.ts'

let access: Access
let apiKey: ApiKey
let token: string
beforeEach(async () => {
  access = makeAccess()
  apiKey = await access.apiKeys.create((await access.accounts.create('video')).id, 'deploy', { role: 'member' })
  token = await access.accessTokens.issue(apiKey)
})

const iat = start / 1000
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token made by hand, so that nothing of it is as the library would have it. */
function forge(
  header: unknown,
  payload: unknown,
  key: Uint8Array = masterKey.derive('access tokens'),
  hash = 'sha256',
) {
  const text = `${encode(header)}.${encode(payload)}`
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`
}

const header = { typ: 'JWT', alg: 'HS256' }
const payload = () => ({ iat, sub: apiKey.accountId, exp: iat + 86_400, key: apiKey.id })

test('a token says the account, and that it is good for a day', async () => {
  assert.deepEqual(decodeProtectedHeader(token), header)
  assert.deepEqual(decodeJwt(token), payload())
  assert.equal((await access.accessTokens.verify(token))?.id, apiKey.id)
  assert.equal((await access.accessTokens.verify(token))?.role, 'member')
})

test('it holds until its last second, and not in the next', async () => {
  access.time.now = start + 86_400_000 - 1
  assert.ok(await access.accessTokens.verify(token))
  access.time.now = start + 86_400_000
  assert.equal(await access.accessTokens.verify(token), undefined)
})

test('it ends at once with its API key', async () => {
  await access.apiKeys.delete(apiKey.id)
  assert.equal(await access.accessTokens.verify(token), undefined)
})

test('it ends at once with the user whose API key it is of, and has their role till then', async () => {
  const anna = await access.users.create(apiKey.accountId, 'anna')
  const hers = await access.accessTokens.issue(await access.apiKeys.create(apiKey.accountId, 'x', { userId: anna.id }))
  await access.users.setRole(anna.id, 's3.bucket.user')
  assert.equal((await access.accessTokens.verify(hers))?.role, 's3.bucket.user')
  await access.users.delete(anna.id)
  assert.equal(await access.accessTokens.verify(hers), undefined)
})

test('using a token counts as using its API key', async () => {
  access.time.now = start + 3_600_000
  await access.accessTokens.verify(token)
  assert.equal((await access.apiKeys.get(apiKey.id))?.lastUsedAt, start + 3_600_000)
})

test('a token forged by hand as it should be holds, so that the refusals below have their reasons', async () => {
  assert.ok(await access.accessTokens.verify(forge(header, payload())))
})

const key = masterKey.derive('access tokens')
const otherKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom).derive('access tokens')

const forgeries: [name: string, make: () => string][] = [
  ['nothing', () => ''],
  ['no token', () => 'a.b.c'],
  ['alg none', () => `${encode({ typ: 'JWT', alg: 'none' })}.${encode(payload())}.`],
  ['alg nOnE', () => `${encode({ typ: 'JWT', alg: 'nOnE' })}.${encode(payload())}.`],
  ['no signature', () => token.slice(0, token.lastIndexOf('.') + 1)],
  ['two parts', () => token.slice(0, token.lastIndexOf('.'))],
  ['HS512 by the right key', () => forge({ typ: 'JWT', alg: 'HS512' }, payload(), key, 'sha512')],
  ['HS384 by the right key', () => forge({ typ: 'JWT', alg: 'HS384' }, payload(), key, 'sha384')],
  ['no alg', () => forge({ typ: 'JWT' }, payload())],
  ['another typ', () => forge({ typ: 'at+jwt', alg: 'HS256' }, payload())],
  ['no typ', () => forge({ alg: 'HS256' }, payload())],
  ['crit', () => forge({ ...header, crit: ['x'], x: 1 }, payload())],
  ['another master key', () => forge(header, payload(), otherKey)],
  ['another use of the master key', () => forge(header, payload(), masterKey.derive('console csrf'))],
  ['an empty key', () => forge(header, payload(), Buffer.alloc(0))],
  ['no exp', () => forge(header, { ...payload(), exp: undefined })],
  ['exp as text', () => forge(header, { ...payload(), exp: String(iat + 60) })],
  ['exp passed', () => forge(header, { ...payload(), exp: iat })],
  ['no iat', () => forge(header, { ...payload(), iat: undefined })],
  ['no sub', () => forge(header, { ...payload(), sub: undefined })],
  ['no key', () => forge(header, { ...payload(), key: undefined })],
  ['key as number', () => forge(header, { ...payload(), key: 1 })],
  ['an unknown key', () => forge(header, { ...payload(), key: 'a'.repeat(16) })],
  ['another account', () => forge(header, { ...payload(), sub: '0'.repeat(64) })],
  ['nbf to come', () => forge(header, { ...payload(), nbf: iat + 1 })],
  ['payload no object', () => forge(header, [])],
  ['too long', () => forge(header, { ...payload(), pad: 'x'.repeat(4096) })],
  [
    'a changed payload',
    () => [token.split('.')[0], encode({ ...payload(), exp: iat + 1e6 }), token.split('.')[2]].join('.'),
  ],
  ['a signature cut short', () => token.slice(0, -2)],
]
for (const [name, make] of forgeries) {
  test(`a token is refused: ${name}`, async () => {
    assert.equal(await access.accessTokens.verify(make()), undefined)
  })
}

test('another server of the same master key knows it', async () => {
  assert.ok(await new AccessTokens(access).verify(token))
})
