import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { askStatus, callServer } from './control-client.ts'
import { listenForControl } from './control-server.ts'
import type { Control, ControlOptions } from './control-server.ts'

let folder: string
let control: Control | undefined
let faults: unknown[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entrepot-control-'))
  control = undefined
  faults = []
})
afterEach(async () => {
  await control?.close()
  rmSync(folder, { recursive: true })
})

async function listen(
  run: ControlOptions['run'] = async (name, parameters) => ({ name, parameters }),
  dataFolder = folder,
) {
  control = await listenForControl({ dataFolder, version: '1.2.3', run, onFault: (error) => faults.push(error) })
}

test('a command comes to the server and its result comes back', async () => {
  await listen()
  assert.deepEqual(await callServer(folder, 'keys.rename', { name: 'ü' }), {
    result: { name: 'keys.rename', parameters: { name: 'ü' } },
  })
  assert.deepEqual(await askStatus(folder), { result: { status: 'ok', pid: process.pid, version: '1.2.3' } })
})

test('an error of the command comes back with its code; a bug keeps its text to itself', async () => {
  await listen(async (name) => {
    if (name === 'keys.delete') throw new ApiError('NoSuchEntity', 'There is no such key.')
    throw new Error('the inside')
  })
  assert.deepEqual(await callServer(folder, 'keys.delete', {}), {
    error: { code: 'NoSuchEntity', message: 'There is no such key.' },
  })
  assert.equal(faults.length, 0)
  const answer = await callServer(folder, 'keys.list', {})
  assert.ok(answer !== undefined && 'error' in answer)
  assert.equal(answer.error.code, 'InternalError')
  assert.doesNotMatch(answer.error.message, /inside/)
  assert.match(String(faults[0]), /the inside/)
})

test('only the owner can use the socket, whatever the mask of the process', async () => {
  const mask = process.umask(0)
  try {
    await listen()
  } finally {
    process.umask(mask)
  }
  assert.equal(statSync(join(folder, 'control.sock')).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(folder), ['control.sock'])
})

test('what a start that was killed left is cleared away', async () => {
  mkdirSync(join(folder, 'control.new'))
  writeFileSync(join(folder, 'control.new', 'control.sock'), '')
  await listen()
  assert.deepEqual(readdirSync(folder), ['control.sock'])
})

test('nobody answers where there is no folder, no socket, or a dead server left one', async () => {
  assert.equal(await callServer(join(folder, 'absent'), 'keys.list', {}), undefined)
  assert.equal(await callServer(folder, 'keys.list', {}), undefined)
  await leaveDeadSocket()
  assert.equal(await callServer(folder, 'keys.list', {}), undefined)
})

test('a socket that a dead server left is taken over', async () => {
  await leaveDeadSocket()
  await listen()
  assert.ok(await askStatus(folder))
})

test('a file that is in the way is taken over', async () => {
  writeFileSync(join(folder, 'control.sock'), '')
  await listen()
  assert.ok(await askStatus(folder))
})

test('the socket is gone once it is closed, after the commands in flight', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>()
  await listen(async () => {
    begin()
    await allowed
    return { done: true }
  })
  const answer = callServer(folder, 'keys.list', {})
  await begun
  const closed = control?.close()
  allow()
  assert.deepEqual(await answer, { result: { done: true } })
  await closed
  assert.equal(existsSync(join(folder, 'control.sock')), false)
  control = undefined
})

test(
  'a data folder deeper than a socket address holds works all the same',
  { skip: process.platform !== 'linux' },
  async () => {
    const deep = join(folder, 'x'.repeat(100), 'y'.repeat(100))
    mkdirSync(deep, { recursive: true })
    await listen(undefined, deep)
    assert.equal(statSync(join(deep, 'control.sock')).mode & 0o777, 0o600)
    assert.ok(await askStatus(deep))
    await control?.close()
    control = undefined
    assert.equal(existsSync(join(deep, 'control.sock')), false)
  },
)

test(
  'a folder that may not be entered is an error, not an absent server',
  { skip: process.getuid?.() === 0 && 'root may open everything' },
  async () => {
    await listen()
    chmodSync(folder, 0)
    await assert.rejects(callServer(folder, 'keys.list', {}))
    chmodSync(folder, 0o700)
  },
)

const badRequests: [method: string, path: string, body: string, code: string][] = [
  ['GET', '/commands/keys.list', '', 'InvalidRequest'],
  ['POST', '/commands/', '{}', 'InvalidRequest'],
  ['POST', '/commands/../status', '{}', 'InvalidRequest'],
  ['POST', '/', '{}', 'InvalidRequest'],
  ['POST', '/commands/keys.list', '{', 'InvalidRequest'],
  ['POST', '/commands/keys.list', JSON.stringify('x'.repeat(3 * 1024 * 1024)), 'MaxMessageLengthExceeded'],
]

for (const [method, path, body, code] of badRequests) {
  test(`refused with ${code}: ${method} ${path} ${body.slice(0, 20)}`, async () => {
    await listen(() => assert.fail('it was run'))
    const outgoing = request({ socketPath: join(folder, 'control.sock'), method, path })
    outgoing.end(body)
    const [response] = (await once(outgoing, 'response')) as [AsyncIterable<Buffer>]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    const content = JSON.parse(Buffer.concat(chunks).toString()) as { error: { code: string } }
    assert.equal(content.error.code, code)
    assert.deepEqual(faults, [])
  })
}

/** Another process listens and is killed. */
async function leaveDeadSocket(): Promise<void> {
  const server = createServer().listen(join(folder, 'real'))
  await once(server, 'listening')
  // The listening process removes the name that it made; the other one stays, as after SIGKILL.
  linkSync(join(folder, 'real'), join(folder, 'control.sock'))
  server.close()
  await once(server, 'close')
}
