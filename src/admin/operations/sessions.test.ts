import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeManagement, password, type Answer, type Management } from '../test-bed.ts'

const olga = { account: 'alpha', user: 'olga', password }

const signIn = ({ send }: Management, body: object = olga, more: object = {}): Promise<Answer> =>
  send('POST /v1/session', { as: 'nobody', body, ...more })

/** What a browser sends from then on. */
const headersOf = (answer: Answer): Record<string, string> => ({
  cookie: answer.headers['set-cookie']!.split(';')[0]!,
  'x-csrf-token': answer.pick('csrf_token'),
})

describe('signing in', () => {
  test('gives a cookie that no script reads and no other site sends', async () => {
    const bed = await makeManagement()
    const answer = await signIn(bed)
    assert.deepEqual(Object.keys(answer.json as object), ['csrf_token'])
    assert.match(
      answer.headers['set-cookie']!,
      /^__Host-entrepot-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000; Secure$/,
    )
    const me = await bed.done('GET /v1/me', { as: 'nobody', headers: headersOf(answer) })
    assert.deepEqual(
      [me.pick('user.name'), me.pick('role'), me.pick('csrf_token')],
      ['olga', 'owner', answer.pick('csrf_token')],
    )
    const token = answer.headers['set-cookie']!.slice(24, 67)
    assert(!bed.recorded().includes(token) && !bed.recorded().includes(answer.pick('csrf_token')))
  })

  test('without TLS the cookie has another name, which is no session over TLS', async () => {
    const bed = await makeManagement()
    const answer = await signIn(bed, olga, { secure: false })
    assert.match(
      answer.headers['set-cookie']!,
      /^entrepot-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
    )
    const sent = { as: 'nobody', headers: headersOf(answer) } as const
    assert.equal((await bed.send('GET /v1/me', { ...sent, secure: false })).status, 200)
    assert.equal((await bed.send('GET /v1/me', sent)).outcome, '401 Unauthorized')
  })

  test('is into the first account where none is named, by any case of the name', async () => {
    const bed = await makeManagement()
    const { users } = bed.services.accounts
    const { id } = await users.create(bed.accountIds.first, 'root', { role: 'owner' })
    await bed.services.passwords.set(id, password)
    const answer = await signIn(bed, { user: 'ROOT', password })
    const me = await bed.done('GET /v1/me', { as: 'nobody', headers: headersOf(answer) })
    assert.equal(me.pick('account.name'), 'first')
    assert(me.pick<readonly string[]>('rights').includes('operator'))
    assert.equal((await signIn(bed, { user: 'olga', password })).outcome, '401 InvalidCredentials')
    assert.equal((await signIn(bed, { ...olga, account: bed.accountIds.alpha })).status, 200)
  })

  test('security 53: who is refused learns nothing of why', async () => {
    const bed = await makeManagement()
    const wrong = 'another horse battery'
    const answers = []
    for (const body of [
      { ...olga, password: wrong },
      { ...olga, user: 'nobody' },
      { ...olga, account: 'none-such' },
      { ...olga, user: 'mia' },
      { ...olga, user: bed.users.olga.id },
      { ...olga, account: 'beta' },
    ])
      answers.push(await signIn(bed, body))
    for (const { outcome, text, headers } of answers) {
      assert.equal(outcome, '401 InvalidCredentials')
      assert.equal(text, answers[0]!.text)
      assert.deepEqual(headers, answers[0]!.headers)
    }
  })

  test('security 53: after five failures it is refused, be there such a user or not, and for nobody else', async () => {
    for (const user of ['olga', 'nobody']) {
      const bed = await makeManagement()
      for (let count = 0; count < 5; count++) {
        const { outcome } = await signIn(
          bed,
          { ...olga, user, password: 'wrong horse' },
          { address: `192.0.2.${count}` },
        )
        assert.equal(outcome, '401 InvalidCredentials')
      }
      const sixth = await signIn(bed, { ...olga, user })
      assert.deepEqual([sixth.outcome, sixth.headers['retry-after']], ['429 TooManyRequests', '900'])
      assert.equal(sixth.headers['set-cookie'], undefined)
      if (user === 'nobody') assert.equal((await signIn(bed)).status, 200)
      bed.time.now += 900_000
      assert.equal((await signIn(bed, { ...olga, user })).status, user === 'olga' ? 200 : 401)
    }
  })

  test('security 53: an address fails twenty times in a minute at most', async () => {
    const bed = await makeManagement()
    for (let count = 0; count < 20; count++) await signIn(bed, { ...olga, user: `user${count}` })
    assert.equal((await signIn(bed)).outcome, '429 TooManyRequests')
    assert.equal((await signIn(bed, olga, { address: '192.0.2.99' })).status, 200)
  })

  test('what is refused unseen does not fill the log', async () => {
    const bed = await makeManagement()
    for (let count = 0; count < 30; count++) await signIn(bed, { ...olga, password: 'wrong horse' })
    assert.equal((await bed.audited()).filter(({ action }) => action === 'SignIn').length, 5)
  })

  test("is in the account's log with the user's name, and what was typed for one is in no record", async () => {
    const bed = await makeManagement()
    await signIn(bed)
    await signIn(bed, { ...olga, password: 'wrong horse' })
    await signIn(bed, { ...olga, user: 'hunter2-secret', password: 'wrong horse' })
    await signIn(bed, { ...olga, account: 'hunter3-secret' })
    const { pick } = await bed.done('GET /v1/audit?action=SignIn')
    const entries = pick<readonly { outcome: string; details: object; address: string }[]>('entries')
    assert.deepEqual(
      entries.map(({ outcome, details }) => [outcome, details]),
      [
        ['InvalidCredentials', {}],
        ['InvalidCredentials', { user: 'olga' }],
        ['done', { user: 'olga' }],
      ],
    )
    assert.equal(entries[0]?.address, '192.0.2.7')
    for (const text of ['hunter2', 'hunter3', 'wrong horse', password]) assert(!bed.recorded().includes(text), text)
  })
})

describe('security 51: a session changes nothing', () => {
  for (const [title, headers] of [
    ['without the token', { 'x-csrf-token': '' }],
    ['with another token', { 'x-csrf-token': 'a'.repeat(43) }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another host of the site', { 'sec-fetch-site': 'same-site' }],
    ['as a form would, without the token', { 'x-csrf-token': '', 'content-type': 'text/plain' }],
  ] as const) {
    test(title, async () => {
      const { send, headersOf } = await makeManagement()
      const given = await headersOf('session')
      for (const [line, body] of [
        ['POST /v1/buckets', { name: 'films' }],
        ['PUT /v1/users/mia', { role: 'owner' }],
        ['PATCH /v1/buckets/films', {}],
        ['DELETE /v1/users/mia', undefined],
        ['DELETE /v1/session', undefined],
      ] as const) {
        const answer = await send(line, { as: 'nobody', body, headers: { ...given, ...headers } })
        assert.equal(answer.outcome, '403 AccessDenied', line)
      }
      assert.equal((await send('GET /v1/users/mia', { as: 'session' })).status, 200)
    })
  }

  test('as text, even with the token', async () => {
    const { send } = await makeManagement()
    const sent = { as: 'session', raw: '{"name":"films"}', headers: { 'content-type': 'text/plain' } } as const
    assert.equal((await send('POST /v1/buckets', sent)).outcome, '415 UnsupportedMediaType')
  })

  test('with the token of another session', async () => {
    const bed = await makeManagement()
    const [mine, theirs] = [headersOf(await signIn(bed)), headersOf(await signIn(bed))]
    const headers = { ...mine, 'x-csrf-token': theirs['x-csrf-token']! }
    assert.equal((await bed.send('DELETE /v1/users/mia', { as: 'nobody', headers })).outcome, '403 AccessDenied')
    assert.equal((await bed.send('DELETE /v1/users/mia', { as: 'nobody', headers: mine })).status, 200)
  })
})

describe('signing out', () => {
  test('ends this session, and takes the cookie back', async () => {
    const bed = await makeManagement()
    const [mine, other] = [headersOf(await signIn(bed)), headersOf(await signIn(bed))]
    const answer = await bed.done('DELETE /v1/session', { as: 'nobody', headers: mine })
    assert.deepEqual(answer.json, { status: 'ok' })
    assert.match(answer.headers['set-cookie']!, /^__Host-entrepot-session=; Path=\/; .*Max-Age=0; Secure$/)
    assert.equal((await bed.send('GET /v1/me', { as: 'nobody', headers: mine })).outcome, '401 Unauthorized')
    assert.equal((await bed.send('GET /v1/me', { as: 'nobody', headers: other })).status, 200)
  })

  for (const query of ['?everywhere', '?everywhere=', '?everywhere=true']) {
    test(`${query} ends all of them`, async () => {
      const bed = await makeManagement()
      const [mine, other] = [headersOf(await signIn(bed)), headersOf(await signIn(bed))]
      await bed.done(`DELETE /v1/session${query}`, { as: 'nobody', headers: mine })
      for (const headers of [mine, other])
        assert.equal((await bed.send('GET /v1/me', { as: 'nobody', headers })).outcome, '401 Unauthorized')
    })
  }

  test('?everywhere=false ends this one, and anything else is refused', async () => {
    const bed = await makeManagement()
    const [mine, other] = [headersOf(await signIn(bed)), headersOf(await signIn(bed))]
    const refused = await bed.send('DELETE /v1/session?everywhere=perhaps', { as: 'nobody', headers: mine })
    assert.equal(refused.outcome, '400 InvalidArgument')
    await bed.done('DELETE /v1/session?everywhere=false', { as: 'nobody', headers: mine })
    assert.equal((await bed.send('GET /v1/me', { as: 'nobody', headers: other })).status, 200)
  })

  test("everywhere, asked for by a user's API key, ends the user's sessions", async () => {
    const bed = await makeManagement()
    const mine = headersOf(await signIn(bed))
    const apiKey = await bed.services.apiKeys.create(bed.accountIds.alpha, 'k', { userId: bed.users.olga.id })
    const headers = { authorization: `Bearer ${await bed.services.accessTokens.issue(apiKey)}` }
    await bed.done('DELETE /v1/session?everywhere', { as: 'nobody', headers })
    assert.equal((await bed.send('GET /v1/me', { as: 'nobody', headers: mine })).outcome, '401 Unauthorized')
  })
})

test('a session ends 12 hours after it was last used', async () => {
  const bed = await makeManagement()
  const sent = { as: 'nobody', headers: headersOf(await signIn(bed)) } as const
  bed.time.now += 11 * 3_600_000
  assert.equal((await bed.send('GET /v1/me', sent)).status, 200)
  bed.time.now += 12 * 3_600_000
  assert.equal((await bed.send('GET /v1/me', sent)).outcome, '401 Unauthorized')
})

test('where one is signed in is shown, with this session marked', async () => {
  const bed = await makeManagement()
  await signIn(bed, olga, { address: '192.0.2.50', headers: { 'user-agent': 'phone' } })
  bed.time.now += 60_000
  const mine = headersOf(await signIn(bed, olga, { headers: { 'user-agent': 'desk' } }))
  const { pick } = await bed.done('GET /v1/sessions', { as: 'nobody', headers: mine })
  const shown = pick<readonly Record<string, unknown>[]>('sessions')
  assert.deepEqual(
    shown.map(({ id: _, ...rest }) => rest),
    [
      {
        ...{ created: '2026-11-20 12:01:00', seen: '2026-11-20 12:01:00', expires: '2026-11-21 00:01:00' },
        ...{ address: '192.0.2.7', agent: 'desk', current: true },
      },
      {
        ...{ created: '2026-11-20 12:00:00', seen: '2026-11-20 12:00:00', expires: '2026-11-21 00:00:00' },
        ...{ address: '192.0.2.50', agent: 'phone', current: false },
      },
    ],
  )
  // An account itself has none, and its id of a session opens nothing.
  assert.deepEqual((await bed.done('GET /v1/sessions')).json, { sessions: [] })
  const cookie = `__Host-entrepot-session=${shown[0]!['id'] as string}`
  assert.equal((await bed.send('GET /v1/me', { as: 'nobody', headers: { cookie } })).outcome, '401 Unauthorized')
})

describe("one's own password", () => {
  const changed = 'another horse battery'

  test('is changed by whoever knows it, who is signed out everywhere', async () => {
    const bed = await makeManagement()
    const [mine, other] = [headersOf(await signIn(bed)), headersOf(await signIn(bed))]
    const body = { current: password, password: changed }
    const answer = await bed.done('PUT /v1/me/password', { as: 'nobody', headers: mine, body })
    assert.match(answer.headers['set-cookie']!, /^__Host-entrepot-session=; .*Max-Age=0/)
    for (const headers of [mine, other])
      assert.equal((await bed.send('GET /v1/me', { as: 'nobody', headers })).outcome, '401 Unauthorized')
    assert.deepEqual(
      [(await signIn(bed)).status, (await signIn(bed, { ...olga, password: changed })).status],
      [401, 200],
    )
    for (const text of [password, changed]) assert(!bed.recorded().includes(text))
  })

  test('that is weak is refused; nothing changes, and no session is left over', async () => {
    const bed = await makeManagement()
    const mine = headersOf(await signIn(bed))
    const body = { current: password, password: 'password' }
    const { outcome } = await bed.send('PUT /v1/me/password', { as: 'nobody', headers: mine, body })
    assert.equal(outcome, '400 InvalidArgument')
    const { pick } = await bed.done('GET /v1/sessions', { as: 'nobody', headers: mine })
    assert.equal(pick<readonly object[]>('sessions').length, 1)
    assert.equal((await signIn(bed)).status, 200)
  })

  test('is asked for as at a sign-in, and limited like one', async () => {
    const bed = await makeManagement()
    const mine = headersOf(await signIn(bed))
    const change = async (current: string) =>
      (await bed.send('PUT /v1/me/password', { as: 'nobody', headers: mine, body: { current, password: changed } }))
        .outcome
    for (let count = 0; count < 5; count++) assert.equal(await change('wrong horse'), '401 InvalidCredentials')
    assert.equal(await change(password), '429 TooManyRequests')
    assert.equal((await signIn(bed)).outcome, '429 TooManyRequests')
  })

  test('is none of an account', async () => {
    const { send } = await makeManagement()
    const body = { current: password, password: changed }
    assert.equal((await send('PUT /v1/me/password', { body })).outcome, '400 InvalidRequest')
    // A user that has none cannot prove it.
    assert.equal((await send('PUT /v1/me/password', { as: 'user', body })).outcome, '401 InvalidCredentials')
  })
})
