import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allReindexes } from '../../objects/lifecycle/queue.ts'
import { makeFront, otherAccountId } from '../test-bed.ts'

const body =
  '<LifecycleConfiguration><Rule><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>'

test('DeleteBucketLifecycle is 204, with rules or without, and then there are none, nor anything to be looked at for them', async () => {
  const { send, metadata } = await makeFront()
  assert.equal((await send('DELETE /photos?lifecycle')).outcome, '204')
  await send('PUT /photos?lifecycle', { body })
  assert.equal((await send('DELETE /photos?lifecycle')).outcome, '204')
  assert.equal((await send('GET /photos?lifecycle')).outcome, '404 NoSuchLifecycleConfiguration')
  const { start, end } = allReindexes
  assert.equal((await metadata.read((snapshot) => snapshot.scan(start, end, { limit: 9 }))).length, 0)
})

test('DeleteBucketLifecycle is not for other accounts', async () => {
  const { send } = await makeFront()
  assert.equal((await send('DELETE /photos?lifecycle', { account: otherAccountId })).outcome, '403 AccessDenied')
})
