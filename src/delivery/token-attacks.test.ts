/** The attacks on tokens that security testing of signed links tries, each as a test. */
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { before, test } from 'node:test'
import { admit, ask, base64url, makeBed, makeToken, newKey, now, nowSeconds } from './token.fixture.ts'
import { ofOthers, photos, refused, signerOf, signParts, videos } from './token.fixture.ts'
import type { AskedFor, Signer } from './token.fixture.ts'
import type { RefusalReason } from './token-gate.ts'

const bed = makeBed()
const { gate } = bed
let mine: Signer
let ofVideos: Signer
let strangers: Signer
let token: string
before(async () => {
  const keys = await Promise.all([photos, videos, ofOthers].map((bucket) => newKey(bed.keys, bucket)))
  ;[mine, ofVideos, strangers] = keys.map(signerOf) as [Signer, Signer, Signer]
  token = makeToken(mine, { uri: '/a', exp: nowSeconds + 60 })
})

const parts = (): [string, string, string] => token.split('.') as [string, string, string]

test('a token as it is documented opens its directory, and its claims are given', async () => {
  const payload = { uri: '/a', exp: nowSeconds + 60, nbf: nowSeconds, user: 'x', rate: 1000 }
  for (let round = 0; round < 2; round++) {
    const grant = await admit(gate, makeToken(mine, payload))
    assert.deepEqual(grant, { expiresMs: now + 60_000, rate: 1000, uri: 'a', claims: payload })
  }
  assert.deepEqual(await admit(gate, makeToken(mine, {})), {
    expiresMs: undefined,
    rate: undefined,
    uri: '',
    claims: {},
  })
})

test('no token is none', async () => {
  await refused(gate, '', 'missing')
})

test('alg none, however it is spelled, and whatever the signature is', async () => {
  for (const alg of ['none', 'None', 'nOnE', 'NONE', ' none', '']) {
    const head = base64url({ alg, typ: 'JWT', kid: mine.id })
    const [, payload, signature] = parts()
    for (const last of ['', signature, 'AA']) await refused(gate, `${head}.${payload}.${last}`, 'algorithm', {}, alg)
  }
})

test('an empty or missing signature', async () => {
  const [head, payload, signature] = parts()
  await refused(gate, `${head}.${payload}.`, 'signature')
  await refused(gate, `${head}.${payload}`, 'malformed')
  await refused(gate, `${head}..${signature}`, 'malformed')
  await refused(gate, `.${payload}.${signature}`, 'malformed')
  await refused(gate, `${head}.${payload}.${signature}.`, 'malformed')
  await refused(gate, `${head}.${payload}.${signature}.${signature}.${signature}`, 'malformed')
})

test('HS256 with the public key as the secret, in each of its forms', async () => {
  const publicKey = createPublicKey(mine.publicKeyPem)
  const pem = mine.publicKeyPem
  const secrets = [
    pem,
    pem.trimEnd(),
    publicKey.export({ type: 'pkcs1', format: 'pem' }),
    publicKey.export({ type: 'spki', format: 'der' }),
    JSON.stringify(publicKey.export({ format: 'jwk' })),
  ]
  for (const alg of ['HS256', 'HS384', 'HS512', 'hs256']) {
    for (const secret of secrets) {
      const signed = `${base64url({ alg, typ: 'JWT', kid: mine.id })}.${base64url({ uri: '' })}`
      const hash = alg.toLowerCase().replace('hs', 'sha')
      await refused(gate, `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`, 'algorithm')
    }
  }
})

test('an HMAC of the public key under a header that says RS256', async () => {
  const signed = `${base64url({ alg: 'RS256', typ: 'JWT', kid: mine.id })}.${base64url({ uri: '' })}`
  await refused(
    gate,
    `${signed}.${createHmac('sha256', mine.publicKeyPem).update(signed).digest('base64url')}`,
    'signature',
  )
})

test('every other algorithm, even with a good signature', async () => {
  for (const alg of [
    'RS384',
    'RS512',
    'PS256',
    'ES256',
    'EdDSA',
    'rs256',
    'RS256 ',
    ['RS256'],
    null,
    256,
    undefined,
    {},
  ]) {
    await refused(gate, makeToken(mine, { uri: '' }, { alg }), 'algorithm', {}, JSON.stringify(alg))
  }
})

test('a PSS, SHA-512 or SHA-1 signature under a header that says RS256', async () => {
  const signed = `${base64url({ alg: 'RS256', typ: 'JWT', kid: mine.id })}.${base64url({})}`
  const pss = sign('sha256', Buffer.from(signed), { key: mine.privateKey, padding: 6, saltLength: 32 })
  const others = ['sha512', 'sha1'].map((hash) => sign(hash, Buffer.from(signed), mine.privateKey))
  for (const signature of [pss, ...others])
    await refused(gate, `${signed}.${signature.toString('base64url')}`, 'signature')
})

test('a kid that is no id: paths, queries, a megabyte, other types; it reads no file', async () => {
  const kids = [
    '../../dev/null',
    '/dev/null',
    "' OR 1=1",
    '',
    ' ',
    'a\0b',
    'é',
    '{}',
    'A'.repeat(65),
    '__proto__',
    'constructor',
  ]
  for (const kid of [...kids, 5, null, true, [mine.id], { id: mine.id }]) {
    await refused(gate, makeToken(mine, {}, { kid }), 'unknown-key', {}, JSON.stringify(kid))
  }
  await refused(gate, makeToken(mine, {}, { kid: undefined }), 'malformed')
  await refused(gate, makeToken(mine, {}, { kid: 'A'.repeat(1024 * 1024) }), 'malformed')
})

test('a kid of no key, of another bucket and of another account are refused in the same words', async () => {
  const messages = new Set<string>()
  for (const signer of [ofVideos, strangers]) messages.add(await refused(gate, makeToken(signer, {}), 'unknown-key'))
  for (const kid of ['nothing', '00000000-0000-4000-8000-000000000000', '../x']) {
    messages.add(await refused(gate, makeToken(mine, {}, { kid }), 'unknown-key'))
  }
  assert.equal(messages.size, 1)
})

test("a token that was verified for its own bucket opens no other bucket, nor does another's after", async () => {
  const good = makeToken(mine, {})
  await admit(gate, good)
  await refused(gate, good, 'unknown-key', { bucket: videos })
  await refused(gate, good, 'unknown-key', { bucket: ofOthers })
  await admit(gate, good)
})

test('a signature by another key under the kid of a good one', async () => {
  await refused(gate, makeToken(strangers, {}, { kid: mine.id }), 'signature')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await refused(gate, makeToken({ ...mine, privateKey }, {}), 'signature')
})

test('jku, x5u, jwk, x5c, crit and b64 are refused though the signature is good, and nothing is fetched', async (context) => {
  let fetched = 0
  const server = createServer((_, response) => (fetched++, response.end('{"keys":[]}'))).listen(0, '127.0.0.1')
  context.after(() => server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  const jwk = createPublicKey(mine.publicKeyPem).export({ format: 'jwk' })
  const members = { jku: url, x5u: url, jwk, x5c: ['AA=='], crit: ['b64'], b64: false }
  for (const [name, value] of Object.entries(members)) {
    for (const given of [value, null, '']) {
      const message = await refused(gate, makeToken(mine, {}, { [name]: given }), 'malformed', {}, name)
      assert.match(message, new RegExp(`not have ${name}\\.$`))
    }
  }
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const itsOwn = { jwk: stranger.publicKey.export({ format: 'jwk' }) }
  await refused(gate, makeToken({ ...mine, privateKey: stranger.privateKey }, {}, itsOwn), 'malformed')
  assert.equal(fetched, 0)
})

test('typ is JWT in any case, or absent', async () => {
  for (const typ of ['JWT', 'jwt', 'Jwt', undefined]) await admit(gate, makeToken(mine, {}, { typ }))
  for (const typ of ['', 'JWS', 'at+jwt', 'JWT ', null, 5, ['JWT']]) {
    await refused(gate, makeToken(mine, {}, { typ }), 'malformed', {}, JSON.stringify(typ))
  }
})

test('a changed letter in any part', async () => {
  const [head, payload, signature] = parts()
  for (const changed of [
    [base64url({ alg: 'RS256', typ: 'jwt', kid: mine.id }), payload, signature],
    [head, base64url({ uri: '', exp: nowSeconds + 60 }), signature],
    [head, payload, `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`],
    [head, payload, signature.slice(0, -4)],
    [head, payload, `${signature}AAAA`],
  ]) {
    await refused(gate, changed.join('.'), 'signature')
  }
  const other = makeToken(mine, { uri: '' }).split('.')
  await refused(gate, [head, other[1], signature].join('.'), 'signature')
})

test('letters that are no base64url, wherever they stand', async () => {
  const [head, payload, signature] = parts()
  for (const bad of ['=', '+', '/', ' ', '\n', '\0', '%2e', 'é', '\uD800']) {
    await refused(gate, `${head}${bad}.${payload}.${signature}`, 'malformed', {}, bad)
    await refused(gate, `${head}.${payload}.${signature}${bad}`, 'malformed', {}, bad)
    await refused(gate, `${bad}${token}`, 'malformed', {}, bad)
  }
})

test('a token longer than 8 KiB is refused, one of 8 KiB is not', async () => {
  const length = (size: number): string => makeToken(mine, { pad: 'x'.repeat(size) })
  let size = 5000
  while (length(size + 1).length <= 8192) size++
  await admit(gate, length(size))
  await refused(gate, length(size + 1), 'malformed')
})

test('headers and payloads that are no JSON objects, or not strictly', async () => {
  const kid = `"kid":"${mine.id}"`
  const headers = [
    '', '[]', 'null', '"RS256"', '5', '{', `{"alg":"RS256",${kid}}x`, `\uFEFF{"alg":"RS256",${kid}}`,
    `{"alg":"none","alg":"RS256",${kid}}`, `{"alg":"RS256","\\u0061lg":"RS256",${kid}}`,
    `{"alg":"RS256",${kid},"__proto__":{"typ":"JWT"}}`, `{"alg":"RS256",${kid},"x":{"a":1,"a":2}}`,
  ] // prettier-ignore
  for (const header of headers) await refused(gate, signParts(mine, header, {}), 'malformed', {}, header)
  const payloads = [
    '', '[]', 'null', '"x"', '{', '{}x', '{"uri":"/b","uri":"/a"}', '{"uri":"/b","\\u0075ri":"/a"}', '\uFEFF{}',
    '{"__proto__":{"uri":"/a"}}', '{"\\u005f_proto__":1}', '{"x":[{"__proto__":1}]}', '{"exp":NaN}', '{"exp":1e}',
  ] // prettier-ignore
  const good = { alg: 'RS256', typ: 'JWT', kid: mine.id }
  for (const payload of payloads) await refused(gate, signParts(mine, good, payload), 'malformed', {}, payload)
  const utf8 = Buffer.concat([Buffer.from('{"x":"'), Buffer.of(0xff), Buffer.from('"}')]).toString('base64url')
  const signed = `${base64url(good)}.${utf8}`
  const signature = sign('sha256', Buffer.from(signed), mine.privateKey).toString('base64url')
  await refused(gate, `${signed}.${signature}`, 'malformed')
})

test('names that every object has are no claims and no header members', async () => {
  const { claims } = await admit(gate, makeToken(mine, { constructor: 'x', toString: 1, hasOwnProperty: null }))
  assert.deepEqual(claims, { constructor: 'x', toString: 1, hasOwnProperty: null })
  assert.equal(({} as Record<string, unknown>)['uri'], undefined)
})

const elsewhere: readonly (readonly [uri: string, path: string, told: RegExp])[] = [
  ['/a', '/ab', /^The token opens \/a, not \/ab\.$/],
  ['/a', '/ab.mp4', /^The token opens \/a, not \/ab\.mp4\.$/],
  ['/a', '/a%2f..%2fb', /opens no path with dot segments/],
  ['/a', '/a%2F..%2Fb', /opens no path with dot segments/],
  ['/a', '/a%2fb', /opens no path with dot segments/],
  ['/a', '/A', /^The token opens \/a, not \/A\.$/],
  ['/a', '/a/../b', /opens no path with dot segments/],
  ['/a', '/a/%2e%2e/b', /opens no path with dot segments/],
  ['/a', '/a/..%5c..%5cb', /opens no path with dot segments/],
  ['/a/', '/a', /^The token opens \/a\/, not \/a\.$/],
  ['/a/\u001B[2J', '/b%0A', /^The token opens \/a\/\uFFFD\[2J, not \/b\uFFFD\.$/],
]
for (const [uri, path, told] of elsewhere) {
  test(`a token of ${JSON.stringify(uri)} asked for ${path}`, async () => {
    assert.match(await refused(gate, makeToken(mine, { uri }), 'uri', { path }), told)
  })
}

test('what looks like a file that caches keep is another key, which a token of the file does not open', async () => {
  const page = makeToken(mine, { uri: '/private/x' })
  await admit(gate, page, { path: '/private/x' })
  for (const path of [
    '/private/x;.css',
    '/private/x%00.css',
    '/private/x.css',
    '/private/x%3Fcb=1',
    '/private/x%23.css',
  ]) {
    await refused(gate, page, 'uri', { path }, path)
  }
  // Of a directory it is a name in it, and of a file there is none.
  await refused(gate, makeToken(mine, { uri: '/private/x/' }), 'uri', { path: '/private/x' })
})

test('what a refusal shows of a long path is short', async () => {
  const message = await refused(gate, makeToken(mine, { uri: `/${'u'.repeat(3000)}` }), 'uri', {
    path: `/${'k'.repeat(3000)}`,
  })
  assert(message.length < 600)
})

test('a uri that is no text', async () => {
  for (const uri of [null, 5, true, ['/a'], { a: 1 }]) {
    await refused(gate, makeToken(mine, { uri }), 'malformed', {}, JSON.stringify(uri))
  }
})

test('where the bucket asks for a uri, tokens of the whole bucket are refused', async () => {
  const strict = bed.newGate({ uriRequired: true })
  for (const payload of [{}, { uri: '' }, { uri: '/' }]) {
    await refused(strict, makeToken(mine, payload), 'uri')
    await admit(gate, makeToken(mine, payload))
  }
  await admit(strict, makeToken(mine, { uri: '/a' }))
})

test('a request that says in its headers that it is another one is held to what it is', async () => {
  const headers = {
    'x-original-url': '/a/b.mp4', 'x-rewrite-url': '/a/b.mp4', 'x-forwarded-host': 'videos.example.com',
    'x-http-method-override': 'GET', 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'cf-ipcountry': 'DE',
  } // prettier-ignore
  const cases: readonly [payload: object, asked: AskedFor, reason: RefusalReason][] = [
    [{ uri: '/a' }, { path: '/b' }, 'uri'],
    [{ methods: ['GET'] }, { method: 'HEAD' }, 'method'],
    [{ ip: '203.0.113.9' }, { address: '192.0.2.1' }, 'address'],
    [{ country: 'DE' }, {}, 'country'],
  ]
  for (const [payload, asked, reason] of cases) {
    await refused(bed.newGate({ countryHeader: 'cf-ipcountry' }), makeToken(mine, payload), reason, {
      ...asked,
      headers,
    })
  }
})

test('a token that opened an object opens nothing more once it has expired', async (context) => {
  context.after(() => (bed.clock.timeMs = now))
  await admit(gate, token)
  bed.clock.timeMs = now + 90_000 - 1
  await admit(gate, token)
  bed.clock.timeMs = now + 90_000
  assert.equal(await refused(gate, token, 'expired'), 'The token expired at 2026-09-21T14:14:20Z.')
})

test('a remembered token is admitted at once, without a promise', async () => {
  const again = makeToken(mine, { uri: '/a', jti: 'again' })
  assert(gate.admit(again, ask()) instanceof Promise)
  await admit(gate, again)
  assert.equal(gate.admit(again, ask()), gate.admit(again, ask()))
  assert(!(gate.admit(again, ask()) instanceof Promise))
  assert.throws(() => gate.admit(again, ask({ path: '/b' })), { name: 'TokenRefused', reason: 'uri' })
})
