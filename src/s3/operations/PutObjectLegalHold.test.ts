import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherAccountId } from '../test-bed.ts'
import { allowOther, makeLockedFront, makeVersionedFront, putVersion } from '../versioned.fixture.ts'

const hold = (status: string): string => `<LegalHold><Status>${status}</Status></LegalHold>`

test('what is under a legal hold is not deleted until the hold is taken off, by nobody', async () => {
  const { send, assertLedger } = await makeLockedFront()
  const id = await putVersion(send, 'k', 'kitten')
  await putVersion(send, 'k', 'dog')
  const put = async (status: string) =>
    (await send(`PUT /photos/k?legal-hold&versionId=${id}`, { body: hold(status) })).outcome
  const remove = async () => {
    const headers = { 'x-amz-bypass-governance-retention': 'true' }
    return (await send(`DELETE /photos/k?versionId=${id}`, { headers })).outcome
  }
  assert.equal(await put('ON'), '200')
  assert.equal(await remove(), '403 AccessDenied')
  assert.equal(await put('OFF'), '200')
  assert.equal(await remove(), '204')
  await assertLedger()
})

for (const body of ['', '<LegalHold></LegalHold>', hold('on'), hold('PERHAPS'), '<Hold/>']) {
  test(`PutObjectLegalHold with ${body || 'nothing'} is MalformedXML`, async () => {
    const { send } = await makeLockedFront()
    await putVersion(send, 'k', 'x')
    assert.equal((await send('PUT /photos/k?legal-hold', { body })).outcome, '400 MalformedXML')
    assert.equal((await send('GET /photos/k?legal-hold')).outcome, '404 NoSuchObjectLockConfiguration')
  })
}

test('PutObjectLegalHold of what is not there, or has no object lock, is refused', async () => {
  const { send } = await makeLockedFront()
  assert.equal((await send('PUT /photos/none?legal-hold', { body: hold('ON') })).outcome, '404 NoSuchKey')
  const unlocked = await makeVersionedFront()
  await putVersion(unlocked.send, 'k', 'x')
  assert.equal((await unlocked.send('PUT /photos/k?legal-hold', { body: hold('ON') })).outcome, '400 InvalidRequest')
})

test('PutObjectLegalHold needs a permission of its own', async () => {
  const { send } = await makeLockedFront()
  await putVersion(send, 'k', 'x')
  const put = async () =>
    (await send('PUT /photos/k?legal-hold', { body: hold('ON'), account: otherAccountId })).outcome
  await allowOther(send, 's3:PutObject', 's3:PutObjectRetention')
  assert.equal(await put(), '403 AccessDenied')
  await allowOther(send, 's3:PutObjectLegalHold')
  assert.equal(await put(), '200')
})
