import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeCli } from './test-bed.ts'

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli()))
afterEach(() => cli.remove())

const counts = (requests: number, bytes: number) => ({ requests, bytes_in: bytes, bytes_out: bytes * 2, errors: 1 })
const day = (name: string) => ({
  day: name,
  ...counts(1500, 2048),
  s3: counts(1000, 1024),
  delivery: counts(500, 1024),
})

test('usage without a command shows requests by day, with their sum', async () => {
  const entrepot = cli.with(() => ({ usage: [day('2026-11-19'), day('2026-11-20')] }))
  const { code, out } = await entrepot('usage', '--bucket', 'films', '--from', '2026-11-01')
  assert.equal(code, 0)
  assert.equal(
    out,
    `DAY         REQUESTS  ERRORS     IN    OUT  DELIVERED  DELIVERY OUT
2026-11-19     1,500       1  2 KiB  4 KiB        500         2 KiB
2026-11-20     1,500       1  2 KiB  4 KiB        500         2 KiB
total          3,000       2  4 KiB  8 KiB      1,000         4 KiB
`,
  )
  assert.deepEqual(cli.orders, [
    { operation: 'GetUsage', account: undefined, query: { bucket: 'films', from: '2026-11-01' } },
  ])
})

test('usage is of an access key too, and in JSON', async () => {
  const answer = { usage: [day('2026-11-20')] }
  const { out } = await cli.with(() => answer)('usage', '--key', 'AKIA', '--to', '2026-11-20', '--json')
  assert.deepEqual(JSON.parse(out), answer)
  assert.deepEqual(cli.orders[0]?.query, { access_key_id: 'AKIA', to: '2026-11-20' })
})

test('usage storage shows what was held, day by day', async () => {
  const row = {
    ...{ day: '2026-11-19', objects: 12_000, bytes: 1024 ** 3, versions: 3, version_bytes: 10 },
    ...{ deleted: 1, deleted_bytes: 1, unfinished_bytes: 0 },
  }
  const { out } = await cli.with(() => ({ storage: [row] }))('usage', 'storage', '--bucket', 'films')
  assert.match(out, /^DAY .*\n2026-11-19 +12,000 +1 GiB +3 +10 B +1 B +0 B\n$/)
  assert.deepEqual(cli.orders[0], { operation: 'GetStorageUsage', account: undefined, query: { bucket: 'films' } })
})

test('days without anything are said to be so', async () => {
  assert.match((await cli.with(() => ({ usage: [] }))('usage')).out, /^Nothing was asked for/)
  assert.match((await cli.with(() => ({ storage: [] }))('usage', 'storage')).out, /^No day of these/)
})

for (const args of [['--bucket', 'a', '--key', 'b'], ['--from', 'yesterday'], ['strage']]) {
  test(`wrong usage: usage ${args.join(' ')}`, async () => {
    assert.equal((await cli.entrepot('usage', ...args)).code, 2)
  })
}
