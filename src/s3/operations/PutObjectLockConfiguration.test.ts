import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'
import { makeLockedFront, makeVersionedFront, putVersion, setVersioning } from '../versioned.fixture.ts'

const enabled = '<ObjectLockEnabled>Enabled</ObjectLockEnabled>'
const configuration = (content: string): string => `<ObjectLockConfiguration>${content}</ObjectLockConfiguration>`
const rule = (content: string): string => `<Rule><DefaultRetention>${content}</DefaultRetention></Rule>`
const governance = '<Mode>GOVERNANCE</Mode>'

const taken: readonly (readonly [content: string, kept: object])[] = [
  [enabled, {}],
  [enabled + rule(`${governance}<Days>1</Days>`), { defaultRetention: { mode: 'GOVERNANCE', days: 1 } }],
  [
    enabled + rule('<Mode>COMPLIANCE</Mode><Years>100</Years>'),
    { defaultRetention: { mode: 'COMPLIANCE', years: 100 } },
  ],
  [enabled + rule(`${governance}<Days>36500</Days>`), { defaultRetention: { mode: 'GOVERNANCE', days: 36_500 } }],
]
for (const [content, kept] of taken) {
  test(`PutObjectLockConfiguration with ${content} keeps ${JSON.stringify(kept)}`, async () => {
    const { send, buckets } = await makeVersionedFront()
    assert.equal((await send('PUT /photos?object-lock', { body: configuration(content) })).outcome, '200')
    assert.deepEqual((await buckets.get('photos')).objectLock, kept)
  })
}

const refused: readonly (readonly [content: string, outcome: string])[] = [
  ['', '400 MalformedXML'],
  ['<ObjectLockEnabled>Disabled</ObjectLockEnabled>', '400 MalformedXML'],
  [rule(`${governance}<Days>1</Days>`), '400 MalformedXML'],
  [`${enabled}<Rule></Rule>`, '400 MalformedXML'],
  [enabled + rule(''), '400 MalformedXML'],
  [enabled + rule(governance), '400 MalformedXML'],
  [enabled + rule('<Days>1</Days>'), '400 MalformedXML'],
  [enabled + rule(`${governance}<Days>1</Days><Years>1</Years>`), '400 MalformedXML'],
  [enabled + rule('<Mode>governance</Mode><Days>1</Days>'), '400 MalformedXML'],
  [enabled + rule(`${governance}<Days>1.5</Days>`), '400 MalformedXML'],
  [enabled + rule(`${governance}<Days>0</Days>`), '400 InvalidRetentionPeriod'],
  [enabled + rule(`${governance}<Years>-1</Years>`), '400 InvalidRetentionPeriod'],
  [enabled + rule(`${governance}<Days>36501</Days>`), '400 InvalidRetentionPeriod'],
  [enabled + rule(`${governance}<Years>101</Years>`), '400 InvalidRetentionPeriod'],
]
for (const [content, outcome] of refused) {
  test(`PutObjectLockConfiguration with ${content || 'nothing'} is ${outcome}`, async () => {
    const { send, buckets } = await makeVersionedFront()
    assert.equal((await send('PUT /photos?object-lock', { body: configuration(content) })).outcome, outcome)
    assert.equal((await buckets.get('photos')).objectLock, undefined)
  })
}

test('object lock is for buckets whose versioning is enabled', async () => {
  const { send } = await makeFront()
  const put = async () => (await send('PUT /photos?object-lock', { body: configuration(enabled) })).outcome
  assert.equal(await put(), '409 InvalidBucketState')
  await setVersioning(send, 'Suspended')
  assert.equal(await put(), '409 InvalidBucketState')
  await setVersioning(send, 'Enabled')
  assert.equal(await put(), '200')
})

test('a default retention counts for what is put from then on, and can be taken away again', async () => {
  const { send, clock } = await makeLockedFront()
  const modes: (string | undefined)[] = []
  const put = async (key: string): Promise<void> => {
    await putVersion(send, key, 'x')
    modes.push((await send(`HEAD /photos/${key}`)).headers['x-amz-object-lock-retain-until-date'])
  }
  await put('before')
  await send('PUT /photos?object-lock', { body: configuration(enabled + rule(`${governance}<Days>2</Days>`)) })
  await put('under')
  await send('PUT /photos?object-lock', { body: configuration(enabled) })
  await put('after')
  assert.deepEqual(modes, [undefined, new Date(clock.ms + 2 * 86_400_000).toISOString(), undefined])
})

test('a bucket is created with object lock, and so with versioning', async () => {
  const { send } = await makeFront()
  const headers = { 'x-amz-bucket-object-lock-enabled': 'true' }
  assert.equal((await send('PUT /locked', { headers })).outcome, '200')
  assert.equal((await send('GET /locked?versioning')).element('Status'), 'Enabled')
  const { outcome, element } = await send('GET /locked?object-lock')
  assert.deepEqual([outcome, element('ObjectLockEnabled'), element('Rule')], ['200', 'Enabled', undefined])
})

test('PutObjectLockConfiguration is not for other accounts', async () => {
  const { send } = await makeVersionedFront()
  const sent = { body: configuration(enabled), account: otherAccountId }
  assert.equal((await send('PUT /photos?object-lock', sent)).outcome, '403 AccessDenied')
})
