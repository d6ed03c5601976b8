import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeLockedFront, makeVersionedFront, putVersion } from '../versioned.fixture.ts'

test('GetObjectLegalHold tells whether the version asked for is held, if it ever was said', async () => {
  const { send } = await makeLockedFront()
  const held = await putVersion(send, 'k', '1', { 'x-amz-object-lock-legal-hold': 'ON' })
  const free = await putVersion(send, 'k', '2', { 'x-amz-object-lock-legal-hold': 'OFF' })
  await putVersion(send, 'k', '3')
  const status = async (id: string) => (await send(`GET /photos/k?legal-hold&versionId=${id}`)).element('Status')
  assert.deepEqual([await status(held), await status(free)], ['ON', 'OFF'])
  assert.equal((await send('GET /photos/k?legal-hold')).outcome, '404 NoSuchObjectLockConfiguration')
  assert.equal((await send('GET /photos/none?legal-hold')).outcome, '404 NoSuchKey')
})

test('GetObjectLegalHold where there is no object lock is InvalidRequest', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'k', 'x')
  assert.equal((await send('GET /photos/k?legal-hold')).outcome, '400 InvalidRequest')
})
