import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherAccountId } from '../test-bed.ts'
import { allowOther, inDays, makeLockedFront, makeVersionedFront, putVersion } from '../versioned.fixture.ts'

test('GetObjectRetention tells the retention of the version asked for', async () => {
  const { send, clock } = await makeLockedFront()
  const until = inDays(clock.ms, 2)
  const lock = { 'x-amz-object-lock-mode': 'COMPLIANCE', 'x-amz-object-lock-retain-until-date': until }
  const id = await putVersion(send, 'k', 'kitten', lock)
  await putVersion(send, 'k', 'dog')
  const { element } = await send(`GET /photos/k?retention&versionId=${id}`)
  assert.deepEqual([element('Mode'), element('RetainUntilDate')], ['COMPLIANCE', until])
  assert.equal((await send('GET /photos/k?retention')).outcome, '404 NoSuchObjectLockConfiguration')
  assert.equal((await send('GET /photos/none?retention')).outcome, '404 NoSuchKey')
})

test('GetObjectRetention where there is no object lock is InvalidRequest', async () => {
  const { send } = await makeVersionedFront()
  await putVersion(send, 'k', 'x')
  assert.equal((await send('GET /photos/k?retention')).outcome, '400 InvalidRequest')
})

test('GetObjectRetention, and the headers that tell the same, need a permission of their own', async () => {
  const { send, clock } = await makeLockedFront()
  const lock = { 'x-amz-object-lock-mode': 'GOVERNANCE', 'x-amz-object-lock-retain-until-date': inDays(clock.ms, 2) }
  await putVersion(send, 'k', 'x', { ...lock, 'x-amz-object-lock-legal-hold': 'ON' })
  const shown = async () => {
    const { headers, status } = await send('GET /photos/k', { account: otherAccountId })
    assert.equal(status, 200)
    return [headers['x-amz-object-lock-mode'], headers['x-amz-object-lock-legal-hold']]
  }
  await allowOther(send, 's3:GetObject')
  assert.equal((await send('GET /photos/k?retention', { account: otherAccountId })).outcome, '403 AccessDenied')
  assert.deepEqual(await shown(), [undefined, undefined])
  await allowOther(send, 's3:GetObject', 's3:GetObjectRetention')
  assert.equal((await send('GET /photos/k?retention', { account: otherAccountId })).outcome, '200')
  assert.deepEqual(await shown(), ['GOVERNANCE', undefined])
  await allowOther(send, 's3:GetObject', 's3:GetObjectLegalHold')
  assert.deepEqual(await shown(), [undefined, 'ON'])
})
