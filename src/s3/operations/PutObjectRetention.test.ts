import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherAccountId } from '../test-bed.ts'
import {
  allowOther,
  inDays,
  makeLockedFront,
  makeVersionedFront,
  putVersion,
  retentionBody,
} from '../versioned.fixture.ts'

const bypass = { 'x-amz-bypass-governance-retention': 'true' }

async function makeRetained(mode: string, days: number) {
  const front = await makeLockedFront()
  const id = await putVersion(front.send, 'k', 'kitten')
  const retain = (newMode: string, newDays: number, headers = {}, account?: string) =>
    front.send(`PUT /photos/k?retention&versionId=${id}`, {
      body: retentionBody(newMode, inDays(front.clock.ms, newDays)),
      headers,
      ...(account === undefined ? {} : { account }),
    })
  assert.equal((await retain(mode, days)).outcome, '200')
  const until = async () => (await front.send('GET /photos/k?retention')).element('RetainUntilDate')
  return { ...front, id, retain, until }
}

const denied = '403 AccessDenied'
const rows: readonly (readonly [from: string, to: string, days: number, plainly: string, bypassing: string])[] = [
  ['GOVERNANCE', 'GOVERNANCE', 3, '200', '200'],
  ['GOVERNANCE', 'GOVERNANCE', 1, denied, '200'],
  ['GOVERNANCE', 'COMPLIANCE', 2, denied, '200'],
  ['COMPLIANCE', 'COMPLIANCE', 3, '200', '200'],
  ['COMPLIANCE', 'COMPLIANCE', 1, denied, denied],
  ['COMPLIANCE', 'GOVERNANCE', 3, denied, denied],
]
for (const [from, to, days, plainly, bypassing] of rows) {
  for (const [headers, outcome] of [
    [{}, plainly],
    [bypass, bypassing],
  ] as const) {
    const how = headers === bypass ? ', passing over GOVERNANCE,' : ''
    test(`PutObjectRetention from ${from} for 2 days to ${to} for ${days}${how} is ${outcome}`, async () => {
      const { retain, until, clock } = await makeRetained(from, 2)
      assert.equal((await retain(to, days, headers)).outcome, outcome)
      assert.equal(await until(), inDays(clock.ms, outcome === '200' ? days : 2))
    })
  }
}

test('an empty retention takes one away that may be passed over, and no other', async () => {
  for (const [mode, outcome] of [
    ['GOVERNANCE', '200'],
    ['COMPLIANCE', denied],
  ] as const) {
    const { send } = await makeRetained(mode, 2)
    const empty = (headers = {}) => send('PUT /photos/k?retention', { body: '<Retention></Retention>', headers })
    assert.equal((await empty()).outcome, denied)
    assert.equal((await empty(bypass)).outcome, outcome)
  }
})

test('who may put retentions may pass over GOVERNANCE only with a permission of its own', async () => {
  const { send, retain } = await makeRetained('GOVERNANCE', 2)
  assert.equal((await retain('GOVERNANCE', 3, {}, otherAccountId)).outcome, denied)
  await allowOther(send, 's3:PutObjectRetention')
  assert.equal((await retain('GOVERNANCE', 3, {}, otherAccountId)).outcome, '200')
  assert.equal((await retain('GOVERNANCE', 1, bypass, otherAccountId)).outcome, denied)
  await allowOther(send, 's3:PutObjectRetention', 's3:BypassGovernanceRetention')
  assert.equal((await retain('GOVERNANCE', 1, bypass, otherAccountId)).outcome, '200')
})

const future = '2030-01-01T00:00:00Z'
const refused: readonly (readonly [what: string, body: string, outcome: string])[] = [
  ['no document', '', '400 MalformedXML'],
  ['a mode alone', '<Retention><Mode>GOVERNANCE</Mode></Retention>', '400 MalformedXML'],
  ['a date alone', `<Retention><RetainUntilDate>${future}</RetainUntilDate></Retention>`, '400 MalformedXML'],
  ['a mode in small letters', retentionBody('governance', future), '400 MalformedXML'],
  ['a date that is none', retentionBody('GOVERNANCE', 'tomorrow'), '400 MalformedXML'],
  ['a date in the past', retentionBody('GOVERNANCE', '2020-01-01T00:00:00Z'), '400 InvalidArgument'],
  ['the present', retentionBody('GOVERNANCE', '2026-11-20T00:00:00Z'), '400 InvalidArgument'],
]
for (const [what, body, outcome] of refused) {
  test(`PutObjectRetention with ${what} is ${outcome}`, async () => {
    const { send } = await makeLockedFront()
    await putVersion(send, 'k', 'kitten')
    assert.equal((await send('PUT /photos/k?retention', { body })).outcome, outcome)
    assert.equal((await send('GET /photos/k?retention')).outcome, '404 NoSuchObjectLockConfiguration')
  })
}

test('PutObjectRetention of what is not there, is a delete marker, or has no object lock, is refused', async () => {
  const { send } = await makeLockedFront()
  const body = retentionBody('GOVERNANCE', future)
  const put = async (line: string) => (await send(`PUT ${line}`, { body })).outcome
  assert.equal(await put('/photos/k?retention'), '404 NoSuchKey')
  const { headers } = await send('DELETE /photos/k')
  assert.equal(await put(`/photos/k?retention&versionId=${headers['x-amz-version-id']}`), '405 MethodNotAllowed')
  assert.equal(await put(`/photos/k?retention&versionId=${'0'.repeat(32)}`), '404 NoSuchVersion')
  assert.equal(await put('/photos/k?retention&versionId=x'), '400 InvalidArgument')
  const unlocked = await makeVersionedFront()
  await putVersion(unlocked.send, 'k', 'x')
  assert.equal((await unlocked.send('PUT /photos/k?retention', { body })).outcome, '400 InvalidRequest')
})

test('what is retained is not deleted until its time is over', async () => {
  const { send, id, clock, assertLedger } = await makeRetained('COMPLIANCE', 2)
  const remove = async () => (await send(`DELETE /photos/k?versionId=${id}`, { headers: bypass })).outcome
  assert.equal(await remove(), denied)
  assert.equal((await send('DELETE /photos/k')).status, 204)
  assert.equal((await send(`GET /photos/k?versionId=${id}`)).text, 'kitten')
  clock.ms += 2 * 86_400_000 - 1
  assert.equal(await remove(), denied)
  clock.ms += 1
  assert.equal(await remove(), '204')
  await assertLedger()
})
