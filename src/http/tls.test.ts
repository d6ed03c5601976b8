/** HTTP/1.1 over TLS, as it is over plain TCP. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectPlain } from 'node:net'
import { test } from 'node:test'
import { connect } from 'node:tls'
import {
  count,
  get,
  head,
  ok,
  put,
  rendered,
  smuggled,
  startListener,
  streamOf,
} from '../../test/harness/http-listener.ts'
import { RawClient } from '../../test/harness/raw-client.ts'
import { startTls } from '../../test/harness/tls-listener.ts'
import { eventually } from '../../test/harness/tls-reader.ts'
import type { HttpResponse } from './message.ts'

test('requests over TLS are kept alive, pipelined, and known to be secure', async (context) => {
  const { listener, seen, connect } = await startTls(context, ({ path }) => ok(path))
  assert.match(listener.url, /^https:\/\/127\.0\.0\.1:\d+$/)
  const client = await connect()
  client.send(get('/1'))
  assert.equal((await client.answer()).body, '/1')
  client.send(get('/2') + get('/3') + get('/4'))
  for (const path of ['/2', '/3', '/4']) assert.equal((await client.answer()).body, path)
  for (const { secure, remoteAddress } of seen) assert.deepEqual([secure, remoteAddress], [true, '127.0.0.1'])
})

test('what is no HTTP/1.1 is refused over TLS as over TCP', async (context) => {
  for (const [request, status] of [
    [`GET / HTTP/1.1\r\n${head}Host: b.com\r\n\r\n`, 400],
    [`PUT / HTTP/1.1\r\n${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    [`GET / HTTP/1.1\r\n${head}X-A: ${'a'.repeat(17 * 1024)}\r\n\r\n`, 431],
    [`GET / HTTP/1.1\r\n${head}${'X:1\r\n'.repeat(300)}\r\n`, 431],
    [`GET /${'a'.repeat(9000)} HTTP/1.1\r\n${head}\r\n`, 414],
  ] as const) {
    const { seen, connect } = await startTls(context, () => ok())
    const client = await connect()
    client.send(request + smuggled)
    assert.equal((await client.answer()).status, status)
    await client.until(() => client.ended)
    assert.deepEqual([client.received, seen], ['', []])
  }
})

test('headers that come slowly over TLS are 408', async (context) => {
  const { connect } = await startTls(context, () => ok(), { limits: { headersTimeoutSeconds: 0.1 } })
  const client = (await connect()).send('GET / HTTP/1.1\r\nHost: a')
  assert.equal((await client.answer()).status, 408)
})

test('a refused upload over TLS can read why', async (context) => {
  const { connect } = await startTls(context, () => ({ status: 403, headers: [], body: 'no' }))
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 10000000\r\n\r\n`)
  for (let sent = 0; sent < 2_000_000; sent += 100_000) client.send(Buffer.alloc(100_000))
  const answer = await client.answer()
  assert.deepEqual([answer.status, answer.body], [403, 'no'])
  assert.match(answer.head, /connection: close/i)
})

const large = randomBytes(20 * 1024 * 1024)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A body of buffers that are used again, as the store's is. */
export async function* reused(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const buffers = [Buffer.alloc(256 * 1024), Buffer.alloc(256 * 1024)]
  for (let at = 0, turn = 0; at < bytes.length; turn ^= 1) {
    const piece = bytes.subarray(at, at + 256 * 1024)
    buffers[turn]!.set(piece)
    yield buffers[turn]!.subarray(0, piece.length)
    buffers[turn]!.fill(0xff)
    at += piece.length
  }
}

test('20 MiB go over TLS as they are, both ways', async (context) => {
  const { connect } = await startTls(context, async ({ method, body }) => {
    if (method === 'GET') return { status: 200, headers: ['content-length', String(large.length)], body: reused(large) }
    const hash = createHash('sha256')
    for await (const chunk of body) hash.update(chunk)
    return ok(hash.digest('hex'))
  })
  const client = await connect()
  client.send(get('/'))
  assert.equal(sha256(Buffer.from((await client.answer()).body, 'latin1')), sha256(large))
  client.send(`PUT / HTTP/1.1\r\n${head}Content-Length: ${large.length}\r\n\r\n`).send(large)
  assert.equal((await client.answer()).body, sha256(large))
})

test('a client that reads nothing has little read for it, and is cut', async (context) => {
  let pulled = 0
  const released = Promise.withResolvers<void>()
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        pulled += 256 * 1024
        yield Buffer.alloc(256 * 1024)
      }
    } finally {
      released.resolve()
    }
  }
  const { ends, errors, connect } = await startTls(context, () => ({ status: 200, headers: [], body: endless() }), {
    limits: { idleTimeoutSeconds: 0.2 },
  })
  const client = await connect()
  client.socket.pause()
  client.send(get('/'))
  await released.promise
  // What the kernel holds at both ends, and two chunks.
  assert.ok(pulled < 24 * 1024 * 1024, `${pulled} bytes were read`)
  assert.deepEqual([ends[0]!.complete, errors], [false, []])
})

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('abc')
  throw new Error('the disk has failed')
}

const partial: readonly [what: string, version: string, answer: () => HttpResponse][] = [
  ['of a known length', '1.1', () => ({ status: 200, headers: ['content-length', '10'], body: broken() })],
  ['in chunks', '1.1', () => ({ status: 200, headers: [], body: broken() })],
  ['that ends with its connection', '1.0', () => ({ status: 200, headers: [], body: broken() })],
]
for (const [what, version, answer] of partial) {
  test(`a body ${what} that fails over TLS leaves the connection without its proper end`, async (context) => {
    const { errors, listener } = await startTls(context, answer)
    // Beneath TLS, so that a close_notify that were sent would be seen: it is the only alert of a connection that did well.
    const raw = connectPlain(listener.port, '127.0.0.1')
    await once(raw, 'connect')
    const socket = connect({ socket: raw, rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
    const records: number[] = []
    let bytes = Buffer.alloc(0)
    raw.on('data', (piece: Buffer) => {
      bytes = Buffer.concat([bytes, piece])
      for (let end; bytes.length >= 5 && (end = 5 + bytes.readUInt16BE(3)) <= bytes.length; bytes = bytes.subarray(end))
        records.push(bytes[0]!)
    })
    socket.on('error', () => undefined)
    await once(socket, 'secureConnect')
    let text = ''
    socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')))
    socket.write(`GET / HTTP/${version}\r\n${head}\r\n`)
    await once(raw, 'close')
    socket.destroy()
    assert.doesNotMatch(text, /\r\n0\r\n/)
    assert.equal(errors.length, 1)
    assert.ok(!records.includes(0x15), 'no close_notify')
  })
}

test('a record that was tampered with ends the connection', async (context) => {
  const { listener, errors } = await startTls(context, () => ok('x'))
  const raw = connectPlain(listener.port, '127.0.0.1')
  const socket = connect({ socket: raw, rejectUnauthorized: false })
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect')
  socket.write(get('/'))
  await once(socket, 'data')
  raw.write(Buffer.concat([Buffer.from([0x17, 3, 3, 0, 32]), Buffer.alloc(32)]))
  await once(raw, 'close')
  socket.destroy()
  await eventually(() => listener.connections === 0)
  assert.deepEqual(errors, [])
})

test('stop lets what is in flight over TLS finish, ends idle connections, and gives up handshakes', async (context) => {
  const go = Promise.withResolvers<void>()
  const { listener, seen, connect } = await startTls(context, async ({ path }) => {
    await go.promise
    return path === '/1' ? ok('done') : { status: 200, headers: ['content-length', '6'], body: streamOf('abc', 'def') }
  })
  const clients = [await connect(), await connect()]
  const idle = await connect()
  const shaking = await RawClient.connect(listener.port)
  for (const [index, client] of clients.entries()) client.send(get(`/${index + 1}`))
  while (seen.length < 2) await new Promise(setImmediate)
  const stopped = listener.stop(30)
  await Promise.all([
    idle.until(() => idle.ended || idle.closed),
    shaking.until(({ closed, ended }) => closed || ended),
  ])
  go.resolve()
  for (const [index, client] of clients.entries()) {
    const answer = await client.answer()
    assert.equal(answer.body, ['done', 'abcdef'][index])
    assert.match(answer.head, /connection: close/i)
    await client.until(() => client.ended)
    assert.equal(client.failure, undefined)
    client.socket.end()
  }
  idle.socket.destroy()
  shaking.close()
  await stopped
  assert.deepEqual([listener.connections, listener.inFlight], [0, 0])
})

test('stop cuts what is in flight over TLS after the deadline', async (context) => {
  const never = new Promise<never>(() => undefined)
  const { listener, seen, connect } = await startTls(context, () => never)
  const client = (await connect()).send(get('/'))
  const shaking = await RawClient.connect(listener.port)
  while (seen.length === 0) await new Promise(setImmediate)
  await listener.stop(0.05)
  await client.until(() => client.closed || client.ended)
  assert.equal(client.received, '')
  shaking.close()
})

test('a body over TLS that is cut short is incomplete', async (context) => {
  const outcome = Promise.withResolvers<string>()
  const { connect } = await startTls(
    context,
    rendered(async (request) => {
      await Promise.resolve(count(request)).then(
        () => outcome.resolve('whole'),
        (error: unknown) => outcome.resolve((error as { code: string }).code),
      )
      return ok()
    }),
  )
  const client = (await connect()).send(put('/', 'abc').replace('Length: 3', 'Length: 10'))
  setTimeout(() => client.socket.destroy(), 20)
  assert.equal(await outcome.promise, 'IncompleteBody')
})

test('a listener without TLS is as it was', async (context) => {
  const { listener, connect } = await startListener(context, ({ secure }) => ok(String(secure)))
  assert.match(listener.url, /^http:/)
  assert.equal((await (await connect()).send(get('/')).answer()).body, 'false')
  assert.equal(listener.handshakesFailed, 0)
})
