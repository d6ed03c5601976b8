import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../metadata/memory.ts'
import { createRevokedTokens } from './find-signing-key.ts'
import { revokedTokensMax, revokeToken } from './revoke-token.ts'
import { encodeRecord, revokedTokenKey, revokedTokensOfBucket } from './signing-key-records.ts'

const bucketId = '0123456789abcdef'
const otherBucketId = '0123456789abcdf0'
const now = 1_790_000_000_000

function setUp() {
  const store = createMemoryStore()
  const clock = { timeMs: now, now: () => clock.timeMs, monotonic: () => 0 }
  const presence = { guard: Buffer.from('photos'), require: () => Promise.resolve() }
  const revoke = (jti: string, untilMs?: number, of = bucketId) =>
    revokeToken(store, clock, { bucketId: of, presence, jti, untilMs })
  return { store, clock, revoke, revoked: createRevokedTokens(store) }
}

test('a revoked token is revoked in its bucket alone, and the stamp says that something changed there', async () => {
  const { revoke, revoked } = setUp()
  assert.equal(revoked.isRevoked(bucketId, 'one'), false)
  const stamp = revoked.stamp(bucketId)
  await revoke('one')
  assert.notEqual(revoked.stamp(bucketId), stamp)
  assert.equal(revoked.isRevoked(bucketId, 'one'), true)
  assert.equal(revoked.isRevoked(bucketId, 'on'), false)
  assert.equal(revoked.isRevoked(bucketId, 'one '), false)
  assert.equal(revoked.isRevoked(bucketId, ''), false)
  assert.equal(revoked.isRevoked(otherBucketId, 'one'), false)
})

test('a jti is a text of 1 to 256 bytes', async () => {
  const { revoke, revoked } = setUp()
  for (const jti of ['', 'x'.repeat(257), 'é'.repeat(129), '\uD800']) {
    await assert.rejects(revoke(jti), { code: 'InvalidArgument' }, JSON.stringify(jti))
  }
  await assert.rejects(revoke('x', Number.NaN), { code: 'InvalidArgument' })
  for (const jti of ['x'.repeat(256), '\0', '\u{10FFFF}', '__proto__']) {
    await revoke(jti)
    assert.equal(revoked.isRevoked(bucketId, jti), true, JSON.stringify(jti))
  }
})

async function fill(store: ReturnType<typeof createMemoryStore>, untilMs: (index: number) => number | undefined) {
  await store.transact({ exclusive: [revokedTokensOfBucket(bucketId)] }, (transaction) => {
    for (let index = 0; index < revokedTokensMax; index++) {
      transaction.set(revokedTokenKey(bucketId, `t${index}`), encodeRecord({ version: 1, untilMs: untilMs(index) }))
    }
    transaction.set(revokedTokensOfBucket(bucketId), encodeRecord({ version: 1, count: revokedTokensMax }))
  })
}

test('a list that is full forgets those that have expired, leeway and all, and no others', async () => {
  const { store, revoke, revoked } = setUp()
  const ends = [now - 60_000, now - 59_999, now + 1, undefined]
  await fill(store, (index) => ends[index % 4])
  await revoke('one more')
  assert.deepEqual(
    ['t0', 't1', 't2', 't3', 'one more'].map((jti) => revoked.isRevoked(bucketId, jti)),
    [false, true, true, true, true],
  )
  // 2500 were forgotten, so that there is room for as many, less the one.
  for (let index = 0; index < 5; index++) await revoke(`more ${index}`)
})

test('a list that is full of tokens in force takes no more, but those it has, and other buckets do', async () => {
  const { store, clock, revoke, revoked } = setUp()
  await fill(store, () => now + 1000)
  await assert.rejects(revoke('one more'), { code: 'LimitExceeded' })
  assert.equal(revoked.isRevoked(bucketId, 'one more'), false)
  await revoke('t0')
  await revoke('one more', undefined, otherBucketId)
  clock.timeMs = now + 61_000
  await revoke('one more')
  assert.equal(revoked.isRevoked(bucketId, 'one more'), true)
})

test('the same token revoked again counts once', async () => {
  const { store, revoke } = setUp()
  for (let index = 0; index < 5; index++) await revoke('one', now + index)
  const value = store.get(revokedTokensOfBucket(bucketId)) as Uint8Array
  assert.deepEqual(JSON.parse(Buffer.from(value).toString()), { version: 1, count: 1 })
})
