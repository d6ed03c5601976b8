/** Secrets and the master key at rest and at the start (cases 55 to 57 and 59 of the checklist of attacks). */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { send } from '../harness/request.ts'
import type { Credentials } from '../harness/sign.ts'
import { cleanEnvironment, command, freePorts, startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'
import { run, tryRun } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
const [program = '', ...programArguments] = command
const goodSecret = 'one-good-secret-of-ours-01'

type Environment = Readonly<Record<string, string>>

let root: string
before(() => {
  root = temporaryFolder('secrets')
})
after(() => rm(root, { recursive: true }))

/** `serve` where it must refuse to start: with this sentence, and within seconds. */
async function refusesToStart(env: Environment, sentence: RegExp, code: 1 | 2): Promise<void> {
  const [s3Port = 0, adminPort = 0] = await freePorts(2)
  const listen = { ENTREPOT_S3_LISTEN: `127.0.0.1:${s3Port}`, ENTREPOT_ADMIN_LISTEN: `127.0.0.1:${adminPort}` }
  const said = await tryRun(program, [...programArguments, 'serve'], {
    env: { ...listen, ...env },
    cwd: tmpdir(),
    timeoutSeconds: 30,
  })
  assert.equal(said.code, code, said.stdout + said.stderr)
  assert.match(said.stderr, sentence)
  assert.equal(said.stdout, '')
  for (const [name, value] of Object.entries(env)) {
    if (/SECRET|MASTER_KEY$/.test(name) && value !== '')
      assert.ok(!said.stderr.includes(value), 'the secret is repeated')
  }
}

const badSettings: [name: string, env: Environment, sentence: RegExp][] = [
  [
    'an empty root secret',
    { ENTREPOT_ACCESS_KEY: 'media', ENTREPOT_SECRET_KEY: '' },
    /ENTREPOT_SECRET_KEY is too short/,
  ],
  [
    'a short root secret',
    { ENTREPOT_ACCESS_KEY: 'media', ENTREPOT_SECRET_KEY: 'fifteen-letters' },
    /at least 16 characters/,
  ],
  [
    "another server's default",
    { ENTREPOT_ACCESS_KEY: 'minioadmin', ENTREPOT_SECRET_KEY: 'minioadmin' },
    /2 settings are wrong/,
  ],
  ['a default made longer', { ENTREPOT_ACCESS_KEY: 'media', ENTREPOT_SECRET_KEY: 'minioadminminioadmin' }, /can guess/],
  [
    "the documentation's example",
    { ENTREPOT_ACCESS_KEY: 'AKIAIOSFODNN7EXAMPLE', ENTREPOT_SECRET_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    /2 settings are wrong/,
  ],
  ['an id without a secret', { ENTREPOT_ACCESS_KEY: 'media' }, /set both/],
  ['an empty master key', { ENTREPOT_MASTER_KEY: '' }, /exactly 64 hexadecimal digits/],
  ['a short master key', { ENTREPOT_MASTER_KEY: 'ab'.repeat(16) }, /exactly 64 hexadecimal digits/],
  ['a master key of zeros', { ENTREPOT_MASTER_KEY: '0'.repeat(64) }, /can be guessed/],
  ['a known master key', { ENTREPOT_MASTER_KEY: '0123456789abcdef'.repeat(4) }, /can be guessed/],
]

describe('55: bad root and master keys', { skip }, () => {
  for (const [name, env, sentence] of badSettings) {
    test(`refuses to start with ${name}, and makes no data folder`, async () => {
      const data = join(root, `bad-${name.replaceAll(/\W/g, '-')}`)
      await refusesToStart({ ...env, ENTREPOT_DATA: data }, sentence, 2)
      assert.equal(existsSync(data), false)
    })
  }

  const badFiles: [name: string, text: string, mode: number, sentence: RegExp][] = [
    ['that others can read', randomBytes(32).toString('hex'), 0o644, /its mode is 0644\)\. Run: chmod 600/],
    ['that is empty', '', 0o600, /exactly 64 hexadecimal digits/],
    ['that is short', randomBytes(31).toString('hex'), 0o600, /exactly 64 hexadecimal digits/],
    ['of zeros', '0'.repeat(64), 0o600, /can be guessed/],
  ]
  for (const [name, text, mode, sentence] of badFiles) {
    test(`refuses to start with a master key file ${name}`, async () => {
      const data = join(root, `file-${name.replaceAll(/\W/g, '-')}`)
      mkdirSync(join(data, 'keys'), { recursive: true })
      writeFileSync(join(data, 'keys', 'master.key'), text)
      chmodSync(join(data, 'keys', 'master.key'), mode)
      await refusesToStart({ ENTREPOT_DATA: data }, sentence, 1)
      assert.equal(readFileSync(join(data, 'keys', 'master.key'), 'latin1'), text)
    })
  }

  test('refuses to start with a configuration file that holds a secret and that others can read', async () => {
    const file = join(root, 'open.json')
    writeFileSync(file, JSON.stringify({ accessKey: 'media', secretKey: goodSecret }))
    chmodSync(file, 0o644)
    await refusesToStart({ ENTREPOT_CONFIG: file, ENTREPOT_DATA: join(root, 'open') }, /chmod 600/, 2)
  })
})

describe('59: plain HTTP beyond this machine', { skip }, () => {
  for (const listen of ['0.0.0.0', '[::]']) {
    test(`refuses to start on ${listen} without the setting that allows it`, async () => {
      const env = { ENTREPOT_S3_LISTEN: `${listen}:0`, ENTREPOT_DATA: join(root, 'plain') }
      await refusesToStart(env, /other machines can reach.*--allow-plaintext/, 2)
      await refusesToStart(
        { ...env, ENTREPOT_S3_LISTEN: '127.0.0.1:0', ENTREPOT_ADMIN_LISTEN: `${listen}:0` },
        /adminListen/,
        2,
      )
    })
  }

  test('starts on 0.0.0.0 with it', async () => {
    const [port = 0] = await freePorts(1)
    const server = await startServer({
      env: { ENTREPOT_S3_LISTEN: `0.0.0.0:${port}`, ENTREPOT_ALLOW_PLAINTEXT: 'true' },
    })
    await server.stop()
  })
})

describe('57: another master key', { skip }, () => {
  test('refuses to start, changes nothing, and starts again with the right one', async () => {
    const data = join(root, 'masterkey')
    const server = await startServer({ keepData: data })
    assert.equal((await send(server, { method: 'PUT', path: '/photos' })).status, 200)
    assert.equal((await send(server, { method: 'PUT', path: '/photos/a', body: 'x' })).status, 200)
    await server.stop()

    const file = join(data, 'keys', 'master.key')
    const before = fingerprint(data)
    renameSync(file, `${file}.right`)
    await refusesToStart({ ENTREPOT_DATA: data }, /is not there.*Put the file back/, 1)
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 })
    await refusesToStart({ ENTREPOT_DATA: data }, /is not the one.*Nothing has been changed/, 1)
    await refusesToStart(
      { ENTREPOT_DATA: data, ENTREPOT_MASTER_KEY: randomBytes(32).toString('hex') },
      /is not the one/,
      1,
    )
    renameSync(`${file}.right`, file)
    assert.deepEqual(fingerprint(data), before)

    const again = await startServer({ keepData: data })
    assert.equal((await send(again, { path: '/photos/a' })).text, 'x')
    await again.stop()
  })
})

describe('56: secrets at rest and in what is said', { skip }, () => {
  let server: TestServer
  const secrets: string[] = []
  const said: string[] = []
  let data: string

  before(async () => {
    if (skip !== false) return
    data = join(root, 'grep')
    server = await startServer({ keepData: data, env: { ENTREPOT_LOG_LEVEL: 'debug', ENTREPOT_SIG_V2_HEADER: 'true' } })
    secrets.push(server.secretAccessKey)
    await useMany()
    await server.stop()
    said.push(server.log())
  })

  const cli = async (...args: string[]): Promise<Record<string, string>> => {
    const text = await run(program, [...programArguments, ...args, '--json'], { env: server.env, cwd: tmpdir() })
    return JSON.parse(text) as Record<string, string>
  }

  /** Makes keys in every way, and signs rightly and wrongly with them. */
  async function useMany(): Promise<void> {
    const account = await cli('accounts', 'create', 'video')
    const made = await cli('keys', 'create', '--name', 'x')
    const changed = await cli('keys', 'regenerate', made['accessKeyId'] ?? '')
    for (const { accessKeyId = '', secretAccessKey = '' } of [account, made, changed]) {
      assert.equal(secretAccessKey.length, 40)
      secrets.push(secretAccessKey)
      const credentials: Credentials = { accessKeyId, secretAccessKey }
      const attempts = [
        await send(server, { path: '/', credentials }),
        await send(server, { path: '/', credentials, tamper: (wire) => void (wire.path = '/other') }),
        await send(server, { path: '/nosuch/a', credentials, sign: 'query4', expires: '60' }),
        await send(server, { path: '/', credentials, sign: 'header2' }),
        await send(server, { path: '/', credentials, date: new Date(0) }),
      ]
      assert.ok(attempts.some(({ status }) => status === 403))
      said.push(...attempts.map(({ text, rawHeaders }) => `${text}${rawHeaders.join()}`))
    }
    said.push(JSON.stringify([await cli('keys', 'list'), await cli('accounts', 'list')]))
  }

  test('no file of the data folder holds a secret, in clear or in another writing of it', () => {
    const files = filesIn(data).filter((path) => path !== 'keys/master.key')
    assert.ok(
      files.some((path) => path.startsWith('records/')),
      files.join(),
    )
    for (const path of files) {
      const content = readFileSync(join(data, path))
      for (const secret of secrets) {
        for (const form of formsOf(secret)) assert.equal(content.includes(form), false, path)
      }
    }
  })

  test('only the master key file holds the master key', () => {
    const hex = readFileSync(join(data, 'keys', 'master.key'), 'latin1').trim()
    for (const path of filesIn(data).filter((each) => each !== 'keys/master.key')) {
      const content = readFileSync(join(data, path))
      assert.equal(content.includes(hex) || content.includes(Buffer.from(hex, 'hex')), false, path)
    }
    for (const text of said) assert.equal(text.includes(hex), false)
  })

  test('neither the log, nor an answer, nor a list holds a secret', () => {
    assert.ok(said.length > 10)
    for (const text of said) for (const secret of secrets) assert.equal(text.includes(secret), false, text)
  })

  test('nobody but the owner can open the folder, the socket or the key', () => {
    for (const path of ['', 'keys', 'keys/master.key']) assert.equal(statSync(join(data, path)).mode & 0o077, 0, path)
  })

  test('the secret that the first start shows is not shown by the second', async () => {
    const folder = join(root, 'shown')
    const [first, second] = [await startOnce(folder), await startOnce(folder)]
    const [, secret = ''] = /Secret +(\S{40})\n/.exec(first) ?? []
    assert.equal(secret.length, 40, first)
    assert.equal(first.split(secret).length - 1, 2, 'once as it is, once in the line to copy')
    assert.equal(second.includes(secret), false)
  })
})

/** Starts a server without a chosen key, waits until it says that it is ready, stops it: all it said. */
async function startOnce(data: string): Promise<string> {
  const env = { ENTREPOT_DATA: data, ENTREPOT_S3_LISTEN: '127.0.0.1:0', ENTREPOT_ADMIN_LISTEN: '127.0.0.1:0' }
  const child = spawn(program, [...programArguments, 'serve'], {
    env: { ...cleanEnvironment(), ...env },
    cwd: tmpdir(),
  })
  let text = ''
  let told = false
  const keep = (chunk: Buffer): void => {
    text += chunk.toString()
    if (!told && text.includes('Ready on')) told = child.kill('SIGTERM')
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.on('close', resolve)
  assert.equal(await promise, 0, text)
  return text
}

/** A secret as it could lie in a file: as it is, its bytes, and either in base64 or hexadecimal. */
function formsOf(secret: string): Buffer[] {
  const text = Buffer.from(secret)
  const decoded = Buffer.from(secret, 'base64')
  const forms = [
    text,
    Buffer.from(text.toString('base64').replace(/=+$/, '')),
    Buffer.from(text.toString('hex')),
    Buffer.from(secret, 'utf16le'),
  ]
  return decoded.toString('base64') === secret ? [...forms, decoded, Buffer.from(decoded.toString('hex'))] : forms
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))

/** What the files are that hold data: SQLite writes in its log and its index of it whenever it is opened. */
function fingerprint(folder: string): Record<string, string> {
  const files = filesIn(folder).filter(
    (path) => !/(?:-wal|-shm|-journal|\/lock)$/.test(path) && dirname(path) !== 'keys',
  )
  return Object.fromEntries(
    files.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]),
  )
}
