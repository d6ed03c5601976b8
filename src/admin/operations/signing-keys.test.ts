import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { describe, test } from 'node:test'
import { createFindSigningKey, createRevokedTokens } from '../../access/find-signing-key.ts'
import { makeManagement, type Management } from '../test-bed.ts'

interface Shown {
  readonly id: string
  readonly bucket?: string
}

async function makeBuckets(...names: readonly string[]): Promise<Management> {
  const bed = await makeManagement()
  for (const name of names) await bed.done('POST /v1/buckets', { body: { name } })
  return bed
}

describe('creating', () => {
  for (const [title, bodyOf, shown] of [
    ['bucket', () => ({ bucket: 'photos' }), 'bucket'],
    ['bucket_name', () => ({ bucket_name: 'photos' }), 'bucket_name'],
    ['stream_id', (stream_id: string) => ({ stream_id }), 'stream_id'],
  ] as const) {
    test(`by ${title} answers as Qencode does, and echoes it`, async () => {
      const { done } = await makeBuckets('films', 'photos')
      const streamId = (await done('GET /v1/buckets/photos')).pick('bucket.stream_id')
      const { json, pick } = await done('POST /v1/signing-keys', { body: bodyOf(streamId) })
      const [id, pem] = [pick('signing_key.id'), pick('signing_key.private_key')]
      assert.deepEqual(json, {
        signing_key: {
          [shown]: shown === 'stream_id' ? streamId : 'photos',
          ...{ private_key: pem, created: '2026-11-20 12:00:00', id, name: null },
        },
      })
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      // PKCS#1.
      assert.match(pem, /^-----BEGIN RSA PRIVATE KEY-----\n[\s\S]*\n-----END RSA PRIVATE KEY-----\n$/)
      assert(createPrivateKey(pem).asymmetricKeyDetails!.modulusLength! >= 2048)
    })
  }

  test('the private key is shown once, and kept nowhere', async () => {
    const { done, recorded, store } = await makeBuckets('photos')
    const { pick } = await done('POST /v1/signing-keys', { body: { bucket: 'photos', name: 'player' } })
    const [id, pem] = [pick('signing_key.id'), pick('signing_key.private_key')]
    const shown = { bucket: 'photos', created: '2026-11-20 12:00:00', id, name: 'player' }
    assert.deepEqual((await done(`GET /v1/signing-keys/${id}`)).json, { signing_key: shown })
    assert.deepEqual((await done('GET /v1/signing-keys')).json, { signing_keys: [shown], next: null })
    assert.deepEqual((await done('GET /v1/signing-keys?bucket=photos')).json, { signing_keys: [shown], next: null })
    const renamed = await done(`PUT /v1/signing-keys/${id}`, { body: { name: 'web' } })
    assert.deepEqual(renamed.json, { signing_key: { ...shown, name: 'web' } })
    assert.doesNotMatch((await done('GET /v1/audit')).text, /PRIVATE KEY/)
    // Neither as PEM nor as bytes, in whatever writing.
    const der = createPrivateKey(pem).export({ type: 'pkcs1', format: 'der' })
    const records = recorded()
    for (const text of [pem, pem.split('\n')[3]!, der.toString('latin1'), der.toString('hex').slice(600, 700)])
      assert(!records.includes(text))
    // What is kept verifies what the private key signs.
    const found = await createFindSigningKey(store)(id)
    assert(found!.publicKey.equals(createPublicKey(pem)))
  })

  for (const [title, body, outcome] of [
    ['nothing', {}, '400 InvalidArgument'],
    ['two names of the bucket', { bucket: 'photos', bucket_name: 'photos' }, '400 InvalidArgument'],
    ['another bucket', { bucket: 'none-such' }, '404 NoSuchBucket'],
    ['a stream that there is not', { stream_id: '00000000-0000-8000-8000-000000000000' }, '404 NoSuchEntity'],
    ['a stream id that is none', { stream_id: 'photos' }, '404 NoSuchEntity'],
    ['a name with a line feed', { bucket: 'photos', name: 'a\nb' }, '400 InvalidArgument'],
  ] as const) {
    test(`by ${title}: ${outcome}`, async () => {
      const { send } = await makeBuckets('photos')
      assert.equal((await send('POST /v1/signing-keys', { body })).outcome, outcome)
    })
  }

  test("security 26: is not for a user whose policies keep it from reading the bucket's objects", async () => {
    const { send, done } = await makeBuckets('photos', 'films')
    const deny = { Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/private/*' }
    await done('PUT /v1/users/mia/policies/private', { body: { Version: '2012-10-17', Statement: [deny] } })
    const create = async (bucket: string) =>
      (await send('POST /v1/signing-keys', { as: 'user', body: { bucket } })).outcome
    assert.deepEqual([await create('photos'), await create('films')], ['403 AccessDenied', '200'])
    const link = { bucket: 'photos', key: 'a' }
    assert.equal((await send('POST /v1/signed-urls', { as: 'user', body: link })).outcome, '403 AccessDenied')
    assert.equal((await send('POST /v1/signed-urls', { as: 'owner', body: link })).outcome, '200')
  })
})

describe('afterwards', () => {
  test('the key is deleted, and gone', async () => {
    const { send, done, store } = await makeBuckets('photos')
    const id = (await done('POST /v1/signing-keys', { body: { bucket: 'photos' } })).pick('signing_key.id')
    const find = createFindSigningKey(store)
    assert.notEqual(await find(id), undefined)
    assert.deepEqual((await done(`DELETE /v1/signing-keys/${id}`)).json, { status: 'ok' })
    assert.equal(await find(id), undefined)
    for (const line of [`GET /v1/signing-keys/${id}`, `DELETE /v1/signing-keys/${id}`])
      assert.equal((await send(line)).outcome, '404 NoSuchEntity')
    assert.equal((await send(`PUT /v1/signing-keys/${id}`, { body: { name: 'a' } })).outcome, '404 NoSuchEntity')
  })

  test('a name can be taken away again', async () => {
    const { done } = await makeBuckets('photos')
    const id = (await done('POST /v1/signing-keys', { body: { bucket: 'photos', name: 'a' } })).pick('signing_key.id')
    const renamed = await done(`PUT /v1/signing-keys/${id}`, { body: { name: null } })
    assert.equal(renamed.pick<string | null>('signing_key.name'), null)
  })

  test('keys of all buckets are listed, page by page, each once', async () => {
    const names = ['films', 'music', 'photos']
    const { done } = await makeBuckets(...names)
    const made: string[] = []
    for (const bucket of [...names, 'music', 'music'])
      made.push((await done('POST /v1/signing-keys', { body: { bucket } })).pick('signing_key.id'))
    for (const limit of [1, 2, 3, 4, 5]) {
      const seen: Shown[] = []
      let next: string | null = null
      do {
        const after: string = next === null ? '' : `&after=${encodeURIComponent(next)}`
        const { pick } = await done(`GET /v1/signing-keys?limit=${limit}${after}`)
        const page = pick<readonly Shown[]>('signing_keys')
        assert(page.length > 0 && page.length <= limit)
        seen.push(...page)
        next = pick<string | null>('next')
      } while (next !== null)
      assert.deepEqual(seen.map(({ id }) => id).toSorted(), made.toSorted(), `limit ${limit}`)
      assert.deepEqual(
        seen.map(({ bucket }) => bucket),
        ['films', 'music', 'music', 'music', 'photos'],
      )
    }
    const ofOne = await done('GET /v1/signing-keys?bucket=music&limit=2')
    const rest = await done(`GET /v1/signing-keys?bucket=music&limit=2&after=${ofOne.pick('next')}`)
    assert.equal(ofOne.pick<readonly Shown[]>('signing_keys').length, 2)
    assert.deepEqual([rest.pick<readonly Shown[]>('signing_keys').length, rest.pick<null>('next')], [1, null])
  })

  test('the list goes on where the bucket of the page before is gone', async () => {
    const { done } = await makeBuckets('films', 'photos')
    for (const bucket of ['films', 'photos']) await done('POST /v1/signing-keys', { body: { bucket } })
    const next = (await done('GET /v1/signing-keys?limit=1')).pick('next')
    await done('DELETE /v1/buckets/films')
    const { pick } = await done(`GET /v1/signing-keys?limit=1&after=${encodeURIComponent(next)}`)
    assert.deepEqual([pick('signing_keys.0.bucket'), pick<null>('next')], ['photos', null])
  })

  test("the server's own key is among them once it has signed, and is said to be that", async () => {
    const { done } = await makeBuckets('photos')
    const { pick } = await done('POST /v1/signed-urls', { body: { bucket: 'photos', key: 'a' } })
    const { json } = await done('GET /v1/signing-keys')
    const shown = { bucket: 'photos', created: '2026-11-20 12:00:00', id: pick('key_id'), name: 'entrepot' }
    assert.deepEqual(json, { signing_keys: [{ ...shown, managed: true }], next: null })
  })

  test('one token is revoked by its jti', async () => {
    const { done, send, store, services } = await makeBuckets('photos')
    const { id } = await services.buckets.get('photos')
    const revoked = createRevokedTokens(store)
    const line = 'POST /v1/buckets/photos/revoked-tokens'
    for (const body of [{ jti: 'a' }, { jti: 'b', until: '2026-12-24T18:00:00+01:00' }, { jti: 'a' }])
      assert.deepEqual((await done(line, { body })).json, { status: 'ok' })
    assert.deepEqual([await revoked.isRevoked(id, 'a'), await revoked.isRevoked(id, 'c')], [true, false])
    for (const body of [{}, { jti: '' }, { jti: 'a', until: 'tomorrow' }, { jti: 'é'.repeat(200) }])
      assert.equal((await send(line, { body })).outcome, '400 InvalidArgument', JSON.stringify(body))
  })
})

test("a stream id is the bucket's own, and a UUID", async () => {
  const { done } = await makeBuckets('films', 'photos')
  const ids = (await done('GET /v1/buckets'))
    .pick<readonly { readonly stream_id: string }[]>('buckets')
    .map(({ stream_id }) => stream_id)
  assert.equal(new Set(ids).size, 2)
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8000-8000-00000000[0-9a-f]{4}$/)
  const upper = await done('POST /v1/signing-keys', { body: { stream_id: ids[0]!.toUpperCase() } })
  assert.equal(upper.pick('signing_key.stream_id'), ids[0]!.toUpperCase())
})
