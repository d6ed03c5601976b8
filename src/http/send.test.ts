/** Answers over real sockets: framed as they should be, streamed, and never a part as the whole. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { get, ok, head, startListener, streamOf } from '../../test/harness/http-listener.ts'
import type { HttpResponse } from './message.ts'

test('a client that does not take its answer is cut', async (context) => {
  const released = Promise.withResolvers<void>()
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(256 * 1024)
    } finally {
      released.resolve()
    }
  }
  const { ends, errors, connect } = await startListener(
    context,
    () => ({ status: 200, headers: [], body: endless() }),
    {
      limits: { idleTimeoutSeconds: 0.1 },
    },
  )
  const client = await connect({ readsNothing: true })
  client.send(get('/'))
  await released.promise
  assert.deepEqual(
    ends.map(({ status, complete }) => [status, complete]),
    [[200, false]],
  )
  assert.deepEqual(errors, [])
})

test('HEAD has the headers of GET and no body, and 204 and 304 have none', async (context) => {
  const bodies: Record<string, HttpResponse> = {
    '/bytes': { status: 200, headers: [], body: 'abc' },
    '/declared': { status: 200, headers: ['Content-Length', '1000'], body: undefined },
    '/stream': { status: 200, headers: ['content-length', '3'], body: streamOf('abc') },
    '/204': { status: 204, headers: [], body: undefined },
    '/304': { status: 304, headers: ['ETag', '"x"'], body: undefined },
    '/empty': { status: 200, headers: [], body: undefined },
  }
  const { ends, connect } = await startListener(context, ({ path }) => bodies[path]!)
  const client = await connect()
  const cases: readonly [string, string, string | undefined][] = [
    ['HEAD', '/bytes', '3'],
    ['HEAD', '/declared', '1000'],
    ['HEAD', '/stream', '3'],
    ['GET', '/204', undefined],
    ['GET', '/304', undefined],
    ['HEAD', '/304', undefined],
    ['DELETE', '/204', undefined],
    ['HEAD', '/empty', undefined],
    ['GET', '/empty', '0'],
  ]
  for (const [method, path, length] of cases) {
    client.send(`${method} ${path} HTTP/1.1\r\n${head}\r\n`)
    const answer = await client.answer({ bodiless: true })
    assert.equal(answer.headers.get('content-length'), length, `${method} ${path}`)
    assert.equal(answer.headers.get('transfer-encoding'), undefined)
    assert.equal(answer.headers.get('connection'), 'keep-alive')
    assert.equal(client.received, '')
  }
  assert.deepEqual([...new Set(ends.map(({ bytesOut }) => bytesOut))], [0])
})

test('a chunk of a streamed answer is used no more after the next is asked for', async (context) => {
  const buffer = Buffer.alloc(256 * 1024)
  const chunks = 100
  async function* reused(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < chunks; i++) yield buffer.fill(i)
  }
  const size = chunks * buffer.length
  const { connect, ends } = await startListener(context, () => ({
    status: 200,
    headers: ['content-length', String(size)],
    body: reused(),
  }))
  const client = (await connect()).send(get('/'))
  const { body } = await client.answer()
  for (let i = 0; i < chunks; i++) {
    const at = i * buffer.length
    assert.equal(body.charCodeAt(at), i)
    assert.equal(body.charCodeAt(at + buffer.length - 1), i)
  }
  assert.equal(ends[0]!.bytesOut, size)
  assert.equal(ends[0]!.complete, true)
})

test('a streamed answer without a length goes out chunked', async (context) => {
  const { connect } = await startListener(context, () => ({
    status: 200,
    headers: [],
    body: streamOf('ab', '', 'cde'),
  }))
  const client = (await connect()).send(get('/', 'Connection: close\r\n'))
  const text = await client.rest()
  assert.match(text, /\r\nTransfer-Encoding: chunked\r\n/)
  assert.equal(text.slice(text.indexOf('\r\n\r\n') + 4), '2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n')
})

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('abc')
  throw new Error('the disk has failed')
}

const partial: readonly [what: string, version: string, answer: () => HttpResponse][] = [
  [
    'a stream of a known length throws',
    '1.1',
    () => ({ status: 200, headers: ['content-length', '10'], body: broken() }),
  ],
  ['a chunked stream throws', '1.1', () => ({ status: 200, headers: [], body: broken() })],
  ['a stream that ends with its connection throws', '1.0', () => ({ status: 200, headers: [], body: broken() })],
  [
    'a stream ends before its length',
    '1.1',
    () => ({ status: 200, headers: ['content-length', '10'], body: streamOf('abc') }),
  ],
]

for (const [what, version, answer] of partial) {
  test(`${what}: the connection is cut, never ended cleanly`, async (context) => {
    const { ends, errors, connect } = await startListener(context, answer)
    const client = (await connect()).send(`GET / HTTP/${version}\r\n${head}\r\n`)
    await client.until(({ closed }) => closed)
    assert.equal(client.failure, 'ECONNRESET')
    assert.doesNotMatch(client.received, /\r\n0\r\n/)
    assert.equal(errors.length, 1)
    assert.deepEqual(
      ends.map(({ complete }) => complete),
      [false],
    )
  })
}

test('a stream that is longer than its length is cut before it says more', async (context) => {
  const answer = (): HttpResponse => ({ status: 200, headers: ['content-length', '4'], body: streamOf('abc', 'def') })
  const { errors, connect } = await startListener(context, answer)
  const client = (await connect()).send(get('/'))
  await client.until(({ closed }) => closed)
  assert.doesNotMatch(client.received, /def/)
  assert.equal(errors.length, 1)
})

test('what the front throws is 500 without its text, and is reported', async (context) => {
  for (const handle of [
    () => Promise.reject(new Error('secret')),
    () => {
      throw new Error('secret')
    },
  ]) {
    const { errors, connect } = await startListener(context, handle)
    const client = (await connect()).send(get('/'))
    const answer = await client.answer()
    assert.equal(answer.status, 500)
    assert.doesNotMatch(answer.body, /secret/)
    assert.equal(errors.length, 1)
  }
})

test('a header that cannot be sent is 500, reported, and its body given back', async (context) => {
  const returned = Promise.withResolvers<void>()
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error('not to be asked')),
      return: () => (returned.resolve(), Promise.resolve({ done: true, value: undefined })),
    }),
  }
  const { errors, connect } = await startListener(context, () => ({
    status: 200,
    headers: ['x-a', 'a\r\nSet-Cookie: b'],
    body,
  }))
  const client = (await connect()).send(get('/'))
  const answer = await client.answer()
  assert.equal(answer.status, 500)
  assert.equal(answer.headers.get('set-cookie'), undefined)
  await returned.promise
  assert.equal(errors.length, 1)
})

test('a length that is not the body’s is 500, and reported', async (context) => {
  const { errors, connect } = await startListener(context, () => ({
    status: 200,
    headers: ['content-length', '4'],
    body: 'abc',
  }))
  const client = (await connect()).send(get('/'))
  assert.equal((await client.answer()).status, 500)
  assert.equal(errors.length, 1)
})

test('a client that closes in the middle of an answer gives the body back', async (context) => {
  const released = Promise.withResolvers<void>()
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(256 * 1024)
    } finally {
      released.resolve()
    }
  }
  const { ends, errors, connect } = await startListener(context, () => ({ status: 200, headers: [], body: endless() }))
  const client = (await connect()).send(get('/'))
  await once(client.socket, 'data')
  client.close()
  await released.promise
  assert.deepEqual(
    ends.map(({ complete }) => complete),
    [false],
  )
  assert.deepEqual(errors, [])
})

test('header values go out byte for byte, wherever they stand', async (context) => {
  const value = 'attachment; filename="\xc3\xa4\xe4.txt"'
  const pair = ['Content-Disposition', value]
  const answers: Record<string, string[]> = {
    '/before': [...pair, 'Content-Length', '3'],
    '/after': ['Content-Length', '3', ...pair, 'X-A', '1'],
    '/none': pair,
  }
  const { connect } = await startListener(context, ({ path, query }) => ({
    status: 200,
    headers: answers[path]!,
    body: query === '' ? 'abc' : streamOf('abc'),
  }))
  const client = await connect()
  for (const path of ['/before', '/after', '/none', '/before?stream', '/after?stream']) {
    client.send(get(path))
    const answer = await client.answer()
    assert.equal(answer.headers.get('content-disposition'), value, path)
    assert.equal(answer.body, 'abc', path)
  }
})

test('a body that cannot be iterated is cut, reported, and stops nothing else', async (context) => {
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]() {
      throw new Error('no iterator')
    },
  }
  const { errors, connect } = await startListener(context, ({ path }) =>
    path === '/' ? { status: 200, headers: [], body } : ok('x'),
  )
  const client = (await connect()).send(get('/'))
  await client.until(({ closed }) => closed)
  assert.ok(errors.length >= 1)
  const other = (await connect()).send(get('/other'))
  assert.equal((await other.answer()).body, 'x')
})

test('a body that throws because its client went away is not reported', async (context) => {
  const released = Promise.withResolvers<void>()
  async function* untilAborted(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.from('abc')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    } finally {
      released.resolve()
    }
  }
  const { listener, errors, connect } = await startListener(context, ({ signal }) => ({
    status: 200,
    headers: [],
    body: untilAborted(signal),
  }))
  const client = (await connect()).send(get('/'))
  await once(client.socket, 'data')
  client.close()
  await released.promise
  await new Promise(setImmediate)
  assert.deepEqual(errors, [])
  assert.equal(listener.inFlight, 0)
})
