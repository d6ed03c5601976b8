import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MasterKey } from '../access/sealing.ts'
import { createFindSigningKey, createRevokedTokens } from '../access/find-signing-key.ts'
import { SigningKeys } from '../access/signing-keys.ts'
import { ApiError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Bucket } from './bucket.ts'
import { makeBed, makeBucket, put, type Bed, type BedOptions } from './test-bed.ts'

function openBed(options: BedOptions = {}) {
  const bed = makeBed(options)
  const { metadata: store, clock, random } = bed
  const masterKey = new MasterKey(new Secret('11'.repeat(32)), random)
  return { bed, store, keys: new SigningKeys({ store, clock, random, masterKey }), find: createFindSigningKey(store) }
}

const requestOf = ({ buckets }: Bed, bucket: Bucket) =>
  ({
    bucketId: bucket.id,
    accountId: bucket.accountId,
    target: { kind: 'bucket', value: bucket.name },
    presence: buckets.presence(bucket),
  }) as const

/** What there is of signing keys and revoked tokens, of any bucket. */
async function countOfTokens({ metadata }: Bed): Promise<number> {
  const [first, last] = [keyspace.signingKey, keyspace.revokedToken]
  const entries = await metadata.read((snapshot) =>
    snapshot.scan(Buffer.of(first), Buffer.of(last + 1), { limit: 1000 }),
  )
  return entries.length
}

const code = (expected: string) => (error: unknown) => error instanceof ApiError && error.code === expected

async function fill(bed: Bed, keys: SigningKeys, bucket: Bucket): Promise<string[]> {
  const request = requestOf(bed, bucket)
  const made = [await keys.create(request), await keys.create(request), await keys.serverKey(request)]
  for (const jti of ['one', 'two']) await keys.revokeToken({ ...request, jti })
  return made.map(({ id }) => id)
}

test('with a bucket go its signing keys, and what was revoked, and those of no other', async () => {
  const { bed, store, keys, find } = openBed()
  const [photos, films] = [await makeBucket(bed), await makeBucket(bed, 'films')]
  const [mine, theirs] = [await fill(bed, keys, photos), await fill(bed, keys, films)]
  for (const id of [...mine, ...theirs]) assert.equal((await find(id))?.id, id)
  await bed.buckets.delete('photos')
  for (const id of mine) assert.equal(await find(id), undefined)
  for (const id of theirs) assert.equal((await find(id))?.id, id)
  assert.equal(await createRevokedTokens(store).isRevoked(photos.id, 'one'), false)
  assert.equal(await createRevokedTokens(store).isRevoked(films.id, 'one'), true)
  await bed.buckets.delete('films')
  assert.equal(await countOfTokens(bed), 0)
})

test('a bucket that is not deleted, because something is in it, keeps its keys', async () => {
  const { bed, keys, find } = openBed()
  const bucket = await makeBucket(bed)
  const [id = ''] = await fill(bed, keys, bucket)
  await put(bed, bucket, 'k', 'k')
  await assert.rejects(bed.buckets.delete('photos'), code('BucketNotEmpty'))
  assert.equal((await find(id))?.id, id)
})

test('a bucket that is emptied keeps its keys until it is gone, and gets no more', async () => {
  const { bed, keys } = openBed()
  const bucket = await makeBucket(bed)
  await fill(bed, keys, bucket)
  await put(bed, bucket, 'k', 'k')
  assert.equal(await bed.extensions.emptier.empty(bucket, 0), false)
  for (const make of [
    () => keys.create(requestOf(bed, bucket)),
    () => keys.revokeToken({ ...requestOf(bed, bucket), jti: 'three' }),
  ])
    await assert.rejects(make(), code('NoSuchBucket'))
  while ((await bed.extensions.emptier.work(bucket.id)) === 'busy');
  await assert.rejects(bed.buckets.find('photos'), code('NoSuchBucket'))
  assert.equal(await countOfTokens(bed), 0)
})

test('keys that are made while a bucket is deleted are deleted with it, or refused', async () => {
  for (let round = 0; round < 12; round++) {
    const { bed, keys } = openBed({ pause: () => new Promise((resolve) => setImmediate(resolve)) })
    const bucket = await makeBucket(bed)
    const request = requestOf(bed, bucket)
    const [made, revoked, deleted] = await Promise.allSettled([
      keys.create(request),
      keys.revokeToken({ ...request, jti: 'one' }),
      // Making a key takes some time, which differs.
      new Promise((resolve) => setTimeout(resolve, 12 * round)).then(() => bed.buckets.delete('photos')),
    ])
    assert.equal(deleted.status, 'fulfilled')
    for (const one of [made, revoked]) if (one.status === 'rejected') assert(code('NoSuchBucket')(one.reason))
    assert.equal(await countOfTokens(bed), 0)
  }
})

test('nobody who comes late makes a key for the next bucket of that name', async () => {
  const { bed, keys } = openBed()
  const request = requestOf(bed, await makeBucket(bed))
  await bed.buckets.delete('photos')
  await makeBucket(bed)
  await assert.rejects(keys.create(request), code('NoSuchBucket'))
  await assert.rejects(keys.serverKey(request), code('NoSuchBucket'))
  assert.equal(await countOfTokens(bed), 0)
})
