import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeAccess, type Access } from './test-bed.ts'

const password = 'correct horse'
const from = { address: '192.0.2.1', agent: 'test' }

/** Two users of one account who have one of everything. */
async function makeUsers(access: Access) {
  const { id } = await access.accounts.create('video')
  const own = await access.apiKeys.create(id, 'own')
  const make = async (name: string) => {
    const user = await access.users.create(id, name)
    await access.passwords.set(user.id, password)
    return {
      user,
      apiKey: await access.apiKeys.create(id, name, { userId: user.id }),
      accessKey: await access.accessKeys.create(id, name, { userId: user.id }),
      ...(await access.sessions.open(user.id, id, from)),
    }
  }
  return { id, own, anna: await make('annabelle'), bert: await make('bertrand') }
}

type Users = Awaited<ReturnType<typeof makeUsers>>

/** How many of the ways in are open. */
async function waysIn(access: Access, { user, apiKey, accessKey, token }: Users['anna']): Promise<number> {
  const ways = [
    (await access.passwords.has(user.id)) && (await access.passwords.verify(user.id, password)),
    await access.apiKeys.verify(apiKey.apiKey.reveal()),
    await access.accessKeys.open(accessKey.accessKeyId),
    await access.sessions.find(token.reveal()),
  ]
  return ways.filter(Boolean).length
}

test('with a user go password, API keys, access keys and sessions, and nothing of anybody else', async () => {
  const access = makeAccess()
  const { anna, bert, own, id } = await makeUsers(access)
  assert.equal(await waysIn(access, anna), 4)
  await access.users.delete(anna.user.id)
  assert.equal(await waysIn(access, anna), 0)
  assert.equal(await waysIn(access, bert), 4)
  assert.ok(await access.apiKeys.verify(own.apiKey.reveal()))
  assert.equal((await access.apiKeys.list(id)).length, 2)
  assert.equal(access.recorded().includes(anna.user.id), false)
})

for (const fault of ['before', 'after'] as const) {
  test(`a deletion whose commit fails ${fault} it is applied leaves everything or nothing`, async () => {
    let failing = false
    const access = makeAccess({ fault: () => (failing ? fault : undefined) })
    const { anna } = await makeUsers(access)
    failing = true
    await assert.rejects(access.users.delete(anna.user.id), { code: 'ServiceUnavailable' })
    failing = false
    assert.equal(await waysIn(access, anna), fault === 'before' ? 4 : 0)
  })
}

test('what a user is given while they are deleted is not left behind', async () => {
  for (let round = 0; round < 60; round++) {
    let commits = 0
    let ticks = (): number => 0
    const turns = async (count: number): Promise<void> => {
      for (let left = count; left > 0; left--) await new Promise(setImmediate)
    }
    const access = makeAccess({ pause: () => turns(ticks()) })
    const { anna, id } = await makeUsers(access)
    const userId = anna.user.id
    // Commits take a different number of turns each, so that every step of one comes between any two of the others.
    ticks = () => (round * 7 + ++commits * 5) % 6
    const [deleted] = await Promise.allSettled([
      access.users.delete(userId),
      turns(round % 5).then(() => access.passwords.set(userId, 'another horse')),
      turns(round % 4).then(() => access.apiKeys.create(id, 'x', { userId })),
      turns(round % 3).then(() => access.sessions.open(userId, id, from)),
      turns(round % 2).then(() => access.apiKeys.rename(anna.apiKey.id, 'renamed')),
      access.apiKeys.verify(anna.apiKey.apiKey.reveal()),
    ])
    assert.equal(deleted.status, 'fulfilled')
    assert.equal(access.recorded().includes(userId), false, `round ${round}`)
    assert.equal((await access.apiKeys.list(id)).length, 2, `round ${round}`)
  }
})
