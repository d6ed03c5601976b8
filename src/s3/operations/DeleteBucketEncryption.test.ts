import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('DeleteBucketEncryption ends the default, whether there is one or not, and leaves the rest', async () => {
  const { send, buckets } = await makeFront()
  const before = await buckets.get('photos')
  assert.equal((await send('DELETE /photos?encryption')).status, 204)
  const tags = { a: 'b' }
  await buckets.update(before, (bucket) => ({ ...bucket, tags, encryption: { algorithm: 'AES256' } }))
  const { status, text } = await send('DELETE /photos?encryption')
  assert.deepEqual([status, text], [204, ''])
  assert.deepEqual(await buckets.get('photos'), { ...before, tags })
})
