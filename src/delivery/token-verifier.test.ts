import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFindSigningKey } from '../access/find-signing-key.ts'
import { signDeliveryToken } from '../access/delivery-token.ts'
import { tokensOfBucket } from '../access/tokens-of-bucket.ts'
import { admit, ask, base64url, makeBed, makeToken, newKey, now, nowSeconds, signParts } from './token.fixture.ts'
import { photos, refused, requestOf, signerOf, videos } from './token.fixture.ts'
import type { Bed, Signer } from './token.fixture.ts'
import { TokenRefused } from './token-gate.ts'

async function setUp(): Promise<Bed & { readonly key: Signer }> {
  const bed = makeBed()
  return { ...bed, key: signerOf(await newKey(bed.keys, photos)) }
}

test('a deleted key opens nothing at the next request, on every thread, remembered or not', async () => {
  const { keys, key, gate, newGate } = await setUp()
  const threads = [gate, newGate()]
  const [seen, unseen] = [makeToken(key, { uri: '/a' }), makeToken(key, {})]
  for (const thread of threads) await admit(thread, seen)
  await keys.delete(key.id)
  for (const thread of [...threads, newGate()]) {
    for (const token of [seen, unseen]) await refused(thread, token, 'unknown-key')
  }
})

test('the keys of a bucket that goes open nothing, those of others do', async () => {
  const { store, keys, key, gate } = await setUp()
  const other = signerOf(await newKey(keys, videos))
  const [mine, theirs] = [makeToken(key, {}), makeToken(other, {})]
  await admit(gate, mine)
  await admit(gate, theirs, { bucket: videos })
  const tokens = await tokensOfBucket(store, photos.id)
  await store.transact({ exclusive: tokens.guards }, (transaction) => tokens.delete(transaction))
  await refused(gate, mine, 'unknown-key')
  await admit(gate, theirs, { bucket: videos })
})

test('a key that is renamed goes on opening', async () => {
  const { keys, key, gate } = await setUp()
  const token = makeToken(key, {})
  await admit(gate, token)
  await keys.rename(key.id, 'x')
  await admit(gate, token)
})

test('a key that was not there when it was first asked for is found once it is', async () => {
  const { keys, gate } = makeBed()
  const server = await keys.serverKey(requestOf(videos))
  const token = await signDeliveryToken({ key: server })
  await keys.delete(server.id)
  await refused(gate, token, 'unknown-key', { bucket: videos })
  const again = await keys.serverKey(requestOf(videos))
  await admit(gate, await signDeliveryToken({ key: again }), { bucket: videos })
  await refused(gate, token, 'unknown-key', { bucket: videos })
})

test('a token whose jti is revoked opens nothing at the next request, on every thread; other tokens of the key do', async () => {
  const { keys, key, gate, newGate } = await setUp()
  const threads = [gate, newGate()]
  const [revoked, other, without] = [{ jti: 'one' }, { jti: 'two' }, {}].map((payload) => makeToken(key, payload))
  const all = [revoked!, other!, without!]
  for (const thread of threads) for (const token of all) await admit(thread, token)
  await keys.revokeToken({ ...requestOf(photos), jti: 'one', untilMs: now + 1000 })
  for (const thread of [...threads, newGate()]) {
    assert.equal(await refused(thread, revoked!, 'revoked'), 'The token was revoked.')
    for (const token of [other!, without!]) await admit(thread, token)
  }
  // Another bucket's list is another list.
  const theirs = makeToken(signerOf(await newKey(keys, videos)), { jti: 'one' })
  await admit(gate, theirs, { bucket: videos })
})

test('tokens made by signDeliveryToken are good, their times in whole seconds', async () => {
  const { key, gate } = await setUp()
  const token = await signDeliveryToken({
    key,
    uri: '/a',
    expiresAt: now + 60_999,
    notBefore: now - 1,
    claims: { ip: '192.0.2.0/24', user: 7 },
  })
  const { claims, expiresMs } = await admit(gate, token)
  assert.deepEqual(claims, { uri: '/a', exp: nowSeconds + 60, nbf: nowSeconds - 1, ip: '192.0.2.0/24', user: 7 })
  assert.equal(expiresMs, now + 60_000)
})

test('remembered tokens are bounded, and each is as good after it was forgotten', async () => {
  const { key, newGate } = await setUp()
  const gate = newGate({ rememberedMax: 3 })
  const tokens = Array.from({ length: 5 }, (_, index) => makeToken(key, { index }))
  for (let round = 0; round < 2; round++) {
    for (const [index, token] of tokens.entries()) assert.equal((await admit(gate, token)).claims['index'], index)
  }
  const remembered = tokens.map((token) => !(gate.admit(token, ask()) instanceof Promise))
  assert.deepEqual(remembered, [false, false, true, true, true])
})

test('a refused signature is verified anew each time; a token that comes too early is good later', async () => {
  const { key, gate, clock } = await setUp()
  const early = makeToken(key, { nbf: nowSeconds + 3600 })
  await refused(gate, early, 'not-yet-valid')
  await refused(gate, `${early.slice(0, -8)}AAAAAAAA`, 'signature')
  clock.timeMs = now + 3_600_000
  await admit(gate, early)
  await refused(gate, `${early.slice(0, -8)}AAAAAAAA`, 'signature')
})

test('garbage costs neither a look for a key nor a signature', async () => {
  const { key, store, newGate } = await setUp()
  const find = createFindSigningKey(store)
  let looks = 0
  const gate = newGate({ findSigningKey: (id) => (looks++, find(id)) })
  const [head, payload] = makeToken(key, {}).split('.') as [string, string]
  const garbage = ['x', 'a.b.c', `${head}.${payload}.`, `${base64url({ alg: 'none' })}.${payload}.AA`, 'x'.repeat(9000)]
  for (const token of garbage) await assert.rejects(admit(gate, token), TokenRefused)
  assert.equal(looks, 0)
})

test('a store that answers later gives the same', async () => {
  const { keys, key, store, newGate } = await setUp()
  const slow = { ...store, stamp: store.stamp, get: async (name: Uint8Array) => store.get(name) }
  const isRevoked = async (_: string, jti: string) => Promise.resolve(jti === 'gone')
  const gate = newGate({
    findSigningKey: createFindSigningKey(slow),
    revokedTokens: { stamp: () => 0, isRevoked },
  })
  await admit(gate, makeToken(key, { jti: 'here' }))
  await refused(gate, makeToken(key, { jti: 'gone' }), 'revoked')
  await keys.delete(key.id)
  await refused(gate, makeToken(key, {}), 'unknown-key')
})

test('of 10,000 random tokens each is refused as a token, unless it is the good one', async () => {
  const { key, gate } = await setUp()
  const good = makeToken(key, { uri: '/a', exp: nowSeconds + 60, jti: 'x' })
  const [head, payload, signature] = good.split('.') as [string, string, string]
  const bytesOf = (text: string): string => Buffer.from(text, 'base64url').toString('hex')
  const edited = fc
    .tuple(fc.nat(good.length), fc.nat(12), fc.string({ maxLength: 6, unit: 'binary' }))
    .map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut))
  const member = fc.constantFrom(
    'alg',
    'typ',
    'kid',
    'crit',
    'jku',
    'uri',
    'exp',
    'nbf',
    'ip',
    'jti',
    'rate',
    'methods',
    'referer',
    'country',
  )
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>('RS256', 'JWT', key.id, photos.id, 'GET', '/a', 1e300),
  )
  const object = fc.dictionary(member, value, { maxKeys: 5 })
  const unsigned = fc
    .tuple(object, object)
    .map(([header, claims]) => [header, claims].map(base64url).concat(signature).join('.'))
  const goodHead = { alg: 'RS256', kid: key.id }
  const signed = fc.tuple(fc.oneof(object, fc.constant(goodHead)), object).map((both) => signParts(key, ...both))
  const dotted = fc.array(fc.constantFrom(head, payload, signature, '', '.', 'AA', '{}'), { maxLength: 5 })
  const anything = fc.oneof(
    { weight: 5, arbitrary: edited },
    { weight: 2, arbitrary: unsigned },
    { weight: 1, arbitrary: dotted.map((texts) => texts.join('.')) },
    { weight: 1, arbitrary: fc.string({ maxLength: 200, unit: 'binary' }) },
  )
  const outcomes = new Map<string, number>()
  const count = (name: string) => outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
  const isSame = (token: string): boolean => {
    const parts = token.split('.')
    return parts[0] === head && parts[1] === payload && bytesOf(parts[2]!) === bytesOf(signature)
  }
  const holds = (genuine: boolean) => async (token: string) => {
    try {
      await admit(gate, token)
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      assert(genuine || token !== good, error.message)
      return void count(error.reason)
    }
    assert(genuine || isSame(token), 'a token that was tampered with was admitted')
    count('good')
  }
  await fc.assert(fc.asyncProperty(anything, holds(false)), { numRuns: 9500, verbose: true })
  await fc.assert(fc.asyncProperty(signed, holds(true)), { numRuns: 500, verbose: true })
  for (const reason of ['malformed', 'algorithm', 'unknown-key', 'signature', 'good']) {
    assert(outcomes.has(reason), `none was ${reason}: ${JSON.stringify([...outcomes])}`)
  }
})
