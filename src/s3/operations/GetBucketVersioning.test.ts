import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'
import { setVersioning } from '../versioned.fixture.ts'

test('GetBucketVersioning tells the state, and nothing where there never was one', async () => {
  const { send } = await makeFront()
  const never = await send('GET /photos?versioning')
  assert.deepEqual([never.status, never.elements('Status')], [200, []])
  assert.match(never.text, /<VersioningConfiguration xmlns="[^"]+"(\/>|><\/VersioningConfiguration>)$/)
  for (const state of ['Suspended', 'Enabled'] as const) {
    await setVersioning(send, state)
    assert.deepEqual((await send('GET /photos?versioning')).elements('Status'), [state])
  }
  assert.equal((await send('GET /photos?versioning', { account: otherAccountId })).outcome, '403 AccessDenied')
})
