import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeManagement, password } from '../test-bed.ts'

const as = 'operator'

describe('creating', () => {
  test('an account has a first user, who signs in and makes everything else', async () => {
    const { send, done } = await makeManagement()
    const body = { name: 'gamma', email: 'a@example.com', owner: { name: 'greta', password } }
    const { status, json, pick } = await send('POST /v1/accounts', { as, body })
    const id = pick('account.id')
    assert.equal(status, 201)
    assert.deepEqual(json, {
      account: {
        ...{ id, name: 'gamma', email: 'a@example.com', created: '2026-11-20 12:00:00', profile: null },
        quota: { bytes_max: null, objects_max: null },
      },
    })
    const signIn = { account: 'gamma', user: 'greta', password }
    const session = await done('POST /v1/session', { as: 'nobody', body: signIn })
    const cookie = session.headers['set-cookie']!.split(';')[0]!
    const headers = { cookie, 'x-csrf-token': session.pick('csrf_token') }
    const me = await done('GET /v1/me', { as: 'nobody', headers })
    assert.deepEqual([me.pick('account.id'), me.pick('role')], [id, 'owner'])
    assert.equal((await send('POST /v1/access-keys', { as: 'nobody', headers })).status, 201)
  })

  for (const [title, body, outcome] of [
    ['an owner with a weak password', { owner: { name: 'greta', password: 'password' } }, '400 InvalidArgument'],
    ['an owner with a bad name', { owner: { name: 'gre ta', password } }, '400 InvalidArgument'],
    ['an owner without a password', { owner: { name: 'greta' } }, '400 InvalidArgument'],
    ['a bad email address', { email: 'nobody' }, '400 InvalidArgument'],
    ['a bad name', { name: ' gamma ' }, '400 InvalidArgument'],
    ['a name that looks like an id', { name: 'a'.repeat(64) }, '400 InvalidArgument'],
    ['a name that another has', { name: 'beta' }, '409 EntityAlreadyExists'],
  ] as const) {
    test(`with ${title} is refused, and leaves nothing behind`, async () => {
      const { send, done, services } = await makeManagement()
      const before = await services.accounts.list()
      const given = { name: 'gamma', email: 'g@example.com', ...body }
      assert.equal((await send('POST /v1/accounts', { as, body: given })).outcome, outcome)
      assert.deepEqual(await services.accounts.list(), before)
      await done('POST /v1/accounts', {
        as,
        body: { name: 'gamma', email: 'g@example.com', owner: { name: 'greta', password } },
      })
    })
  }

  test('a second one of the name or email address is refused', async () => {
    const { send, done } = await makeManagement()
    await done('POST /v1/accounts', { as, body: { name: 'gamma', email: 'g@example.com' } })
    for (const body of [{ name: 'gamma' }, { name: 'delta', email: 'G@EXAMPLE.com' }])
      assert.equal((await send('POST /v1/accounts', { as, body })).outcome, '409 EntityAlreadyExists')
  })
})

test('accounts are listed by name, page by page', async () => {
  const { done } = await makeManagement()
  const page = async (query: string) => {
    const { pick } = await done(`GET /v1/accounts?${query}`, { as })
    return [pick<readonly { name: string }[]>('accounts').map(({ name }) => name), pick<string | null>('next')]
  }
  assert.deepEqual(await page(''), [['alpha', 'beta', 'first'], null])
  assert.deepEqual(await page('limit=2'), [['alpha', 'beta'], 'beta'])
  assert.deepEqual(await page('limit=2&after=beta'), [['first'], null])
  // Where the page before ended there need not be an account any more.
  assert.deepEqual(await page('after=az'), [['beta', 'first'], null])
})

test('a quota is set by name or id, changed in part, and taken away', async () => {
  const { done, send, services, accountIds } = await makeManagement()
  for (const [account, quota, expected] of [
    ['alpha', { bytes_max: 100 }, { bytes_max: 100, objects_max: null }],
    [accountIds.alpha, { objects_max: 3 }, { bytes_max: 100, objects_max: 3 }],
    ['alpha', { bytes_max: null }, { bytes_max: null, objects_max: 3 }],
    ['alpha', {}, { bytes_max: null, objects_max: 3 }],
    ['alpha', { bytes_max: null, objects_max: null }, { bytes_max: null, objects_max: null }],
  ] as const) {
    const { pick } = await done(`PATCH /v1/accounts/${account}`, { as, body: { quota } })
    assert.deepEqual(pick('account.quota'), expected)
    assert.deepEqual((await done('GET /v1/me')).pick('account.quota'), expected)
  }
  assert.equal((await services.accounts.get(accountIds.alpha))?.quota, undefined)
  for (const body of [{}, { quota: { bytes_max: -1 } }, { quota: { bytesMax: 1 } }])
    assert.equal((await send('PATCH /v1/accounts/alpha', { as, body })).outcome, '400 InvalidArgument')
  assert.equal((await send('PATCH /v1/accounts/none-such', { as, body: { quota: {} } })).outcome, '404 NoSuchEntity')
})
