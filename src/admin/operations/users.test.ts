import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Role } from '../../access/roles.ts'
import { makeManagement, password, type As } from '../test-bed.ts'

const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' }] }
const policyText = JSON.stringify(policy)

describe('creating', () => {
  test('a user has the role and the policies that it is given', async () => {
    const { send, done } = await makeManagement()
    const body = { name: 'anna', role: 'member', password, policies: [{ name: 'keep', policy: policyText }] }
    const { status, json, pick } = await send('POST /v1/users', { body })
    const id = pick('user.id')
    assert.equal(status, 201)
    const shown = {
      ...{ id, name: 'anna', role: 'member', created: '2026-11-20 12:00:00', has_password: true },
      policies: [{ name: 'keep', policy: policyText }],
    }
    assert.deepEqual(json, { user: shown })
    for (const name of ['anna', 'ANNA', id])
      assert.deepEqual((await done(`GET /v1/users/${name}`)).json, { user: shown })
  })

  test('a user of whom nothing is said is an s3.user without a password', async () => {
    const { done } = await makeManagement()
    const { pick } = await done('POST /v1/users', { body: { name: 'anna' } })
    assert.deepEqual([pick('user.role'), pick('user.has_password'), pick('user.policies')], ['s3.user', false, []])
  })

  for (const [title, body, outcome] of [
    ['a weak password', { password: 'qwertyuiop' }, '400 InvalidArgument'],
    ['a short password', { password: 'Hx7$k' }, '400 InvalidArgument'],
    ['its name as password', { password: 'anna-anna1' }, '400 InvalidArgument'],
    ['a control character in the password', { password: 'correct\nhorse battery' }, '400 InvalidArgument'],
    ['a bad name', { name: 'an na' }, '400 InvalidArgument'],
    ['a name that looks like an id', { name: 'AIDAABCDEFGHIJKLMNOP' }, '400 InvalidArgument'],
    ['a role that there is not', { role: 'king' }, '400 InvalidArgument'],
    ['a policy that is none', { policies: [{ name: 'p', policy: '{}' }] }, '400 MalformedPolicy'],
    [
      'two policies of one name',
      {
        policies: [
          { name: 'p', policy: policyText },
          { name: 'p', policy: policyText },
        ],
      },
      '400 InvalidArgument',
    ],
    [
      'eleven policies',
      { policies: Array.from({ length: 11 }, (_, index) => ({ name: `p${index}`, policy: policyText })) },
      '400 InvalidArgument',
    ],
  ] as const) {
    test(`with ${title} is refused, and leaves nothing behind`, async () => {
      const { send, recorded } = await makeManagement()
      const answer = await send('POST /v1/users', { body: { name: 'anna', ...body } })
      assert.equal(answer.outcome, outcome)
      assert.equal((await send('GET /v1/users/anna')).outcome, '404 NoSuchEntity')
      if ('password' in body) assert(!recorded().includes(body.password))
      assert.equal((await send('POST /v1/users', { body: { name: 'anna', password } })).status, 201)
    })
  }

  test('under a name that another user has is refused, and that one stays as it is', async () => {
    const { send, done } = await makeManagement()
    const before = (await done('GET /v1/users/olga')).text
    for (const name of ['olga', 'Olga']) {
      const body = { name, role: 'member', password: 'another horse battery' }
      assert.equal((await send('POST /v1/users', { body })).outcome, '409 EntityAlreadyExists')
    }
    assert.equal((await done('GET /v1/users/olga')).text, before)
    const signIn = { account: 'alpha', user: 'olga', password }
    assert.equal((await send('POST /v1/session', { as: 'nobody', body: signIn })).status, 200)
    // In another account it is free.
    assert.equal((await send('POST /v1/users', { as: 'stranger', body: { name: 'olga' } })).status, 201)
  })
})

test('security 26: who is no owner makes, changes and deletes no owner, and gives nobody that role', async () => {
  const rows: readonly (readonly [as: As, line: string, body: object | undefined, outcome: string])[] = [
    ['iam.admin', 'POST /v1/users', { name: 'eva', role: 'owner' }, '403 AccessDenied'],
    ['iam.admin', 'POST /v1/users', { name: 'eva', role: 'iam.admin' }, '201'],
    ['iam.admin', 'PUT /v1/users/mia', { role: 'owner' }, '403 AccessDenied'],
    ['iam.admin', 'PUT /v1/users/olga', { role: 's3.user' }, '403 AccessDenied'],
    ['iam.admin', 'PUT /v1/users/olga/password', { password }, '403 AccessDenied'],
    ['iam.admin', 'PUT /v1/users/olga/policies/p', policy, '403 AccessDenied'],
    ['iam.admin', 'DELETE /v1/users/olga', undefined, '403 AccessDenied'],
    ['iam.admin', 'PUT /v1/users/mia', { role: 's3.user' }, '200'],
    ['iam.admin', 'GET /v1/users/olga', undefined, '200'],
    ['owner', 'PUT /v1/users/mia', { role: 'owner' }, '200'],
    ['member', 'PUT /v1/users/mia', { role: 's3.user' }, '403 AccessDenied'],
    ['user', 'PUT /v1/users/mia', { role: 'owner' }, '403 AccessDenied'],
    ['user', 'PUT /v1/users/mia/policies/p', policy, '403 AccessDenied'],
    ['user', 'DELETE /v1/users/mia/policies/p', undefined, '403 AccessDenied'],
  ]
  for (const [as, line, body, outcome] of rows) {
    const { send } = await makeManagement()
    assert.equal((await send(line, { as, body })).outcome, outcome, `${as} ${line}`)
  }
})

describe('changing', () => {
  test('a role holds from the next request on', async () => {
    const { done, send } = await makeManagement()
    const list = async () => (await send('GET /v1/buckets', { as: 'user' })).status
    assert.equal(await list(), 200)
    for (const [role, status] of [
      ['s3.bucket.user', 403],
      ['s3.user', 200],
      ['iam.admin', 403],
      ['owner', 200],
    ] as const satisfies readonly (readonly [Role, number])[]) {
      assert.equal((await done('PUT /v1/users/mia', { body: { role } })).pick('user.role'), role)
      assert.equal(await list(), status, role)
    }
  })

  test('a policy is put, replaced and taken away', async () => {
    const { done, send } = await makeManagement()
    for (let times = 0; times < 2; times++) {
      const { pick } = await done('PUT /v1/users/mia/policies/keep', { body: policy })
      assert.deepEqual(pick('user.policies'), [{ name: 'keep', policy: policyText }])
    }
    assert.deepEqual((await done('DELETE /v1/users/mia/policies/keep')).json, { status: 'ok' })
    assert.equal((await send('DELETE /v1/users/mia/policies/keep')).outcome, '404 NoSuchEntity')
    assert.equal((await send('PUT /v1/users/mia/policies/keep', { body: { a: 1 } })).outcome, '400 MalformedPolicy')
    for (let count = 0; count < 10; count++) await done(`PUT /v1/users/mia/policies/p${count}`, { body: policy })
    assert.equal((await send('PUT /v1/users/mia/policies/p10', { body: policy })).outcome, '409 LimitExceeded')
    const name = encodeURIComponent('a b')
    assert.equal((await send(`PUT /v1/users/mia/policies/${name}`, { body: policy })).outcome, '400 InvalidArgument')
  })

  test('a password signs the user out everywhere, and is kept as a digest alone', async () => {
    const { done, send, recorded } = await makeManagement()
    assert.equal((await send('GET /v1/me', { as: 'session' })).status, 200)
    const changed = 'another horse battery'
    assert.deepEqual((await done('PUT /v1/users/olga/password', { body: { password: changed } })).json, {
      status: 'ok',
    })
    assert.equal((await send('GET /v1/me', { as: 'session' })).outcome, '401 Unauthorized')
    const signIn = async (text: string) =>
      (await send('POST /v1/session', { as: 'nobody', body: { account: 'alpha', user: 'olga', password: text } }))
        .status
    assert.deepEqual([await signIn(password), await signIn(changed)], [401, 200])
    for (const text of [password, changed]) assert(!recorded().includes(text))
    const weak = await send('PUT /v1/users/olga/password', { body: { password: '12345678' } })
    assert.equal(weak.outcome, '400 InvalidArgument')
    assert.equal(await signIn(changed), 200)
  })

  test('a user that is deleted is gone, with keys, sessions and password', async () => {
    const { done, send, services, accountIds, users } = await makeManagement()
    const key = await services.accessKeys.create(accountIds.alpha, 'olgas', { userId: users.olga.id })
    assert.equal((await send('GET /v1/me', { as: 'session' })).status, 200)
    assert.deepEqual((await done('DELETE /v1/users/olga')).json, { status: 'ok' })
    assert.equal((await send('GET /v1/me', { as: 'session' })).outcome, '401 Unauthorized')
    assert.equal(await services.accessKeys.get(key.accessKeyId), undefined)
    assert.equal((await send('DELETE /v1/users/olga')).outcome, '404 NoSuchEntity')
    const body = { account: 'alpha', user: 'olga', password }
    assert.equal((await send('POST /v1/session', { as: 'nobody', body })).outcome, '401 InvalidCredentials')
  })
})

test('users are listed by name, page by page, also when the last of a page is deleted meanwhile', async () => {
  const { done } = await makeManagement()
  for (const name of ['Zoe', 'anna', 'Bert']) await done('POST /v1/users', { body: { name } })
  const seen: string[] = []
  let next: string | null = null
  do {
    const { pick } = await done(`GET /v1/users?limit=2${next === null ? '' : `&after=${next}`}`)
    const names = pick<readonly { readonly name: string }[]>('users').map(({ name }) => name)
    seen.push(...names)
    next = pick<string | null>('next')
    if (next !== null) await done(`DELETE /v1/users/${names.at(-1)}`)
  } while (next !== null)
  assert.deepEqual(seen, ['anna', 'Bert', 'mia', 'olga', 'Zoe'])
})
