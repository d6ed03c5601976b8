import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { ApiError } from '../base/errors.ts'
import type { Account } from './accounts.ts'
import { Passwords, type SlowHash } from './passwords.ts'
import { createSignIn } from './sign-in.ts'
import { makeAccess, quickHash, start, type Access } from './test-bed.ts'
import type { User } from './users.ts'

const password = 'correct horse'
const from = { address: '192.0.2.1', agent: 'Firefox' }

let access: Access
let account: Account
let anna: User
beforeEach(async () => {
  access = makeAccess()
  account = await access.accounts.create('video')
  anna = await access.users.create(account.id, 'Anna')
  await access.passwords.set(anna.id, password)
  access.work.hashes = 0
})

const signIn = (request: { account?: string; user?: string; password?: string; address?: string } = {}) =>
  access.signIn({ account: 'video', user: 'anna', password, ...from, ...request })

test('who knows account, name and password is given a session', async () => {
  for (const user of ['Anna', 'anna', 'ANNA']) {
    for (const accountGiven of ['video', account.id]) {
      const signedIn = await signIn({ user, account: accountGiven })
      assert.deepEqual([signedIn.user, signedIn.account], [anna, account])
      assert.deepEqual(await access.sessions.find(signedIn.token.reveal()), signedIn.session)
      assert.deepEqual([signedIn.session.userId, signedIn.session.agent], [anna.id, 'Firefox'])
    }
  }
})

test('without an account it is the first', async () => {
  const { accountId } = await access.firstAccount()
  const bert = await access.users.create(accountId, 'bert')
  await access.passwords.set(bert.id, password)
  const given = { user: 'bert', password, ...from }
  assert.equal((await access.signIn(given)).account.id, accountId)
  await assert.rejects(access.signIn({ ...given, user: 'anna' }), { code: 'InvalidCredentials' })
})

/** Everything that a client could tell one refusal from another by. */
async function refusal(request: Parameters<typeof signIn>[0]): Promise<unknown> {
  access.work.hashes = 0
  const error = await signIn(request).then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown as ApiError,
  )
  const { code, status, message, headers, details } = error
  return [{ code, status, message, headers, details }, access.work.hashes]
}

const wrong: [name: string, request: () => Parameters<typeof signIn>[0]][] = [
  ['an unknown account', () => ({ account: 'nobody' })],
  ['an unknown account by an id', () => ({ account: '0'.repeat(64) })],
  ['an account of bad form', () => ({ account: '\u0000'.repeat(1000) })],
  ['no account where there is no first one', () => ({ account: undefined as unknown as string })],
  ['an unknown user', () => ({ user: 'bert' })],
  ['no user', () => ({ user: '' })],
  ['a user of bad form', () => ({ user: 'x'.repeat(10_000) })],
  ["the user's id", () => ({ user: anna.id })],
  ['a user without a password', () => ({ user: 'cora' })],
  ['a wrong password', () => ({ password: 'wrong horse' })],
  ['no password', () => ({ password: '' })],
  ['a password that nobody can have', () => ({ password: 'x'.repeat(100_000) })],
]

test('nobody can tell by text, status or work what of a sign-in was wrong', async () => {
  await access.users.create(account.id, 'cora')
  const expected = await refusal({ password: 'wrong horse' })
  assert.deepEqual(expected, [
    {
      code: 'InvalidCredentials',
      status: 401,
      message: 'The account, the user or the password is not right.',
      headers: {},
      details: {},
    },
    1,
  ])
  for (const [index, [name, request]] of wrong.entries()) {
    access.time.now = start + (index + 1) * 3_600_000
    assert.deepEqual(await refusal(request()), expected, name)
  }
})

for (const [name, request] of [...wrong, ['the right password', () => ({})] as const]) {
  test(`the sixth attempt after five failures is refused, and no password is looked at: ${name}`, async () => {
    await access.users.create(account.id, 'cora')
    for (let index = 0; index < 5; index++) {
      const given = name === 'the right password' ? { password: 'wrong horse' } : request()
      await assert.rejects(signIn({ ...given, address: `192.0.2.${index}` }), { code: 'InvalidCredentials' })
    }
    access.work.hashes = 0
    await assert.rejects(signIn({ ...request(), address: '192.0.2.9' }), {
      code: 'TooManyRequests',
      status: 429,
      message: 'Too many attempts to sign in have failed. Try again in 900 seconds.',
      headers: { 'retry-after': '900' },
    })
    assert.equal(access.work.hashes, 0)
  })
}

test('an account counts as one, be it given by name, by id or not at all', async () => {
  const { accountId } = await access.firstAccount()
  const given = [{ account: 'first' }, { account: accountId }, {}, { account: 'first' }, {}]
  const attempt = (request: { account?: string }) => access.signIn({ user: 'x', password, ...from, ...request })
  for (const request of given) await assert.rejects(attempt(request), { code: 'InvalidCredentials' })
  await assert.rejects(attempt({ account: accountId }), { code: 'TooManyRequests' })
})

test('a success begins the count anew', async () => {
  for (let round = 0; round < 4; round++) {
    for (let index = 0; index < 4; index++) {
      await assert.rejects(signIn({ password: 'wrong horse', address: `10.0.${round}.${index}` }))
    }
    await signIn()
  }
})

test('twenty guesses at once are five guesses', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => signIn({ password: `horse number ${index}` })),
  )
  const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as ApiError).code : ''))
  assert.equal(codes.filter((code) => code === 'InvalidCredentials').length, 5)
  assert.equal(codes.filter((code) => code === 'TooManyRequests').length, 15)
  assert.equal(access.work.hashes, 5)
})

test('who is sent away because too many try has not failed', async () => {
  let slow = true
  const released: (() => void)[] = []
  const slowHash: SlowHash = async (...given) => {
    if (slow) await new Promise<void>((resolve) => released.push(resolve))
    return quickHash(...given)
  }
  const passwords = new Passwords({ ...access, slowHash })
  const signIn = createSignIn({ ...access, passwords })
  const others = Array.from({ length: 34 }, () => passwords.verify(undefined, 'x'))
  for (let index = 0; index < 10; index++) {
    await assert.rejects(signIn({ account: 'video', user: 'anna', password, ...from }), { code: 'SlowDown' })
  }
  slow = false
  while (released.length < 2) await new Promise(setImmediate)
  for (const release of released) release()
  await Promise.all(others)
  assert.ok(await signIn({ account: 'video', user: 'anna', password, ...from }))
})

/** Signs in while `meanwhile` happens between the proof of the password and the session. */
async function signInDuring(meanwhile: () => Promise<unknown>): Promise<unknown> {
  const slowHash: SlowHash = async (...given) => {
    const hash = await quickHash(...given)
    // The record was read by now; what comes is too late for the proof.
    await meanwhile()
    return hash
  }
  const signIn = createSignIn({ ...access, passwords: new Passwords({ ...access, slowHash }) })
  return signIn({ account: 'video', user: 'anna', password, ...from })
}

test('a password that is changed while it is proved opens nothing', async () => {
  const change = () => access.passwords.set(anna.id, 'another horse')
  await assert.rejects(signInDuring(change), { code: 'InvalidCredentials' })
  assert.deepEqual(await access.sessions.list(anna.id), [])
})

test('a user who is deleted while they sign in is told what all are told', async () => {
  await assert.rejects(
    signInDuring(() => access.users.delete(anna.id)),
    { code: 'InvalidCredentials' },
  )
  assert.deepEqual(await access.sessions.list(anna.id), [])
})

test('neither the password nor the token is recorded by any of this', async () => {
  const { token } = await signIn()
  await assert.rejects(signIn({ user: password, password: 'wrong horse' }))
  const recorded = access.recorded()
  for (const secret of [password, 'wrong horse', token.reveal()]) assert.equal(recorded.includes(secret), false)
})
