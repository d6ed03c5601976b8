import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { userKey } from './records.ts'
import { MasterKey } from './sealing.ts'
import { Sessions, sessionsMax } from './sessions.ts'
import { makeAccess, start, type Access } from './test-bed.ts'
import type { User } from './users.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const from = { address: '192.0.2.1', agent: 'Firefox' }

let access: Access
let anna: User
let bert: User
beforeEach(async () => {
  access = makeAccess()
  const account = await access.accounts.create('video')
  anna = await access.users.create(account.id, 'anna')
  bert = await access.users.create(account.id, 'bert')
})

const open = (user = anna) => access.sessions.open(user.id, user.accountId, from)
/** After as many milliseconds from the start. */
async function isOpenAt(token: Secret, after: number): Promise<boolean> {
  access.time.now = start + after
  return (await access.sessions.find(token.reveal())) !== undefined
}

test('who holds the token is found again, and knows from where it was opened', async () => {
  const { token, session } = await open()
  assert.match(token.reveal(), /^[A-Za-z0-9_-]{43}$/)
  assert.deepEqual(session, {
    id: session.id,
    userId: anna.id,
    accountId: anna.accountId,
    createdAt: start,
    seenAt: start,
    expiresAt: start + 12 * hour,
    ...from,
  })
  assert.deepEqual(await access.sessions.find(token.reveal()), session)
})

test('no other text opens it, its id neither', async () => {
  const { token, session } = await open()
  const text = token.reveal()
  const flipped = (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
  for (const wrong of ['', session.id, text.slice(1), `${text}A`, flipped, text.toLowerCase(), `${text}\n`]) {
    if (wrong !== text) assert.equal(await access.sessions.find(wrong), undefined)
  }
})

test('by its id it is found as long as it lasts, which is no use of it', async () => {
  const { session, token } = await open()
  const isThereAt = async (after: number): Promise<boolean> => {
    access.time.now = start + after
    return (await access.sessions.findById(session.id)) !== undefined
  }
  assert.deepEqual(await access.sessions.findById(session.id), session)
  assert(await isThereAt(12 * hour - 1))
  assert(!(await isThereAt(12 * hour)))
  for (const other of ['', 'x', token.reveal(), `${session.id}A`])
    assert.equal(await access.sessions.findById(other), undefined)
  access.time.now = start
  await access.sessions.closeById(anna.id, session.id)
  assert.equal(await access.sessions.findById(session.id), undefined)
  const gone = await open(bert)
  await access.users.delete(bert.id)
  assert.equal(await access.sessions.findById(gone.session.id), undefined)
})

test('the token is in no record and in no session', async () => {
  const { token, session } = await open()
  await access.sessions.find(token.reveal())
  const text = token.reveal()
  for (const part of [
    text,
    Buffer.from(text, 'base64url').toString('latin1'),
    Buffer.from(text, 'base64url').toString('hex'),
  ]) {
    assert.equal(access.recorded().includes(part), false)
  }
  assert.equal(JSON.stringify(session).includes(text), false)
})

test('it ends after twelve hours without use', async () => {
  const { token } = await open()
  assert.equal(await isOpenAt(token, 12 * hour - 1), true)
  assert.equal(await isOpenAt(token, 24 * hour - 2), true)
  assert.equal(await isOpenAt(token, 36 * hour - 2), false)
  assert.deepEqual(await access.sessions.list(anna.id), [])
})

test('it ends after thirty days, however it is used', async () => {
  const { token } = await open()
  for (let after = 0; after < 30 * day; after += 11 * hour) assert.equal(await isOpenAt(token, after), true)
  assert.equal(await isOpenAt(token, 30 * day - 1), true)
  assert.equal((await access.sessions.list(anna.id))[0]?.expiresAt, start + 30 * day)
  assert.equal(await isOpenAt(token, 30 * day), false)
})

test('that it was used is noted once a minute at most', async () => {
  const { token } = await open()
  const seenAt = async () => (await access.sessions.list(anna.id))[0]!.seenAt - start
  const before = access.store.records
  await isOpenAt(token, minute - 1)
  assert.equal(access.store.records, before)
  await isOpenAt(token, minute)
  assert.equal(await seenAt(), minute)
  await isOpenAt(token, 2 * minute - 1)
  assert.equal(await seenAt(), minute)
})

test('a session goes on although nothing can be written', async () => {
  let full = false
  access = makeAccess({ fault: () => (full ? 'before' : undefined) })
  anna = await access.users.create((await access.accounts.create('video')).id, 'anna')
  const { token } = await open()
  full = true
  assert.equal(await isOpenAt(token, hour), true)
})

test('a closed session is closed, and the others are not', async () => {
  const [one, two] = [await open(), await open()]
  await access.sessions.close(one.token.reveal())
  await access.sessions.close(one.token.reveal())
  await access.sessions.close('nothing')
  assert.equal(await access.sessions.find(one.token.reveal()), undefined)
  assert.ok(await access.sessions.find(two.token.reveal()))
})

test('a user closes one of their sessions by its id, and of nobody else', async () => {
  const [hers, his] = [await open(), await open(bert)]
  for (const id of [his.session.id, 'x', '', 'A'.repeat(43)]) {
    await assert.rejects(access.sessions.closeById(anna.id, id), { code: 'NoSuchEntity' })
  }
  assert.ok(await access.sessions.find(his.token.reveal()))
  await access.sessions.closeById(anna.id, hers.session.id)
  assert.equal(await access.sessions.find(hers.token.reveal()), undefined)
})

test('signing out everywhere ends all of the user, and of nobody else', async () => {
  const hers = [await open(), await open(), await open()]
  const his = await open(bert)
  await access.sessions.closeAll(anna.id)
  for (const { token } of hers) assert.equal(await access.sessions.find(token.reveal()), undefined)
  assert.ok(await access.sessions.find(his.token.reveal()))
  assert.deepEqual(await access.sessions.list(anna.id), [])
})

test('sessions are listed, the last used first', async () => {
  const [one, two] = [await open(), await open()]
  await open(bert)
  await isOpenAt(one.token, hour)
  assert.deepEqual(
    (await access.sessions.list(anna.id)).map(({ id }) => id),
    [one.session.id, two.session.id],
  )
})

test('a user has a hundred sessions at most; the one that lay unused longest gives way', async () => {
  const first = await open()
  const opened = []
  for (let index = 1; index < sessionsMax; index++) {
    access.time.now += 1
    opened.push(await open())
  }
  assert.ok(await access.sessions.find(first.token.reveal()))
  await isOpenAt(first.token, 2 * minute)
  await open()
  assert.equal((await access.sessions.list(anna.id)).length, sessionsMax)
  assert.equal(await access.sessions.find(opened[0]!.token.reveal()), undefined)
  assert.ok(await access.sessions.find(first.token.reveal()))
})

test('sessions that have ended leave the records when the user opens another', async () => {
  for (let index = 0; index < 10; index++) await open()
  access.time.now += 31 * day
  await open()
  const records = access.store.records.scan(Buffer.of(0x16), Buffer.of(0x17), { limit: 100 })
  assert.equal(records.length, 2)
})

test('nobody who is not there gets a session', async () => {
  const other = await access.accounts.create('other')
  await assert.rejects(access.sessions.open(anna.id, other.id, from), { code: 'NoSuchEntity' })
  await assert.rejects(access.sessions.open('AIDAABSENT', other.id, from), { code: 'NoSuchEntity' })
})

test('a session whose user is gone is dead, even where its record was left', async () => {
  const { token } = await open()
  const key = userKey(anna.id)
  await access.store.transact({ exclusive: [key] }, (transaction) => transaction.delete(key))
  assert.equal(await access.sessions.find(token.reveal()), undefined)
})

test('what a client says of itself is kept in part only', async () => {
  const { session } = await access.sessions.open(anna.id, anna.accountId, {
    address: 'x'.repeat(1000),
    agent: `${'x'.repeat(255)}🐎`,
  })
  assert.deepEqual([session.address.length, session.agent.length], [64, 256])
  assert.ok(session.agent.isWellFormed())
})

test('a CSRF token is right for its session alone, and under this master key alone', async () => {
  const [one, two] = [(await open()).session, (await open()).session]
  const token = access.sessions.csrfToken(one)
  assert.match(token, /^[\w-]{43}$/)
  assert.equal(access.sessions.checkCsrf(one, token), true)
  assert.equal(access.sessions.checkCsrf({ ...one, seenAt: one.seenAt + 1 }, token), true)
  assert.equal(access.sessions.checkCsrf(two, token), false)
  for (const wrong of [undefined, '', one.id, token.slice(1), `${token} `, `ä${token.slice(1)}`]) {
    assert.equal(access.sessions.checkCsrf(one, wrong), false)
  }
  const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
  assert.notEqual(new Sessions({ ...access, masterKey }).csrfToken(one), token)
})

test('a session that is used while all are ended ends', async () => {
  for (let round = 0; round < 30; round++) {
    let commits = 0
    let ticks = (): number => 0
    const pause = async (): Promise<void> => {
      for (let left = ticks(); left > 0; left--) await new Promise(setImmediate)
    }
    access = makeAccess({ pause })
    anna = await access.users.create((await access.accounts.create('video')).id, 'anna')
    const { token } = await open()
    access.time.now += hour
    ticks = () => (round * 7 + ++commits * 5) % 6
    const ended = round % 2 === 0 ? access.sessions.closeAll(anna.id) : access.users.delete(anna.id)
    await Promise.allSettled([
      ended,
      access.sessions.find(token.reveal()),
      access.sessions.find(token.reveal()),
      open(),
    ])
    assert.equal(await access.sessions.find(token.reveal()), undefined, `round ${round}`)
    if (round % 2 === 1) assert.deepEqual(await access.sessions.list(anna.id), [], `round ${round}`)
  }
})
