import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeManagement, password, type Answer, type Management, type Sent } from '../test-bed.ts'

async function firstToken({ services }: Management): Promise<string> {
  return (await services.setupLinks.createFirst()).token.reveal()
}

const setUp = ({ send }: Management, body: object, more: Partial<Sent> = {}): Promise<Answer> =>
  send('POST /v1/setup', { as: 'nobody', body, ...more })

const isNeeded = async ({ done }: Management): Promise<boolean> =>
  (await done('GET /v1/setup', { as: 'nobody' })).pick<boolean>('needed')

/** What a browser sends from then on. */
const headersOf = (answer: Answer): Record<string, string> => ({
  cookie: answer.headers['set-cookie']!.split(';')[0]!,
  'x-csrf-token': answer.pick('csrf_token'),
})

describe('the first sign-in', () => {
  test('makes the owner and signs them in, as a sign-in does', async () => {
    const bed = await makeManagement()
    assert.equal(await isNeeded(bed), true)
    const answer = await setUp(bed, { token: await firstToken(bed), password })
    assert.equal(answer.outcome, '200')
    assert.match(
      answer.headers['set-cookie']!,
      /^__Host-entrepot-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000; Secure$/,
    )
    const me = await bed.done('GET /v1/me', { as: 'nobody', headers: headersOf(answer) })
    assert.deepEqual([me.pick('user.name'), me.pick('account.name'), me.pick('role')], ['owner', 'first', 'owner'])
    assert(me.pick<readonly string[]>('rights').includes('operator'))
    await bed.done('POST /v1/users', { as: 'nobody', body: { name: 'mia' }, headers: headersOf(answer) })
    assert.equal(await isNeeded(bed), false)
    await bed.done('POST /v1/session', { as: 'nobody', body: { user: 'owner', password } })
  })

  test('happens once', async () => {
    const bed = await makeManagement()
    const token = await firstToken(bed)
    assert.equal((await setUp(bed, { token, user: 'anna', password })).status, 200)
    const again = await setUp(bed, { token, user: 'eve', password })
    assert.equal(again.outcome, '400 InvalidToken')
    assert.equal(again.headers['set-cookie'], undefined)
    const { users } = bed.services.accounts
    assert.deepEqual(
      (await users.list(bed.accountIds.first)).map(({ name }) => name),
      ['anna'],
    )
  })

  test('of several at once, one is the owner', async () => {
    const bed = await makeManagement()
    const token = await firstToken(bed)
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        setUp(bed, { token, user: `user${index}`, password }, { address: `192.0.2.${index}` }),
      ),
    )
    const outcomes = answers.map(({ outcome }) => outcome)
    assert.equal(outcomes.filter((outcome) => outcome === '200').length, 1, outcomes.join())
    assert(outcomes.every((outcome) => ['200', '400 InvalidToken', '429 TooManyRequests'].includes(outcome)))
    const { users } = bed.services.accounts
    assert.equal((await users.list(bed.accountIds.first)).length, 1)
  })

  test('with a password that may not be changes nothing, and can be tried again', async () => {
    const bed = await makeManagement()
    const token = await firstToken(bed)
    for (let count = 0; count < 6; count++) {
      const weak = await setUp(bed, { token, password: 'password' })
      assert.deepEqual([weak.outcome, weak.headers['set-cookie']], ['400 InvalidArgument', undefined])
      assert.doesNotMatch(weak.text, new RegExp(token))
    }
    assert.equal(await isNeeded(bed), true)
    assert.equal((await setUp(bed, { token, password })).status, 200)
  })

  test('with wrong tokens is refused, and then not looked at', async () => {
    const bed = await makeManagement()
    const token = await firstToken(bed)
    for (let count = 0; count < 20; count++)
      assert.equal((await setUp(bed, { token: `x${count}`, password })).outcome, '400 InvalidToken')
    const late = await setUp(bed, { token, password })
    assert.deepEqual([late.outcome, late.headers['retry-after']], ['429 TooManyRequests', '60'])
    assert.equal(await isNeeded(bed), true)
    assert.equal((await setUp(bed, { token, password }, { address: '192.0.2.99' })).status, 200)
  })

  test('is in the log of the first account, without token and password', async () => {
    const bed = await makeManagement()
    const token = await firstToken(bed)
    await setUp(bed, { token: 'wrong-token-of-somebody', password })
    await setUp(bed, { token, password })
    const entries = (await bed.audited()).filter(({ action }) => action === 'Setup')
    assert.deepEqual(
      entries.map(({ outcome, accountId, actor, details }) => [outcome, accountId, actor.kind, details]),
      [
        ['InvalidToken', bed.accountIds.first, 'anonymous', {}],
        ['done', bed.accountIds.first, 'anonymous', {}],
      ],
    )
    assert(![token, 'wrong-token-of-somebody', password].some((text) => bed.recorded().includes(text)))
  })
})

describe('a sign-in link', () => {
  test('leads to the console, and sets the password of its user', async () => {
    const bed = await makeManagement()
    const { pick } = await bed.done('POST /v1/sign-in-links', { body: { user: 'mia' } })
    assert.equal(pick('expires'), '2026-11-21 12:00:00')
    const [, token = ''] = /^https:\/\/console\.test\/#\/setup\?token=([\w-]{43})$/.exec(pick('url')) ?? []
    const answer = await setUp(bed, { token, user: 'olga', password: 'seven grey herons' })
    const me = await bed.done('GET /v1/me', { as: 'nobody', headers: headersOf(answer) })
    assert.equal(me.pick('user.name'), 'mia')
    assert(!bed.recorded().includes(token))
    assert.equal(await isNeeded(bed), true)
  })

  test("is in the log of its user's account when it is made and when it is used", async () => {
    const bed = await makeManagement()
    const { pick } = await bed.done('POST /v1/sign-in-links', { body: { user: 'mia' } })
    await setUp(bed, { token: pick('url').split('token=')[1], password })
    const entries = (await bed.audited()).filter(({ action }) => /Setup|SignInLink/.test(action))
    assert.deepEqual(
      entries.map(({ action, outcome, accountId, details }) => [action, outcome, accountId, details]),
      [
        ['CreateSignInLink', 'begun', bed.accountIds.alpha, { user: 'mia' }],
        ['CreateSignInLink', 'done', bed.accountIds.alpha, {}],
        ['Setup', 'done', bed.accountIds.alpha, { user: 'mia' }],
      ],
    )
  })

  test('is made by who manages its user', async () => {
    const bed = await makeManagement()
    for (const [as, user, outcome] of [
      ['iam.admin', 'mia', '201'],
      ['iam.admin', 'olga', '403 AccessDenied'],
      ['stranger', 'mia', '404 NoSuchEntity'],
      ['member', 'mia', '403 AccessDenied'],
      ['owner', undefined, '403 AccessDenied'],
      ['iam.admin', undefined, '403 AccessDenied'],
      ['operator', undefined, '201'],
    ] as const) {
      const answer = await bed.send('POST /v1/sign-in-links', { as, body: { user } })
      assert.equal(answer.outcome, outcome, `${as} ${user}`)
    }
  })

  test('of the first owner is made only while there is none', async () => {
    const bed = await makeManagement()
    await setUp(bed, { token: await firstToken(bed), password })
    const answer = await bed.send('POST /v1/sign-in-links', { as: 'operator', body: {} })
    assert.equal(answer.outcome, '400 InvalidRequest')
    assert.equal((await bed.send('POST /v1/sign-in-links', { as: 'operator', body: { user: 'owner' } })).status, 201)
  })
})

describe('one session', () => {
  test('is ended by its id, and no other', async () => {
    const bed = await makeManagement()
    await bed.done('POST /v1/session', { as: 'nobody', body: { account: 'alpha', user: 'olga', password } })
    const list = async () =>
      (await bed.done('GET /v1/sessions', { as: 'session' })).pick<readonly { id: string; current: boolean }[]>(
        'sessions',
      )
    const other = (await list()).find(({ current }) => !current)!
    const ended = await bed.done(`DELETE /v1/sessions/${other.id}`, { as: 'session' })
    assert.equal(ended.headers['set-cookie'], undefined)
    assert.deepEqual(
      (await list()).map(({ current }) => current),
      [true],
    )
    assert.equal((await bed.send(`DELETE /v1/sessions/${other.id}`, { as: 'session' })).outcome, '404 NoSuchEntity')
  })

  test('that is the own one takes the cookie with it', async () => {
    const bed = await makeManagement()
    const { pick } = await bed.done('GET /v1/sessions', { as: 'session' })
    const { headers } = await bed.done(`DELETE /v1/sessions/${pick('sessions.0.id')}`, { as: 'session' })
    assert.match(headers['set-cookie']!, /^__Host-entrepot-session=; .*Max-Age=0/)
    assert.equal((await bed.send('GET /v1/me', { as: 'session' })).status, 401)
  })

  test("of another user's is not found", async () => {
    const bed = await makeManagement()
    const about = { address: '192.0.2.1', agent: 'test' }
    const { session } = await bed.services.sessions.open(bed.users.mia.id, bed.accountIds.alpha, about)
    for (const as of ['session', 'owner', 'operator', 'user'] as const) {
      const expected = as === 'user' ? '200' : '404 NoSuchEntity'
      assert.equal((await bed.send(`DELETE /v1/sessions/${session.id}`, { as })).outcome, expected, as)
    }
  })
})
