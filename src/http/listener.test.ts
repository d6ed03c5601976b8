/** What the listener admits and what it refuses, over real sockets. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, get, head, ok, put, rendered, smuggled, startListener } from '../../test/harness/http-listener.ts'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { createHttpListener } from './listener.ts'

/** Each followed by a whole request, which must not be served. */

const malformed: readonly [what: string, request: string, status: number][] = [
  [
    'Content-Length and Transfer-Encoding',
    `PUT / HTTP/1.1\r\n${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'Transfer-Encoding and Content-Length',
    `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ['two different Content-Lengths', `PUT / HTTP/1.1\r\n${head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, 400],
  ['two equal Content-Lengths', `PUT / HTTP/1.1\r\n${head}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 400],
  ['a list of Content-Lengths', `PUT / HTTP/1.1\r\n${head}Content-Length: 3, 3\r\n\r\nabc`, 400],
  ['a negative Content-Length', `PUT / HTTP/1.1\r\n${head}Content-Length: -3\r\n\r\nabc`, 400],
  ['a signed Content-Length', `PUT / HTTP/1.1\r\n${head}Content-Length: +3\r\n\r\nabc`, 400],
  ['a hexadecimal Content-Length', `PUT / HTTP/1.1\r\n${head}Content-Length: 0x3\r\n\r\nabc`, 400],
  [
    'a Content-Length beyond 64 bits',
    `PUT / HTTP/1.1\r\n${head}Content-Length: 99999999999999999999999\r\n\r\nabc`,
    400,
  ],
  [
    'a Content-Length beyond what numbers hold',
    `PUT / HTTP/1.1\r\n${head}Content-Length: 9999999999999999999\r\n\r\nabc`,
    413,
  ],
  ['an unknown Transfer-Encoding', `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
  [
    'a Transfer-Encoding after chunked',
    `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'a Transfer-Encoding before chunked',
    `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
  ],
  [
    'two Transfer-Encodings',
    `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    501,
  ],
  ['chunked in HTTP/1.0', `PUT / HTTP/1.0\r\n${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['a space before the colon', `PUT / HTTP/1.1\r\n${head}Content-Length : 3\r\n\r\nabc`, 400],
  ['a folded line', `GET / HTTP/1.1\r\n${head}X-A: 1\r\n 2\r\n\r\n`, 400],
  ['a folded first line', `GET / HTTP/1.1\r\n Host: a.com\r\n\r\n`, 400],
  ['lines that end in LF', 'GET / HTTP/1.1\nHost: a.com\n\n', 400],
  ['a bare CR in a header', `GET / HTTP/1.1\r\n${head}X-A: 1\rX-B: 2\r\n\r\n`, 400],
  ['a NUL in a header', `GET / HTTP/1.1\r\n${head}X-A: 1\0\r\n\r\n`, 400],
  ['a NUL in the path', `GET /a\0b HTTP/1.1\r\n${head}\r\n`, 400],
  ['bytes above 0x7F in the path', `GET /\xc3\xa4 HTTP/1.1\r\n${head}\r\n`, 400],
  ['a space in the path', `GET /a b HTTP/1.1\r\n${head}\r\n`, 400],
  ['a fragment', `GET /a#b HTTP/1.1\r\n${head}\r\n`, 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
  ['two Hosts', `GET / HTTP/1.1\r\n${head}Host: b.com\r\n\r\n`, 400],
  ['two equal Hosts', `GET / HTTP/1.1\r\n${head}${head}\r\n`, 400],
  ['two Hosts, one empty', `GET / HTTP/1.1\r\n${head}Host:\r\n\r\n`, 400],
  ['a Host with user information', 'GET / HTTP/1.1\r\nHost: a@b.com\r\n\r\n', 400],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a.com/b\r\n\r\n', 400],
  ['an absolute-form target of another host', `GET http://b.com/ HTTP/1.1\r\n${head}\r\n`, 400],
  ['an authority as target', `GET a.com:80 HTTP/1.1\r\n${head}\r\n`, 400],
  ['an asterisk as target', `OPTIONS * HTTP/1.1\r\n${head}\r\n`, 400],
  ['HTTP/2.0 in the request line', `GET / HTTP/2.0\r\n${head}\r\n`, 505],
  ['HTTP/0.9', 'GET /\r\n', 400],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['an unknown method', `BREW / HTTP/1.1\r\n${head}\r\n`, 400],
  ['a target that is too long', `GET /${'a'.repeat(9000)} HTTP/1.1\r\n${head}\r\n`, 414],
  ['headers of 17 KiB', `GET / HTTP/1.1\r\n${head}X-A: ${'a'.repeat(17 * 1024)}\r\n\r\n`, 431],
  ['too many headers', `GET / HTTP/1.1\r\n${head}${'X:1\r\n'.repeat(300)}\r\n`, 431],
]

for (const [what, request, status] of malformed) {
  test(`${what}: ${status}, the connection is closed, and what follows is not served`, async (context) => {
    const { seen, connect } = await startListener(context, () => ok())
    const client = (await connect()).send(request + smuggled)
    const answer = await client.answer()
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('connection'), 'close')
    assert.doesNotMatch(answer.body, /</)
    assert.equal(await client.rest(), '')
    assert.deepEqual(seen, [])
  })
}

test('the target reaches the front byte for byte', async (context) => {
  const { seen, connect } = await startListener(context, () => ok())
  const client = await connect()
  for (const target of ['/', '/b/../c/%2e%2e/d%2Fe//f?x=%20&y', '//a.com/b?', '/k?a?b', '/a|b"<>\\^`{}']) {
    client.send(get(target))
    assert.equal((await client.answer()).status, 200, target)
    const { path, query } = seen.at(-1)!
    assert.equal(target.includes('?') ? `${path}?${query}` : path, target)
  }
  client.send(`GET http://A.com/b/../k?x HTTP/1.1\r\n${head}\r\n`)
  assert.equal((await client.answer()).status, 200)
  assert.deepEqual([seen.at(-1)!.path, seen.at(-1)!.query], ['/b/../k', 'x'])
})

test('headers are joined when repeated, whatever their name', async (context) => {
  const { seen, connect } = await startListener(context, () => ok())
  const client = await connect()
  client.send(
    get(
      '/',
      'X-A: 1\r\nx-a: 2\r\nAuthorization: one\r\nAuthorization: two\r\nContent-Type: a\r\nContent-Type: b\r\n__proto__: x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n',
    ),
  )
  await client.answer()
  const { headers, rawHeaders, host } = seen[0]!
  assert.equal(headers['x-a'], '1, 2')
  assert.equal(headers['authorization'], 'one, two')
  assert.equal(headers['content-type'], 'a, b')
  assert.equal(headers['set-cookie'], 'a,b')
  assert.equal(host, 'a.com')
  assert.deepEqual(rawHeaders.slice(0, 4), ['Host', 'a.com', 'X-A', '1'])
})

test('header bytes above 0x7F are Latin-1 both ways', async (context) => {
  const { connect } = await startListener(context, ({ headers }) => ({
    status: 200,
    headers: ['X-B', headers['x-a'] ?? ''],
    body: 'ä',
  }))
  const client = (await connect()).send(get('/', 'X-A: \xc3\xa4\r\n'))
  const answer = await client.answer()
  assert.equal(answer.headers.get('x-b'), '\xc3\xa4')
  assert.equal(answer.body, '\xc3\xa4')
})

test('request ids are 16 characters 0-9A-F and differ', async (context) => {
  const { seen, connect } = await startListener(context, () => ok())
  const client = await connect()
  for (let i = 0; i < 50; i++) {
    client.send(get('/'))
    await client.answer()
  }
  for (const { id } of seen) assert.match(id, /^[0-9A-F]{16}$/)
  assert.equal(new Set(seen.map(({ id }) => id)).size, 50)
})

test('HTTP/1.0 needs no Host, and its connection is closed', async (context) => {
  const { seen, connect } = await startListener(context, () => ok('x'))
  const client = (await connect()).send('GET / HTTP/1.0\r\n\r\n')
  assert.equal((await client.answer()).body, 'x')
  assert.equal(await client.rest(), '')
  assert.equal(seen[0]!.host, '')
})

test('an offer to upgrade is not taken, and the answer is the last of its connection', async (context) => {
  const { seen, connect } = await startListener(context, rendered(count))
  const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n'
  const client = (await connect()).send(put('/', 'abc', offer) + smuggled)
  const answer = await client.answer()
  assert.equal(answer.body, '3')
  assert.equal(answer.headers.get('connection'), 'close')
  client.send(smuggled)
  assert.equal(await client.rest(), '')
  assert.deepEqual(
    seen.map(({ path }) => path),
    ['/'],
  )
})

test('CONNECT reaches no front', async (context) => {
  const { seen, connect } = await startListener(context, () => ok())
  const client = (await connect()).send(`CONNECT a.com:80 HTTP/1.1\r\n${head}\r\n`)
  await client.rest()
  assert.deepEqual(seen, [])
})

test('what is forwarded is believed of a trusted proxy only', async (context) => {
  const extra =
    'X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b.com\r\nX-Forwarded-Prefix: /s3\r\n'
  for (const [trustedProxies, address, secure, host, prefix] of [
    [[], '127.0.0.1', false, undefined, undefined],
    [['10.0.0.0/8'], '127.0.0.1', false, undefined, undefined],
    [['127.0.0.0/8'], '1.2.3.4', true, 'b.com', '/s3'],
  ] as const) {
    const { seen, connect } = await startListener(context, () => ok(), { trustedProxies })
    const client = (await connect()).send(get('/', extra))
    await client.answer()
    const { remoteAddress, secure: isSecure, forwarded } = seen[0]!
    assert.deepEqual([remoteAddress, isSecure, forwarded.host, forwarded.prefix], [address, secure, host, prefix])
    assert.equal(seen[0]!.host, 'a.com')
  }
})

test('a port that is taken makes listen reject', async (context) => {
  const { listener } = await startListener(context, () => ok())
  const other = createHttpListener({
    host: '127.0.0.1',
    port: listener.port,
    trustedProxies: [],
    clock: systemClock,
    random: systemRandom,
    handle: () => ok(),
  })
  await assert.rejects(other.listen(), { code: 'EADDRINUSE' })
})
