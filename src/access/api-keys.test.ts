import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Account } from './accounts.ts'
import { apiKeysMax } from './api-keys.ts'
import { roles, type Role } from './roles.ts'
import { makeAccess, start, type Access } from './test-bed.ts'

let access: Access
let account: Account
beforeEach(async () => {
  access = makeAccess()
  account = await access.accounts.create('video')
})

test('the text of a key fits into a path as it stands, and opens what the key is for', async () => {
  const { apiKey, ...key } = await access.apiKeys.create(account.id, 'deploy')
  assert.match(apiKey.reveal(), new RegExp(`^ek_${key.id}_[A-Za-z0-9_-]{43}$`))
  assert.deepEqual(key, { id: key.id, accountId: account.id, name: 'deploy', role: 'owner', createdAt: start })
  assert.deepEqual(await access.apiKeys.verify(apiKey.reveal()), { ...key, lastUsedAt: start })
})

test('what is not the whole text of a key opens nothing', async () => {
  const { apiKey, id } = await access.apiKeys.create(account.id, 'deploy')
  const other = await access.apiKeys.create(account.id, 'other')
  const text = apiKey.reveal()
  const secretPart = text.slice(-43)
  const wrong = [
    '',
    id,
    text.slice(0, -1),
    `${text}A`,
    ` ${text}`,
    `${text}\n`,
    `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`,
    text.toUpperCase(),
    `ek_${other.id}_${secretPart}`,
    `ek_${'a'.repeat(16)}_${secretPart}`,
    text.repeat(1000),
  ]
  for (const each of wrong) assert.equal(await access.apiKeys.verify(each), undefined, each.slice(0, 80))
})

test('the text is in no record, and no listing shows it', async () => {
  const { apiKey } = await access.apiKeys.create(account.id, 'deploy')
  const text = apiKey.reveal()
  await access.apiKeys.verify(text)
  for (const part of [text, text.slice(-43), Buffer.from(text.slice(-43), 'base64url').toString('latin1')]) {
    assert.equal(access.recorded().includes(part), false)
  }
  assert.equal(JSON.stringify(await access.apiKeys.list(account.id)).includes(text.slice(-43)), false)
})

test('a key is listed with its last use, to the minute, and under its new name', async () => {
  const { apiKey, id } = await access.apiKeys.create(account.id, 'deploy')
  assert.equal((await access.apiKeys.get(id))?.lastUsedAt, undefined)
  const uses: [after: number, noted: number][] = [
    [1000, 1000],
    [60_999, 1000],
    [61_000, 61_000],
  ]
  for (const [after, noted] of uses) {
    access.time.now = start + after
    await access.apiKeys.verify(apiKey.reveal())
    assert.equal((await access.apiKeys.get(id))?.lastUsedAt, start + noted)
  }
  const renamed = await access.apiKeys.rename(id, 'ci')
  assert.deepEqual([renamed.name, renamed.lastUsedAt], ['ci', start + 61_000])
  assert.deepEqual(await access.apiKeys.list(account.id), [renamed])
  assert.deepEqual(await access.apiKeys.verify(apiKey.reveal()), renamed)
})

test('keys are listed for their account alone, in order of making', async () => {
  const other = await access.accounts.create('other')
  await access.apiKeys.create(other.id, 'theirs')
  for (const name of ['c', 'a', 'b']) {
    access.time.now++
    await access.apiKeys.create(account.id, name)
  }
  assert.deepEqual(
    (await access.apiKeys.list(account.id)).map(({ name }) => name),
    ['c', 'a', 'b'],
  )
})

test('a deleted key opens nothing from then on', async () => {
  const { apiKey, id } = await access.apiKeys.create(account.id, 'deploy')
  assert.equal((await access.apiKeys.delete(id)).name, 'deploy')
  assert.equal(await access.apiKeys.verify(apiKey.reveal()), undefined)
  assert.equal(await access.apiKeys.get(id), undefined)
  assert.deepEqual(await access.apiKeys.list(account.id), [])
  for (const change of [access.apiKeys.delete(id), access.apiKeys.rename(id, 'x')]) {
    await assert.rejects(change, { code: 'NoSuchEntity' })
  }
})

test('an account has a hundred keys at most, also when several are made at once', async () => {
  for (let made = 0; made < apiKeysMax - 2; made++) await access.apiKeys.create(account.id, 'x')
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => access.apiKeys.create(account.id, 'x')))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2)
  await assert.rejects(access.apiKeys.create(account.id, 'x'), { code: 'LimitExceeded' })
  await access.apiKeys.create((await access.accounts.create('other')).id, 'x')
  const [first] = await access.apiKeys.list(account.id)
  await access.apiKeys.delete(first!.id)
  await access.apiKeys.create(account.id, 'x')
})

test('bad names, and keys for nobody, are refused', async () => {
  const anna = await access.users.create((await access.accounts.create('other')).id, 'anna')
  const { id } = await access.apiKeys.create(account.id, 'ä'.repeat(128))
  for (const name of ['ä'.repeat(129), 'a\nb', '\u0000', '\u202e']) {
    await assert.rejects(access.apiKeys.create(account.id, name), { code: 'InvalidArgument' })
    await assert.rejects(access.apiKeys.rename(id, name), { code: 'InvalidArgument' })
  }
  await assert.rejects(access.apiKeys.create('0'.repeat(64), 'x'), { code: 'NoSuchEntity' })
  for (const userId of [anna.id, 'AIDAABSENT', '']) {
    await assert.rejects(access.apiKeys.create(account.id, 'x', { userId }), { code: 'NoSuchEntity' })
  }
  assert.equal((await access.apiKeys.list(account.id)).length, 1)
})

for (const role of Object.keys(roles) as Role[]) {
  test(`a key of the account has the role that it was given: ${role}`, async () => {
    const { apiKey } = await access.apiKeys.create(account.id, 'x', { role })
    assert.equal((await access.apiKeys.verify(apiKey.reveal()))?.role, role)
  })
}

test("a user's key has the user's role as it is now, and no other", async () => {
  const anna = await access.users.create(account.id, 'anna', { role: 's3.user' })
  const { apiKey, role, userId } = await access.apiKeys.create(account.id, 'x', { userId: anna.id })
  assert.deepEqual([role, userId], ['s3.user', anna.id])
  await access.users.setRole(anna.id, 'member')
  assert.equal((await access.apiKeys.verify(apiKey.reveal()))?.role, 'member')
  assert.equal((await access.apiKeys.list(account.id))[0]?.role, 'member')
  await access.apiKeys.create(account.id, 'x', { userId: anna.id, role: 'member' })
  await assert.rejects(access.apiKeys.create(account.id, 'x', { userId: anna.id, role: 'owner' }), {
    code: 'InvalidArgument',
  })
})

test('a key is good although nothing can be written', async () => {
  let full = false
  access = makeAccess({ fault: () => (full ? 'before' : undefined) })
  account = await access.accounts.create('video')
  const { apiKey, id } = await access.apiKeys.create(account.id, 'x')
  full = true
  assert.equal((await access.apiKeys.verify(apiKey.reveal()))?.id, id)
})
