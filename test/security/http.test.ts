/** Attacks on what every front stands on: framing, headers, idle sockets, forwarded addresses, ranges. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../src/base/errors.ts'
import { parseRange } from '../../src/http/range.ts'
import { count, get, head, ok, rendered, smuggled, startListener } from '../harness/http-listener.ts'

const smuggling: readonly [what: string, request: string][] = [
  [
    'Content-Length and Transfer-Encoding',
    `PUT / HTTP/1.1\r\n${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'Transfer-Encoding and Content-Length',
    `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
  ],
  ['two Content-Lengths', `PUT / HTTP/1.1\r\n${head}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n`],
  [
    'two Transfer-Encodings, one hidden',
    `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n\r\n0\r\n\r\n`,
  ],
  ['a Transfer-Encoding with a tab', `PUT / HTTP/1.1\r\n${head}Transfer-Encoding:\tchunked, x\r\n\r\n0\r\n\r\n`],
  ['a Content-Length before a colon with a space', `PUT / HTTP/1.1\r\n${head}Content-Length : 4\r\n\r\nabcd`],
  ['two Hosts', `GET / HTTP/1.1\r\n${head}Host: evil.com\r\n\r\n`],
  ['two Hosts, in one line', 'GET / HTTP/1.1\r\nHost: a.com, evil.com\r\n\r\n'],
  ['an absolute-form target of another host', `GET http://evil.com/ HTTP/1.1\r\n${head}\r\n`],
  ['an absolute-form target with user information', `GET http://a.com@evil.com/ HTTP/1.1\r\n${head}\r\n`],
  ['lines that end in LF', 'GET / HTTP/1.1\nHost: a.com\n\n'],
  ['one header line that ends in LF', 'GET / HTTP/1.1\r\nHost: a.com\nX-A: 1\r\n\r\n'],
  ['a bare CR', 'GET / HTTP/1.1\r\nHost: a.com\rX-A: 1\r\n\r\n'],
]
for (const [what, request] of smuggling) {
  test(`security 35: ${what} is 400, closes the connection, and smuggles no second request`, async (context) => {
    const { seen, connect } = await startListener(context, rendered(count))
    const client = (await connect()).send(request + smuggled)
    const answer = await client.answer()
    assert.equal(answer.status, 400)
    assert.equal(answer.headers.get('connection'), 'close')
    client.send(smuggled)
    assert.equal(await client.rest(), '')
    assert.deepEqual(seen, [])
  })
}

test('security 35: a chunk whose end two parsers could see in two places smuggles nothing', async (context) => {
  const bodies = [
    '3\nabc\r\n0\r\n\r\n',
    '3;\nabc\r\n0\r\n\r\n',
    '3\r\nabc0\r\n\r\n',
    '0x3\r\nabc\r\n0\r\n\r\n',
    '3 \r\nabc\r\n0\r\n\r\n',
    '0\r\n\n',
  ]
  for (const body of bodies) {
    const { seen, connect } = await startListener(context, rendered(count))
    const client = (await connect()).send(
      `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n${body}${smuggled}`,
    )
    const text = await client.rest()
    assert.match(text, /^HTTP\/1\.1 400 /, body)
    assert.equal(text.split('HTTP/1.1').length, 2, body)
    assert.ok(seen.every(({ path }) => path === '/'))
  }
})

test('security 36: 17 KiB of headers are 431, in one line or in many; 100 requests just below the limit are served', async (context) => {
  const { seen, connect } = await startListener(context, () => ok())
  for (const extra of [
    `X-A: ${'a'.repeat(17 * 1024)}\r\n`,
    `X-A: ${'a'.repeat(1000)}\r\n`.repeat(17),
    'X: 1\r\n'.repeat(5000),
  ]) {
    const client = (await connect()).send(get('/', extra))
    assert.equal((await client.answer()).status, 431)
    assert.equal(await client.rest(), '')
  }
  assert.equal(seen.length, 0)
  const clients = await Promise.all(Array.from({ length: 100 }, () => connect()))
  for (const client of clients) client.send(get('/', `X-A: ${'a'.repeat(15 * 1024)}\r\n`))
  for (const client of clients) assert.equal((await client.answer()).status, 200)
})

test('security 36: 2,000 idle sockets, half of them in the middle of their headers, hinder nobody and are closed', async (context) => {
  // Short of the time that opening them takes, for the sake of the test's own.
  const limits = { headersTimeoutSeconds: 3, sweepSeconds: 1 }
  const { listener, connect } = await startListener(context, () => ok('legal'), { limits })
  const silent = await Promise.all(Array.from({ length: 1000 }, () => connect()))
  const halting = await Promise.all(
    Array.from({ length: 1000 }, async () => (await connect()).send('GET / HTTP/1.1\r\nHost: a')),
  )
  const legal = await connect()
  for (let i = 0; i < 100; i++) {
    legal.send(get('/'))
    assert.equal((await legal.answer()).body, 'legal')
  }
  assert.ok(listener.connections > 0)
  for (const client of halting) assert.equal((await client.answer()).status, 408)
  for (const client of silent) await client.until(({ ended, closed }) => ended || closed)
  legal.send(get('/'))
  assert.equal((await legal.answer()).body, 'legal')
})

test('security 36: bodies that stand still end, and hinder nobody', async (context) => {
  const limits = { bodyRateWindowSeconds: 0.2 }
  const { connect } = await startListener(context, rendered(count), { limits })
  const halting = await Promise.all(Array.from({ length: 200 }, () => connect()))
  for (const client of halting) client.send(`PUT / HTTP/1.1\r\n${head}Content-Length: 1000\r\n\r\na`)
  const legal = await connect()
  for (let i = 0; i < 100; i++) {
    legal.send(get('/'))
    assert.equal((await legal.answer()).status, 200)
  }
  for (const client of halting) assert.equal((await client.answer()).headers.get('x-code'), 'RequestTimeout')
})

const forged = [
  'X-Forwarded-For: 10.1.2.3\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: admin.local\r\nX-Forwarded-Prefix: /admin\r\n',
  'Forwarded: for=10.1.2.3;proto=https;host=admin.local\r\n',
  'X-Real-IP: 10.1.2.3\r\nX-Client-IP: 10.1.2.3\r\nTrue-Client-IP: 10.1.2.3\r\nCF-Connecting-IP: 10.1.2.3\r\n',
]
test('security 27: what a peer that is no trusted proxy forwards is not believed', async (context) => {
  const { seen, connect } = await startListener(context, () => ok(), { trustedProxies: ['10.0.0.0/8', '::1'] })
  const client = await connect()
  for (const extra of forged) {
    client.send(get('/', extra))
    await client.answer()
    const { remoteAddress, secure, forwarded, host } = seen.at(-1)!
    assert.deepEqual(
      [remoteAddress, secure, forwarded.host, forwarded.prefix, host],
      ['127.0.0.1', false, undefined, undefined, 'a.com'],
    )
  }
})

test('security 27: behind a trusted proxy, a client cannot put an address before its own', async (context) => {
  const { seen, connect } = await startListener(context, () => ok(), { trustedProxies: ['127.0.0.1', '10.0.0.0/8'] })
  const client = await connect()
  const sent = [
    'X-Forwarded-For: 10.1.2.3, 6.6.6.6\r\n',
    'X-Forwarded-For: 10.1.2.3\r\nX-Forwarded-For: 6.6.6.6\r\n',
    'X-Forwarded-For: 192.0.2.1, 6.6.6.6, 10.9.9.9\r\n',
    'Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 6.6.6.6\r\n',
    'Forwarded: for="192.0.2.1\r\nForwarded: for=6.6.6.6\r\n',
  ]
  for (const extra of sent) {
    client.send(get('/', extra))
    await client.answer()
    assert.equal(seen.at(-1)!.remoteAddress, '6.6.6.6', extra)
  }
})

const ranges: readonly [header: string, outcome: string][] = [
  [`bytes=${Array.from({ length: 1000 }, (_, at) => `${at}-${at}`).join(',')}`, 'whole'],
  [`bytes=${'0-,'.repeat(5000)}`, 'whole'],
  [`bytes=${','.repeat(16_000)}`, 'whole'],
  [`bytes=${'9'.repeat(16_000)}-`, 'InvalidRange'],
  [`bytes=0-${'9'.repeat(16_000)}`, '0..100'],
  [`bytes=-${'9'.repeat(16_000)}`, '0..100'],
  ['bytes=18446744073709551616-', 'InvalidRange'],
  ['bytes=0-18446744073709551615', '0..100'],
  ['bytes=9223372036854775807-9223372036854775808', 'InvalidRange'],
  ['bytes=9-1', 'whole'],
  ['bytes=-0', 'InvalidRange'],
  ['bytes=--1', 'whole'],
  ['bytes=0-0\0', 'whole'],
  ['bytes=NaN-Infinity', 'whole'],
]
test('security 40: a range is one, within the object, or 416, or ignored, whatever it says', () => {
  for (const [header, outcome] of ranges) {
    let told: string
    try {
      const range = parseRange(header, 100)
      told = range === 'whole' ? range : `${range.start}..${range.end}`
    } catch (error) {
      assert.ok(error instanceof ApiError)
      told = error.code
    }
    assert.equal(told, outcome, header.slice(0, 40))
  }
})
