import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeManagement } from '../test-bed.ts'

interface Shown {
  readonly name: string
  readonly section: string
  readonly meaning: string
  readonly value: string
  readonly from: string
  readonly values: readonly string[] | null
  readonly by_profile: Readonly<Record<string, string>>
}

test('the server says where its clients reach it', async () => {
  const bed = await makeManagement({
    profile: 'selectel',
    otherRegions: [{ name: 'us-west', aliases: [], displayName: 'West' }],
  })
  const { json } = await bed.done('GET /v1/server', { as: 's3.bucket.user' })
  const { version, ...rest } = json as { version: string }
  assert.match(version, /^\d+\.\d+\.\d+$/)
  assert.deepEqual(rest, {
    profile: 'selectel',
    region: 'us-east-1',
    regions: [
      { name: 'us-east-1', display_name: 'us-east-1', s3_url: 'https://us-east-1.s3.test' },
      { name: 'us-west', display_name: 'West', s3_url: 'https://us-west.s3.test' },
    ],
    delivery_url: 'https://{bucket}.media-storage.{region}.test',
    domain_target: 'media-storage.test',
    tls: false,
    management_url: 'https://console.test',
  })
})

describe('the toggles', () => {
  const toggle = (shown: readonly Shown[], name: string): Shown => shown.find((each) => each.name === name)!

  test('are shown with what they mean, what they can be, and what each profile has', async () => {
    const bed = await makeManagement()
    const { pick } = await bed.done('GET /v1/settings')
    assert.equal(pick('profile'), 'aws')
    const profiles = pick<readonly { name: string; summary: string }[]>('profiles')
    assert.deepEqual(
      profiles.map(({ name }) => name),
      ['aws', 'qencode', 'selectel', 'kontenum'],
    )
    assert(profiles.every(({ summary }) => summary.length > 10))
    const toggles = pick<readonly Shown[]>('toggles')
    assert(toggles.length > 30)
    assert.deepEqual(toggle(toggles, 'rateLimit.status'), {
      ...{ name: 'rateLimit.status', section: 'Requests', value: '503', from: 'profile', values: ['503', '429'] },
      meaning: 'How a client is told to slow down: 503 SlowDown, or 429 Too Many Requests.',
      by_profile: { aws: '503', qencode: '503', selectel: '429', kontenum: '503' },
    })
    assert.deepEqual(toggle(toggles, 'tagging').values, ['on', 'off'])
    assert.deepEqual(
      [toggle(toggles, 'keys.maxActive').values, toggle(toggles, 'keys.maxActive').value],
      [null, 'none'],
    )
  })

  test('say of each where it comes from, the last layer first', async () => {
    const bed = await makeManagement({ profile: 'kontenum', toggles: { http: 'deny', tagging: false } })
    await bed.services.buckets.create({ name: 'photos', accountId: bed.accountIds.alpha, region: 'us-east-1' })
    const see = async (line: string) => {
      const { pick } = await bed.done(line)
      const shown = pick<readonly Shown[]>('toggles')
      const of = (name: string): string => `${toggle(shown, name).value} by ${toggle(shown, name).from}`
      return [pick('profile'), of('http'), of('tagging'), of('keys.maxActive')]
    }
    assert.deepEqual(await see('GET /v1/settings'), ['kontenum', 'deny by server', 'off by server', '2 by profile'])
    await bed.done('PUT /v1/accounts/alpha/profile', { as: 'operator', body: { toggles: { http: 'allow' } } })
    assert.deepEqual(await see('GET /v1/settings'), ['kontenum', 'allow by account', 'off by server', '2 by profile'])
    const body = { profile: 'selectel', toggles: { tagging: 'off' } }
    await bed.done('PUT /v1/buckets/photos/profile', { as: 'operator', body })
    assert.deepEqual(await see('GET /v1/settings?bucket=photos'), [
      'selectel',
      'deny by profile',
      'off by bucket',
      'none by profile',
    ])
    assert.deepEqual((await bed.done('GET /v1/buckets/photos/profile')).json, body)
    assert.equal((await bed.send('GET /v1/settings?bucket=photos', { as: 'stranger' })).outcome, '404 NoSuchBucket')
  })

  test('that are put take the place of those before, and nothing else changes', async () => {
    const bed = await makeManagement()
    const put = (body: object) => bed.done('PUT /v1/accounts/alpha/profile', { as: 'operator', body })
    const before = await bed.services.accounts.find('alpha')
    const first = await put({ profile: 'kontenum', toggles: { tagging: 'off', 'keys.maxActive': 'none' } })
    assert.deepEqual(first.json, { profile: 'kontenum', toggles: { tagging: 'off', 'keys.maxActive': 'none' } })
    assert.deepEqual((await put({ toggles: { http: 'deny' } })).json, { profile: null, toggles: { http: 'deny' } })
    assert.deepEqual((await put({})).json, { profile: null, toggles: {} })
    const after = await bed.services.accounts.find('alpha')
    assert.deepEqual(JSON.parse(JSON.stringify(after)), JSON.parse(JSON.stringify(before)))
  })

  for (const [title, body] of [
    ['a profile that there is not', { profile: 'minio' }],
    ['the word that the command line has', { profile: 'inherit ' }],
    ['a toggle that there is not', { toggles: { 'sig.v9': 'on' } }],
    ['a name that every object has', { toggles: { constructor: 'on' } }],
    ['two lines in one', { toggles: { http: 'deny\ntagging=off' } }],
    ['a value that it has not', { toggles: { http: 'maybe' } }],
    ['a value that is no text', { toggles: { tagging: false } }],
  ] as const) {
    test(`${title} is refused, on an account and on a bucket`, async () => {
      const bed = await makeManagement()
      const { accountIds, services } = bed
      await services.buckets.create({ name: 'photos', accountId: accountIds.alpha, region: 'us-east-1' })
      for (const line of ['PUT /v1/accounts/alpha/profile', 'PUT /v1/buckets/photos/profile'])
        assert.equal((await bed.send(line, { as: 'operator', body })).outcome, '400 InvalidArgument')
      assert.equal((await services.buckets.get('photos')).toggles, undefined)
    })
  }
})
