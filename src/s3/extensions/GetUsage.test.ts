import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Accounts } from '../../access/accounts.ts'
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

test('GetUsage tells the quota of the account, where it has one', async () => {
  const { send, metadata, clock, random } = await makeFront()
  const accounts = new Accounts({ store: metadata, clock, random })
  const { id } = await accounts.create('video')
  const asked = () => send('GET /?usage', { account: id })
  assert.equal((await asked()).element('QuotaMaxBytes'), '-1')
  await accounts.setQuota(id, { bytesMax: 1000, objectsMax: 7 })
  const { element } = await asked()
  assert.deepEqual([element('QuotaMaxBytes'), element('QuotaMaxObjCount')], ['1000', '7'])
})
