import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deliveryOf } from '../../objects/delivery-settings.ts'
import { makeManagement, type ManagementOptions } from '../test-bed.ts'

const nothing = {
  ...{ objects: 0, bytes: 0, versions: 0, version_bytes: 0, deleted: 0, deleted_bytes: 0, unfinished_bytes: 0 },
}

async function photos(options: ManagementOptions = {}) {
  const bed = await makeManagement(options)
  await bed.done('POST /v1/buckets', { body: { name: 'photos' } })
  return bed
}

describe('creating', () => {
  test('a bucket is as the profile has it where nothing is said', async () => {
    const { send, services } = await makeManagement()
    const { status, json, pick } = await send('POST /v1/buckets', { body: { name: 'photos' } })
    assert.equal(status, 201)
    const stream_id = pick('bucket.stream_id')
    assert.deepEqual(json, {
      bucket: {
        ...{ name: 'photos', region: 'us-east-1', created: '2026-11-20 12:00:00', stream_id },
        ...{ delivery_enabled: pick('bucket.delivery_enabled'), policy: pick('bucket.policy') },
        public_in_s3: null,
        delivery_url: 'https://photos.media-storage.us-east-1.test',
        s3_url: 'https://us-east-1.s3.test/photos',
        ...{ versioning: null, object_lock: false, quota: { bytes_max: null, objects_max: null }, usage: nothing },
      },
    })
    const { enabled, policy } = deliveryOf(await services.buckets.get('photos'))
    assert.deepEqual([enabled, policy], [pick('bucket.delivery_enabled'), pick('bucket.policy')])
  })

  test('by Qencode’s profile it is delivered to everybody', async () => {
    const { done } = await makeManagement({ profile: 'qencode' })
    const { pick } = await done('POST /v1/buckets', { body: { name: 'photos' } })
    assert.deepEqual([pick('bucket.delivery_enabled'), pick('bucket.policy')], [true, 'public'])
  })

  test('a bucket is in the region and as it is said', async () => {
    const { done } = await makeManagement({ otherRegions: [{ name: 'eu-1', aliases: ['home'] }] })
    const body = { name: 'films', region: 'home', policy: 'public', delivery_enabled: false, object_lock: true }
    const { pick } = await done('POST /v1/buckets', { body })
    assert.deepEqual(
      ['region', 'policy', 'delivery_enabled', 'object_lock', 'versioning'].map((name) => pick(`bucket.${name}`)),
      ['eu-1', 'public', false, true, 'Enabled'],
    )
    assert.equal((await done('GET /v1/buckets/films')).pick('bucket.region'), 'eu-1')
  })

  for (const [title, body, outcome] of [
    ['a bad name', { name: 'A_' }, '400 InvalidBucketName'],
    ['no name', {}, '400 InvalidArgument'],
    ['a region that there is not', { name: 'films', region: 'mars' }, '400 InvalidLocationConstraint'],
    ['a policy that there is not', { name: 'films', policy: 'secret' }, '400 InvalidArgument'],
    ['a name that one has', { name: 'photos' }, '409 BucketAlreadyOwnedByYou'],
  ] as const) {
    test(`${title}: ${outcome}`, async () => {
      const { send } = await photos()
      assert.equal((await send('POST /v1/buckets', { body })).outcome, outcome)
    })
  }

  test("a name that another account has is refused, and that account's bucket stays as it is", async () => {
    const { send, done } = await photos()
    const before = (await done('GET /v1/buckets/photos')).text
    const body = { name: 'photos', policy: 'public', delivery_enabled: false }
    const refused = await send('POST /v1/buckets', { as: 'stranger', body })
    assert.equal(refused.outcome, '409 BucketAlreadyExists')
    assert(!refused.text.includes('alpha'))
    assert.equal((await done('GET /v1/buckets/photos')).text, before)
    assert.equal((await send('GET /v1/buckets/photos', { as: 'stranger' })).outcome, '404 NoSuchBucket')
  })

  test('of two accounts that want a name at the same moment, one gets it, with its own settings', async () => {
    for (let round = 0; round < 20; round++) {
      const { send, services, accountIds } = await makeManagement({
        pause: () => new Promise<void>((resolve) => (round % 2 === 0 ? setImmediate(resolve) : resolve())),
      })
      const [mine, theirs] = await Promise.all([
        send('POST /v1/buckets', { body: { name: 'films', policy: 'public', delivery_enabled: true } }),
        send('POST /v1/buckets', {
          as: 'stranger',
          body: { name: 'films', policy: 'authenticated', delivery_enabled: false },
        }),
      ])
      const won = mine.status === 201
      assert.deepEqual([mine.outcome, theirs.outcome].toSorted(), ['201', '409 BucketAlreadyExists'], `round ${round}`)
      const bucket = await services.buckets.get('films')
      assert.equal(bucket.accountId, won ? accountIds.alpha : accountIds.beta)
      assert.deepEqual(
        deliveryOf(bucket),
        won ? { enabled: true, policy: 'public' } : { enabled: false, policy: 'authenticated' },
      )
    }
  })

  for (const [profile, name, broken] of [
    ['aws', 'films', []],
    ['aws', 'Fi', [/3 to 63/, /lowercase/]],
    ['aws', '-a..b_', [/lowercase/, /begins and ends/, /dot/]],
    ['aws', '192.168.0.1', [/IP address/]],
    ['aws', 'xn--films', [/xn--/]],
    ['qencode', 'Films', [/6 to 63/]],
    ['qencode', 'films_and_more', [/letters, digits and hyphens/]],
    ['selectel', 'My Films', []],
    ['selectel', 'a/b', [/slash/]],
    ['selectel', '..', [/`\.\.`/]],
  ] as const) {
    test(`of the name ${name} it is told before what of the rules of ${profile} it breaks`, async () => {
      const { done, send } = await makeManagement({ profile })
      const { pick } = await done(`GET /v1/bucket-names?name=${encodeURIComponent(name)}`)
      const rules = pick<readonly { readonly meaning: string; readonly kept: boolean }[]>('rules')
      const told = rules.filter(({ kept }) => !kept).map(({ meaning }) => meaning)
      assert.equal(told.length, broken.length, told.join())
      for (const [index, pattern] of broken.entries()) assert.match(told[index]!, pattern)
      assert.equal(pick<null>('taken'), null)
      const { outcome } = await send('POST /v1/buckets', { body: { name } })
      assert.equal(outcome, broken.length === 0 ? '201' : '400 InvalidBucketName')
    })
  }

  test('of a name it is told before whose it is', async () => {
    const { done } = await photos()
    const taken = async (name: string, as: 'owner' | 'stranger') =>
      (await done(`GET /v1/bucket-names?name=${name}`, { as })).pick<string | null>('taken')
    assert.equal(await taken('photos', 'owner'), 'by_you')
    assert.equal(await taken('photos', 'stranger'), 'by_another')
    assert.equal(await taken('films', 'owner'), null)
    await done('POST /v1/buckets/photos/empty-and-delete', { body: { confirm: 'photos' } })
    assert.equal(await taken('photos', 'owner'), 'being_deleted')
  })

  test('no more buckets than the profile lets an account have', async () => {
    const { send } = await makeManagement({ toggles: { 'buckets.max': 1 } })
    assert.equal((await send('POST /v1/buckets', { body: { name: 'one' } })).status, 201)
    assert.equal((await send('POST /v1/buckets', { body: { name: 'two' } })).outcome, '400 TooManyBuckets')
  })

  test('a user whose policies deny it makes none', async () => {
    const { send, done } = await makeManagement()
    const deny = { Effect: 'Deny', Action: 's3:CreateBucket', Resource: '*' }
    await done('PUT /v1/users/mia/policies/none', { body: { Version: '2012-10-17', Statement: [deny] } })
    assert.equal((await send('POST /v1/buckets', { as: 'user', body: { name: 'films' } })).outcome, '403 AccessDenied')
  })
})

describe('showing', () => {
  test('what a bucket holds is exact', async () => {
    const bed = await photos()
    await bed.done('PUT /v1/buckets/photos/settings/versioning', { body: { Status: 'Enabled' } })
    await bed.put('photos', 'a', 'a'.repeat(10))
    await bed.put('photos', 'a', 'a'.repeat(20))
    await bed.put('photos', 'b', 'b'.repeat(40))
    const bucket = await bed.s3.buckets.get('photos')
    await bed.s3.objects.delete(bucket, 'b', {})
    const { pick } = await bed.done('GET /v1/buckets/photos')
    assert.deepEqual(pick('bucket.usage'), {
      ...nothing,
      ...{ objects: 1, bytes: 20, versions: 3, version_bytes: 50 },
    })
    assert.deepEqual((await bed.done('GET /v1/buckets')).pick('buckets.0.usage'), pick('bucket.usage'))
    assert.deepEqual((await bed.done('GET /v1/me')).pick('usage'), pick('bucket.usage'))
    assert.equal((await bed.done('GET /v1/me', { as: 's3.bucket.user' })).pick<null>('usage'), null)
  })

  test('what S3 itself lets anybody read is told', async () => {
    const bed = await makeManagement({ toggles: { acl: 'full' } })
    await bed.done('POST /v1/buckets', { body: { name: 'photos' } })
    const told = async () => (await bed.done('GET /v1/buckets')).pick<string | null>('buckets.0.public_in_s3')
    const at = '/v1/buckets/photos/settings'
    assert.equal(await told(), null)
    const bucket = await bed.s3.buckets.get('photos')
    const everyone = { grantee: { kind: 'everyone' }, permission: 'READ' } as const
    await bed.s3.buckets.update(bucket, (held) => ({ ...held, acl: { ownerId: held.accountId, grants: [everyone] } }))
    assert.equal(await told(), 'acl')
    const block = { BlockPublicAcls: false, BlockPublicPolicy: false }
    await bed.done(`PUT ${at}/public-access-block`, {
      body: { ...block, IgnorePublicAcls: true, RestrictPublicBuckets: false },
    })
    assert.equal(await told(), null)
    const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' }
    await bed.done(`PUT ${at}/policy`, { body: { Version: '2012-10-17', Statement: [allow] } })
    assert.equal(await told(), 'policy')
    await bed.done(`PUT ${at}/public-access-block`, {
      body: { ...block, IgnorePublicAcls: true, RestrictPublicBuckets: true },
    })
    assert.equal(await told(), null)
  })

  test('the list is of one account, goes page by page, and can be narrowed', async () => {
    const { done } = await makeManagement()
    for (const name of ['films', 'music-a', 'music-b', 'photos']) await done('POST /v1/buckets', { body: { name } })
    await done('POST /v1/buckets', { as: 'stranger', body: { name: 'letters' } })
    const page = async (query: string) => {
      const { pick } = await done(`GET /v1/buckets?${query}`)
      const names = pick<readonly { readonly name: string }[]>('buckets').map(({ name }) => name)
      return [names, pick<string | null>('next')]
    }
    assert.deepEqual(await page(''), [['films', 'music-a', 'music-b', 'photos'], null])
    assert.deepEqual(await page('limit=2'), [['films', 'music-a'], 'music-a'])
    assert.deepEqual(await page('limit=2&after=music-a'), [['music-b', 'photos'], null])
    assert.deepEqual(await page('limit=4'), [['films', 'music-a', 'music-b', 'photos'], null])
    assert.deepEqual(await page('prefix=music&limit=1'), [['music-a'], 'music-a'])
    assert.deepEqual(await page('prefix=music&limit=1&after=music-a'), [['music-b'], null])
    assert.deepEqual(await page('after=letters&limit=1'), [['music-a'], 'music-a'])
    assert.deepEqual(await page('after=zebra'), [[], null])
  })

  test('the regions are told, with where their S3 is', async () => {
    const { done } = await makeManagement({ otherRegions: [{ name: 'eu-1', aliases: [], displayName: 'Europe' }] })
    assert.deepEqual((await done('GET /v1/regions')).json, {
      regions: [
        { name: 'us-east-1', display_name: 'us-east-1', s3_url: 'https://us-east-1.s3.test' },
        { name: 'eu-1', display_name: 'Europe', s3_url: 'https://eu-1.s3.test' },
      ],
    })
  })
})

describe('delivery', () => {
  test('is public or authenticated, as the last word says, which may be said twice', async () => {
    const { done, services } = await photos()
    for (const policy of ['authenticated', 'authenticated', 'public', 'public']) {
      assert.deepEqual((await done(`PUT /v1/buckets/photos/policy/${policy}`)).json, { status: 'ok' })
      assert.equal(deliveryOf(await services.buckets.get('photos')).policy, policy)
      assert.equal((await done('GET /v1/buckets/photos')).pick('bucket.policy'), policy)
    }
  })

  test('is switched off and on, and what is not named stays', async () => {
    const { done, services } = await photos()
    await done('PUT /v1/buckets/photos/policy/authenticated')
    for (const [body, expected] of [
      [{ delivery_enabled: false }, { enabled: false, policy: 'authenticated' }],
      [{ policy: 'public' }, { enabled: false, policy: 'public' }],
      [{}, { enabled: false, policy: 'public' }],
      [
        { delivery_enabled: true, policy: 'authenticated' },
        { enabled: true, policy: 'authenticated' },
      ],
    ] as const) {
      const { pick } = await done('PATCH /v1/buckets/photos', { body })
      assert.deepEqual([pick('bucket.delivery_enabled'), pick('bucket.policy')], [expected.enabled, expected.policy])
      assert.deepEqual(deliveryOf(await services.buckets.get('photos')), expected)
    }
  })

  test('is not opened by a user whose policies deny that', async () => {
    const { send, done } = await photos()
    const deny = { Effect: 'Deny', Action: 's3:PutBucketPolicy', Resource: '*' }
    await done('PUT /v1/users/mia/policies/closed', { body: { Version: '2012-10-17', Statement: [deny] } })
    for (const [line, body] of [
      ['PUT /v1/buckets/photos/policy/public'],
      ['PATCH /v1/buckets/photos', { policy: 'public' }],
      ['PATCH /v1/buckets/photos', { delivery_enabled: true }],
    ] as const)
      assert.equal((await send(line, { as: 'user', body })).outcome, '403 AccessDenied')
    assert.equal((await send('PATCH /v1/buckets/photos', { as: 'user', body: { quota: {} } })).status, 200)
  })
})

describe('a quota', () => {
  test('limits bytes, objects, or both, and can be taken away', async () => {
    const { done, services } = await photos()
    for (const [quota, shown, kept] of [
      [{ bytes_max: 10 }, { bytes_max: 10, objects_max: null }, { bytesMax: 10 }],
      [{ objects_max: 2 }, { bytes_max: 10, objects_max: 2 }, { bytesMax: 10, objectsMax: 2 }],
      [{ bytes_max: null }, { bytes_max: null, objects_max: 2 }, { objectsMax: 2 }],
      [
        { bytes_max: 0, objects_max: 0 },
        { bytes_max: 0, objects_max: 0 },
        { bytesMax: 0, objectsMax: 0 },
      ],
      [{ bytes_max: null, objects_max: null }, { bytes_max: null, objects_max: null }, undefined],
    ] as const) {
      const { pick } = await done('PATCH /v1/buckets/photos', { body: { quota } })
      assert.deepEqual(pick('bucket.quota'), shown)
      assert.deepEqual((await services.buckets.get('photos')).quota, kept)
    }
  })

  test('holds for what is written', async () => {
    const { done, put } = await photos()
    await done('PATCH /v1/buckets/photos', { body: { quota: { bytes_max: 10 } } })
    await put('photos', 'a', '12345678')
    await assert.rejects(put('photos', 'b', '123'), { code: 'QuotaExceeded' })
  })

  for (const bytes_max of [-1, 1.5, '10', Number.MAX_SAFE_INTEGER + 1]) {
    test(`of ${bytes_max} is refused, and nothing changes`, async () => {
      const { send, services } = await photos()
      const body = { delivery_enabled: false, quota: { bytes_max } }
      const before = await services.buckets.get('photos')
      assert.equal((await send('PATCH /v1/buckets/photos', { body })).outcome, '400 InvalidArgument')
      assert.deepEqual(await services.buckets.get('photos'), before)
    })
  }
})

describe('deleting', () => {
  test('is of empty buckets', async () => {
    const { send, done, put, s3 } = await photos()
    await put('photos', 'a', 'a')
    assert.equal((await send('DELETE /v1/buckets/photos')).outcome, '409 BucketNotEmpty')
    await s3.objects.delete(await s3.buckets.get('photos'), 'a', {})
    assert.deepEqual((await done('DELETE /v1/buckets/photos')).json, { status: 'ok' })
    assert.equal((await send('DELETE /v1/buckets/photos')).outcome, '404 NoSuchBucket')
    assert.equal((await send('GET /v1/buckets/photos')).outcome, '404 NoSuchBucket')
  })

  test('with all that is in it goes on by itself, to the end', async () => {
    const bed = await photos()
    for (let count = 0; count < 150; count++) await bed.put('photos', `key ${count}`, 'text')
    const line = 'POST /v1/buckets/photos/empty-and-delete'
    const before = await bed.done(line.replace('POST', 'GET'))
    assert.deepEqual([before.pick('job.state'), before.pick('job.left.objects')], ['none', 150])
    const begun = await bed.send(line, { body: { confirm: 'photos' } })
    assert.equal(begun.status, 202)
    assert.deepEqual(begun.json, {
      job: { bucket: 'photos', state: 'emptying', left: { ...nothing, objects: 150, bytes: 600 } },
    })
    // From now on nobody finds it, but who asks how far it is.
    assert.equal((await bed.send('GET /v1/buckets/photos')).outcome, '404 NoSuchBucket')
    assert.equal((await bed.send('GET /v1/buckets/photos/settings/cors')).outcome, '404 NoSuchBucket')
    assert.equal((await bed.send('DELETE /v1/buckets/photos')).outcome, '404 NoSuchBucket')
    assert.deepEqual((await bed.done('GET /v1/buckets')).pick('buckets'), [])
    assert.equal((await bed.send('POST /v1/buckets', { body: { name: 'photos' } })).outcome, '409 OperationAborted')
    const job = { bucket: 'photos', state: 'emptying', left: { ...nothing, objects: 150, bytes: 600 } }
    assert.deepEqual((await bed.done('GET /v1/bucket-deletions')).json, { jobs: [job], next: null })
    assert.deepEqual((await bed.done('GET /v1/bucket-deletions', { as: 'stranger' })).pick('jobs'), [])
    // The same again does no harm.
    assert.equal((await bed.send(line, { body: { confirm: 'photos' } })).status, 202)
    assert.equal((await bed.send(line, { as: 'stranger', body: { confirm: 'photos' } })).outcome, '404 NoSuchBucket')
    const { id } = await bed.s3.buckets.find('photos')
    await bed.s3.emptier.work(id)
    const { pick } = await bed.done(line.replace('POST', 'GET'))
    assert.deepEqual([pick('job.state'), pick('job.left.objects')], ['emptying', 150 - 64])
    await bed.empty()
    assert.deepEqual((await bed.done('GET /v1/bucket-deletions')).pick('jobs'), [])
    assert.equal((await bed.send(line.replace('POST', 'GET'))).outcome, '404 NoSuchBucket')
    assert.equal((await bed.send(line, { body: { confirm: 'photos' } })).outcome, '404 NoSuchBucket')
    assert.equal((await bed.send('POST /v1/buckets', { as: 'stranger', body: { name: 'photos' } })).status, 201)
  })

  test('with all that is in it is listed page by page', async () => {
    const { done } = await makeManagement()
    for (const name of ['films', 'music', 'photos']) {
      await done('POST /v1/buckets', { body: { name } })
      await done(`POST /v1/buckets/${name}/empty-and-delete`, { body: { confirm: name } })
    }
    const seen: string[] = []
    for (let after: string | null = ''; after !== null;) {
      const { pick } = await done(`GET /v1/bucket-deletions?limit=2${after && `&after=${after}`}`)
      seen.push(...pick<readonly { readonly bucket: string }[]>('jobs').map(({ bucket }) => bucket))
      after = pick<string | null>('next')
    }
    assert.deepEqual(seen.toSorted(), ['films', 'music', 'photos'])
  })

  test('with all that is in it wants the name again', async () => {
    const { send } = await photos()
    for (const body of [{}, { confirm: '' }, { confirm: 'Photos' }, { confirm: true }]) {
      const { outcome } = await send('POST /v1/buckets/photos/empty-and-delete', { body })
      assert.equal(outcome, '400 InvalidArgument')
    }
    assert.equal((await send('GET /v1/buckets/photos')).status, 200)
  })

  for (const profile of ['aws', 'kontenum'] as const) {
    test(`with all that is in it is refused where a version is locked (${profile})`, async () => {
      const bed = await makeManagement({ profile })
      await bed.done('POST /v1/buckets', { body: { name: 'photos', object_lock: true } })
      const retention = { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } }
      const lock = { ObjectLockEnabled: 'Enabled', Rule: retention }
      await bed.put('photos', 'free', 'text')
      await bed.done('PUT /v1/buckets/photos/settings/object-lock', { body: lock })
      await bed.put('photos', 'locked', 'text')
      const line = 'POST /v1/buckets/photos/empty-and-delete'
      assert.equal((await bed.send(line, { body: { confirm: 'photos' } })).outcome, '403 AccessDenied')
      assert.equal((await bed.done('GET /v1/buckets/photos')).pick('bucket.usage.objects'), 2)
    })
  }

  test('with all that is in it is refused to a user whose policies deny it', async () => {
    const { send, done } = await photos()
    const deny = { Effect: 'Deny', Action: 's3:DeleteObjectVersion', Resource: '*' }
    await done('PUT /v1/users/mia/policies/keep', { body: { Version: '2012-10-17', Statement: [deny] } })
    const sent = { as: 'user', body: { confirm: 'photos' } } as const
    assert.equal((await send('POST /v1/buckets/photos/empty-and-delete', sent)).outcome, '403 AccessDenied')
    assert.equal((await send('GET /v1/buckets/photos')).status, 200)
  })
})
