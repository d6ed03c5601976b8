import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeCli, piped, typed } from './test-bed.ts'

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli()))
afterEach(() => cli.remove())

const args = ['users', 'password', 'video', 'anna']
const done = () => ({ status: 'ok' })

test('a password is asked for twice on the terminal, which shows nothing of it', async () => {
  const { input, modes } = typed('corect\u007F\u007F\u007Frect horse\rcorrect horse\n')
  const { code, out, error } = await cli.with(done, () => input)(...args)
  assert.deepEqual([code, out], [0, 'anna has a new password.\n'])
  assert.equal(error, 'New password: \nThe same again: \n')
  assert.deepEqual(modes, [true, false])
  assert.deepEqual(cli.orders, [
    {
      ...{ operation: 'SetUserPassword', account: 'video', params: { user: 'anna' } },
      body: { password: 'correct horse' },
    },
  ])
})

const keys: [title: string, text: string, code: number, message: RegExp][] = [
  ['that differs the second time', 'one password\ranother one\r', 2, /differs from the first/],
  ['that is broken off with Ctrl-C', 'one pass\u0003', 1, /Cancelled/],
  ['that is broken off with Ctrl-D the second time', 'one password\r\u0004', 1, /Cancelled/],
]

for (const [title, text, expected, message] of keys) {
  test(`a password ${title} changes nothing, and the terminal is as it was`, async () => {
    const { input, modes } = typed(text)
    const { code, error } = await cli.with(done, () => input)(...args)
    assert.equal(code, expected)
    assert.match(error, message)
    assert.deepEqual([cli.orders, modes], [[], [true, false]])
    assert.doesNotMatch(error, /one pass/)
  })
}

test('Ctrl-U begins the line anew', async () => {
  const { input } = typed('wrong\u0015right one\rright one\r')
  await cli.with(done, () => input)(...args)
  assert.deepEqual(cli.orders[0]?.body, { password: 'right one' })
})

test('--stdin takes the first line', async () => {
  for (const text of ['päss wörd 1\nmore', 'päss wörd 1\r\n', 'päss wörd 1']) {
    const { code, error } = await cli.with(done, () => piped(text))(...args, '--stdin')
    assert.deepEqual([code, error], [0, ''])
    assert.deepEqual(cli.orders.at(-1)?.body, { password: 'päss wörd 1' })
  }
})

test('without a terminal and --stdin there is nobody to ask', async () => {
  const { code, error } = await cli.with(done, () => piped('x'))(...args)
  assert.equal(code, 2)
  assert.match(error, /There is no terminal .* with --stdin/)
})

test('a password is no flag', async () => {
  assert.equal((await cli.entrepot(...args, '--password', 'x')).code, 2)
})
