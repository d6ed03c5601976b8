import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

test('GetUsage: what the account has, bucket by bucket and in sum', async () => {
  const { send } = await makeFront({ toggles: { 'buckets.max': 1000 } })
  await send('PUT /photos/a', { body: 'four' })
  await send('PUT /photos/b', { body: 'seventeen letters' })
  const { status, element, elements } = await send('GET /?usage')
  assert.equal(status, 200)
  assert.equal(element('QuotaMaxBuckets'), '1000')
  assert.equal(element('TotalBytes'), '21')
  assert.equal(element('TotalEntries'), '2')
  assert.deepEqual(elements('Bucket'), ['photos'])
  const other = await send('GET /?usage', { account: otherAccountId })
  assert.equal(other.element('TotalEntries'), '0')
  assert.deepEqual(other.elements('Bucket'), [])
})
