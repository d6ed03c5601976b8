/** What each profile does to requests, by way of the whole front. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { profileNames, type ProfileName } from '../objects/profile.ts'
import { makeFront, otherAccountId, type Sent } from './test-bed.ts'

const crc32 = { 'x-amz-checksum-crc32': 'NhCmhg==' } // of `hello`
const wrongCrc32 = { 'x-amz-checksum-crc32': 'AAAAAA==' }
const tls = { secure: true }

interface Case {
  readonly title: string
  readonly line: string
  readonly sent?: Sent
  /** By profile: the outcome. */
  readonly outcomes: Readonly<Record<ProfileName, string>>
}

const same = (outcome: string): Case['outcomes'] => ({
  aws: outcome,
  qencode: outcome,
  selectel: outcome,
  kontenum: outcome,
})

const cases: readonly Case[] = [
  { title: 'GetObject', line: 'GET /photos/a', outcomes: { ...same('200'), kontenum: '403 AccessDenied' } },
  {
    title: 'GetObject, presigned',
    line: 'GET /photos/a?X-Amz-Signature=0',
    sent: { method: 'v4-query' },
    outcomes: { ...same('200'), kontenum: '403 AccessDenied' },
  },
  { title: 'HeadObject', line: 'HEAD /photos/a', outcomes: same('200') },
  {
    title: 'CopyObject',
    line: 'PUT /photos/b',
    sent: { headers: { 'x-amz-copy-source': '/photos/a' } },
    outcomes: same('200'),
  },
  {
    title: 'PutObject with a checksum that is right',
    line: 'PUT /photos/b',
    sent: { body: 'hello', headers: crc32 },
    outcomes: { ...same('200'), qencode: '400 InvalidArgument' },
  },
  {
    title: 'PutObject with a checksum that is wrong',
    line: 'PUT /photos/b',
    sent: { body: 'hello', headers: wrongCrc32 },
    outcomes: { ...same('400 BadDigest'), qencode: '400 InvalidArgument' },
  },
  {
    title: 'a presigned PutObject with the checksum of an empty body in its URL',
    line: 'PUT /photos/b?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32',
    sent: { body: 'hello', method: 'v4-query' },
    outcomes: { ...same('200'), qencode: '400 InvalidArgument' },
  },
  {
    title: 'GetObject that asks for its checksum',
    line: 'HEAD /photos/a',
    sent: { headers: { 'x-amz-checksum-mode': 'ENABLED' } },
    outcomes: { ...same('200'), qencode: '400' },
  },
  {
    title: 'PutObject with tags',
    line: 'PUT /photos/b',
    sent: { headers: { 'x-amz-tagging': 'a=b' } },
    outcomes: { ...same('200'), qencode: '501 NotImplemented' },
  },
  {
    title: 'a key that ends with a slash',
    line: 'PUT /photos/folder/',
    outcomes: { ...same('200'), qencode: '400 InvalidArgument' },
  },
  {
    title: 'a multipart upload of a key with two slashes',
    line: 'POST /photos/a//b?uploads',
    outcomes: { ...same('200'), qencode: '400 InvalidArgument' },
  },
  {
    title: 'a copy to a key with a backslash',
    line: 'PUT /photos/a%5Cb',
    sent: { headers: { 'x-amz-copy-source': '/photos/a' } },
    outcomes: { ...same('200'), qencode: '400 InvalidArgument' },
  },
  {
    title: 'Q-BN-7: the bucket mediaBucket',
    line: 'PUT /mediaBucket',
    outcomes: { ...same('400 InvalidBucketName'), qencode: '200', selectel: '200' },
  },
  {
    title: 'Q-BN-3: a bucket with an underscore',
    line: 'PUT /my_bucket',
    outcomes: { ...same('400 InvalidBucketName'), selectel: '200' },
  },
  {
    title: 'Q-BN-5: a bucket of five characters',
    line: 'PUT /abcde',
    outcomes: { ...same('200'), qencode: '400 InvalidBucketName' },
  },
  {
    title: 'plain HTTP from elsewhere',
    line: 'GET /photos?list-type=2',
    sent: { secure: false, remoteAddress: '203.0.113.9' },
    outcomes: { ...same('403 InsecureTransport'), kontenum: '200' },
  },
  {
    title: 'plain HTTP from this machine',
    line: 'GET /photos?list-type=2',
    sent: { secure: false },
    outcomes: { aws: '200', qencode: '403 InsecureTransport', selectel: '403 InsecureTransport', kontenum: '200' },
  },
  {
    title: 'a presigned GET by plain HTTP from elsewhere',
    line: 'GET /photos/a?X-Amz-Signature=0',
    sent: { secure: false, remoteAddress: '203.0.113.9', method: 'v4-query' },
    outcomes: {
      aws: '307 TemporaryRedirect',
      qencode: '307 TemporaryRedirect',
      selectel: '403 InsecureTransport',
      kontenum: '403 AccessDenied',
    },
  },
]

for (const profile of profileNames) {
  describe(`profile ${profile}`, () => {
    for (const { title, line, sent = {}, outcomes } of cases) {
      test(`${title}: ${outcomes[profile]}`, async () => {
        const { send, buckets, objects, assertLedger, faults } = await makeFront({ profile })
        const bucket = await buckets.get('photos')
        const body = (async function* () {
          yield Buffer.from('hello')
        })()
        await objects.put(bucket, 'a', body, { system: {}, metadata: {}, sizeMax: 100 })
        assert.equal((await send(line, { ...tls, ...sent })).outcome, outcomes[profile])
        assert.deepEqual(faults, [])
        await assertLedger()
      })
    }
  })
}

test('a rejected checksum is named as Backblaze names it', async () => {
  const { send } = await makeFront({ toggles: { checksums: 'reject' } })
  for (const [headers, name] of [
    [{ 'x-amz-checksum-crc32': 'AAAAAA==' }, 'x-amz-checksum-crc32'],
    [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'x-amz-sdk-checksum-algorithm'],
    [{ 'x-amz-trailer': 'x-amz-checksum-crc32' }, 'x-amz-trailer'],
    [{ 'x-amz-checksum-algorithm': 'SHA256' }, 'x-amz-checksum-algorithm'],
  ] as const) {
    const { outcome, element } = await send('PUT /photos/a', { headers, body: 'hello' })
    assert.equal(outcome, '400 InvalidArgument')
    assert.equal(element('Message'), `Unsupported header '${name}' received for this API call.`)
  }
})

test('where checksums are rejected, DeleteObjects does with Content-MD5', async () => {
  const { send } = await makeFront({ toggles: { checksums: 'reject' } })
  const body = '<Delete><Object><Key>a</Key></Object></Delete>'
  const md5 = createHash('md5').update(body).digest('base64')
  assert.equal((await send('POST /photos?delete', { body, headers: { 'content-md5': md5 } })).outcome, '200')
  assert.equal((await send('POST /photos?delete', { body, headers: crc32 })).outcome, '400 InvalidArgument')
})

test('checksums that are ignored are neither held against the body, nor kept, nor missed', async () => {
  const { send } = await makeFront({ toggles: { checksums: 'ignore' } })
  const put = await send('PUT /photos/a', { body: 'hello', headers: wrongCrc32 })
  assert.equal(put.outcome, '200')
  assert.equal(put.headers['x-amz-checksum-crc32'], undefined)
  const head = await send('HEAD /photos/a', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
  assert.equal(head.headers['x-amz-checksum-crc32'], undefined)
  const body = '<Delete><Object><Key>a</Key></Object></Delete>'
  assert.equal((await send('POST /photos?delete', { body, headers: wrongCrc32 })).outcome, '200')
})

test('a presigned checksum of an empty body is held against the body where that is asked for', async () => {
  const { send } = await makeFront({ toggles: { 'presign.emptyBodyChecksum': 'reject' } })
  const line = 'PUT /photos/b?x-amz-checksum-crc32=AAAAAA%3D%3D'
  assert.equal((await send(line, { body: 'hello', method: 'v4-query' })).outcome, '400 BadDigest')
  assert.equal((await send(line, { body: '', method: 'v4-query' })).outcome, '200')
})

test('a bucket cannot be created with tags where they are switched off', async () => {
  const tags = '<Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>'
  const body = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${tags}</CreateBucketConfiguration>`
  const { send } = await makeFront({ toggles: { tagging: false } })
  assert.equal((await send('PUT /videos', { body })).outcome, '501 NotImplemented')
  assert.equal((await send('HEAD /videos')).outcome, '404')
})

for (const [profile, expected] of [
  ['aws', '503 SlowDown'],
  ['selectel', '429 TooManyRequests'],
] as const) {
  test(`${profile} tells a client to slow down by ${expected}`, async () => {
    const { send, objects } = await makeFront({ profile, toggles: { http: 'allow' } })
    await send('PUT /photos/a', { body: 'x' })
    // As if the version were replaced each time it has been found.
    objects.read = () => Promise.resolve(undefined)
    const { outcome, element } = await send('GET /photos/a')
    assert.equal(outcome, expected)
    if (profile === 'selectel') assert.equal(element('Message'), 'Rate Limit exceeded')
  })
}

test('a presigned GET is sent to HTTPS as it is, its own port apart', async () => {
  const { send } = await makeFront({ profile: 'qencode' })
  const { headers } = await send('GET /photos/a%20b?X-Amz-Signature=0&x=%2F', {
    host: 's3.test:9000',
    method: 'v4-query',
  })
  assert.equal(headers['location'], 'https://s3.test/photos/a%20b?X-Amz-Signature=0&x=%2F')
})

test('a presigned PUT is never sent on by plain HTTP', async () => {
  for (const toggles of [{ http: 'redirect' }, { http: 'deny' }]) {
    const { send } = await makeFront({ toggles })
    const { outcome } = await send('PUT /photos/a?X-Amz-Signature=0', { method: 'v4-query', body: 'x' })
    assert.equal(outcome, '403 InsecureTransport')
  }
})

test('the transport is refused before it is asked who signed', async () => {
  const { send, served } = await makeFront({ toggles: { http: 'deny' } })
  assert.equal((await send('GET /', {})).outcome, '403 InsecureTransport')
  assert.equal((await send('GET /nowhere', {})).outcome, '403 InsecureTransport')
  assert.deepEqual(
    served.map((told) => told?.accountId),
    [undefined, undefined],
  )
})

test("a bucket's own settings hold for it alone, from the next request on", async () => {
  const { send, buckets } = await makeFront()
  await send('PUT /videos')
  await send('PUT /videos/a', { body: 'x' })
  await send('PUT /photos/a', { body: 'x' })
  await buckets.update(await buckets.get('videos'), (current) => ({ ...current, profile: 'kontenum' }))
  assert.equal((await send('GET /videos/a')).outcome, '403 AccessDenied')
  assert.equal((await send('GET /photos/a')).outcome, '200')
  await buckets.update(await buckets.get('videos'), (current) => ({ ...current, profile: undefined }))
  assert.equal((await send('GET /videos/a')).text, 'x')
})

test('what is there before a profile with stricter names can still be read, listed and deleted', async () => {
  const { send, buckets } = await makeFront()
  for (const key of ['a//b', 'folder/', 'a%5Cb']) await send(`PUT /photos/${key}`, { body: key })
  await buckets.update(await buckets.get('photos'), (current) => ({
    ...current,
    profile: 'qencode',
    toggles: { http: 'allow' },
  }))
  for (const key of ['a//b', 'folder/', 'a%5Cb']) {
    assert.equal((await send(`GET /photos/${key}`)).text, key)
    assert.equal((await send(`PUT /photos/${key}`, { body: 'new' })).outcome, '400 InvalidArgument')
  }
  assert.equal((await send('GET /photos?list-type=2')).elements('Key').length, 3)
  assert.equal((await send('DELETE /photos/folder/')).outcome, '204')
})

test('Q-BN-4: a bucket is found whatever the case of its name, and no other can have it', async () => {
  const { send } = await makeFront({ profile: 'qencode', toggles: { http: 'allow' } })
  assert.equal((await send('PUT /MyBucket')).outcome, '200')
  assert.equal((await send('PUT /mybucket/a', { body: 'x' })).outcome, '200')
  assert.equal((await send('GET /MYBUCKET/a')).text, 'x')
  assert.equal((await send('GET /a', { host: 'mybucket.s3.test' })).text, 'x')
  assert.equal((await send('GET /mybucket?list-type=2')).element('Name'), 'MyBucket')
  assert.equal((await send('PUT /mybucket', { account: otherAccountId })).outcome, '409 BucketAlreadyExists')
  assert.deepEqual((await send('GET /')).elements('Name').toSorted(), ['MyBucket', 'photos'])
  assert.deepEqual((await send('GET /?prefix=My')).elements('Name'), ['MyBucket'])
  assert.deepEqual((await send('GET /?prefix=my')).elements('Name'), [])
  assert.equal((await send('DELETE /MYbucket/a')).outcome, '204')
  assert.equal((await send('DELETE /MYbucket')).outcome, '204')
})

test('elsewhere a bucket is found by its exact name only', async () => {
  const { send } = await makeFront({ profile: 'selectel', toggles: { http: 'allow' } })
  assert.equal((await send('PUT /MyBucket')).outcome, '200')
  assert.equal((await send('GET /mybucket?list-type=2')).outcome, '404 NoSuchBucket')
  assert.equal((await send('PUT /mybucket', { account: otherAccountId })).outcome, '409 BucketAlreadyExists')
})

test('an operation is switched off for those who may do it; others learn no more than before', async () => {
  const { send } = await makeFront({ profile: 'qencode', toggles: { http: 'allow' } })
  assert.equal((await send('GET /photos?tagging')).outcome, '501 NotImplemented')
  assert.equal((await send('GET /photos?tagging', { account: otherAccountId })).outcome, '403 AccessDenied')
  assert.equal((await send('GET /absent?tagging')).outcome, '404 NoSuchBucket')
})
