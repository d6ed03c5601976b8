import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Role } from '../../access/roles.ts'
import { makeManagement, type As, type Management } from '../test-bed.ts'

interface Shown {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly user: string | null
}

/** What a request with a token for the API key is answered. */
async function openedBy({ send }: Management, apiKey: string, line = 'GET /v1/me'): Promise<string> {
  const answer = await send(`POST /v1/access_token/${apiKey}`, { as: 'nobody' })
  if (answer.status !== 200) return answer.outcome
  const authorization = `Bearer ${answer.pick('access_token')}`
  return (await send(line, { as: 'nobody', headers: { authorization } })).outcome
}

describe('an API key', () => {
  test('is shown once, and opens the API', async () => {
    const bed = await makeManagement()
    const { status, json, pick } = await bed.send('POST /v1/api-keys', { body: { name: 'project', role: 'member' } })
    const [id, text] = [pick('api_key.id'), pick('api_key.api_key')]
    assert.equal(status, 201)
    assert.deepEqual(json, {
      api_key: {
        ...{ id, name: 'project', role: 'member', user: null, created: '2026-11-20 12:00:00', api_key: text },
      },
    })
    assert.equal(await openedBy(bed, text), '200')
    assert.equal(await openedBy(bed, text, 'GET /v1/users'), '403 AccessDenied')
    const listed = await bed.done('GET /v1/api-keys')
    const shown = listed.pick<readonly Shown[]>('api_keys').find((key) => key.id === id)
    assert.deepEqual(shown, {
      ...{ id, name: 'project', role: 'member', user: null, created: '2026-11-20 12:00:00' },
      last_used: '2026-11-20 12:00:00',
    })
    assert(!listed.text.includes(text))
    assert(!bed.recorded().includes(text))
  })

  test('is renamed, and its text stays', async () => {
    const bed = await makeManagement()
    const made = await bed.done('POST /v1/api-keys', { body: { name: 'a' } })
    const line = `PUT /v1/api-keys/${made.pick('api_key.id')}`
    const renamed = await bed.done(line, { body: { name: 'b' } })
    assert.equal(renamed.pick('api_key.name'), 'b')
    assert.equal(renamed.pick('api_key.api_key'), undefined)
    assert.equal(await openedBy(bed, made.pick('api_key.api_key')), '200')
    assert.equal((await bed.send(line, { body: { name: '' } })).outcome, '400 InvalidArgument')
  })

  test('ends with its tokens at once when it is revoked', async () => {
    const bed = await makeManagement()
    const made = await bed.done('POST /v1/api-keys', { body: { name: 'a' } })
    const text = made.pick('api_key.api_key')
    const token = (await bed.done(`POST /v1/access_token/${text}`, { as: 'nobody' })).pick('access_token')
    const list = () => bed.send('GET /v1/buckets', { as: 'nobody', headers: { authorization: `Bearer ${token}` } })
    assert.equal((await list()).status, 200)
    const line = `DELETE /v1/api-keys/${made.pick('api_key.id')}`
    assert.deepEqual((await bed.done(line)).json, { status: 'ok' })
    assert.equal((await list()).outcome, '401 Unauthorized')
    assert.equal(await openedBy(bed, text), '401 Unauthorized')
    assert.equal((await bed.send(line)).outcome, '404 NoSuchEntity')
  })

  test('of a user ends with the user, and follows its role', async () => {
    const bed = await makeManagement()
    const made = await bed.done('POST /v1/api-keys', { body: { name: 'a', user: 'mia' } })
    const text = made.pick('api_key.api_key')
    assert.equal(await openedBy(bed, text, 'GET /v1/buckets'), '200')
    await bed.done('PUT /v1/users/mia', { body: { role: 's3.bucket.user' } })
    assert.equal(await openedBy(bed, text, 'GET /v1/buckets'), '403 AccessDenied')
    await bed.done('DELETE /v1/users/mia')
    assert.equal(await openedBy(bed, text), '401 Unauthorized')
  })

  test('a token holds for 24 hours', async () => {
    const bed = await makeManagement()
    const made = await bed.done('POST /v1/api-keys', { body: { name: 'a' } })
    const answer = await bed.done(`POST /v1/access_token/${made.pick('api_key.api_key')}`, { as: 'nobody' })
    assert.deepEqual(Object.keys(answer.json as object), ['access_token'])
    const headers = { authorization: `Bearer ${answer.pick('access_token')}` }
    const me = async () => (await bed.send('GET /v1/me', { as: 'nobody', headers })).status
    bed.time.now += 86_400_000 - 1000
    assert.equal(await me(), 200)
    bed.time.now += 1000
    assert.equal(await me(), 401)
  })
})

test('security 26: no key makes a wider key, nor one for another user', async () => {
  const rows: readonly (readonly [as: As, body: { role?: Role; user?: string }, outcome: string])[] = [
    ['owner', { role: 'owner' }, '201 owner'],
    ['owner', { role: 'iam.admin' }, '201 iam.admin'],
    ['owner', {}, '201 owner'],
    ['member', { role: 'owner' }, '403 AccessDenied'],
    ['member', { role: 'iam.admin' }, '403 AccessDenied'],
    ['member', { role: 'member' }, '201 member'],
    ['member', { role: 's3.user' }, '201 s3.user'],
    ['member', {}, '201 member'],
    ['member', { user: 'mia' }, '403 AccessDenied'],
    ['s3.user', { role: 'member' }, '403 AccessDenied'],
    ['s3.user', { role: 's3.bucket.user' }, '201 s3.bucket.user'],
    ['s3.bucket.user', { role: 's3.user' }, '403 AccessDenied'],
    ['s3.bucket.user', {}, '201 s3.bucket.user'],
    ['iam.admin', { role: 'owner' }, '403 AccessDenied'],
    ['iam.admin', { role: 's3.bucket.user' }, '403 AccessDenied'],
    ['iam.admin', { user: 'olga' }, '403 AccessDenied'],
    ['iam.admin', { user: 'mia' }, '201 member of mia'],
    ['user', {}, '201 member of mia'],
    ['user', { user: 'mia' }, '201 member of mia'],
    ['user', { user: 'olga' }, '403 AccessDenied'],
    // A user's key has the user's role: what is asked for besides is refused, not passed over.
    ['user', { role: 's3.bucket.user' }, '400 InvalidArgument'],
    ['user', { role: 'owner' }, '400 InvalidArgument'],
    ['owner', { user: 'mia', role: 'owner' }, '400 InvalidArgument'],
    ['session', {}, '201 owner of olga'],
    ['session', { role: 'member' }, '201 member'],
    ['stranger', { user: 'mia' }, '404 NoSuchEntity'],
  ]
  for (const [as, body, expected] of rows) {
    const { send } = await makeManagement()
    const { status, outcome, pick } = await send('POST /v1/api-keys', { as, body: { name: 'k', ...body } })
    const user = status === 201 ? pick<string | null>('api_key.user') : null
    const made = status === 201 ? `201 ${pick('api_key.role')}${user === null ? '' : ` of ${user}`}` : outcome
    assert.equal(made, expected, `${as} ${JSON.stringify(body)}`)
  }
})

test('owners and administrators see all keys, others their own', async () => {
  const { done, headersOf } = await makeManagement()
  for (const as of ['owner', 'member', 's3.user', 'user', 'stranger'] as const) await headersOf(as)
  const names = async (as: As): Promise<readonly string[]> =>
    (await done('GET /v1/api-keys', { as })).pick<readonly Shown[]>('api_keys').map(({ name }) => name)
  assert.deepEqual((await names('owner')).toSorted(), ['member', 'owner', 's3.user', 'user'])
  assert.deepEqual((await names('iam.admin')).toSorted(), ['iam.admin', 'member', 'owner', 's3.user', 'user'])
  assert.deepEqual(await names('member'), ['member'])
  assert.deepEqual(await names('user'), ['user'])
  assert.deepEqual(await names('stranger'), ['stranger'])
})

test('lists go page by page in order of making, also when the last of a page is deleted meanwhile', async () => {
  const { done, headersOf, time } = await makeManagement()
  await headersOf('owner')
  for (let count = 0; count < 6; count++) {
    time.now += count % 2
    await done('POST /v1/api-keys', { body: { name: `key ${count}` } })
  }
  const seen: Shown[] = []
  let next: string | null = null
  do {
    const { pick } = await done(`GET /v1/api-keys?limit=2${next === null ? '' : `&after=${next}`}`)
    const page = pick<readonly Shown[]>('api_keys')
    seen.push(...page)
    next = pick<string | null>('next')
    const last = page.at(-1)!
    if (last.name.startsWith('key')) await done(`DELETE /v1/api-keys/${last.id}`)
  } while (next !== null)
  assert.deepEqual(seen.map(({ name }) => name).toSorted(), [
    'key 0',
    'key 1',
    'key 2',
    'key 3',
    'key 4',
    'key 5',
    'owner',
  ])
  assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length)
})

for (const [title, text] of [
  ['rubbish', 'rubbish'],
  ['an access key', 'AKIAIOSFODNN7EXAMPLE'],
  ['a key that there is not', `ek_${'a'.repeat(16)}_${'a'.repeat(43)}`],
  ['a very long text', 'a'.repeat(512)],
] as const) {
  test(`${title} gives no token, and leaves no trace`, async () => {
    const { send, recorded } = await makeManagement()
    const before = recorded()
    assert.equal((await send(`POST /v1/access_token/${text}`, { as: 'nobody' })).outcome, '401 Unauthorized')
    assert.equal(recorded(), before)
  })
}
