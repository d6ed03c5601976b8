import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { Clock } from '../base/clock.ts'
import { ApiError } from '../base/errors.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { createFindSigningKey } from './find-signing-key.ts'
import { MasterKey } from './sealing.ts'
import { encodeRecord, signingKeyKey, signingKeyOfBucketKey } from './signing-key-records.ts'
import { SigningKeys } from './signing-keys.ts'
import { signingKeysMax, tokensOfBucket } from './tokens-of-bucket.ts'

const clock: Clock = { now: () => 1_790_000_000_000, monotonic: () => 0 }
const bucketId = '0123456789abcdef'
const otherBucketId = '0123456789abcdf0'
const accountId = 'a'.repeat(64)
const presence = { guard: Buffer.from('photos'), require: () => Promise.resolve() }
const owner = { bucketId, accountId, target: { kind: 'bucket_name', value: 'photos' } } as const
const request = { ...owner, presence }

function setUp(store = createMemoryStore()) {
  const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  const parts = { store, clock, random: systemRandom, masterKey }
  return { store, masterKey, keys: new SigningKeys(parts), find: createFindSigningKey(store) }
}

const { publicKey: somePublicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const somePem = somePublicKey.export({ type: 'spki', format: 'pem' })

/** Puts keys among the records without making them, which takes long. */
async function insertMany(store: MetadataStore, count: number): Promise<void> {
  await store.transact({ exclusive: [] }, (transaction) => {
    for (let index = 0; index < count; index++) {
      const { target } = request
      const record = {
        version: 1,
        id: `k${index}`,
        bucketId,
        accountId,
        name: null,
        target,
        publicKey: somePem,
      } as const
      transaction.set(signingKeyKey(record.id), encodeRecord({ ...record, createdAt: 0 }))
      transaction.set(signingKeyOfBucketKey(bucketId, record.id), Buffer.alloc(0))
    }
  })
}

async function everything(store: MetadataStore): Promise<string> {
  const entries = await store.read((snapshot) => snapshot.scan(Buffer.of(0), Buffer.of(0xff), { limit: 10_000 }))
  return Buffer.concat(entries.flat()).toString('latin1')
}

test('a new key is RSA of 2048 bits: a UUID, its private half as PKCS#1 given once, its public half kept', async () => {
  const { keys, find } = setUp()
  const { privateKeyPem, ...key } = await keys.create({ ...request, name: 'web' })
  assert.match(key.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const { id, publicKeyPem } = key
  const createdAt = clock.now()
  assert.deepEqual(key, { id, ...owner, name: 'web', managed: false, createdAt, publicKeyPem })
  assert.match(privateKeyPem.reveal(), /^-----BEGIN RSA PRIVATE KEY-----\n[\s\S]+\n-----END RSA PRIVATE KEY-----\n$/)
  const privateKey = createPrivateKey(privateKeyPem.reveal())
  assert.deepEqual(privateKey.asymmetricKeyDetails, { modulusLength: 2048, publicExponent: 65_537n })
  const text = Buffer.from('text')
  assert(verify('sha256', text, createPublicKey(publicKeyPem), sign('sha256', text, privateKey)))
  assert.deepEqual(await keys.get(id), key)
  const found = await find(id)
  assert.deepEqual([found?.id, found?.bucketId], [id, bucketId])
  assert(found?.publicKey.equals(createPublicKey(publicKeyPem)))
})

test('the private half of a key is in no record, and is not shown by accident', async () => {
  const { keys, store } = setUp()
  const key = await keys.create(request)
  const records = await everything(store)
  assert(records.includes(key.id) && records.includes('BEGIN PUBLIC KEY'))
  assert(!records.includes('PRIVATE'))
  const { d, p } = createPrivateKey(key.privateKeyPem.reveal()).export({ format: 'jwk' })
  for (const secret of [d!, p!]) {
    const bytes = Buffer.from(secret, 'base64url')
    for (const form of ['base64', 'base64url', 'hex', 'latin1'] as const)
      assert(!records.includes(bytes.toString(form)))
  }
  for (const shown of [inspect(key, { depth: 9 }), JSON.stringify(key), String(key.privateKeyPem)]) {
    assert(!shown.includes('PRIVATE KEY'))
  }
  assert.deepEqual(
    Object.keys((await keys.get(key.id))!).filter((name) => /private/i.test(name)),
    [],
  )
})

test("the server's own key is one for each bucket, also when two ask at once; sealed, listed, replaced when deleted", async () => {
  const { keys, store, find } = setUp()
  const [first, second, again] = await Promise.all([1, 2, 3].map(() => keys.serverKey(request)))
  assert.deepEqual([second!.id, again!.id], [first!.id, first!.id])
  assert.equal((await keys.serverKey(request)).id, first!.id)
  assert.notEqual((await keys.serverKey({ ...request, bucketId: otherBucketId })).id, first!.id)
  const text = Buffer.from('text')
  const found = await find(first!.id)
  assert(verify('sha256', text, found!.publicKey, sign('sha256', text, first!.privateKey)))
  const listed = await keys.list(bucketId, { limit: 10 })
  const { privateKey: _, ...shown } = first!
  assert.deepEqual(listed, [shown])
  assert.equal(shown.managed, true)
  const records = await everything(store)
  assert(records.includes(first!.id) && !records.includes('BEGIN RSA') && !records.includes('BEGIN PRIVATE'))
  await keys.delete(first!.id)
  assert.equal(await find(first!.id), undefined)
  const next = await keys.serverKey({ ...request, target: { kind: 'bucket', value: 'photos' } })
  assert.notEqual(next.id, first!.id)
  assert.deepEqual(next.target, { kind: 'bucket', value: 'photos' })
})

test("the server's own key does not open under another master key", async () => {
  const { store, keys } = setUp()
  await keys.serverKey(request)
  await assert.rejects(setUp(store).keys.serverKey(request), { name: 'SealBroken' })
})

test('a list has the keys of one bucket, in order of id, page by page', async () => {
  const { keys, store } = setUp()
  const theirs = await keys.create({ ...request, bucketId: otherBucketId })
  await insertMany(store, 5)
  const all = await keys.list(bucketId, { limit: 100 })
  assert.deepEqual(
    all.map(({ id }) => id),
    ['k0', 'k1', 'k2', 'k3', 'k4'],
  )
  const pages = []
  let after: string | undefined
  for (;;) {
    const page = await keys.list(bucketId, { after, limit: 2 })
    if (page.length === 0) break
    pages.push(page)
    after = page.at(-1)!.id
  }
  assert.deepEqual(
    pages.map(({ length }) => length),
    [2, 2, 1],
  )
  assert.deepEqual(pages.flat(), all)
  assert.deepEqual(
    (await keys.list(otherBucketId, { limit: 2 })).map(({ id }) => id),
    [theirs.id],
  )
})

test('a bucket has at most 100 keys, besides the server’s own, also when several are made at once', async () => {
  const { keys, store } = setUp()
  await insertMany(store, signingKeysMax - 1)
  await keys.serverKey(request)
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => keys.create(request)))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') assert.match(String(outcome.reason), /may have 100 signing keys/)
  await assert.rejects(keys.create(request), { code: 'LimitExceeded' })
  await keys.create({ ...request, bucketId: otherBucketId })
  await keys.delete('k5')
  await keys.create(request)
  assert.equal((await keys.list(bucketId, { limit: 1000 })).length, signingKeysMax + 1)
})

test('a name is a text without control characters, at most 256 bytes, or null', async () => {
  const { keys } = setUp()
  const { id } = await keys.create(request)
  assert.equal((await keys.rename(id, 'x'.repeat(256))).name, 'x'.repeat(256))
  assert.equal((await keys.get(id))?.name, 'x'.repeat(256))
  assert.equal((await keys.rename(id, null)).name, null)
  for (const name of ['x'.repeat(257), 'é'.repeat(129), 'a\u001B[2Jb', 'a\nb']) {
    await assert.rejects(async () => keys.rename(id, name), { code: 'InvalidArgument' })
    await assert.rejects(keys.create({ ...request, name }), { code: 'InvalidArgument' })
  }
})

test('what changes a key that is not there is refused', async () => {
  const { keys } = setUp()
  for (const change of [() => keys.rename('nothing', 'x'), () => keys.delete('nothing')]) {
    await assert.rejects(change(), { code: 'NoSuchEntity' })
  }
  assert.equal(await keys.get('nothing'), undefined)
})

/** As a bucket's deletion does. */
async function deleteOfBucket(store: MetadataStore): Promise<void> {
  const tokens = await tokensOfBucket(store, bucketId)
  await store.transact({ exclusive: tokens.guards }, async (transaction) => {
    assert(await tokens.areAll(transaction))
    tokens.delete(transaction)
  })
}

test('a deleted key is found no more, on any thread; nor are those of a bucket that goes', async () => {
  const { keys, store, find } = setUp()
  const otherThread = createFindSigningKey(store)
  const [gone, kept] = [await keys.create(request), await keys.create({ ...request, bucketId: otherBucketId })]
  await insertMany(store, 3)
  for (const each of [find, otherThread]) for (const id of [gone.id, kept.id, 'k1']) assert((await each(id))?.id === id)
  assert.equal((await keys.delete(gone.id)).id, gone.id)
  for (const each of [find, otherThread]) assert.equal(await each(gone.id), undefined)
  await deleteOfBucket(store)
  for (const each of [find, otherThread]) {
    assert.equal(await each('k1'), undefined)
    assert.equal((await each(kept.id))?.id, kept.id)
  }
  assert.deepEqual(await keys.list(bucketId, { limit: 10 }), [])
  const records = await everything(store)
  assert(!records.includes(Buffer.from(bucketId, 'hex').toString('latin1')))
  await deleteOfBucket(store)
})

test('a key that a bucket was given since its keys were looked for is not overlooked', async () => {
  const { keys, store } = setUp()
  await insertMany(store, 2)
  const tokens = await tokensOfBucket(store, bucketId)
  const areAll = () => store.transact({ exclusive: tokens.guards }, (transaction) => tokens.areAll(transaction))
  await keys.delete('k0')
  assert.equal(await areAll(), true)
  await keys.create(request)
  assert.equal(await areAll(), false)
})

test('nothing is made for a bucket that has gone', async () => {
  const { keys, store } = setUp()
  const gone = { ...presence, require: () => Promise.reject(new ApiError('NoSuchBucket')) }
  for (const make of [
    () => keys.create({ ...request, presence: gone }),
    () => keys.serverKey({ ...request, presence: gone }),
    () => keys.revokeToken({ bucketId, presence: gone, jti: 'one' }),
  ])
    await assert.rejects(make(), { code: 'NoSuchBucket' })
  assert.equal(await everything(store), '')
})

test('a found key is answered from memory, the same object, and strangers do not push it out', async () => {
  const { keys, store } = setUp()
  await insertMany(store, 1)
  let reads = 0
  const counting = { ...store, stamp: store.stamp, get: (key: Uint8Array) => (reads++, store.get(key)) }
  const find = createFindSigningKey(counting, { foundMax: 3, missingMax: 2 })
  assert.equal(find('k0'), find('k0'))
  assert.equal(reads, 1)
  for (let index = 0; index < 20; index++) assert.equal(find(`unknown${index}`), undefined)
  assert.equal(reads, 21)
  assert(find('k0') !== undefined && find('unknown19') === undefined)
  assert.equal(reads, 21)
  for (const id of ['', '../../dev/null', 'a b', 'x'.repeat(65), '__proto__ ']) assert.equal(find(id), undefined)
  assert.equal(reads, 21)
  await keys.rename('k0', 'x')
  assert(find('k0') !== undefined)
  assert.equal(reads, 22)
})
