import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeCli } from './test-bed.ts'

const account = { id: 'a1', name: 'video', quota: { bytes_max: 1024 ** 4, objects_max: 1000 } }

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli()))
afterEach(() => cli.remove())

test('the quota of an account is changed', async () => {
  const entrepot = cli.with(() => ({ account }))
  const { out } = await entrepot('accounts', 'quota', 'video', '--bytes', '1TiB')
  assert.equal(out, 'The quota of video: 1 TiB, 1,000 objects.\n')
  assert.deepEqual(cli.orders, [
    {
      ...{ operation: 'UpdateAccount', account: undefined, params: { account: 'video' } },
      body: { quota: { bytes_max: 1024 ** 4 } },
    },
  ])
})

test('without a change it is shown, by name or id', async () => {
  const entrepot = cli.with(() => ({ accounts: [account], next: null }))
  for (const name of ['video', 'a1']) {
    const { out } = await entrepot('accounts', 'quota', name, '--json')
    assert.deepEqual(JSON.parse(out), account.quota)
  }
  const { code, error } = await entrepot('accounts', 'quota', 'audio')
  assert.deepEqual([code, error], [1, 'entrepot: There is no account "audio".\n'])
})
