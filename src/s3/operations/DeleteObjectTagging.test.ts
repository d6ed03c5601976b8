import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherAccountId } from '../test-bed.ts'
import { makeVersionedFront, putVersion } from '../versioned.fixture.ts'

test('DeleteObjectTagging takes the tags of a version away, whether there are any or not', async () => {
  const { send } = await makeVersionedFront()
  const first = await putVersion(send, 'k', 'x', { 'x-amz-tagging': 'a=1' })
  const second = await putVersion(send, 'k', 'y', { 'x-amz-tagging': 'b=2' })
  const keys = async (id: string) => (await send(`GET /photos/k?tagging&versionId=${id}`)).elements('Key')
  for (const id of [first, first]) {
    const { status, headers } = await send(`DELETE /photos/k?tagging&versionId=${id}`)
    assert.deepEqual([status, headers['x-amz-version-id']], [204, id])
  }
  assert.deepEqual([await keys(first), await keys(second)], [[], ['b']])
  assert.equal((await send('DELETE /photos/k?tagging')).status, 204)
  assert.deepEqual(await keys(second), [])
  assert.equal((await send('GET /photos/k')).text, 'y')
})

test('DeleteObjectTagging of what is not there, or not ours, is refused', async () => {
  const { send } = await makeVersionedFront()
  assert.equal((await send('DELETE /photos/none?tagging')).outcome, '404 NoSuchKey')
  await putVersion(send, 'k', 'x', { 'x-amz-tagging': 'a=1' })
  assert.equal((await send('DELETE /photos/k?tagging', { account: otherAccountId })).outcome, '403 AccessDenied')
})
