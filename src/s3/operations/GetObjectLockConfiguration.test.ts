import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherAccountId } from '../test-bed.ts'
import { makeVersionedFront } from '../versioned.fixture.ts'

test('GetObjectLockConfiguration tells what was put, and before that that there is none', async () => {
  const { send } = await makeVersionedFront()
  const none = await send('GET /photos?object-lock')
  assert.deepEqual([none.outcome, none.element('BucketName')], ['404 ObjectLockConfigurationNotFoundError', 'photos'])
  const content =
    '<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>1</Years></DefaultRetention></Rule>'
  await send('PUT /photos?object-lock', { body: `<ObjectLockConfiguration>${content}</ObjectLockConfiguration>` })
  const { text } = await send('GET /photos?object-lock')
  assert.ok(text.endsWith(`>${content}</ObjectLockConfiguration>`), text)
  assert.equal((await send('GET /photos?object-lock', { account: otherAccountId })).outcome, '403 AccessDenied')
})
