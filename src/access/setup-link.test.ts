import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { Secret } from '../base/secret.ts'
import { setupLinkLifetime, setupLinksMax } from './setup-link.ts'
import { makeAccess, type Access } from './test-bed.ts'

const password = 'correct horse'
const hour = 3_600_000

let access: Access
let first: string
beforeEach(async () => {
  access = makeAccess()
  first = (await access.firstAccount()).accountId
})

const redeem = (token: Secret | string, more: { user?: string; password?: string; address?: string } = {}) =>
  access.setupLinks.redeem({
    ...{ token: typeof token === 'string' ? token : token.reveal(), user: 'owner', password, address: '192.0.2.1' },
    ...more,
  })

const signIn = (user = 'owner', given = password) =>
  access.signIn({ user, password: given, address: '192.0.2.9', agent: 'Firefox' })

const owners = async () =>
  (await access.users.list(first)).filter(({ role }) => role === 'owner').map(({ name }) => name)

describe('the first link', () => {
  test('makes an owner of the first account who can sign in; then none is needed', async () => {
    assert.equal(await access.setupLinks.isNeeded(), true)
    const { token, expiresAt } = await access.setupLinks.createFirst()
    assert.match(token.reveal(), /^[\w-]{43}$/)
    assert.equal(expiresAt, access.time.now + 24 * hour)
    const user = await redeem(token)
    assert.deepEqual([user.name, user.role, user.accountId], ['owner', 'owner', first])
    assert.equal((await signIn()).user.id, user.id)
    assert.equal(await access.setupLinks.isNeeded(), false)
    await assert.rejects(access.setupLinks.createFirst(), { code: 'InvalidRequest' })
  })

  test('works once', async () => {
    const { token } = await access.setupLinks.createFirst()
    await redeem(token)
    await assert.rejects(redeem(token, { user: 'second', password: 'another horse' }), { code: 'InvalidToken' })
    assert.deepEqual(await owners(), ['owner'])
    await signIn()
  })

  test('gives a password to an owner of that name who has none', async () => {
    const boss = await access.users.create(first, 'Boss', { role: 'owner' })
    const { token } = await access.setupLinks.createFirst()
    assert.equal((await redeem(token, { user: 'boss' })).id, boss.id)
    assert.deepEqual(await owners(), ['Boss'])
    await signIn('boss')
  })

  test('makes nobody an owner who is there and is none', async () => {
    const mia = await access.users.create(first, 'mia', { role: 'member' })
    const { token } = await access.setupLinks.createFirst()
    await assert.rejects(redeem(token, { user: 'MIA' }), { code: 'EntityAlreadyExists' })
    assert.equal((await access.users.get(mia.id))?.role, 'member')
    await redeem(token)
  })

  test('is good for a day, whatever a clock that goes back says', async () => {
    const { token } = await access.setupLinks.createFirst()
    access.time.now -= hour
    access.time.now += hour + setupLinkLifetime - 1
    await assert.rejects(redeem(token, { password: 'short' }), { code: 'InvalidArgument' })
    access.time.now += 1
    await assert.rejects(redeem(token), { code: 'InvalidToken' })
    assert.deepEqual(await owners(), [])
  })

  test('ends when another is made', async () => {
    const old = await access.setupLinks.createFirst()
    const { token } = await access.setupLinks.createFirst()
    await assert.rejects(redeem(old.token), { code: 'InvalidToken' })
    await redeem(token)
  })

  test('ends when an owner is given a password otherwise', async () => {
    const { token } = await access.setupLinks.createFirst()
    const boss = await access.users.create(first, 'boss', { role: 'owner' })
    await access.passwords.set(boss.id, password)
    await assert.rejects(redeem(token), { code: 'InvalidToken' })
    assert.deepEqual(await owners(), ['boss'])
  })

  test('is needed though others have passwords', async () => {
    const { id: elsewhere } = await access.accounts.create('video')
    for (const user of [
      await access.users.create(first, 'mia', { role: 'member' }),
      await access.users.create(first, 'admin', { role: 'iam.admin' }),
      await access.users.create(elsewhere, 'olga', { role: 'owner' }),
    ])
      await access.passwords.set(user.id, password)
    await access.users.create(first, 'boss', { role: 'owner' })
    assert.equal(await access.setupLinks.isNeeded(), true)
  })

  test('is needed again when the last owner with a password is one no more', async () => {
    const [anna, bert] = [
      await access.users.create(first, 'anna', { role: 'owner' }),
      await access.users.create(first, 'bert', { role: 'owner' }),
    ]
    for (const { id } of [anna, bert]) await access.passwords.set(id, password)
    assert.equal(await access.setupLinks.isNeeded(), false)
    await access.passwords.remove(anna.id)
    assert.equal(await access.setupLinks.isNeeded(), false)
    await access.users.setRole(bert.id, 'member')
    assert.equal(await access.setupLinks.isNeeded(), true)
    await access.passwords.set(anna.id, password)
    assert.equal(await access.setupLinks.isNeeded(), false)
    await access.users.delete(anna.id)
    assert.equal(await access.setupLinks.isNeeded(), true)
  })

  test('is needed before the first start, too, and cannot be used then', async () => {
    access = makeAccess()
    assert.equal(await access.setupLinks.isNeeded(), true)
    const { token } = await access.setupLinks.createFirst()
    await assert.rejects(redeem(token), { code: 'InvalidToken' })
  })

  for (const names of [
    ['owner', 'owner'],
    ['anna', 'bert'],
  ] as const) {
    test(`makes one owner of ${names.join(' and ')} who come at once`, async () => {
      const { token } = await access.setupLinks.createFirst()
      const passwords = ['first horse', 'second horse']
      const outcomes = await Promise.allSettled(
        names.map((user, index) => redeem(token, { user, password: passwords[index]! })),
      )
      const won = outcomes.findIndex(({ status }) => status === 'fulfilled')
      const lost = outcomes[1 - won]!
      assert(lost.status === 'rejected')
      assert.equal((lost.reason as { code?: string }).code, 'InvalidToken')
      assert.deepEqual(await owners(), [names[won]])
      await signIn(names[won], passwords[won])
      await assert.rejects(signIn(names[1 - won], passwords[1 - won]), { code: 'InvalidCredentials' })
    })
  }

  test('gives one password to an owner to whom two come at once', async () => {
    await access.users.create(first, 'owner', { role: 'owner' })
    const { token } = await access.setupLinks.createFirst()
    const outcomes = await Promise.allSettled(
      ['first horse', 'second horse'].map((each) => redeem(token, { password: each })),
    )
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  })
})

describe("a user's link", () => {
  test('replaces the password and ends the sessions, and the password counts until then', async () => {
    const anna = await access.users.create(first, 'anna', { role: 'owner' })
    await access.passwords.set(anna.id, 'old password 1')
    const { token } = await access.setupLinks.createFor(anna)
    const { token: session } = await signIn('anna', 'old password 1')
    assert.equal((await redeem(token, { user: 'somebody' })).id, anna.id)
    assert.equal(await access.sessions.find(session.reveal()), undefined)
    await signIn('anna')
    await assert.rejects(signIn('anna', 'old password 1'), { code: 'InvalidCredentials' })
    await assert.rejects(redeem(token), { code: 'InvalidToken' })
  })

  test('is of that user alone, and leaves the links of others', async () => {
    const [anna, bert] = [await access.users.create(first, 'anna'), await access.users.create(first, 'bert')]
    const old = await access.setupLinks.createFor(anna)
    const ofBert = await access.setupLinks.createFor(bert)
    const ofFirst = await access.setupLinks.createFirst()
    const { token } = await access.setupLinks.createFor(anna)
    await assert.rejects(redeem(old.token), { code: 'InvalidToken' })
    assert.equal((await redeem(token)).id, anna.id)
    assert.equal((await redeem(ofBert.token)).id, bert.id)
    assert.equal((await redeem(ofFirst.token)).name, 'owner')
  })

  test('ends with the user', async () => {
    const anna = await access.users.create(first, 'anna')
    const { token } = await access.setupLinks.createFor(anna)
    await access.users.delete(anna.id)
    await access.users.create(first, 'anna')
    await assert.rejects(redeem(token), { code: 'InvalidToken' })
    await assert.rejects(access.setupLinks.createFor(anna), { code: 'NoSuchEntity' })
  })
})

test('a password or a name that may not be leaves the link as good as before, and is no failure', async () => {
  const { token } = await access.setupLinks.createFirst()
  for (let round = 0; round < 30; round++) {
    await assert.rejects(redeem(token, { password: 'password' }), { code: 'InvalidArgument' })
    await assert.rejects(redeem(token, { password: 'ownerowner' }), { code: 'InvalidArgument' })
    await assert.rejects(redeem(token, { user: 'no name' }), { code: 'InvalidArgument' })
  }
  assert.deepEqual(await owners(), [])
  await redeem(token)
})

test('wrong tokens count as failed sign-ins of their address, and cost no slow hash', async () => {
  const { token } = await access.setupLinks.createFirst()
  access.work.hashes = 0
  for (let count = 0; count < 20; count++) {
    const wrong = count % 2 === 0 ? 'x' : `${token.reveal().slice(0, -2)}${String(count).padStart(2, '0')}`
    const address = '192.0.2.7'
    if (count < 9) await assert.rejects(redeem(wrong, { address }), { code: 'InvalidToken' })
    else await assert.rejects(redeem(`${count}`.repeat(20), { address }), { code: 'InvalidToken' })
  }
  assert.equal(access.work.hashes, 0)
  await assert.rejects(redeem(token, { address: '192.0.2.7' }), { code: 'TooManyRequests' })
  // Nobody else's link is held up by it.
  await redeem(token)
})

test('one wrong token is not tried more than five times', async () => {
  for (let count = 0; count < 5; count++)
    await assert.rejects(redeem('wrong', { address: `192.0.2.${count}` }), { code: 'InvalidToken' })
  await assert.rejects(redeem('wrong', { address: '192.0.2.99' }), { code: 'TooManyRequests' })
})

test('of the token nothing is kept but a digest', async () => {
  const { token } = await access.setupLinks.createFirst()
  assert(!access.recorded().includes(token.reveal()))
  await assert.rejects(redeem('wrong'), { code: 'InvalidToken' })
  assert(!access.recorded().includes('wrong'))
})

test('there are not more than so many, and old ones make room', async () => {
  const users = []
  for (let count = 0; count <= setupLinksMax; count++) users.push(await access.users.create(first, `user${count}`))
  const last = users.pop()!
  for (const user of users) await access.setupLinks.createFor(user)
  await assert.rejects(access.setupLinks.createFor(last), { code: 'LimitExceeded' })
  await access.setupLinks.createFor(users[0]!)
  access.time.now += setupLinkLifetime
  await redeem((await access.setupLinks.createFor(last)).token)
})
