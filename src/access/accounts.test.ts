import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { Accounts } from './accounts.ts'

const clock = { now: () => 1_790_000_000_000, monotonic: () => 0 }
let accounts: Accounts
beforeEach(() => {
  accounts = new Accounts({ store: createMemoryStore(), clock, random: systemRandom })
})

test('an account is found by its email address, whatever the case of its letters', async () => {
  const made = await accounts.create('video', 'Video@Example.com')
  assert.equal(made.email, 'Video@Example.com')
  assert.deepEqual(await accounts.get(made.id), made)
  assert.equal(await accounts.idOfEmail('video@example.COM'), made.id)
  assert.equal(await accounts.idOfEmail('other@example.com'), undefined)
  assert.equal(await accounts.idOfEmail(`${'a'.repeat(1_000_000)}@example.com`), undefined)
  assert.deepEqual(await accounts.list(), [made])
})

test('two accounts cannot have one email address, but both can have none', async () => {
  await accounts.create('video', 'a@example.com')
  await assert.rejects(accounts.create('audio', 'A@example.com'), { code: 'EntityAlreadyExists' })
  await accounts.create('audio')
  await accounts.create('text')
  assert.equal((await accounts.list()).length, 3)
})

for (const email of ['', 'a', '@', 'a@', '@a', 'a b@c', 'a@b\n', '<a@b>', 'a,b@c', `${'a'.repeat(253)}@b`]) {
  test(`${JSON.stringify(email.slice(0, 20))} is no email address`, async () => {
    await assert.rejects(accounts.create('video', email), { code: 'InvalidArgument' })
    assert.deepEqual(await accounts.list(), [])
  })
}
