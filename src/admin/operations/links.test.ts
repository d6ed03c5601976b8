import assert from 'node:assert/strict'
import { createVerify } from 'node:crypto'
import { describe, test } from 'node:test'
import { createFindSigningKey } from '../../access/find-signing-key.ts'
import { makeManagement } from '../test-bed.ts'

async function photos() {
  const bed = await makeManagement()
  await bed.done('POST /v1/buckets', { body: { name: 'photos' } })
  await bed.done('POST /v1/buckets', { as: 'stranger', body: { name: 'letters' } })
  return bed
}

describe('presigning', () => {
  test('makes a URL of Signature Version 4 with the key that is given', async () => {
    const { done } = await photos()
    const id = (await done('POST /v1/access-keys')).pick('access_key.access_key_id')
    const { json, pick } = await done('POST /v1/presign', {
      body: {
        ...{ bucket: 'photos', key: 'a b/ü.jpg', method: 'PUT', expires_seconds: 60, access_key_id: id },
        ...{ version_id: 'v1', response_content_disposition: 'attachment; filename="a"', response_content_type: 'x/y' },
      },
    })
    assert.deepEqual(json, { url: pick('url'), expires_seconds: 60, access_key_id: id })
    const url = new URL(pick('url'))
    assert.equal(url.origin + url.pathname, 'https://us-east-1.s3.test/photos/a%20b/%C3%BC.jpg')
    const query = Object.fromEntries(url.searchParams)
    assert.match(query['X-Amz-Signature']!, /^[0-9a-f]{64}$/)
    assert.deepEqual(
      { ...query, 'X-Amz-Signature': '' },
      {
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': `${id}/20261120/us-east-1/s3/aws4_request`,
        'X-Amz-Date': '20261120T120000Z',
        'X-Amz-Expires': '60',
        'X-Amz-SignedHeaders': 'host',
        'X-Amz-Signature': '',
        versionId: 'v1',
        'response-content-disposition': 'attachment; filename="a"',
        'response-content-type': 'x/y',
      },
    )
  })

  test('takes the first active key of whoever asks, where none is given', async () => {
    const { done, send, services, accountIds, users } = await photos()
    const body = { bucket: 'photos', key: 'a' }
    assert.equal((await send('POST /v1/presign', { body })).outcome, '404 NoSuchEntity')
    const of = async (userId?: string) =>
      (await services.accessKeys.create(accountIds.alpha, '', { userId })).accessKeyId
    const mias = [await of(users.mia.id), await of(users.mia.id)].toSorted()
    assert.equal((await send('POST /v1/presign', { body })).outcome, '404 NoSuchEntity')
    const roots = await of()
    const signer = async (as: 'owner' | 'session' | 'user') =>
      (await done('POST /v1/presign', { as, body })).pick('access_key_id')
    assert.equal(await signer('owner'), roots)
    // An owner's keys are the account's.
    assert.equal(await signer('session'), roots)
    assert.equal(await signer('user'), mias[0])
    await services.accessKeys.setActive(mias[0]!, false)
    assert.equal(await signer('user'), mias[1])
    const inactive = await send('POST /v1/presign', { as: 'user', body: { ...body, access_key_id: mias[0] } })
    assert.equal(inactive.outcome, '400 InvalidRequest')
  })

  test("security 26: nobody signs with another's key, but owners with those of their users", async () => {
    const { send, services, accountIds, users } = await photos()
    const root = (await services.accessKeys.create(accountIds.alpha)).accessKeyId
    const mias = (await services.accessKeys.create(accountIds.alpha, '', { userId: users.mia.id })).accessKeyId
    const betas = (await services.accessKeys.create(accountIds.beta)).accessKeyId
    for (const [as, access_key_id, outcome] of [
      ['owner', root, '200'],
      ['owner', mias, '200'],
      ['owner', betas, '404 NoSuchEntity'],
      ['user', mias, '200'],
      ['user', root, '404 NoSuchEntity'],
      ['member', root, '404 NoSuchEntity'],
      ['member', mias, '404 NoSuchEntity'],
      ['member', undefined, '404 NoSuchEntity'],
      ['s3.bucket.user', undefined, '404 NoSuchEntity'],
      // It manages the key, and has no rights in S3.
      ['iam.admin', mias, '404 NoSuchEntity'],
      ['iam.admin', root, '404 NoSuchEntity'],
      ['operator', root, '404 NoSuchBucket'],
    ] as const) {
      const answer = await send('POST /v1/presign', { as, body: { bucket: 'photos', key: 'a', access_key_id } })
      assert.equal(answer.outcome, outcome, `${as} with ${access_key_id === root ? 'root' : 'a user'}'s key`)
    }
  })

  for (const [title, body, outcome] of [
    ["another account's bucket", { bucket: 'letters', key: 'a' }, '404 NoSuchBucket'],
    ['no key', { bucket: 'photos', key: '' }, '400 InvalidArgument'],
    ['a method that there is not', { bucket: 'photos', key: 'a', method: 'POST' }, '400 InvalidArgument'],
    ['no time', { bucket: 'photos', key: 'a', expires_seconds: 0 }, '400 InvalidArgument'],
    ['more than seven days', { bucket: 'photos', key: 'a', expires_seconds: 604_801 }, '400 InvalidArgument'],
  ] as const) {
    test(`for ${title}: ${outcome}`, async () => {
      const { send } = await photos()
      await send('POST /v1/access-keys')
      assert.equal((await send('POST /v1/presign', { body })).outcome, outcome)
    })
  }
})

/** Header and payload of a token that the server's key has signed. */
async function opened({ store }: Awaited<ReturnType<typeof photos>>, token: string) {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { readonly kid: string }
  const key = (await createFindSigningKey(store)(header.kid))!.publicKey
  assert(createVerify('sha256').update(`${head}.${payload}`).verify(key, signature, 'base64url'))
  return { header, payload: JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown }
}

const nowSeconds = Date.UTC(2026, 10, 20, 12) / 1000

describe('a signed delivery URL', () => {
  test('opens the key alone, for an hour, where nothing else is said', async () => {
    const bed = await photos()
    const { json, pick } = await bed.done('POST /v1/signed-urls', { body: { bucket: 'photos', key: 'a b/c.mp4' } })
    const [token, keyId] = [pick('token'), pick('key_id')]
    assert.deepEqual(json, {
      url: `https://photos.media-storage.us-east-1.test/a%20b/c.mp4?auth=${token}`,
      ...{ token, key_id: keyId, expires: '2026-11-20 13:00:00' },
    })
    const { header, payload } = await opened(bed, token)
    assert.deepEqual(header, { alg: 'RS256', typ: 'JWT', kid: keyId })
    assert.deepEqual(payload, { uri: '/a b/c.mp4', exp: nowSeconds + 3600 })
    // The next is signed with the same key.
    const next = await bed.done('POST /v1/signed-urls', { body: { bucket: 'photos', key: 'd' } })
    assert.equal(next.pick('key_id'), keyId)
  })

  test('opens what it is told to, when and for whom', async () => {
    const bed = await photos()
    const claims = {
      ip: ['192.0.2.0/24'],
      referer: ['a.example'],
      country: ['DE'],
      methods: ['GET'],
      rate: 5,
      jti: 'j',
    }
    const { pick } = await bed.done('POST /v1/signed-urls', {
      body: {
        ...{ bucket: 'photos', key: 'title/master.m3u8', uri: 'title', expires_seconds: null, not_before_seconds: 60 },
        ...{ by: 'path', claims },
      },
    })
    assert.equal(pick<null>('expires'), null)
    const host = 'https://photos.media-storage.us-east-1.test'
    assert.equal(pick('url'), `${host}/~auth=${pick('token')}/title/master.m3u8`)
    const { payload } = await opened(bed, pick('token'))
    assert.deepEqual(payload, { ...claims, uri: 'title', nbf: nowSeconds + 60 })
  })

  test('opens the whole bucket where the uri is empty', async () => {
    const bed = await photos()
    const { pick } = await bed.done('POST /v1/signed-urls', { body: { bucket: 'photos', key: 'a', uri: '' } })
    assert.deepEqual((await opened(bed, pick('token'))).payload, { uri: '', exp: nowSeconds + 3600 })
  })

  test('ends with the key that the server signs with, and the next one is signed with a new one', async () => {
    const bed = await photos()
    const make = async () =>
      (await bed.done('POST /v1/signed-urls', { body: { bucket: 'photos', key: 'a' } })).pick('key_id')
    const first = await make()
    await bed.done(`DELETE /v1/signing-keys/${first}`)
    assert.notEqual(await make(), first)
  })

  for (const [title, body, outcome] of [
    ["another account's bucket", { bucket: 'letters' }, '404 NoSuchBucket'],
    ['no time', { bucket: 'photos', expires_seconds: 0 }, '400 InvalidArgument'],
    ['a claim of its own', { bucket: 'photos', claims: { admin: true } }, '400 InvalidArgument'],
    [
      'a token too long for a URL',
      { bucket: 'photos', claims: { ip: Array(100).fill('a'.repeat(256)) } },
      '400 InvalidArgument',
    ],
    ['half of a surrogate pair', { bucket: 'photos', key: 'a\ud800' }, '400 InvalidRequest'],
  ] as const) {
    test(`for ${title}: ${outcome}`, async () => {
      const { send } = await photos()
      assert.equal((await send('POST /v1/signed-urls', { body: { key: 'a', ...body } })).outcome, outcome)
    })
  }

  test('neither URL nor token is in any record', async () => {
    const bed = await photos()
    await bed.done('POST /v1/access-keys')
    const presigned = new URL(
      (await bed.done('POST /v1/presign', { body: { bucket: 'photos', key: 'a' } })).pick('url'),
    )
    const token = (await bed.done('POST /v1/signed-urls', { body: { bucket: 'photos', key: 'a' } })).pick('token')
    for (const text of [token, token.split('.')[2]!, presigned.searchParams.get('X-Amz-Signature')!])
      assert(!bed.recorded().includes(text))
    assert.doesNotMatch(bed.recorded(), /PRIVATE KEY/)
  })
})
