import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { afterEach, beforeEach, test } from 'node:test'
import { makeCli } from './test-bed.ts'

const nowMs = Date.UTC(2026, 10, 20, 16)
const signed = { url: 'https://films.example.com/a?auth=t', token: 't', key_id: 'k', expires: null }
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli({ clock: { now: () => nowMs, monotonic: () => 0 } })))
afterEach(() => cli.remove())

const bodies: [args: string[], body: object][] = [
  [['s3://films/a'], { bucket: 'films', key: 'a', expires_seconds: 3600, by: 'query', claims: {} }],
  [['films/one/b c.ts'], { bucket: 'films', key: 'one/b c.ts', expires_seconds: 3600, by: 'query', claims: {} }],
  [
    ['films//a', '--expires', '7d', '--path'],
    { bucket: 'films', key: '/a', expires_seconds: 604_800, by: 'path', claims: {} },
  ],
  [
    ['films/a', '--expires', 'never', '--uri', ''],
    { bucket: 'films', key: 'a', uri: '', expires_seconds: null, by: 'query', claims: {} },
  ],
  [
    ['films/a', '--ip', '::1', '--ip', '10.0.0.0/8', '--referer', 'a.com', '--country', 'DE', '--rate', '1000'],
    {
      ...{ bucket: 'films', key: 'a', expires_seconds: 3600, by: 'query' },
      claims: { ip: ['::1', '10.0.0.0/8'], referer: ['a.com'], country: ['DE'], rate: 1000 },
    },
  ],
]

for (const [args, body] of bodies) {
  test(`url sign ${args.join(' ')} asks the server for it, and prints the link alone`, async () => {
    const { code, out } = await cli.with(() => signed)('url', 'sign', ...args)
    assert.deepEqual([code, out], [0, `${signed.url}\n`])
    assert.deepEqual(cli.orders, [{ operation: 'SignUrl', account: undefined, body }])
  })
}

const bucket = { bucket: { delivery_url: 'https://films.example.com' } }
const payloadOf = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())

test('with a key of one’s own the link is signed here, and the key goes nowhere', async () => {
  cli.write('films.pem', privateKey)
  const entrepot = cli.with(() => bucket)
  const own = ['--key-file', 'films.pem', '--key-id', 'my-key']
  const { out } = await entrepot('url', 'sign', 'films/one/a b.mp4', '--expires', '2h', '--ip', '::1', ...own)
  const [link, token = ''] = out.trimEnd().split('?auth=')
  assert.equal(link, 'https://films.example.com/one/a%20b.mp4')
  const [header = '', payload = '', signature = ''] = token.split('.')
  const text = Buffer.from(`${header}.${payload}`)
  assert.ok(verify('sha256', text, createPublicKey(publicKey), Buffer.from(signature, 'base64url')))
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'RS256', typ: 'JWT', kid: 'my-key' })
  assert.deepEqual(payloadOf(token), { uri: '/one/a b.mp4', exp: nowMs / 1000 + 7200, ip: ['::1'] })
  assert.deepEqual(cli.orders, [{ operation: 'GetBucket', account: undefined, params: { bucket: 'films' } }])

  const json = await entrepot('url', 'sign', 'films//', '--expires', 'never', '--path', ...own, '--json')
  const answer = JSON.parse(json.out) as { url: string; token: string; key_id: string; expires: null }
  assert.deepEqual([answer.key_id, answer.expires], ['my-key', null])
  assert.equal(answer.url, `https://films.example.com/~auth=${answer.token}//`)
  // The object whose key is a slash, not the whole bucket.
  assert.deepEqual(payloadOf(answer.token), { uri: '//' })
})

const presigned = { url: 'https://s3.example.com/films/a?X-Amz-Signature=1', expires_seconds: 60, access_key_id: 'A' }

test('presign asks for a method, a time, a key and a version', async () => {
  const entrepot = cli.with(() => presigned)
  const { out } = await entrepot('url', 'presign', 's3://films/a', '--method', 'PUT', '--expires', '1m', '--key', 'A')
  assert.equal(out, `${presigned.url}\n`)
  await entrepot('url', 'presign', 'films/a', '--version-id', 'v', '--account', 'video')
  assert.deepEqual(cli.orders, [
    {
      ...{ operation: 'Presign', account: undefined },
      body: { bucket: 'films', key: 'a', method: 'PUT', expires_seconds: 60, access_key_id: 'A' },
    },
    {
      ...{ operation: 'Presign', account: 'video' },
      body: { bucket: 'films', key: 'a', method: 'GET', expires_seconds: 3600, version_id: 'v' },
    },
  ])
})

const misuses: [args: string[], message: RegExp][] = [
  [['sign', 'films'], /"films" names no object; write s3:\/\/BUCKET\/KEY/],
  [['sign', 's3:///a'], /names no object/],
  [['sign', 'films/'], /names no object/],
  [['sign', 'films/a', '--expires', 'soon'], /Write seconds, or a time such as/],
  [['sign', 'films/a', '--key-id', 'k'], /--key-file and --key-id go together/],
  [['sign', 'films/a', '--key-id', 'k', '--key-file', 'absent.pem'], /There is no file absent\.pem/],
  [['presign', 'films/a', '--expires', 'never'], /7 days at most/],
  [['presign', 'films/a', '--method', 'POST'], /Allowed choices are GET, HEAD, PUT, DELETE/],
]

for (const [args, message] of misuses) {
  test(`wrong usage: url ${args.join(' ')}`, async () => {
    const { code, error } = await cli.entrepot('url', ...args)
    assert.equal(code, 2)
    assert.match(error, message)
  })
}

test('a file that holds no private key is refused', async () => {
  cli.write('films.pem', 'no key')
  const args = ['url', 'sign', 'films/a', '--key-file', 'films.pem', '--key-id', 'k']
  const { code, error } = await cli.with(() => bucket)(...args)
  assert.deepEqual([code, error], [1, 'entrepot: The private key is not PEM of an RSA private key.\n'])
})
