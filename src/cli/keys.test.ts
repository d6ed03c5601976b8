import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { keepLastUses } from '../access/last-use.ts'
import { makeCli } from './test-bed.ts'

const nowMs = Date.UTC(2026, 10, 20, 16)
let cli: ReturnType<typeof makeCli>
let accessKeyId: string
beforeEach(async () => {
  cli = makeCli({ clock: { now: () => nowMs, monotonic: () => 0 } })
  const made = await cli.entrepot('accounts', 'create', 'video', '--json')
  accessKeyId = (JSON.parse(made.out) as { accessKeyId: string }).accessKeyId
})
afterEach(() => cli.remove())

test('list shows when, for what and from where a key was last used', async () => {
  assert.match((await cli.entrepot('keys', 'list')).out, /LAST USED\n.* never\n$/)
  const use = { atMs: nowMs - 1000, operation: 'GetObject', remoteAddress: '10.0.0.1', front: 's3' } as const
  await keepLastUses(cli.store, new Map([[accessKeyId, use]]))
  assert.match((await cli.entrepot('keys', 'list')).out, / 2026-11-20T15:59:59\.000Z GetObject 10\.0\.0\.1\n$/)
  const { keys } = JSON.parse((await cli.entrepot('keys', 'list', '--json')).out) as { keys: { lastUse: object }[] }
  assert.deepEqual(keys[0]?.lastUse, {
    ...{ time: '2026-11-20T15:59:59.000Z', operation: 'GetObject', address: '10.0.0.1' },
  })
})

test('regenerate with a grace says until when the old secret works', async () => {
  const { out } = await cli.entrepot('keys', 'regenerate', accessKeyId, '--grace', '1h')
  assert.match(out, /Secret +\S{40}\n[^]*The old secret works until 2026-11-20T17:00:00\.000Z\.\n$/)
  const atOnce = await cli.entrepot('keys', 'regenerate', accessKeyId)
  assert.doesNotMatch(atOnce.out, /old secret/)
})

for (const grace of ['never', '1w', '-1']) {
  test(`a grace of ${grace} is wrong usage`, async () => {
    assert.equal((await cli.entrepot('keys', 'regenerate', accessKeyId, `--grace=${grace}`)).code, 2)
  })
}

test('a grace that is too long is refused', async () => {
  const { code, error } = await cli.entrepot('keys', 'regenerate', accessKeyId, '--grace', '8d')
  assert.equal(code, 1)
  assert.match(error, /A grace must be 0 to 604800 whole seconds/)
})
