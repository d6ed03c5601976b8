import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { signDeliveryToken, type DeliveryTokenRequest } from './delivery-token.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = { id: 'k1', privateKey }

const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())

async function signed(request: Omit<DeliveryTokenRequest, 'key'>, by: DeliveryTokenRequest['key'] = key) {
  const [header, payload, signature] = (await signDeliveryToken({ key: by, ...request })).split('.')
  assert(verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature!, 'base64url')))
  return { header: decode(header!), payload: decode(payload!) }
}

test('a token has the header and payload that the documentation shows, times as whole seconds', async () => {
  assert.deepEqual(await signed({ uri: '/a', expiresAt: 1_790_000_000_999, notBefore: 1_780_000_000_000 }), {
    header: { alg: 'RS256', typ: 'JWT', kid: 'k1' },
    payload: { uri: '/a', exp: 1_790_000_000, nbf: 1_780_000_000 },
  })
  assert.deepEqual((await signed({})).payload, {})
  assert.deepEqual((await signed({ uri: '', claims: { ip: ['192.0.2.1'], user: { id: 7 } } })).payload, {
    uri: '',
    ip: ['192.0.2.1'],
    user: { id: 7 },
  })
})

test('the key may be PEM, as PKCS#1 or PKCS#8', async () => {
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const pem = privateKey.export({ type, format: 'pem' })
    assert.deepEqual((await signed({ uri: '/a' }, { id: 'k1', privateKey: pem })).payload, { uri: '/a' })
  }
})

test('what makes no token that would be good is refused', async () => {
  const refused = (request: Omit<DeliveryTokenRequest, 'key'>, by: DeliveryTokenRequest['key'] = key) =>
    assert.rejects(signDeliveryToken({ key: by, ...request }), { code: 'InvalidArgument' })
  for (const name of ['uri', 'exp', 'nbf']) await refused({ claims: { [name]: 1 } })
  for (const time of [Number.NaN, Infinity, 1e300]) {
    await refused({ expiresAt: time })
    await refused({ notBefore: time })
  }
  await refused({ claims: { pad: 'x'.repeat(8000) } })
  await refused({}, { id: '../x', privateKey })
  await refused({}, { id: 'k1', privateKey: 'no PEM' })
  await refused({}, { id: 'k1', privateKey: publicKey })
  await refused({}, { id: 'k1', privateKey: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey })
  await refused({}, { id: 'k1', privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey })
})
