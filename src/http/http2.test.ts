/** HTTP/2 over real sockets: requests and answers as HTTP/1.1 has them, and never a part as the whole. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Handle, ok, streamOf } from '../../test/harness/http-listener.ts'
import { endStream } from '../../test/harness/frame-client.ts'
import { ask } from '../../test/harness/http2-ask.ts'
import { startTls } from '../../test/harness/tls-listener.ts'
import { eventually } from '../../test/harness/tls-reader.ts'
import type { HttpResponse } from './message.ts'

test('a request reaches the front as one of HTTP/1.1 does', async (context) => {
  const { seen, ends, listener, http2 } = await startTls(context, async (request) => ok(await bodyOf(request)))
  const session = await http2()
  const headers = { ':method': 'PUT', ':path': '/b/../k?x=%20&y', ':authority': 'A.com:443', 'x-a': 'b' }
  const answer = await ask(session, headers, Buffer.from('abc'))
  assert.deepEqual([answer.headers[':status'], answer.body.toString()], [200, 'abc'])
  const request = seen[0]!
  assert.match(request.id, /^[0-9A-F]{16}$/)
  assert.deepEqual([request.method, request.path, request.query], ['PUT', '/b/../k', 'x=%20&y'])
  assert.deepEqual([request.host, request.headers['host'], request.headers['x-a']], ['A.com:443', 'A.com:443', 'b'])
  assert.deepEqual([request.secure, request.remoteAddress, request.contentLength], [true, '127.0.0.1', undefined])
  assert.deepEqual([ends[0]!.status, ends[0]!.bytesIn, ends[0]!.bytesOut, ends[0]!.complete], [200, 3, 3, true])
  assert.deepEqual([listener.inFlight, listener.connections], [0, 1])
})

async function bodyOf({ body }: { body: AsyncIterable<Uint8Array> }): Promise<string> {
  let text = ''
  for await (const chunk of body) text += Buffer.from(chunk).toString('latin1')
  return text
}

test('header bytes above 0x7F are Latin-1 both ways', async (context) => {
  const { http2 } = await startTls(context, ({ headers }) => ({
    status: 200,
    headers: ['X-B', headers['x-a'] ?? '', 'Content-Disposition', 'attachment; filename="\xc3\xa4"'],
    body: undefined,
  }))
  const { headers } = await ask(await http2(), { 'x-a': '\xc3\xa4\xe4' })
  assert.equal(headers['x-b'], '\xc3\xa4\xe4')
  assert.equal(headers['content-disposition'], 'attachment; filename="\xc3\xa4"')
})

test('a header whose value could not stand in one is not passed on', async (context) => {
  const { seen, frames } = await startTls(context, () => ok())
  const client = (await frames()).request(1, [
    ['x-a', '1\r\nx-b: 2'],
    ['x-c', '1\0'],
  ])
  await client.until(() => client.isWhole(1))
  assert.deepEqual(seen[0]!.rawHeaders, ['host', 'a.com'])
})

const refusals: readonly [what: string, fields: [string, string][], status: string][] = [
  ['two hosts', [['host', 'b.com']], '400'],
  [
    'CONNECT',
    [
      [':method', 'CONNECT'],
      [':path', ''],
      [':scheme', ''],
    ],
    '400',
  ],
  ['many headers', Array.from({ length: 300 }, (_, i): [string, string] => [`x-${i}`, '1']), '431'],
]
for (const [what, fields, status] of refusals) {
  test(`${what}: ${status} before any front sees it, and the connection goes on`, async (context) => {
    const { seen, ends, frames } = await startTls(context, () => ok('x'))
    const client = (await frames()).request(1, fields)
    await client.until(() => client.isWhole(1))
    assert.deepEqual(seen, [])
    assert.equal(String(ends[0]!.status), status)
    client.request(3)
    await client.until(() => client.isWhole(3))
    assert.equal(seen.length, 1)
  })
}

const malformed: readonly [what: string, fields: [string, string][]][] = [
  ['Connection', [['connection', 'close']]],
  ['Transfer-Encoding', [['transfer-encoding', 'chunked']]],
  ['a name in upper case', [['X-A', '1']]],
  ['an unknown pseudo-header field', [[':protocol', 'x']]],
  [
    'two content-lengths',
    [
      ['content-length', '1'],
      ['content-length', '2'],
    ],
  ],
  ['no method', [[':method', '']]],
  ['no host', [[':authority', '']]],
  ['an asterisk as target', [[':path', '*']]],
]
for (const [what, fields] of malformed) {
  test(`${what} reaches no front`, async (context) => {
    const { seen, errors, frames } = await startTls(context, () => ok())
    const client = (await frames()).request(1, fields)
    await client.until(() => client.resetOf(1) !== undefined || client.isWhole(1) || client.closed)
    assert.deepEqual([seen, errors], [[], []])
  })
}

test('header bombs are refused, and hold no memory', async (context) => {
  const { seen, errors, frames } = await startTls(context, () => ok('x'))
  const client = await frames()
  client.request(
    1,
    Array.from({ length: 3000 }, (): [string, string] => ['x', '1']),
  )
  client.request(
    3,
    Array.from({ length: 3 }, (_, i): [string, string] => [`x-${i}`, 'a'.repeat(5000)]).concat([
      ['x-z', 'a'.repeat(1400)],
    ]),
  )
  await client.until(() => client.resetOf(1) !== undefined)
  await client.until(() => client.resetOf(3) !== undefined || client.isWhole(3))
  client.request(5)
  await client.until(() => client.isWhole(5))
  assert.deepEqual([seen.length, errors], [1, []])
})

test('a header block without an end is cut off', async (context) => {
  const { seen, errors, frames } = await startTls(context, () => ok())
  const client = await frames()
  client.frame(1, endStream, 1, Buffer.alloc(16))
  for (let i = 0; i < 1000 && !client.closed; i++) {
    client.frame(9, 0, 1, Buffer.concat([Buffer.from([0, 1, 0x78, 0x7f, 0x81, 0x7c]), Buffer.alloc(16_000, 'a')]))
    await new Promise(setImmediate)
  }
  await eventually(() => client.closed || client.ended)
  assert.deepEqual([seen, errors], [[], []])
})

const bodiesOf = (): Record<string, HttpResponse> => ({
  '/bytes': { status: 200, headers: ['X-Mixed-Case', '1'], body: 'abc' },
  '/large': { status: 200, headers: [], body: Buffer.alloc(300_000, 'x') },
  '/declared': { status: 200, headers: ['Content-Length', '1000'], body: undefined },
  '/stream': { status: 200, headers: ['content-length', '3'], body: streamOf('a', '', 'bc') },
  '/unsized': { status: 200, headers: [], body: streamOf('abc') },
  '/204': { status: 204, headers: [], body: undefined },
  '/304': { status: 304, headers: ['ETag', '"x"'], body: undefined },
  '/empty': { status: 200, headers: [], body: undefined },
  '/connection': {
    status: 200,
    headers: ['Connection', 'close', 'Keep-Alive', 'x', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c'],
    body: 'x',
  },
})
const framed: readonly [method: string, path: string, length: string | undefined, size: number][] = [
  ['GET', '/bytes', '3', 3],
  ['HEAD', '/bytes', '3', 0],
  ['GET', '/large', '300000', 300_000],
  ['HEAD', '/declared', '1000', 0],
  ['HEAD', '/stream', '3', 0],
  ['GET', '/stream', '3', 3],
  ['GET', '/unsized', undefined, 3],
  ['GET', '/204', undefined, 0],
  ['DELETE', '/204', undefined, 0],
  ['GET', '/304', undefined, 0],
  ['HEAD', '/304', undefined, 0],
  ['GET', '/empty', '0', 0],
  ['HEAD', '/empty', undefined, 0],
  ['GET', '/connection', '1', 1],
]
test('answers are framed as in HTTP/1.1, without what concerns its connections', async (context) => {
  const { ends, errors, http2 } = await startTls(context, ({ path }) => bodiesOf()[path]!)
  const session = await http2()
  for (const [method, path, length, size] of framed) {
    const { headers, body } = await ask(session, { ':method': method, ':path': path })
    assert.deepEqual([headers['content-length'], body.length], [length, size], `${method} ${path}`)
    assert.equal(headers[':status'], bodiesOf()[path]!.status)
    assert.ok(headers.date)
    for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'upgrade'])
      assert.equal(headers[name], undefined)
  }
  assert.equal((await ask(session, { ':path': '/bytes' })).headers['x-mixed-case'], '1')
  assert.deepEqual(errors, [])
  for (const { complete, request, bytesOut } of ends) {
    assert.equal(complete, true)
    if (request.method === 'HEAD') assert.equal(bytesOut, 0)
  }
})

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('abc')
  throw new Error('the disk has failed')
}
const partial: readonly [what: string, answer: () => HttpResponse][] = [
  ['of a known length throws', () => ({ status: 200, headers: ['content-length', '10'], body: broken() })],
  ['of no known length throws', () => ({ status: 200, headers: [], body: broken() })],
  ['ends before its length', () => ({ status: 200, headers: ['content-length', '10'], body: streamOf('abc') })],
  [
    'is longer than its length',
    () => ({ status: 200, headers: ['content-length', '4'], body: streamOf('abc', 'def') }),
  ],
]
for (const [what, answer] of partial) {
  test(`a body that ${what} is reset, never ended as if it were whole, and others go on`, async (context) => {
    const { ends, errors, frames, listener } = await startTls(context, ({ path }) =>
      path === '/' ? answer() : ok('x'),
    )
    const client = (await frames()).request(1)
    await client.until(() => client.resetOf(1) !== undefined)
    client.request(3, [[':path', '/other']])
    await client.until(() => client.isWhole(3))
    assert.equal(client.isWhole(1), false)
    assert.equal(client.resetOf(1), 2)
    assert.equal(client.bodyOf(1).toString(), what === 'cannot be iterated' ? '' : 'abc')
    assert.equal(errors.length, 1)
    assert.deepEqual([ends[0]!.complete, ends[0]!.status, listener.inFlight], [false, 200, 0])
  })
}

test('what the front throws, and an answer that cannot be sent, is 500 without its text, and reported', async (context) => {
  let returned = 0
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error('not to be asked')),
      return: () => Promise.resolve({ done: true, value: returned++ }),
    }),
  }
  const handles: Record<string, Handle> = {
    '/rejects': () => Promise.reject(new Error('secret')),
    '/throws': () => {
      throw new Error('secret')
    },
    '/header': () => ({ status: 200, headers: ['x-a', 'a\r\nset-cookie: secret'], body }),
    '/name': () => ({ status: 200, headers: ['x a', 'secret'], body: 'secret' }),
    '/nul': () => ({ status: 200, headers: ['x-a', 'a\0x-b\0secret\0'], body: undefined }),
    '/pseudo': () => ({ status: 200, headers: [':path', 'secret'], body: undefined }),
    '/length': () => ({ status: 200, headers: ['content-length', '4'], body: 'secret' }),
  }
  const { errors, http2, listener } = await startTls(context, (request) => handles[request.path]!(request))
  const session = await http2()
  for (const [index, path] of Object.keys(handles).entries()) {
    const { headers, body: text } = await ask(session, { ':path': path })
    assert.equal(headers[':status'], 500, path)
    assert.doesNotMatch(JSON.stringify(headers) + text.toString(), /secret/, path)
    assert.ok(errors.length > index, path)
  }
  assert.equal(returned, 1)
  assert.equal(listener.inFlight, 0)
})

test('a client that resets its request aborts it, and is nobody’s fault', async (context) => {
  const aborted = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(256 * 1024)
    } finally {
      released.resolve()
    }
  }
  const { ends, errors, seen, frames, listener } = await startTls(context, ({ path, signal }) =>
    path === '/stream'
      ? { status: 200, headers: [], body: endless() }
      : new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.resolve()
            reject(signal.reason as Error)
          })
        }),
  )
  const client = (await frames()).request(1).request(3, [[':path', '/stream']])
  await client.until(() => client.bodyOf(3).length > 0)
  await eventually(() => seen.length === 2)
  client.reset(1, 8).reset(3, 8)
  await Promise.all([aborted.promise, released.promise])
  await eventually(() => listener.inFlight === 0)
  assert.deepEqual(errors, [])
  assert.deepEqual(
    ends.map(({ status, complete }) => [status, complete]).sort(([a], [b]) => Number(a) - Number(b)),
    [
      [200, false],
      [499, false],
    ],
  )
})

test('what is forwarded is believed of a trusted proxy only', async (context) => {
  const headers = {
    'x-forwarded-for': '1.2.3.4',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'b.com',
    'x-forwarded-prefix': '/s3',
  }
  for (const [trustedProxies, address, secure, host, prefix] of [
    [[], '127.0.0.1', true, undefined, undefined],
    [['127.0.0.0/8'], '1.2.3.4', false, 'b.com', '/s3'],
  ] as const) {
    const { seen, http2 } = await startTls(context, () => ok(), { trustedProxies })
    await ask(await http2(), headers)
    const { remoteAddress, secure: isSecure, forwarded } = seen[0]!
    assert.deepEqual([remoteAddress, isSecure, forwarded.host, forwarded.prefix], [address, secure, host, prefix])
  }
})
