/** How connections live and end, over real sockets: time limits, pipelining, and a listener that stops. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { get, head, ok, smuggled, startListener, streamOf } from '../../test/harness/http-listener.ts'
import { RawClient } from '../../test/harness/raw-client.ts'

test('headers that come slowly are 408', async (context) => {
  const { seen, connect } = await startListener(context, () => ok(), { limits: { headersTimeoutSeconds: 0.1 } })
  const client = (await connect()).send('GET / HTTP/1.1\r\nHost: a')
  const answer = await client.answer()
  assert.equal(answer.status, 408)
  assert.equal(await client.rest(), '')
  assert.deepEqual(seen, [])
})

test('a connection on which nothing comes is closed, without an answer', async (context) => {
  const { connect } = await startListener(context, () => ok(), { limits: { headersTimeoutSeconds: 0.1 } })
  const client = await connect()
  await client.until(({ closed, ended }) => closed || ended)
  assert.equal(client.received, '')
})

test('an idle connection is closed', async (context) => {
  const { connect } = await startListener(context, () => ok(), { limits: { idleTimeoutSeconds: 0.1 } })
  const client = (await connect()).send(get('/'))
  await client.answer()
  assert.equal(await client.rest(), '')
})

test('a front that works for longer than a connection may be idle is not cut', async (context) => {
  const { connect } = await startListener(
    context,
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return ok('late')
    },
    { limits: { idleTimeoutSeconds: 0.05 } },
  )
  const client = (await connect()).send(get('/'))
  assert.equal((await client.answer()).body, 'late')
})

test('pipelined requests are answered in their order', async (context) => {
  const first = Promise.withResolvers<void>()
  const { connect } = await startListener(context, async ({ path }) => {
    if (path === '/1') await first.promise
    if (path === '/3') first.resolve()
    return ok(path)
  })
  const client = (await connect()).send(get('/1') + get('/2') + get('/3'))
  for (const path of ['/1', '/2', '/3']) assert.equal((await client.answer()).body, path)
})

test('something that is no request after one that is under way leaves that its answer, and ends there', async (context) => {
  const go = Promise.withResolvers<void>()
  const { seen, connect } = await startListener(context, async () => {
    await go.promise
    return ok('first')
  })
  const client = (await connect()).send(
    get('/1') + `GET /2 HTTP/1.1\r\n${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n` + smuggled,
  )
  setTimeout(() => go.resolve(), 20)
  assert.equal((await client.answer()).body, 'first')
  assert.equal(await client.rest(), '')
  assert.equal(seen.length, 1)
})

test('more connections than the limit are dropped, and those there are keep working', async (context) => {
  const { listener, connect } = await startListener(context, () => ok('x'), { limits: { connectionsMax: 3 } })
  const clients = [await connect(), await connect(), await connect()]
  for (const client of clients) {
    client.send(get('/'))
    assert.equal((await client.answer()).body, 'x')
  }
  const excess = await connect()
  await excess.until(({ closed, ended }) => closed || ended)
  assert.equal(listener.connections, 3)
  for (const client of clients) {
    client.send(get('/'))
    assert.equal((await client.answer()).body, 'x')
  }
})

test('stop lets what is in flight finish, and says so on the connection', async (context) => {
  const go = Promise.withResolvers<void>()
  const { listener, seen, connect } = await startListener(context, async ({ path }) => {
    await go.promise
    return path === '/stream'
      ? { status: 200, headers: ['content-length', '6'], body: streamOf('abc', 'def') }
      : ok('done')
  })
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect()))
  for (const [index, client] of clients.entries()) client.send(get(index % 2 === 0 ? '/' : '/stream'))
  while (seen.length < clients.length) await new Promise(setImmediate)
  assert.equal(listener.inFlight, clients.length)
  const stopped = listener.stop(30)
  go.resolve()
  for (const client of clients) {
    const answer = await client.answer()
    assert.ok(answer.body === 'done' || answer.body === 'abcdef')
    assert.equal(answer.headers.get('connection'), 'close')
    assert.equal(await client.rest(), '')
    assert.equal(client.failure, undefined)
    client.close()
  }
  await stopped
  assert.equal(listener.connections, 0)
  assert.equal(listener.inFlight, 0)
})

test('stop under load fails no request', async (context) => {
  const { listener, connect } = await startListener(context, async () => {
    await new Promise(setImmediate)
    return ok('done')
  })
  const clients = await Promise.all(Array.from({ length: 10 }, () => connect()))
  const enough = Promise.withResolvers<void>()
  let served = 0
  const loads = clients.map(async (client) => {
    for (;;) {
      client.send(get('/'))
      const answer = await client.answer()
      assert.equal(answer.body, 'done')
      if (++served === 200) enough.resolve()
      if (answer.headers.get('connection') === 'close') return client.close()
    }
  })
  await enough.promise
  const stopped = listener.stop(30)
  await Promise.all(loads)
  await stopped
})

test('stop closes idle connections and accepts no more', async (context) => {
  const { listener, connect } = await startListener(context, () => ok())
  const used = (await connect()).send(get('/'))
  await used.answer()
  const unused = await connect()
  const { port } = listener
  await listener.stop(30)
  await Promise.all([
    used.until(({ closed, ended }) => closed || ended),
    unused.until(({ closed, ended }) => closed || ended),
  ])
  await assert.rejects(RawClient.connect(port), { code: 'ECONNREFUSED' })
})

test('stop cuts what is in flight after the deadline', async (context) => {
  const { listener, seen, connect } = await startListener(
    context,
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  )
  const client = (await connect()).send(get('/'))
  while (seen.length === 0) await new Promise(setImmediate)
  await listener.stop(0.05)
  await client.until(({ closed, ended }) => closed || ended)
  assert.equal(client.received, '')
})

test('a pipelined answer is not lost when the listener stops before an earlier one', async (context) => {
  const go = Promise.withResolvers<void>()
  const { listener, seen, connect } = await startListener(context, async ({ path }) => {
    await go.promise
    return ok(path)
  })
  const client = (await connect()).send(get('/1') + get('/2'))
  while (seen.length < 2) await new Promise(setImmediate)
  const stopped = listener.stop(30)
  go.resolve()
  assert.equal((await client.answer()).body, '/1')
  const last = await client.answer()
  assert.equal(last.body, '/2')
  assert.equal(last.headers.get('connection'), 'close')
  client.close()
  await stopped
})

test('a connection with too many requests under way is cut', async (context) => {
  const never = new Promise<never>(() => undefined)
  const { seen, connect } = await startListener(context, () => never, { limits: { pipelinedMax: 10 } })
  const client = (await connect()).send(get('/').repeat(11))
  await client.until(({ closed, ended }) => closed || ended)
  assert.equal(seen.length, 10)
})

test('a connection that was closed while its client sent is gone when the client closes, too', async (context) => {
  const { listener, connect } = await startListener(context, () => ({ status: 403, headers: [], body: 'no' }))
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 10000000\r\n\r\nabc`)
  assert.equal((await client.answer()).status, 403)
  client.socket.end()
  while (listener.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('a client that leaves in the middle of a body whose refusal it has gets no second answer', async (context) => {
  const { listener, connect } = await startListener(context, () => ({ status: 403, headers: [], body: 'no' }))
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 1000\r\n\r\nabc`)
  assert.equal((await client.answer()).body, 'no')
  client.socket.end()
  assert.equal(await client.rest(), '')
  while (listener.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5))
})
