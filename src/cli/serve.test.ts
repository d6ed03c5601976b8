import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { listenForControl } from '../admin/control-server.ts'
import { Refusal } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import { runProgram } from './program.ts'
import type { RunningServer, ServerHooks, StopSignal, Surroundings } from './surroundings.ts'

class Exited extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`exit ${exitCode}`)
    this.exitCode = exitCode
  }
}

const endpoints = { s3: 'http://127.0.0.1:9000', admin: 'http://127.0.0.1:9001', delivery: 'http://127.0.0.1:9002' }
const firstKey = { accessKeyId: 'AKIAFIRST', secretAccessKey: new Secret('the+secret/of+the+first+key') }

let folder: string
let now: number
let out: string
let error: string
const never = () => assert.fail('no signals are listened to')
let signal: (name: StopSignal) => void
let hooks: ServerHooks
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entrepot-serve-'))
  now = 0
  out = ''
  error = ''
  signal = never
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Starts `serve` with a server that is all pretence; `ready` ends once it has said so. */
function serve(start: () => Promise<RunningServer>, args: string[] = [], env: Surroundings['env'] = {}) {
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const { promise: listening, resolve: listen } = Promise.withResolvers<void>()
  const over = runProgram({
    arguments: ['serve', ...args],
    env,
    folder,
    version: '1.2.3',
    terminal: {
      out: (text) => {
        out += text
        resolve()
      },
      error: (text) => void (error += text),
      color: false,
    },
    input: () => assert.fail('read'),
    clock: { now: () => now, monotonic: () => now },
    server: async () => ({
      openState: () => assert.fail('opened'),
      startServer: (_config, given) => {
        hooks = given
        return start()
      },
    }),
    onStop(callback) {
      signal = callback
      listen()
    },
    onReopen: () => undefined,
    exit: (code) => {
      throw new Exited(code)
    },
  })
  return { ready, over, listening }
}

const server =
  (stop: () => Promise<void> = async () => undefined, key?: typeof firstKey) =>
  async () => ({
    endpoints,
    firstKey: key,
    reopenLogs: async () => undefined,
    stop,
  })

test('the first start shows the key, its secret, and lines to copy', async () => {
  const { ready, over } = serve(server(undefined, firstKey))
  await ready
  assert.match(out, /Access key {2}AKIAFIRST\n {2}Secret {6}the\+secret\/of\+the\+first\+key\n/)
  assert.match(out, /aws --endpoint-url http:\/\/127\.0\.0\.1:9000 s3 mb s3:\/\/photos/)
  assert.match(out, /\nReady on http:\/\/127\.0\.0\.1:9000\. Ctrl-C stops the server\.\n$/)
  signal('SIGTERM')
  assert.equal(await over, 0)
})

test('it says where everything is, and how a link is made', async () => {
  const { ready, over } = serve(server(undefined, firstKey))
  await ready
  assert.match(
    out,
    /Delivery +http:\/\/127\.0\.0\.1:9002\/<bucket>\/<key>\n +Console +http:\/\/127\.0\.0\.1:9001\/\n +Management +http:\/\/127\.0\.0\.1:9001\/v1\n/,
  )
  assert.match(out, /\n {2}entrepot url sign s3:\/\/photos\/README\.md /)
  assert.doesNotMatch(out, /TLS|CA to trust/)
  signal('SIGTERM')
  await over
})

test('as long as there is no owner, it shows the link to make one, for people and for machines', async () => {
  const url = 'http://127.0.0.1:9001/#/setup?token=one-time-token'
  const start = async () => ({ ...(await server()()), setupUrl: new Secret(url) })
  const shown = serve(start)
  await shown.ready
  assert(
    out.includes(
      `  First sign-in  ${url}\n\n  The link works once, for 24 hours. A new one: entrepot users sign-in-link\n`,
    ),
  )
  signal('SIGTERM')
  await shown.over
  out = ''
  const told = serve(start, ['--json'])
  await told.ready
  assert.equal((JSON.parse(out) as { setupUrl: string }).setupUrl, url)
  signal('SIGTERM')
  await told.over
})

test('with TLS it says where that is, and which authority to trust', async () => {
  const withTls = { ...endpoints, tls: 'https://127.0.0.1:9443', http: 'http://127.0.0.1:9080' }
  const start = async () => ({ ...(await server()()), endpoints: withTls })
  const args = ['--tls-listen', '127.0.0.1:9443', '--tls-self-signed', '--http-listen', '127.0.0.1:9080']
  const { ready, over } = serve(start, args)
  await ready
  assert.match(out, /All, over TLS +https:\/\/127\.0\.0\.1:9443\n +CA to trust +\S+\/data\/tls\/ca\.pem\n/)
  assert.match(out, /Sent to TLS +http:\/\/127\.0\.0\.1:9080\n/)
  signal('SIGTERM')
  await over
})

test('later starts show no secret', async () => {
  const { ready, over } = serve(server())
  await ready
  assert.doesNotMatch(out, /Secret|AWS_SECRET/)
  assert.match(out, /Access keys +entrepot keys list/)
  signal('SIGTERM')
  await over
})

test('a chosen key is named, its secret not shown', async () => {
  const env = { ENTREPOT_ACCESS_KEY: 'media', ENTREPOT_SECRET_KEY: 'one-good-secret-01' }
  const { ready, over } = serve(server(), [], env)
  await ready
  assert.match(out, /Access key +media, with the secret of your configuration/)
  assert.ok(!out.includes('one-good-secret-01'))
  signal('SIGTERM')
  await over
})

test('with --json the same facts are one line', async () => {
  const { ready, over } = serve(server(undefined, firstKey), ['--json'])
  await ready
  assert.deepEqual(JSON.parse(out), {
    ready: true,
    version: '1.2.3',
    endpoints,
    region: 'us-east-1',
    data: join(folder, 'data'),
    accessKeyId: 'AKIAFIRST',
    secretAccessKey: 'the+secret/of+the+first+key',
  })
  signal('SIGTERM')
  await over
})

test('a signal stops the server gracefully, and two at once are one', async () => {
  const { promise: stopped, resolve: finish } = Promise.withResolvers<void>()
  let stops = 0
  const { ready, over } = serve(
    server(() => {
      stops++
      return stopped
    }),
  )
  await ready
  now = 1000
  signal('SIGINT')
  now = 1400
  signal('SIGINT')
  finish()
  assert.equal(await over, 0)
  assert.equal(stops, 1)
  assert.match(error, /stopping; requests in flight have 30 s.*\n.*stopped\.\n$/)
})

test('a second signal stops it at once', async () => {
  const { promise: stopped, resolve: finish } = Promise.withResolvers<void>()
  const { ready, over } = serve(server(() => stopped))
  await ready
  now = 1000
  signal('SIGTERM')
  now = 1600
  assert.throws(() => signal('SIGTERM'), { exitCode: 1 })
  finish()
  await over
})

test('a server that does not stop in time is left, with exit code 1', async () => {
  const { ready, over } = serve(
    server(() => Promise.withResolvers<void>().promise),
    ['--stop-deadline-seconds', '0'],
  )
  await ready
  signal('SIGTERM')
  assert.equal(await over, 1)
  assert.match(error, /the deadline is over; what was in flight is cut/)
})

test('a signal before it is ready ends it', async () => {
  const { listening } = serve(() => Promise.withResolvers<RunningServer>().promise)
  await listening
  assert.throws(() => signal('SIGTERM'), { exitCode: 143 })
})

test('a server that cannot go on ends with a sentence', async () => {
  const { ready } = serve(server())
  await ready
  assert.throws(() => hooks.onFatal(new Refusal('The disk is gone.')), { exitCode: 1 })
  assert.match(error, /The disk is gone\.\n/)
})

test('a data folder that another process holds for a moment is waited for', async () => {
  let attempts = 0
  const { ready, over } = serve(() => {
    if (++attempts < 3) return Promise.reject(new Error('The folder /data is in use by another process.'))
    return server()()
  })
  await ready
  assert.equal(attempts, 3)
  signal('SIGTERM')
  assert.equal(await over, 0)
})

test('a data folder with a running server is refused, and its process named', async () => {
  mkdirSync(join(folder, 'data'))
  const run = () => assert.fail('a command came')
  const control = await listenForControl({ dataFolder: join(folder, 'data'), version: '1', run, onFault: run })
  try {
    const { over } = serve(() => Promise.reject(new Error('The folder /data is in use by another process.')))
    assert.equal(await over, 1)
    assert.match(
      error,
      new RegExp(
        `^entrepot: The data folder .* is in use by the server that runs as process ${process.pid}\\. Stop it`,
      ),
    )
  } finally {
    await control.close()
  }
})

const failures: [error: Error, message: RegExp][] = [
  [new Refusal('The master key is wrong.'), /^entrepot: The master key is wrong\.\n$/],
  [
    Object.assign(new Error('listen EADDRINUSE'), {
      code: 'EADDRINUSE',
      syscall: 'listen',
      address: '127.0.0.1',
      port: 9000,
    }),
    /^entrepot: Something else listens on 127\.0\.0\.1:9000 already\. Stop it, or choose another port with --s3-listen/,
  ],
  [
    Object.assign(new Error('listen EACCES'), { code: 'EACCES', syscall: 'listen', address: '127.0.0.1', port: 80 }),
    /^entrepot: Listening on port 80 is not allowed/,
  ],
  [
    Object.assign(new Error('x'), { code: 'EROFS', path: '/data' }),
    /^entrepot: \/data is on a file system that can only be read\.\n$/,
  ],
  [new Error('The folder /data is in use by another process.'), /^entrepot: The folder .* Is a server running\?/],
]

for (const [fault, message] of failures) {
  test(`a start that fails is exit code 1 and one sentence: ${fault.message}`, async () => {
    const { over } = serve(() => {
      now += 10_000
      return Promise.reject(fault)
    })
    assert.equal(await over, 1)
    assert.equal(out, '')
    assert.match(error, message)
    assert.equal(error.split('\n').length, 2)
  })
}

test('a bug shows where it is', async () => {
  assert.equal(await serve(() => Promise.reject(new TypeError('x is not a function'))).over, 1)
  assert.match(error, /x is not a function\n[^]*serve\.test\.ts/)
})
