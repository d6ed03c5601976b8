import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import { addEncryptionCommands } from './encryption.ts'
import type { Toolbox } from './toolbox.ts'

/** What is ordered, and what is shown of such an answer. */
async function run(name: string, answer: object): Promise<{ order: object; shown: string }> {
  let seen: { order: object; shown: string } | undefined
  const program = new Command('entrepot').exitOverride()
  addEncryptionCommands(program, {
    equip: (command) => command,
    perform: async (_command, order, show) => {
      seen = { order, shown: show(answer as never) }
    },
  } as Pick<Toolbox, 'equip' | 'perform'> as Toolbox)
  await program.parseAsync(['encryption', name], { from: 'user' })
  return seen!
}

const createdAt = '2026-11-20T00:00:00.000Z'

test('status shows which key is current and which are kept', async () => {
  const keys = [
    { id: '0011223344556677', current: false, createdAt },
    { id: '8899aabbccddeeff', current: true, createdAt },
  ]
  const { order, shown } = await run('status', { keys })
  assert.deepEqual(order, { name: 'encryption.status', parameters: {} })
  assert.equal(
    shown,
    `KEY               STATE    CREATED\n0011223344556677  kept     ${createdAt}\n8899aabbccddeeff  current  ${createdAt}\n`,
  )
})

test('status without a key says how one comes to be', async () => {
  assert.match((await run('status', { keys: [] })).shown, /The first start of the server makes one/)
})

test('rotate names the new key', async () => {
  const { order, shown } = await run('rotate', { id: '8899aabbccddeeff', current: true, createdAt })
  assert.deepEqual(order, { name: 'encryption.rotate', parameters: {} })
  assert.match(shown, /^8899aabbccddeeff is the encryption key from now on/)
})
