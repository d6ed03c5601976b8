/** The command line: the first start, keys and accounts with the server running and stopped, and how the server stops. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bucketName, patterned } from '../harness/names.ts'
import { send, sign, type RawAnswer } from '../harness/request.ts'
import type { Credentials } from '../harness/sign.ts'
import { cleanEnvironment, command, freePorts, startServer, type TestServer } from '../harness/server.ts'
import { run, tryRun } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
const [program = '', ...programArguments] = command
let server: TestServer

before(async () => {
  if (skip === false) server = await startServer()
})
after(() => server?.stop())

type Environment = Readonly<Record<string, string>>
const entrepot = (env: Environment, ...args: string[]) =>
  tryRun(program, [...programArguments, ...args], { env, cwd: tmpdir(), timeoutSeconds: 30 })

/** Runs a command that must succeed and gives its JSON. */
async function json<T>(env: Environment, ...args: string[]): Promise<T> {
  const said = await run(program, [...programArguments, ...args, '--json'], { env, cwd: tmpdir(), timeoutSeconds: 30 })
  return JSON.parse(said) as T
}

interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly active: boolean
  readonly name: string
}

const listBuckets = (on: TestServer, credentials: Credentials): Promise<RawAnswer> =>
  send(on, { path: '/', credentials })

/** Asserts whether the key may list the account's buckets now. */
async function works(credentials: Credentials, code = ''): Promise<void> {
  const answer = await listBuckets(server, credentials)
  assert.deepEqual([answer.status, answer.code], [code === '' ? 200 : 403, code], answer.text)
}

test('the first start makes an account and prints its key and secret, once', { skip }, async () => {
  const folder = temporaryFolder('first')
  const [s3Port = 0, adminPort = 0] = await freePorts(2)
  const settings: Environment = {
    ENTREPOT_DATA: `${folder}/data`,
    ENTREPOT_S3_LISTEN: `127.0.0.1:${s3Port}`,
    ENTREPOT_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
  }
  try {
    const first = await startOnce(settings, adminPort)
    const [, accessKeyId = ''] = /Access key\s+(\S+)/.exec(first) ?? []
    const [, secretAccessKey = ''] = /Secret\s+(\S+)/.exec(first) ?? []
    assert.match(accessKeyId, /^[A-Z0-9]{16,32}$/)
    assert.ok(secretAccessKey.length >= 40)
    assert.match(first, new RegExp(`http://127\\.0\\.0\\.1:${s3Port}`))
    const second = await startOnce(settings, adminPort, async () => {
      const on = { host: '127.0.0.1', port: s3Port, region: 'us-east-1' } as TestServer
      const answer = await listBuckets(on, { accessKeyId, secretAccessKey })
      assert.equal(answer.status, 200, answer.text)
    })
    assert.doesNotMatch(second, new RegExp(secretAccessKey.replace(/[+/]/g, '\\$&')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Starts the server, waits until it is ready, does something, stops it, and gives what it printed. */
async function startOnce(env: Environment, adminPort: number, body = async (): Promise<void> => {}): Promise<string> {
  const child = spawn(program, [...programArguments, 'serve'], {
    cwd: tmpdir(),
    env: { ...cleanEnvironment(), ...env },
  })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const ended = new Promise((resolve) => child.on('close', resolve))
  try {
    for (let i = 0; ; i++) {
      const ready = await fetch(`http://127.0.0.1:${adminPort}/health/ready`).catch(() => undefined)
      if (ready?.status === 200) break
      assert.ok(child.exitCode === null && i < 200, `not ready:\n${printed}`)
      await sleep(50)
    }
    await body()
  } finally {
    child.kill('SIGTERM')
    await ended
  }
  assert.equal(child.exitCode, 0, printed)
  return printed
}

test('a key’s life with the server running: each change holds at once', { skip }, async () => {
  const key = await json<Key>(server.env, 'keys', 'create', '--name', 'camera')
  await works(key)
  await json(server.env, 'keys', 'rename', key.accessKeyId, 'another name')
  await works(key)
  const { keys } = await json<{ keys: Key[] }>(server.env, 'keys', 'list')
  const listed = keys.find(({ accessKeyId }) => accessKeyId === key.accessKeyId)
  assert.deepEqual([listed?.name, listed?.active, listed?.secretAccessKey], ['another name', true, undefined])

  await json(server.env, 'keys', 'deactivate', key.accessKeyId)
  await works(key, 'InvalidAccessKeyId')
  await json(server.env, 'keys', 'activate', key.accessKeyId)
  await works(key)

  const renewed = await json<Key>(server.env, 'keys', 'regenerate', key.accessKeyId)
  assert.equal(renewed.accessKeyId, key.accessKeyId)
  await works(key, 'SignatureDoesNotMatch')
  await works(renewed)

  await json(server.env, 'keys', 'delete', key.accessKeyId)
  await works(renewed, 'InvalidAccessKeyId')
})

test('a key’s life with the server stopped: the next start knows it', { skip }, async () => {
  const folder = temporaryFolder('stopped')
  const first = await startServer({ keepData: folder })
  await first.stop()
  const kept = await json<Key>(first.env, 'keys', 'create', '--name', 'kept')
  const old = await json<Key>(first.env, 'keys', 'create', '--name', 'renewed')
  const off = await json<Key>(first.env, 'keys', 'create', '--name', 'off')
  const gone = await json<Key>(first.env, 'keys', 'create', '--name', 'gone')
  const renewed = await json<Key>(first.env, 'keys', 'regenerate', old.accessKeyId)
  await json(first.env, 'keys', 'deactivate', off.accessKeyId)
  await json(first.env, 'keys', 'delete', gone.accessKeyId)
  await json(first.env, 'buckets', 'create', 'made-while-stopped')

  const second = await startServer({ keepData: folder })
  try {
    const codes = [kept, renewed, old, off, gone].map(async (key) => (await listBuckets(second, key)).code)
    const refused = ['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'InvalidAccessKeyId']
    assert.deepEqual(await Promise.all(codes), ['', '', ...refused])
    assert.match((await listBuckets(second, kept)).text, /<Name>made-while-stopped<\/Name>/)
  } finally {
    await second.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

test(
  'accounts create answers with id, name, key and secret, and accounts do not see each other',
  { skip },
  async () => {
    const made = await json<Key & { id: string; displayName: string }>(server.env, 'accounts', 'create', 'studio')
    assert.equal(made.displayName, 'studio')
    const owned = bucketName('of-studio')
    assert.equal((await send(server, { method: 'PUT', path: `/${owned}`, credentials: made })).status, 200)
    const mine = await listBuckets(server, made)
    assert.match(mine.text, new RegExp(`<ID>${made.id}</ID>`))
    assert.match(mine.text, new RegExp(`<Name>${owned}</Name>`))
    assert.doesNotMatch((await listBuckets(server, server)).text, new RegExp(owned))
    const stranger = await send(server, { path: `/${owned}` })
    assert.deepEqual([stranger.status, stranger.code], [403, 'AccessDenied'])
    const { accounts } = await json<{ accounts: { displayName: string }[] }>(server.env, 'accounts', 'list')
    assert.ok(accounts.some(({ displayName }) => displayName === 'studio'))
  },
)

test('buckets create, list and delete', { skip }, async () => {
  const name = bucketName('by-hand')
  await json(server.env, 'buckets', 'create', name)
  assert.equal((await send(server, { method: 'PUT', path: `/${name}/k`, body: 'x' })).status, 200)
  const listed = await json<{ buckets: { name: string }[] }>(server.env, 'buckets', 'list')
  assert.ok(listed.buckets.some((bucket) => bucket.name === name))
  const full = await entrepot(server.env, 'buckets', 'delete', name)
  assert.equal(full.code, 1)
  assert.match(full.stderr, /not empty/)
  await send(server, { method: 'DELETE', path: `/${name}/k` })
  await json(server.env, 'buckets', 'delete', name)
  assert.equal((await send(server, { method: 'HEAD', path: `/${name}` })).status, 404)
})

test('doctor finds a healthy server healthy', { skip }, async () => {
  const { code, stdout, stderr } = await entrepot(server.env, 'doctor')
  assert.equal(code, 0, stdout + stderr)
})

test('help is there for the program and for each command', { skip }, async () => {
  for (const args of [[], ['serve'], ['keys'], ['keys', 'create'], ['accounts', 'create'], ['buckets'], ['doctor']]) {
    const { code, stdout } = await entrepot({}, ...args, '--help')
    assert.equal(code, 0)
    assert.match(stdout, /Usage: entrepot/)
  }
  assert.equal((await entrepot({}, 'nonsense')).code, 2)
})

test('all faults of a configuration are told at once, in sentences, and nothing starts', { skip }, async () => {
  const env = {
    ENTREPOT_DATA: `${tmpdir()}/never-made`,
    ENTREPOT_S3_LISTEN: 'nowhere',
    ENTREPOT_SECRET_KEY: 'short',
    ENTREPOT_ACCESS_KEY: 'AKIATESTENTREPOT0002',
    ENTREPOT_REGOIN: 'x',
  }
  const { code, stderr } = await entrepot(env, 'serve')
  assert.equal(code, 2)
  for (const name of ['ENTREPOT_S3_LISTEN', 'ENTREPOT_SECRET_KEY', 'ENTREPOT_REGOIN'])
    assert.match(stderr, new RegExp(name))
  assert.doesNotMatch(stderr, /^\s+at /m)
})

test('a second server on the same data folder refuses, and the first goes on', { skip }, async () => {
  const [s3 = 0, admin = 0] = await freePorts(2)
  const env = { ...server.env, ENTREPOT_S3_LISTEN: `127.0.0.1:${s3}`, ENTREPOT_ADMIN_LISTEN: `127.0.0.1:${admin}` }
  const { code, stderr } = await entrepot(env, 'serve')
  assert.equal(code, 1)
  assert.match(stderr, /already|in use/)
  assert.equal((await listBuckets(server, server)).status, 200)
})

test('SIGTERM: readiness goes off, what is in flight finishes, the exit code is 0', { skip }, async () => {
  const stopping = await startServer()
  const path = `/${bucketName('in-flight')}`
  await send(stopping, { method: 'PUT', path })
  const body = patterned(3_000_000)
  const wire = sign(stopping, { method: 'PUT', path: `${path}/slow`, body })
  const { promise: answered, resolve, reject } = Promise.withResolvers<number>()
  const upload = request({
    host: stopping.host,
    port: stopping.port,
    method: 'PUT',
    path: wire.path,
    // The server says 100-continue when it begins to read the body: from then on the request is in flight.
    headers: { ...wire.headers, 'content-length': body.length, expect: '100-continue' },
    agent: false,
  })
  upload.on('response', (answer) => {
    answer.resume()
    answer.on('end', () => resolve(answer.statusCode ?? 0))
  })
  upload.on('error', reject)
  upload.flushHeaders()
  await once(upload, 'continue')
  upload.write(body.subarray(0, 1_000_000))
  process.kill(stopping.pid, 'SIGTERM')
  const isReady = async (): Promise<boolean> =>
    (await fetch(`${stopping.adminEndpoint}/health/ready`).catch(() => undefined))?.status === 200
  for (let i = 0; i < 100 && (await isReady()); i++) await sleep(50)
  assert.equal(await isReady(), false)
  upload.end(body.subarray(1_000_000))
  assert.equal(await answered, 200)
  await stopping.stop()
})

test('what was acknowledged is there after a kill and a restart', { skip }, async () => {
  const killed = await startServer()
  try {
    const path = `/${bucketName('killed')}`
    await send(killed, { method: 'PUT', path })
    const big = patterned(1_500_000)
    await send(killed, { method: 'PUT', path: `${path}/small`, body: 'small' })
    await send(killed, { method: 'PUT', path: `${path}/big`, body: big })
    await killed.kill()
    await killed.restart()
    assert.equal((await send(killed, { path: `${path}/small` })).text, 'small')
    assert.equal(Buffer.compare((await send(killed, { path: `${path}/big` })).body, big), 0)
  } finally {
    await killed.stop()
  }
})
