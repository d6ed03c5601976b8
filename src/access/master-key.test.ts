import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { systemRandom } from '../base/random.ts'
import { Refusal } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { openMasterKey } from './master-key.ts'

let folder: string
let file: string
let store = createMemoryStore()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entrepot-master-'))
  file = join(folder, 'keys', 'master.key')
  store = createMemoryStore()
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = (source: { key?: Secret; file?: string } = {}) =>
  openMasterKey({ store, source: { key: source.key, file: source.file ?? file }, random: systemRandom })

const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error))
  assert.match(error.message, pattern)
  return true
}

const good = () => systemRandom.bytes(32).toString('hex')

test('the first start makes a key file that only its owner can use, and later ones read it', async () => {
  const first = await open()
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(statSync(join(folder, 'keys')).mode & 0o777, 0o700)
  assert.match(readFileSync(file, 'latin1'), /^[0-9a-f]{64}\n$/)
  assert.deepEqual(readdirSync(join(folder, 'keys')), ['master.key'])
  assert.equal((await open()).id, first.id)
})

test('a key of the operator is taken, and no file is made', async () => {
  const key = new Secret(good())
  const first = await open({ key })
  assert.equal(existsSync(file), false)
  assert.equal((await open({ key })).id, first.id)
})

test('another key than the first is refused, and nothing is changed', async () => {
  const { id } = await open()
  const before = store.records
  await assert.rejects(open({ key: new Secret(good()) }), refused(/is not the one .* Nothing has been changed/))
  writeFileSync(file, good())
  await assert.rejects(open(), refused(new RegExp(`theirs is ${id}`)))
  assert.equal(store.records, before)
})

test('a file that has vanished is not made anew', async () => {
  await open()
  rmSync(file)
  await assert.rejects(open(), refused(/is not there.*Put the file back/))
  assert.equal(existsSync(file), false)
})

for (const mode of [0o644, 0o640, 0o604, 0o620, 0o666]) {
  test(`a key file of mode ${mode.toString(8)} is refused`, async () => {
    await open()
    chmodSync(file, mode)
    await assert.rejects(open(), refused(/chmod 600/))
  })
}

const badKeys: [name: string, text: string][] = [
  ['empty', ''],
  ['short', 'ab'.repeat(31)],
  ['long', 'ab'.repeat(33)],
  ['no hexadecimal', 'xy'.repeat(32)],
  ['zero', '00'.repeat(32)],
  ['all ones', 'ff'.repeat(32)],
  ['a short piece repeated', '0123456789abcdef'.repeat(4)],
  ['counting', Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('hex')],
  ['few different bytes', 'deadbeef'.repeat(7) + 'deadbeee'],
  ['two of them', `${'5b'.repeat(32)}\n${'5b'.repeat(32)}`],
  ['huge', 'a'.repeat(5000)],
]

for (const [name, text] of badKeys) {
  test(`a bad master key in the file is refused: ${name}`, async () => {
    await open()
    const before = store.records
    writeFileSync(file, text)
    await assert.rejects(open(), refused(/master key/))
    store = createMemoryStore()
    await assert.rejects(open(), refused(/master key/))
    assert.equal(before.get(Buffer.from('\u0001access/master-key')) === undefined, false)
  })
}

test('no message repeats a key', async () => {
  const key = good()
  await open()
  writeFileSync(file, key)
  await assert.rejects(open(), (error: Error) => !error.message.includes(key))
})

test('two servers that share a key file and start at once agree on one key', async () => {
  const stores = Array.from({ length: 5 }, () => createMemoryStore())
  const keys = await Promise.all(
    stores.map((each) => openMasterKey({ store: each, source: { key: undefined, file }, random: systemRandom })),
  )
  assert.equal(new Set(keys.map(({ id }) => id)).size, 1)
})
