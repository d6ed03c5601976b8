import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeManagement, type Management } from './test-bed.ts'

interface Reader {
  readonly who: string
  readonly name: string
  readonly through: string
  readonly may: string
  readonly because: string
}

const film = 'arn:aws:s3:::films/film/*'
const allow = (more: object = {}): object => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::films/*',
  ...more,
})
const policyOf = (...statements: object[]): object => ({ Version: '2012-10-17', Statement: statements })

async function make(): Promise<Management> {
  const bed = await makeManagement()
  await bed.services.buckets.create({ name: 'films', accountId: bed.accountIds.alpha, region: 'us-east-1' })
  await bed.put('films', 'film/a', 'x')
  return bed
}

/** `anyone s3: no: No policy allows it.` */
async function check(
  bed: Management,
  body: object,
  as: 'owner' | 'member' | 'user' = 'owner',
): Promise<readonly string[]> {
  const { json } = await bed.done('POST /v1/buckets/films/access-check', { as, body })
  const { readers } = json as { readers: readonly Reader[] }
  return readers.map(({ name, through, may, because }) => `${name} ${through}: ${may}: ${because}`)
}

test('a new bucket is read by its account and its users, and by links', async () => {
  assert.deepEqual(await check(await make(), {}), [
    'anyone s3: no: No policy allows it.',
    'anyone delivery: with a link: Through delivery it is read by who has a signed URL for it.',
    'alpha s3: yes: It belongs to the account, and no policy denies it.',
    "mia s3: yes: The user's role allows it.",
    "olga s3: yes: The user's role allows it.",
  ])
})

describe('what decides is named', () => {
  for (const [what, policy, key, expected] of [
    [
      'a statement with a Sid',
      policyOf(allow({ Sid: 'PublicRead' })),
      undefined,
      'anyone s3: yes: Statement "PublicRead" of the bucket policy allows it to everyone.',
    ],
    [
      'one without',
      policyOf(allow({ Effect: 'Deny', Action: 's3:PutObject' }), allow()),
      'film/a',
      'anyone s3: yes: Statement 2 of the bucket policy allows it to everyone.',
    ],
    [
      'an explicit deny, of the owner too',
      policyOf(allow({ Sid: 'No', Effect: 'Deny', Resource: film })),
      'film/a',
      'alpha s3: no: Statement "No" of the bucket policy denies it.',
    ],
    [
      'of a part, where all is asked for',
      policyOf(allow({ Sid: 'No', Effect: 'Deny', Resource: film })),
      undefined,
      'alpha s3: no: Statement "No" of the bucket policy denies it.',
    ],
    [
      'which does not concern another key',
      policyOf(allow({ Sid: 'No', Effect: 'Deny', Resource: film })),
      'other',
      'alpha s3: yes: It belongs to the account, and no policy denies it.',
    ],
    [
      'a condition that does not hold',
      policyOf(allow({ Sid: 'Office', Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } })),
      'film/a',
      'anyone s3: no: Statement "Office" of the bucket policy would allow it, but its conditions do not hold.',
    ],
    ['a part that is not all', policyOf(allow({ Resource: film })), undefined, 'anyone s3: no: No policy allows it.'],
    [
      'an object that is not there yet',
      policyOf(allow({ Resource: film })),
      'film/none-such',
      'anyone s3: yes: Statement 1 of the bucket policy allows it to everyone.',
    ],
  ] as const) {
    test(what, async () => {
      const bed = await make()
      // As a draft, and in force.
      assert((await check(bed, { key, policy })).includes(expected), (await check(bed, { key, policy })).join('\n'))
      await bed.done('PUT /v1/buckets/films/settings/policy', { body: policy })
      assert((await check(bed, { key })).includes(expected))
      assert((await check(bed, { key, policy: null })).includes('anyone s3: no: No policy allows it.'))
    })
  }
})

test("a user's own policy decides, by its name", async () => {
  const bed = await make()
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:GetObject', Resource: film }] }
  await bed.services.accounts.users.putPolicy(bed.users.mia.id, 'no-film', JSON.stringify(deny))
  assert((await check(bed, { key: 'film/a' })).includes('mia s3: no: User policy "no-film" denies it.'))
  assert((await check(bed, { key: 'other' })).includes("mia s3: yes: The user's role allows it."))
})

test('a public access block overrides the policy', async () => {
  const bed = await make()
  await bed.done('PUT /v1/buckets/films/settings/policy', { body: policyOf(allow({ Sid: 'PublicRead' })) })
  await bed.done('PUT /v1/buckets/films/settings/public-access-block', { body: { RestrictPublicBuckets: true } })
  const [anyone] = await check(bed, {})
  assert.equal(
    anyone,
    'anyone s3: no: The public access block (RestrictPublicBuckets) overrides the policy: statement "PublicRead" of the bucket policy would allow it.',
  )
})

test('accounts and users of others that the policy names are told, each once', async () => {
  const bed = await make()
  const { beta, alpha } = bed.accountIds
  const user = `arn:aws:iam::${beta}:user/bob`
  const principals = { AWS: [`arn:aws:iam::${beta}:root`, user, `arn:aws:iam::${alpha}:root`] }
  const policy = policyOf(
    allow({ Sid: 'Partners', Principal: principals }),
    allow({ Effect: 'Deny', Principal: { AWS: user }, Resource: film }),
  )
  const told = await check(bed, { policy, key: 'other' })
  assert.deepEqual(told.slice(-2), [
    `arn:aws:iam::${beta}:root s3: yes: Statement "Partners" of the bucket policy allows it.`,
    `${user} s3: yes: Statement "Partners" of the bucket policy allows it. Its own account must allow it too.`,
  ])
  assert.equal(
    (await check(bed, { policy, key: 'film/a' })).at(-1),
    `${user} s3: no: Statement 2 of the bucket policy denies it.`,
  )
})

test('delivery answers for itself', async () => {
  const bed = await make()
  await bed.done('PUT /v1/buckets/films/policy/public')
  assert.match((await check(bed, {}))[1]!, /^anyone delivery: yes: /)
  await bed.done('PATCH /v1/buckets/films', { body: { delivery_enabled: false } })
  assert.equal((await check(bed, {}))[1], 'anyone delivery: no: Delivery of the bucket is switched off.')
})

test('GetObject that a profile switches off is nobody’s', async () => {
  const bed = await makeManagement({ toggles: { 's3.getObject': 'disabled' } })
  await bed.services.buckets.create({ name: 'films', accountId: bed.accountIds.alpha, region: 'us-east-1' })
  for (const line of await check(bed, { policy: policyOf(allow()) }))
    assert.match(line, / delivery: with a link: | s3: no: GetObject is switched off here/)
})

test('a draft that is no policy has its error, and nothing is changed', async () => {
  const bed = await make()
  for (const policy of [
    {},
    policyOf(),
    policyOf(allow({ Effect: 'Perhaps' })),
    policyOf(allow({ Resource: 'arn:aws:s3:::others/*' })),
  ]) {
    const { outcome } = await bed.send('POST /v1/buckets/films/access-check', { body: { policy } })
    assert.equal(outcome, '400 MalformedPolicy', JSON.stringify(policy))
  }
  assert.equal((await bed.services.buckets.get('films')).policy, undefined)
  assert.equal(
    (await bed.audited()).some(({ action }) => action === 'CheckAccess'),
    false,
  )
})

test('who may not see users sees oneself, and who may not see the policy sees nothing', async () => {
  const bed = await make()
  const namesOf = (lines: readonly string[]): readonly string[] => lines.map((line) => line.split(' ')[0]!)
  assert.deepEqual(namesOf(await check(bed, {}, 'user')), ['anyone', 'anyone', 'alpha', 'mia'])
  assert.deepEqual(namesOf(await check(bed, {}, 'member')), ['anyone', 'anyone', 'alpha'])
  const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:GetBucketPolicy', Resource: '*' }] }
  await bed.services.accounts.users.putPolicy(bed.users.mia.id, 'p', JSON.stringify(deny))
  const { outcome } = await bed.send('POST /v1/buckets/films/access-check', { as: 'user', body: {} })
  assert.equal(outcome, '403 AccessDenied')
})

test('users are told a hundred at a time', async () => {
  const bed = await make()
  for (let index = 0; index < 120; index++)
    await bed.services.accounts.users.create(bed.accountIds.alpha, `u${1000 + index}`)
  const first = await bed.done('POST /v1/buckets/films/access-check', { body: {} })
  assert.equal(first.pick<readonly Reader[]>('readers').filter(({ who }) => who === 'user').length, 100)
  const rest = await bed.done('POST /v1/buckets/films/access-check', { body: { after: first.pick('next') } })
  assert.deepEqual([rest.pick<readonly Reader[]>('readers').length, rest.pick('next')], [22, null])
})
