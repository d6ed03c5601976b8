import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { decodePassword, passwordKey } from './management-records.ts'
import { Passwords, type SlowHash } from './passwords.ts'
import { makeAccess, quickHash, type Access } from './test-bed.ts'
import type { User } from './users.ts'

const password = 'correct horse'

let access: Access
let anna: User
beforeEach(async () => {
  access = makeAccess()
  anna = await access.users.create((await access.accounts.create('video')).id, 'annabelle')
})

const openSession = () => access.sessions.open(anna.id, anna.accountId, { address: '192.0.2.1', agent: 'test' })
const recordOf = async (id: string) => decodePassword((await access.store.get(passwordKey(id)))!)

test('the password that was set is right, and no other', async () => {
  assert.equal(await access.passwords.has(anna.id), false)
  await access.passwords.set(anna.id, password)
  assert.equal(await access.passwords.has(anna.id), true)
  assert.equal(await access.passwords.verify(anna.id, password), true)
  for (const wrong of ['', 'Correct horse', 'correct horse ', ' correct horse', 'correct hors', `${password}\u0000`]) {
    assert.equal(await access.passwords.verify(anna.id, wrong), false, wrong)
  }
  await access.passwords.set(anna.id, 'another horse')
  assert.equal(await access.passwords.verify(anna.id, password), false)
  assert.equal(await access.passwords.verify(anna.id, 'another horse'), true)
})

test('by scrypt itself, with 32 MiB or more, it is the same', async () => {
  const real = new Passwords({ store: access.store, random: systemRandom })
  await real.set(anna.id, password)
  const { cost, blockSize, parallelism } = await recordOf(anna.id)
  assert.ok(cost * blockSize * 128 >= 32 * 2 ** 20 && parallelism >= 1)
  assert.equal(await real.verify(anna.id, password), true)
  assert.equal(await real.verify(anna.id, `${password}!`), false)
  assert.equal(await real.verify(undefined, password), false)
})

test('a password is right however it was composed', async () => {
  await access.passwords.set(anna.id, 'A\u030angstro\u0308m units')
  assert.equal(await access.passwords.verify(anna.id, '\u00c5ngstr\u00f6m units'), true)
})

test('the password is in no record, and two of the same password have nothing in common', async () => {
  const bert = await access.users.create(anna.accountId, 'bert')
  await access.passwords.set(anna.id, password)
  await access.passwords.set(bert.id, password)
  assert.equal(access.recorded().includes(password), false)
  const [hers, his] = [await recordOf(anna.id), await recordOf(bert.id)]
  for (const name of ['salt', 'hash', 'generation'] as const) assert.notEqual(hers[name], his[name])
})

test('guessable, short, long and untypable passwords are refused, and nothing changes', async () => {
  await access.passwords.set(anna.id, password)
  for (const bad of ['short', 'Password123', 'annabelle1', 'a\nbcdefgh', 'x'.repeat(1000), '12345678', 'aaaaaaaaa']) {
    await assert.rejects(access.passwords.set(anna.id, bad), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'InvalidArgument')
      assert.equal(error.message.includes(bad), false, 'the message repeats the password')
      return true
    })
  }
  assert.equal(await access.passwords.verify(anna.id, password), true)
  await assert.rejects(access.passwords.set('AIDAABSENT', password), { code: 'NoSuchEntity' })
})

test('an unknown user, one without a password and a wrong password cost one slow hash each, of the same parameters', async () => {
  const costs: string[] = []
  const slowHash: SlowHash = (text, salt, parameters) => {
    costs.push(
      JSON.stringify([parameters.cost, parameters.blockSize, parameters.parallelism, salt.length, text.length]),
    )
    return quickHash(text, salt, parameters)
  }
  const passwords = new Passwords({ ...access, slowHash })
  const bert = await access.users.create(anna.accountId, 'bert')
  await passwords.set(anna.id, password)
  costs.length = 0
  for (const userId of [undefined, bert.id, 'AIDAABSENT', anna.id]) {
    assert.equal(await passwords.verify(userId, 'another horse'), false)
  }
  assert.equal(costs.length, 4)
  assert.equal(new Set(costs).size, 1)
  for (const userId of [undefined, anna.id]) assert.equal(await passwords.verify(userId, 'x'.repeat(5000)), false)
  assert.equal(costs.length, 6)
})

test('a digest of weaker parameters is made anew when its password is proved, and only then', async () => {
  const weak = new Passwords({
    ...access,
    slowHash: quickHash,
    parameters: { cost: 2 ** 14, blockSize: 8, parallelism: 1 },
  })
  await weak.set(anna.id, password)
  const before = await recordOf(anna.id)
  assert.equal(await access.passwords.verify(anna.id, 'wrong horse'), false)
  assert.deepEqual(await recordOf(anna.id), before)
  assert.equal(await access.passwords.verify(anna.id, password), true)
  const after = await recordOf(anna.id)
  assert.deepEqual([before.cost, after.cost], [2 ** 14, 2 ** 15])
  assert.notEqual(after.salt, before.salt)
  assert.equal(after.generation, before.generation)
  assert.equal(access.work.hashes, 3)
  assert.equal(await access.passwords.verify(anna.id, password), true)
  assert.equal(access.work.hashes, 4)
  // A program with less demanding parameters leaves the better digest alone.
  assert.equal(await weak.verify(anna.id, password), true)
  assert.deepEqual(await recordOf(anna.id), after)
})

test('a password that is set while the former is strengthened stays', async () => {
  const parameters = { cost: 2 ** 14, blockSize: 8, parallelism: 1 }
  await new Passwords({ ...access, slowHash: quickHash, parameters }).set(anna.id, password)
  let hashes = 0
  const slowHash: SlowHash = async (...given) => {
    // The first proves the former password, the second is to strengthen it.
    if (++hashes === 2) await access.passwords.set(anna.id, 'another horse')
    return quickHash(...given)
  }
  assert.equal(await new Passwords({ ...access, slowHash }).verify(anna.id, password), true)
  assert.equal(hashes, 2)
  assert.equal(await access.passwords.verify(anna.id, password), false)
  assert.equal(await access.passwords.verify(anna.id, 'another horse'), true)
})

test('a new password ends all sessions of the user, in the same commit', async () => {
  const bert = await access.users.create(anna.accountId, 'bert')
  const { token } = await openSession()
  const his = await access.sessions.open(bert.id, bert.accountId, { address: '', agent: '' })
  await access.passwords.set(anna.id, password)
  assert.equal(await access.sessions.find(token.reveal()), undefined)
  assert.ok(await access.sessions.find(his.token.reveal()))
  // The same password again is a new one.
  const again = await openSession()
  await access.passwords.set(anna.id, password)
  assert.equal(await access.sessions.find(again.token.reveal()), undefined)
})

for (const fault of ['before', 'after'] as const) {
  test(`a commit that fails ${fault} it is applied leaves the password and the sessions both changed or neither`, async () => {
    let failing = false
    access = makeAccess({ fault: () => (failing ? fault : undefined) })
    anna = await access.users.create((await access.accounts.create('video')).id, 'annabelle')
    await access.passwords.set(anna.id, password)
    const { token } = await openSession()
    failing = true
    await assert.rejects(access.passwords.set(anna.id, 'another horse'), { code: 'ServiceUnavailable' })
    failing = false
    const changed = fault === 'after'
    assert.equal(await access.passwords.verify(anna.id, 'another horse'), changed)
    assert.equal(await access.passwords.verify(anna.id, password), !changed)
    assert.equal((await access.sessions.find(token.reveal())) === undefined, changed)
  })
}

test('without a password there is no signing in, and no session', async () => {
  await access.passwords.set(anna.id, password)
  const { token } = await openSession()
  await access.passwords.remove(anna.id)
  assert.equal(await access.passwords.has(anna.id), false)
  assert.equal(await access.passwords.verify(anna.id, password), false)
  assert.equal(await access.sessions.find(token.reveal()), undefined)
  await access.passwords.remove(anna.id)
})

test('two slow hashes run at once, 32 wait, and one more is refused; later all goes on', async () => {
  let running = 0
  let most = 0
  const released: (() => void)[] = []
  const slowHash: SlowHash = async (...given) => {
    most = Math.max(most, ++running)
    await new Promise<void>((resolve) => released.push(resolve))
    running--
    return quickHash(...given)
  }
  const passwords = new Passwords({ ...access, slowHash })
  const all = Array.from({ length: 34 }, () => passwords.verify(undefined, password))
  while (released.length < 2) await new Promise(setImmediate)
  await assert.rejects(passwords.verify(undefined, password), { code: 'SlowDown', headers: { 'retry-after': '1' } })
  const done = Promise.all(all)
  for (let index = 0; index < 34; index++) {
    while (released.length <= index) await new Promise(setImmediate)
    released[index]!()
  }
  await done
  assert.deepEqual([most, running, released.length], [2, 0, 34])
  const one = passwords.verify(undefined, password)
  while (released.length < 35) await new Promise(setImmediate)
  released[34]!()
  assert.equal(await one, false)
})

test('a slow hash that fails leaves its place to the next', async () => {
  let failing = true
  const slowHash: SlowHash = (...given) => (failing ? Promise.reject(new Error('no memory')) : quickHash(...given))
  const passwords = new Passwords({ ...access, slowHash })
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => passwords.verify(undefined, password)))
  assert.ok(outcomes.every(({ status }) => status === 'rejected'))
  failing = false
  assert.equal(await passwords.verify(undefined, password), false)
})
