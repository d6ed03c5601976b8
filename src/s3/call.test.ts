import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Identity } from '../access/authorize.ts'
import { parsePolicy } from '../access/policy/parse-policy.ts'
import { roles } from '../access/roles.ts'
import { Buckets } from '../objects/buckets.ts'
import { Regions } from '../objects/regions.ts'
import { createFindToggles, type ToggleLayer } from '../objects/toggles.ts'
import { createCallS3, createReadS3, createS3Rights, type CallBody, type Caller } from './call.ts'
import type { Services } from './context.ts'
import { Endpoints } from './endpoints.ts'
import { operations } from './operations.generated.ts'
import { accountId, makeFront, otherAccountId } from './test-bed.ts'

const root: Identity = { accessKeyId: '', accountId }

const caller = (identity: Identity, more: Partial<Caller> = {}): Caller => ({
  ...{ identity, id: '0123456789ABCDEF', secure: true, remoteAddress: '192.0.2.1' },
  signal: new AbortController().signal,
  ...more,
})

/** A member of the account with a policy of its own, that denies. */
function member(...denied: readonly object[]): Identity {
  const Statement = denied.map((statement) => ({ Effect: 'Deny', ...statement }))
  const own = denied.length === 0 ? [] : [parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity')]
  return { ...root, user: { id: 'AIDA', name: 'mia', policies: [roles.member, ...own] } }
}

async function makeCall(layer: ToggleLayer = {}) {
  const front = await makeFront(layer)
  const { metadata, objects, uploads, completer, clock, random, extensions } = front
  const toggles = createFindToggles(metadata, [layer])
  const regions = new Regions([{ name: 'us-east-1', aliases: [] }])
  const services: Services = {
    ...{ metadata, objects, uploads, completer, regions, clock, toggles, ...extensions },
    buckets: new Buckets(metadata, clock, random, toggles),
    endpoints: new Endpoints(['s3.test'], regions),
    lifecycleDaySeconds: 86_400,
    owner: (id) => Promise.resolve({ ID: id, DisplayName: id }),
    accountExists: () => Promise.resolve(true),
    accountOfEmail: () => Promise.resolve(undefined),
  }
  const callS3 = createCallS3(services)
  const call = (
    name: string,
    input: Readonly<Record<string, unknown>>,
    identity = root,
    more: Partial<Caller> = {},
    body?: CallBody,
  ) => callS3(name, input, caller(identity, more), body)
  const readS3 = createReadS3(services)
  const read = (key: string, headers: Readonly<Record<string, string>> = {}, identity = root) =>
    readS3({ bucket: 'photos', key, method: 'GET', headers }, caller(identity))
  return { ...front, services, call, read, rights: createS3Rights(services) }
}

const cors = { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] }

test('what is called for is as on the wire', async () => {
  const { call, send } = await makeCall()
  assert.deepEqual(await call('PutBucketCors', { Bucket: 'photos', CORSConfiguration: cors }), {})
  assert.equal((await send('GET /photos?cors')).element('AllowedOrigin'), '*')
  assert.deepEqual(await call('GetBucketCors', { Bucket: 'photos' }), cors)
  await send('PUT /photos/a?x-id=PutObject', { body: 'text' })
  const listed = await call('ListObjectsV2', { Bucket: 'photos', Prefix: 'a' })
  const [content] = listed['Contents'] as readonly Record<string, unknown>[]
  assert.deepEqual(
    [content?.['Key'], content?.['Size'], content?.['LastModified'], content?.['ETag']],
    ['a', 4, '2026-11-20T00:00:00.000Z', '"1cb251ec0d568de6a929b520c4aed8d1"'],
  )
})

test('a bucket is made and deleted', async () => {
  const { call, services } = await makeCall()
  await call('CreateBucket', { Bucket: 'films', ObjectLockEnabledForBucket: true })
  assert.equal((await services.buckets.get('films')).versioning, 'Enabled')
  await call('DeleteBucket', { Bucket: 'films' })
  await assert.rejects(call('HeadBucket', { Bucket: 'films' }), { code: 'NoSuchBucket' })
})

describe('what is refused there is refused here', () => {
  for (const [title, name, input, code] of [
    ['an operation that there is not', 'MakeCoffee', {}, 'NotImplemented'],
    ['one that AWS has and nobody serves', 'PutBucketWebsite', { Bucket: 'photos' }, 'NotImplemented'],
    ['a bucket that there is not', 'GetBucketCors', { Bucket: 'none-such' }, 'NoSuchBucket'],
    ['a member that there is not', 'GetBucketCors', { Bucket: 'photos', Colour: 1 }, 'InvalidArgument'],
    [
      'a bucket of another owner than expected',
      'GetBucketCors',
      { Bucket: 'photos', ExpectedBucketOwner: otherAccountId },
      'AccessDenied',
    ],
    [
      'what is not honoured',
      'PutBucketVersioning',
      { Bucket: 'photos', VersioningConfiguration: { Status: 'Enabled', MFADelete: 'Enabled' } },
      'NotImplemented',
    ],
    [
      'what makes no document',
      'PutBucketEncryption',
      { Bucket: 'photos', ServerSideEncryptionConfiguration: { Rules: [] } },
      'InvalidArgument',
    ],
    ['a body', 'PutObject', { Bucket: 'photos', Key: 'a', Body: 'text' }, 'InvalidArgument'],
  ] as const) {
    test(title, async () => {
      const { call } = await makeCall()
      await assert.rejects(call(name, input), { code })
    })
  }

  test('no answer speaks of XML', async () => {
    const { call } = await makeCall()
    await assert.rejects(
      call('PutBucketEncryption', { Bucket: 'photos', ServerSideEncryptionConfiguration: { Rules: [] } }),
      ({ message }: Error) => !message.includes('XML'),
    )
  })
})

describe('nobody may more than on the wire', () => {
  const put = { Bucket: 'photos', CORSConfiguration: cors }

  test('another account is denied, unless the bucket’s policy lets it', async () => {
    const { call } = await makeCall()
    const other = { accessKeyId: '', accountId: otherAccountId }
    await assert.rejects(call('PutBucketCors', put, other), { code: 'AccessDenied' })
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { AWS: otherAccountId },
        Action: 's3:GetBucketCORS',
        Resource: 'arn:aws:s3:::photos',
      },
    ]
    await call('PutBucketCors', put)
    await call('PutBucketPolicy', { Bucket: 'photos', Policy: JSON.stringify({ Version: '2012-10-17', Statement }) })
    assert.deepEqual(await call('GetBucketCors', { Bucket: 'photos' }, other), cors)
    await assert.rejects(call('DeleteBucketCors', { Bucket: 'photos' }, other), { code: 'AccessDenied' })
  })

  test('a user is denied what its policies deny: s3:PutBucketCORS, and nothing else', async () => {
    const { call } = await makeCall()
    const mia = member({ Action: 's3:PutBucketCORS', Resource: '*' })
    await assert.rejects(call('PutBucketCors', put, mia), { code: 'AccessDenied' })
    await assert.rejects(call('DeleteBucketCors', { Bucket: 'photos' }, mia), { code: 'AccessDenied' })
    await call('PutBucketCors', put)
    assert.deepEqual(await call('GetBucketCors', { Bucket: 'photos' }, mia), cors)
  })

  test('a bucket that is to be made is one by name already', async () => {
    const { call } = await makeCall()
    const mia = member({ Action: 's3:CreateBucket', Resource: 'arn:aws:s3:::films' })
    await assert.rejects(call('CreateBucket', { Bucket: 'films' }, mia), { code: 'AccessDenied' })
    await call('CreateBucket', { Bucket: 'music' }, mia)
  })

  test('conditions see the request that was made', async () => {
    const { call } = await makeCall()
    const here = member({ Action: '*', Resource: '*', Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } })
    const safely = member({ Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })
    const get = { Bucket: 'photos' }
    await call('GetBucketVersioning', get, here)
    await assert.rejects(call('GetBucketVersioning', get, here, { remoteAddress: '198.51.100.1' }), {
      code: 'AccessDenied',
    })
    await call('GetBucketVersioning', get, safely)
    await assert.rejects(call('GetBucketVersioning', get, safely, { secure: false }), { code: 'AccessDenied' })
  })

  test('DeleteObjects is decided key by key', async () => {
    const { call, send } = await makeCall()
    for (const key of ['a', 'b']) await send(`PUT /photos/${key}`, { body: key })
    const mia = member({ Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::photos/a' })
    const output = await call(
      'DeleteObjects',
      { Bucket: 'photos', Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }] } },
      mia,
    )
    assert.deepEqual(
      (output['Errors'] as readonly { Key: string; Code: string }[]).map(({ Key, Code }) => [Key, Code]),
      [['a', 'AccessDenied']],
    )
    assert.equal((await send('HEAD /photos/b')).status, 404)
  })
})

test('what a profile switches off is switched off on the wire only', async () => {
  const { call, send } = await makeCall({ profile: 'qencode' })
  assert.equal((await send('GET /photos?tagging', { secure: true })).status, 501)
  await call('PutBucketTagging', { Bucket: 'photos', Tagging: { TagSet: [{ Key: 'a', Value: '1' }] } })
  assert.deepEqual(await call('GetBucketTagging', { Bucket: 'photos' }), { TagSet: [{ Key: 'a', Value: '1' }] })
})

test('nothing is called for that answers bytes', async () => {
  const { call, send } = await makeCall()
  await send('PUT /photos/a', { body: 'text' })
  await assert.rejects(call('GetObject', { Bucket: 'photos', Key: 'a' }), (error: Error) => error.name !== 'ApiError')
})

test('every operation has a name of its own, but those that take bodies', () => {
  const names = operations.filter(({ shape }) => !('Body' in shape.input)).map(({ shape }) => shape.name)
  assert.equal(new Set(names).size, names.length)
})

describe('rights are asked for without doing anything', () => {
  const onPart = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/private/*' }
  for (const [title, identity, allowed] of [
    ['the account', root, true],
    ['a member', member(), true],
    ['a member that is denied some objects', member(onPart), false],
    ['a member that is denied another bucket', member({ ...onPart, Resource: 'arn:aws:s3:::films/*' }), true],
    ['another account', { accessKeyId: '', accountId: otherAccountId }, false],
    ['an s3.bucket.user', { ...root, user: { id: 'AIDA', name: 'b', policies: [roles['s3.bucket.user']] } }, false],
  ] as const) {
    test(`${title} ${allowed ? 'may' : 'may not'} read all objects`, async () => {
      const { rights, services } = await makeCall()
      const asked = rights.onObjects('s3:GetObject', await services.buckets.get('photos'), caller(identity))
      if (allowed) await asked
      else await assert.rejects(asked, { code: 'AccessDenied' })
    })
  }

  test('on the bucket itself', async () => {
    const { rights, services } = await makeCall()
    const photos = await services.buckets.get('photos')
    await rights.onBucket('s3:PutBucketPolicy', photos, caller(member()))
    const denied = member({ Action: 's3:PutBucketPolicy', Resource: 'arn:aws:s3:::photos' })
    await assert.rejects(rights.onBucket('s3:PutBucketPolicy', photos, caller(denied)), { code: 'AccessDenied' })
  })
})

describe('bytes', () => {
  const bytes = (text: string): CallBody => ({
    size: text.length,
    body: (async function* () {
      yield Buffer.from(text)
    })(),
  })

  test('go in as they do on the wire, and come out so', async () => {
    const { call, read, send } = await makeCall()
    const output = await call(
      'PutObject',
      { Bucket: 'photos', Key: 'a', ContentType: 'text/x' },
      root,
      {},
      bytes('text'),
    )
    assert.equal(output['ETag'], '"1cb251ec0d568de6a929b520c4aed8d1"')
    const answer = await send('GET /photos/a')
    assert.deepEqual([answer.text, answer.headers['content-type']], ['text', 'text/x'])
    const { status, body } = await read('a', { range: 'bytes=1-2', 'x-amz-acl': 'ignored' })
    assert.deepEqual([status, body instanceof Uint8Array && Buffer.from(body).toString()], [206, 'ex'])
    await assert.rejects(read('a', { 'if-none-match': '*' }), { code: 'NotModified' })
    await assert.rejects(read('none'), { code: 'NoSuchKey' })
  })

  test('are neither written nor read by who may not', async () => {
    const { call, read } = await makeCall()
    const mia = member({ Action: ['s3:PutObject', 's3:GetObject'], Resource: '*' })
    await assert.rejects(call('PutObject', { Bucket: 'photos', Key: 'a' }, mia, {}, bytes('x')), {
      code: 'AccessDenied',
    })
    await call('PutObject', { Bucket: 'photos', Key: 'a' }, root, {}, bytes('x'))
    await assert.rejects(read('a', {}, mia), { code: 'AccessDenied' })
  })

  test('are for operations that keep them, and those must have some', async () => {
    const { call } = await makeCall()
    await assert.rejects(call('GetBucketCors', { Bucket: 'photos' }, root, {}, bytes('x')), {
      code: 'UnexpectedContent',
    })
    await assert.rejects(call('PutObject', { Bucket: 'photos', Key: 'a' }), { code: 'InvalidArgument' })
  })

  test('have keys that S3 has', async () => {
    const { call } = await makeCall()
    for (const [Key, code] of [
      ['', 'InvalidArgument'],
      ['a\0', 'InvalidArgument'],
      ['é'.repeat(513), 'KeyTooLongError'],
    ] as const) {
      await assert.rejects(call('PutObject', { Bucket: 'photos', Key }, root, {}, bytes('x')), { code })
      await assert.rejects(call('HeadObject', { Bucket: 'photos', Key }), { code })
    }
  })
})
