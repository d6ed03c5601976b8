import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { settingNames, settings, type SettingName } from '../bucket-settings.ts'
import { makeManagement } from '../test-bed.ts'

type Json = Readonly<Record<string, unknown>>

async function photos(body: Json = {}) {
  const bed = await makeManagement()
  await bed.done('POST /v1/buckets', { body: { name: 'photos', ...body } })
  const at = (setting: string): string => `/v1/buckets/photos/settings/${setting}`
  return { ...bed, at }
}

const policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' }],
}
const block = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: false, RestrictPublicBuckets: false }
const rule = { ID: 'old', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: 30 } }

interface Row {
  readonly put: Json
  /** What GET answers then. */
  readonly get: Json
  /** What GET answers where nothing is set: an outcome, or what holds without. */
  readonly absent: string | Json
}

const rows: Readonly<Record<SettingName, Row>> = {
  versioning: { put: { Status: 'Enabled' }, get: { Status: 'Enabled' }, absent: {} },
  'object-lock': {
    put: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 } } },
    get: {
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 } },
      },
    },
    absent: '404 ObjectLockConfigurationNotFoundError',
  },
  cors: {
    put: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://a.example'], MaxAgeSeconds: 60 }] },
    get: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://a.example'], MaxAgeSeconds: 60 }] },
    absent: '404 NoSuchCORSConfiguration',
  },
  lifecycle: {
    put: { Rules: [rule] },
    get: { Rules: [rule], TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K' },
    absent: '404 NoSuchLifecycleConfiguration',
  },
  policy: { put: policy, get: { Policy: JSON.stringify(policy) }, absent: '404 NoSuchBucketPolicy' },
  encryption: {
    put: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: true }] },
    get: {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: true }],
      },
    },
    absent: '404 ServerSideEncryptionConfigurationNotFoundError',
  },
  'public-access-block': {
    put: block,
    get: { PublicAccessBlockConfiguration: block },
    absent: '404 NoSuchPublicAccessBlockConfiguration',
  },
  'ownership-controls': {
    put: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
    get: { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] } },
    // Where ACLs are off, it is always so.
    absent: { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } },
  },
  tags: {
    put: { TagSet: [{ Key: 'team', Value: 'web' }] },
    get: { TagSet: [{ Key: 'team', Value: 'web' }] },
    absent: '404 NoSuchTagSet',
  },
  'soft-delete': {
    put: { Days: 3 },
    get: { SoftDeleteConfiguration: { Days: 3 } },
    absent: { SoftDeleteConfiguration: { Days: 0 } },
  },
}

for (const [setting, { put, get, absent }] of Object.entries(rows)) {
  describe(setting, () => {
    test('is put, got, put as it was got, and deleted', async () => {
      const { send, done, at } = await photos()
      const assertGot = async (expected: string | Json): Promise<void> => {
        const { outcome, json } = await send(`GET ${at(setting)}`)
        if (typeof expected === 'string') assert.equal(outcome, expected)
        else assert.deepEqual(json, expected)
      }
      await assertGot(absent)
      if (setting === 'object-lock') await done(`PUT ${at('versioning')}`, { body: { Status: 'Enabled' } })
      for (let times = 0; times < 2; times++)
        assert.deepEqual((await done(`PUT ${at(setting)}`, { body: put })).json, { status: 'ok' })
      const got = await done(`GET ${at(setting)}`)
      assert.deepEqual(got.json, get)
      await done(`PUT ${at(setting)}`, { body: got.json })
      assert.deepEqual((await done(`GET ${at(setting)}`)).json, get)
      const [, , remove] = settings[setting as SettingName]
      if (remove === undefined) {
        assert.equal((await send(`DELETE ${at(setting)}`)).outcome, '405 MethodNotAllowed')
        return
      }
      for (let times = 0; times < 2; times++)
        assert.deepEqual((await done(`DELETE ${at(setting)}`)).json, { status: 'ok' })
      await assertGot(absent)
    })
  })
}

test('every setting has a row', () => {
  assert.deepEqual(Object.keys(rows), settingNames)
})

test('a time is written as AWS writes it, and read again', async () => {
  const { done, at } = await photos()
  const dated = { ...rule, Expiration: { Date: '2030-01-01T00:00:00Z' } }
  await done(`PUT ${at('lifecycle')}`, { body: { Rules: [dated] } })
  const got = await done(`GET ${at('lifecycle')}`)
  assert.equal(got.pick('Rules.0.Expiration.Date'), '2030-01-01T00:00:00.000Z')
  await done(`PUT ${at('lifecycle')}`, { body: got.json })
  assert.equal((await done(`GET ${at('lifecycle')}`)).text, got.text)
})

test('what is not valid is refused, and names the member', async () => {
  const { send, at } = await photos()
  const cors = { AllowedMethods: ['GET'], AllowedOrigins: ['*'] }
  for (const [setting, body, code, message] of [
    ['versioning', {}, 'IllegalVersioningConfigurationException', /./],
    ['versioning', { Status: 'On' }, 'InvalidArgument', /VersioningConfiguration\.Status must be one of Enabled/],
    ['versioning', { Status: 'Enabled', MFADelete: 'Enabled' }, 'NotImplemented', /./],
    ['versioning', { status: 'Enabled' }, 'InvalidArgument', /no member VersioningConfiguration\.status/],
    ['cors', {}, 'InvalidArgument', /CORSConfiguration\.CORSRules is absent/],
    ['cors', { CORSRules: {} }, 'InvalidArgument', /CORSConfiguration\.CORSRules must be a list/],
    ['cors', { CORSRules: [{ ...cors, AllowedMethods: 'GET' }] }, 'InvalidArgument', /CORSRules\[0\]\.AllowedMethods/],
    ['cors', { CORSRules: [{ ...cors, AllowedMethods: ['FETCH'] }] }, 'InvalidRequest', /FETCH/],
    ['cors', { CORSRules: [{ ...cors, MaxAgeSeconds: '60' }] }, 'InvalidArgument', /MaxAgeSeconds must be a whole/],
    ['cors', { preset: 'everything', origins: ['*'] }, 'InvalidArgument', /preset/],
    ['cors', { preset: 'video-player' }, 'InvalidArgument', /origins/],
    ['cors', { preset: 'video-player', origins: [] }, 'InvalidArgument', /origins/],
    ['cors', { preset: 'video-player', origins: [1] }, 'InvalidArgument', /origins/],
    ['lifecycle', { Rules: [] }, 'InvalidRequest', /./],
    ['lifecycle', { Rules: [{ ...rule, Expiration: { Days: 0 } }] }, 'InvalidArgument', /Days/],
    ['policy', {}, 'MalformedPolicy', /./],
    ['policy', { Policy: '{' }, 'MalformedPolicy', /./],
    ['policy', { Version: '2012-10-17', Statement: [{ Effect: 'Perhaps' }] }, 'MalformedPolicy', /./],
    ['encryption', { Rules: [] }, 'InvalidArgument', /valid document/],
    [
      'tags',
      {
        TagSet: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
      'InvalidTag',
      /./,
    ],
    ['soft-delete', { Days: 3651 }, 'InvalidArgument', /Days/],
    ['soft-delete', { Days: -1 }, 'InvalidArgument', /Days/],
    // The name of the bucket is in the path, and what is beside the setting is not taken.
    ['tags', { Bucket: 'films', TagSet: [] }, 'InvalidArgument', /no member Tagging\.Bucket/],
    ['tags', { ExpectedBucketOwner: 'a', TagSet: [] }, 'InvalidArgument', /no member/],
  ] as const) {
    const answer = await send(`PUT ${at(setting)}`, { body })
    assert.equal(answer.outcome.slice(4), code, `${setting} ${JSON.stringify(body)}: ${answer.message}`)
    assert.match(answer.message, message)
  }
  for (const [setting, { absent }] of Object.entries(rows)) {
    const { outcome, json } = await send(`GET ${at(setting)}`)
    assert.deepEqual(typeof absent === 'string' ? outcome : json, absent)
  }
})

test('object lock is for buckets with versions', async () => {
  const { send, at } = await photos()
  const { outcome } = await send(`PUT ${at('object-lock')}`, { body: { ObjectLockEnabled: 'Enabled' } })
  assert.equal(outcome, '409 InvalidBucketState')
})

for (const [preset, methods] of [
  ['video-player', ['GET', 'HEAD']],
  ['browser-upload', ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']],
] as const) {
  test(`the preset ${preset} makes rules of the origins`, async () => {
    const { done, at } = await photos()
    const origins = ['https://www.example.com', 'https://*.example.org']
    await done(`PUT ${at('cors')}`, { body: { preset, origins } })
    const { pick } = await done(`GET ${at('cors')}`)
    assert.deepEqual(pick('CORSRules.0.AllowedOrigins'), origins)
    assert.deepEqual(pick('CORSRules.0.AllowedMethods'), methods)
    assert(pick<readonly string[]>('CORSRules.0.ExposeHeaders').includes('Content-Range'))
    const { presets } = (await done('GET /v1/cors-presets')).json as {
      readonly presets: readonly { readonly name: string; readonly rule: Json }[]
    }
    const listed = presets.find(({ name }) => name === preset)
    assert.deepEqual({ ...listed?.rule, AllowedOrigins: origins }, pick('CORSRules.0'))
  })
}

test('a user whose policies deny the operation of S3 is denied it here', async () => {
  const { send, done, at } = await photos()
  const Statement = [{ Effect: 'Deny', Action: 's3:PutBucketCORS', Resource: '*' }]
  await done('PUT /v1/users/mia/policies/no-cors', { body: { Version: '2012-10-17', Statement } })
  const body = { preset: 'video-player', origins: ['*'] }
  assert.equal((await send(`PUT ${at('cors')}`, { as: 'user', body })).outcome, '403 AccessDenied')
  assert.equal((await send(`DELETE ${at('cors')}`, { as: 'user' })).outcome, '403 AccessDenied')
  assert.equal((await send(`GET ${at('cors')}`, { as: 'user' })).outcome, '404 NoSuchCORSConfiguration')
  assert.equal((await send(`PUT ${at('tags')}`, { as: 'user', body: { TagSet: [] } })).status, 200)
})

test("a bucket's policy that denies a user is heeded", async () => {
  const { send, done, at, accountIds } = await photos()
  const Principal = { AWS: `arn:aws:iam::${accountIds.alpha}:user/mia` }
  const Statement = [{ Effect: 'Deny', Principal, Action: 's3:*', Resource: ['arn:aws:s3:::photos'] }]
  await done(`PUT ${at('policy')}`, { body: { Version: '2012-10-17', Statement } })
  assert.equal((await send(`GET ${at('tags')}`, { as: 'user' })).outcome, '403 AccessDenied')
  assert.equal((await send('DELETE /v1/buckets/photos', { as: 'user' })).outcome, '403 AccessDenied')
  assert.equal((await send('DELETE /v1/buckets/photos', { as: 'owner' })).status, 200)
})

test('what a profile switches off on the wire can be set here', async () => {
  const bed = await makeManagement({ profile: 'qencode' })
  await bed.done('POST /v1/buckets', { body: { name: 'photos' } })
  const line = '/v1/buckets/photos/settings/lifecycle'
  await bed.done(`PUT ${line}`, { body: { Rules: [rule] } })
  assert.equal((await bed.done(`GET ${line}`)).pick('Rules.0.ID'), 'old')
})
