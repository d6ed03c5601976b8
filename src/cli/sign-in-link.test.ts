import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeCli } from './test-bed.ts'

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli()))
afterEach(() => cli.remove())

const url = 'http://127.0.0.1:9001/#/setup?token=one-time-token'
const made = () => ({ url, expires: '2026-11-21 12:00:00' })

test('a link is made for a user, or for the first owner', async () => {
  const entrepot = cli.with(made)
  const { code, out } = await entrepot('users', 'sign-in-link', 'video', 'anna')
  assert.equal(code, 0)
  assert.equal(out, `  Sign in at         ${url}\n  Works once, until  2026-11-21 12:00:00 UTC\n`)
  const json = await entrepot('users', 'sign-in-link', '--json')
  assert.deepEqual(JSON.parse(json.out), made())
  assert.deepEqual(cli.orders, [
    { operation: 'CreateSignInLink', account: 'video', body: { user: 'anna' } },
    { operation: 'CreateSignInLink', account: undefined, body: {} },
  ])
})

test('an account without a user is no order', async () => {
  const { code, error } = await cli.with(made)('users', 'sign-in-link', 'anna')
  assert.equal(code, 2)
  assert.match(error, /name the user, too/)
  assert.deepEqual(cli.orders, [])
})
