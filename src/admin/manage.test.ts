import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manage, type ManageOrder } from './manage.ts'
import { makeManagement } from './test-bed.ts'

async function makeManage() {
  const bed = await makeManagement()
  const perform = (operation: string, input: unknown = {}, account?: string) =>
    manage({ operation, account, input: JSON.stringify(input) } satisfies ManageOrder, bed.services)
  return { ...bed, perform }
}

test('the operator acts as the owner of whichever account is named; of the first, where none is', async () => {
  const { perform, accountIds } = await makeManage()
  await perform('CreateBucket', { body: { name: 'films' } })
  await perform('CreateBucket', { body: { name: 'photos' } }, 'alpha')
  const names = async (account?: string) =>
    ((await perform('ListBuckets', {}, account)) as { buckets: readonly { name: string }[] }).buckets.map(
      ({ name }) => name,
    )
  assert.deepEqual(
    [await names(), await names('alpha'), await names(accountIds.alpha)],
    [['films'], ['photos'], ['photos']],
  )
  await assert.rejects(perform('GetBucket', { params: { bucket: 'films' } }, 'alpha'), { code: 'NoSuchBucket' })
})

test('it is in the log as the operator’s doing, in the account’s own', async () => {
  const { perform, done } = await makeManage()
  await perform('CreateUser', { body: { name: 'anna' } }, 'alpha')
  const { pick } = await done('GET /v1/audit?limit=1')
  assert.deepEqual(pick('entries.0.actor'), { kind: 'operator', id: '', name: 'alpha' })
  assert.deepEqual([pick('entries.0.action'), pick('entries.0.outcome')], ['CreateUser', 'done'])
})

for (const [title, order, code] of [
  ['an operation that there is not', { operation: 'MakeCoffee', input: '{}' }, 'InvalidRequest'],
  ['a name that every object has', { operation: 'constructor', input: '{}' }, 'InvalidRequest'],
  ['input that is no JSON', { operation: 'ListBuckets', input: 'rubbish' }, 'InvalidRequest'],
  ['input that is no object', { operation: 'ListBuckets', input: 'null' }, 'InvalidRequest'],
  ['input that does not fit', { operation: 'ListBuckets', input: '{"query":{"limit":0}}' }, 'InvalidArgument'],
  ['a part that is no object', { operation: 'ListBuckets', input: '{"query":[]}' }, 'InvalidArgument'],
  ['what takes bytes', { operation: 'PutObject', input: '{}' }, 'InvalidRequest'],
  ['an account that there is not', { operation: 'ListBuckets', account: 'gamma', input: '{}' }, 'NoSuchEntity'],
] as const) {
  test(`${title} is refused`, async () => {
    const { services } = await makeManagement()
    await assert.rejects(manage(order, services), { code })
  })
}
