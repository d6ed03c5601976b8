/** What an HTTP/2 client may ask of a connection, and how connections end: floods, stalls, idleness, and a listener that stops. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { get, ok, streamOf } from '../../test/harness/http-listener.ts'
import { endStream, frameType, word } from '../../test/harness/frame-client.ts'
import { startTls } from '../../test/harness/tls-listener.ts'
import { eventually } from '../../test/harness/tls-reader.ts'

const calm = 11
const hang = () => new Promise<never>(() => undefined)

test('a flood of resets ends its connection, and no other', async (context) => {
  const { seen, errors, listener, frames } = await startTls(context, async ({ path }) => {
    await new Promise(setImmediate)
    return ok(path)
  })
  const legal = await frames()
  const flood = await frames()
  for (let stream = 1; stream < 10_000 && !flood.closed; stream += 2) {
    flood.request(stream).reset(stream, 8)
    if (stream % 100 === 1) await new Promise(setImmediate)
  }
  await eventually(() => flood.goaway !== undefined)
  await eventually(() => flood.closed || flood.ended)
  assert.ok(seen.length < 600, `${seen.length} requests reached the front`)
  legal.request(1, [[':path', '/legal']])
  await legal.until(() => legal.isWhole(1))
  assert.equal(legal.bodyOf(1).toString(), '/legal')
  flood.socket.destroy()
  await eventually(() => listener.inFlight === 0 && listener.connections === 1)
  assert.deepEqual(errors, [])
})

test('a client that resets now and then, as players do when they seek, is left alone', async (context) => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(16 * 1024)
  }
  const { frames } = await startTls(context, () => ({ status: 200, headers: [], body: endless() }))
  const client = await frames()
  client.allow(0, 2 ** 30)
  for (let stream = 1; stream < 200; stream += 2) {
    client.request(stream)
    await client.until(() => client.framesOf(stream).length > 0)
    client.reset(stream, 8)
  }
  assert.equal(client.goaway, undefined)
})

test('requests that are reset count for as long as the front is at work on them', async (context) => {
  const { seen, frames } = await startTls(context, hang, { limits: { streamsMax: 10 } })
  const client = await frames()
  for (let stream = 1; stream < 100 && client.goaway === undefined; stream += 2) {
    client.request(stream)
    await eventually(() => 2 * seen.length > stream || client.goaway !== undefined)
    client.reset(stream, 8)
  }
  assert.equal(client.goaway, calm)
  assert.equal(seen.length, 20)
})

test('more requests at once than the limit are refused, and the others answered', async (context) => {
  const go = Promise.withResolvers<void>()
  const { seen, frames } = await startTls(context, async () => {
    await go.promise
    return ok('x')
  })
  const client = await frames()
  for (let stream = 1; stream <= 2 * 100 + 1; stream += 2) client.request(stream)
  await client.until(() => client.resetOf(201) !== undefined)
  assert.equal(seen.length, 100)
  go.resolve()
  await client.until(() => client.isWhole(199))
})

for (const [what, type, payload] of [
  ['PING', frameType.ping, Buffer.alloc(8)],
  ['SETTINGS', frameType.settings, Buffer.alloc(0)],
] as const) {
  test(`a flood of ${what} ends its connection`, async (context) => {
    const { errors, frames } = await startTls(context, () => ok())
    const client = await frames()
    for (let i = 0; i < 5000 && client.goaway === undefined && !client.closed; i++) {
      client.frame(type, 0, 0, payload)
      if (i % 100 === 0) await new Promise(setImmediate)
    }
    // It may not come to read why.
    await eventually(() => client.closed || client.ended)
    assert.ok(client.goaway === calm || client.goaway === undefined)
    assert.deepEqual(errors, [])
  })
}

test('frames that make no sense end their connection, unreported', async (context) => {
  for (const [type, flags, stream, payload] of [
    [frameType.data, 0, 0, Buffer.from('abc')],
    [frameType.data, 0, 5, Buffer.from('abc')],
    [frameType.headers, 5, 2, Buffer.from([0x82])],
    [frameType.headers, 5, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])],
    [frameType.window, 0, 0, word(0)],
    [frameType.settings, 0, 0, Buffer.from([0, 4, 0xff, 0xff, 0xff, 0xff])],
    [frameType.continuation, 4, 1, Buffer.alloc(0)],
    [frameType.data, 0, 1, Buffer.alloc(20_000)],
  ] as const) {
    const { seen, errors, frames } = await startTls(context, () => ok())
    const client = (await frames()).frame(type, flags, stream, payload)
    await eventually(() => client.closed || client.ended)
    assert.deepEqual([seen, errors], [[], []])
    assert.notEqual(client.goaway, 0)
  }
})

test('HTTP/1.1 where HTTP/2 was agreed on is closed', async (context) => {
  const { seen, errors, connect } = await startTls(context, () => ok())
  const client = (await connect({ ALPNProtocols: ['h2'] })).send(get('/'))
  await eventually(() => client.closed || client.ended)
  assert.deepEqual([seen, errors], [[], []])
})

test('a client that does not take an answer has little read for it, and it is reset, others not', async (context) => {
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
  const { ends, errors, frames } = await startTls(
    context,
    ({ path }) => (path === '/' ? { status: 200, headers: [], body: endless() } : ok('x')),
    { limits: { idleTimeoutSeconds: 0.2, bodyRateMin: 1e9 } },
  )
  const client = (await frames()).request(1)
  await released.promise
  await client.until(() => client.resetOf(1) !== undefined)
  assert.equal(pulled, 256 * 1024)
  assert.equal(client.bodyOf(1).length, 65_535)
  assert.deepEqual([client.isWhole(1), client.resetOf(1)], [false, 8])
  assert.equal(ends[0]!.complete, false)
  client.allow(0, 1000).request(3, [[':path', '/other']])
  await client.until(() => client.isWhole(3))
  assert.deepEqual(errors, [])
})

test('an answer in one piece that its client does not take is reset, too', async (context) => {
  const { listener, frames } = await startTls(context, () => ok('x'.repeat(1_000_000)), {
    limits: { idleTimeoutSeconds: 0.1, bodyRateMin: 1e9 },
  })
  const client = (await frames()).request(1)
  await client.until(() => client.resetOf(1) !== undefined)
  assert.equal(client.isWhole(1), false)
  assert.equal(listener.inFlight, 0)
})

test('an idle connection is closed, one that never asked anything too', async (context) => {
  const { listener, frames, connect } = await startTls(context, () => ok('x'), { limits: { idleTimeoutSeconds: 0.1 } })
  const client = (await frames()).request(1)
  await client.until(() => client.isWhole(1))
  const mute = await connect({ ALPNProtocols: ['h2'] })
  await eventually(() => (client.closed || client.ended) && (mute.closed || mute.ended))
  assert.equal(client.goaway, 0)
  client.socket.end()
  mute.socket.end()
  await eventually(() => listener.connections === 0)
})

test('a connection that was closed while its client keeps it open is cut', async (context) => {
  const { listener, frames } = await startTls(context, () => ok('x'), {
    limits: { idleTimeoutSeconds: 0.1, lingerSeconds: 0.1 },
  })
  const client = await frames()
  client.socket.allowHalfOpen = true
  await client.until(() => client.goaway !== undefined)
  await eventually(() => listener.connections === 0)
})

test('a front that works for longer than a connection may be idle is not cut', async (context) => {
  const { frames } = await startTls(
    context,
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return ok('late')
    },
    { limits: { idleTimeoutSeconds: 0.05 } },
  )
  const client = (await frames()).request(1)
  await client.until(() => client.isWhole(1))
  assert.equal(client.bodyOf(1).toString(), 'late')
})

test('connections of HTTP/2 count among the connections, and idle ones make room', async (context) => {
  const { listener, frames, connect } = await startTls(context, () => ok('x'), { limits: { connectionsMax: 2 } })
  const clients = [await frames(), await frames()]
  for (const client of clients) {
    client.request(1)
    await client.until(() => client.isWhole(1))
  }
  await assert.rejects(connect())
  assert.equal(listener.connections, 2)
})

test('stop lets what is in flight finish, and tells the client what came too late', async (context) => {
  const go = Promise.withResolvers<void>()
  const { listener, seen, frames } = await startTls(context, async ({ path }) => {
    await go.promise
    return path === '/stream'
      ? { status: 200, headers: ['content-length', '6'], body: streamOf('abc', 'def') }
      : ok('x')
  })
  const client = (await frames()).request(1).request(3, [[':path', '/stream']])
  const idle = await frames()
  await eventually(() => seen.length === 2 && listener.connections === 2)
  const stopped = listener.stop(30)
  await client.until(() => client.goaway !== undefined)
  const last = client.received.findLast(({ type }) => type === frameType.goaway)!.payload.readUInt32BE(0)
  assert.deepEqual([client.goaway, last], [0, 3])
  client.request(5)
  await idle.until(() => idle.ended || idle.closed)
  assert.equal(idle.goaway, 0)
  go.resolve()
  await client.until(() => client.ended || client.closed)
  assert.deepEqual([client.isWhole(1), client.isWhole(3), client.isWhole(5)], [true, true, false])
  assert.equal(client.bodyOf(3).toString(), 'abcdef')
  await stopped
  assert.deepEqual([seen.length, listener.connections, listener.inFlight], [2, 0, 0])
})

test('stop under load fails no request that the front has seen', async (context) => {
  const { listener, seen, http2 } = await startTls(context, async () => {
    await new Promise(setImmediate)
    return ok('done')
  })
  const sessions = await Promise.all(Array.from({ length: 5 }, () => http2()))
  const enough = Promise.withResolvers<void>()
  let served = 0
  const loads = sessions.map(async (session) => {
    while (!session.closed) {
      const stream = session.request({})
      let body = ''
      stream.on('error', () => undefined)
      stream.on('data', (piece: Buffer) => (body += piece.toString()))
      await new Promise((resolve) => stream.on('close', resolve))
      // Refused: it can be sent again elsewhere.
      if (stream.rstCode === 7) continue
      assert.deepEqual([stream.rstCode, body], [0, 'done'])
      if (++served === 200) enough.resolve()
    }
  })
  await enough.promise
  const stopped = listener.stop(30)
  await Promise.all(loads)
  await stopped
  assert.equal(served, seen.length)
})

test('stop cuts what is in flight after the deadline, never ending it as if it were whole', async (context) => {
  async function* stalled(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('abc')
    await hang()
  }
  const { listener, frames } = await startTls(context, ({ path }) =>
    path === '/' ? hang() : { status: 200, headers: [], body: stalled() },
  )
  const client = (await frames()).request(1).request(3, [[':path', '/stream']])
  await client.until(() => client.bodyOf(3).length === 3)
  await listener.stop(0.05)
  await eventually(() => client.closed || client.ended)
  assert.deepEqual([client.isWhole(1), client.isWhole(3)], [false, false])
  assert.deepEqual([listener.connections, listener.inFlight], [0, 0])
})

test('a connection that is ended for too many requests ends none of them as if it were whole', async (context) => {
  async function* stalled(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('abc')
    await hang()
  }
  const { frames } = await startTls(context, () => ({ status: 200, headers: [], body: stalled() }), {
    limits: { controlFramesPerSecond: 1 },
  })
  const client = (await frames()).request(1, [], endStream)
  await client.until(() => client.bodyOf(1).length === 3)
  for (let i = 0; i < 50; i++) client.frame(frameType.ping, 0, 0, Buffer.alloc(8))
  await eventually(() => client.closed || client.ended)
  assert.equal(client.isWhole(1), false)
})
