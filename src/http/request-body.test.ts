/** Bodies of requests over real sockets: whole, refused, left, too slow, cut short. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { count, get, head, ok, put, rendered, smuggled, startListener } from '../../test/harness/http-listener.ts'
import { ApiError } from '../base/errors.ts'
import { defaultLimits } from './limits.ts'
import { RequestBody } from './request-body.ts'

const brokenBodies: readonly [what: string, body: string, status: number][] = [
  ['a chunk size beyond 64 bits', 'fffffffffffffffff\r\nabc\r\n0\r\n\r\n', 400],
  ['a chunk size that is no number', 'x\r\nabc\r\n0\r\n\r\n', 400],
  ['a signed chunk size', '+3\r\nabc\r\n0\r\n\r\n', 400],
  ['a chunk longer than its size', '2\r\nabc\r\n0\r\n\r\n', 400],
  ['a chunk that ends in LF', '3\r\nabc\n0\r\n\r\n', 400],
  ['a chunk extension of 32 KiB', `3;${'a'.repeat(32 * 1024)}\r\nabc\r\n0\r\n\r\n`, 413],
]

for (const [what, body, status] of brokenBodies) {
  test(`${what}: the body ends with an error, and what follows is not served`, async (context) => {
    const { seen, connect } = await startListener(context, rendered(count))
    const client = (await connect()).send(
      `PUT / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n${body}${smuggled}`,
    )
    const answer = await client.answer()
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('connection'), 'close')
    assert.equal(await client.rest(), '')
    assert.deepEqual(
      seen.map(({ path }) => path),
      ['/'],
    )
  })
}

test('bodies arrive whole, by length and in chunks', async (context) => {
  const { seen, ends, connect } = await startListener(context, count)
  const client = await connect()
  client.send(put('/a', 'x'.repeat(100_000)))
  assert.equal((await client.answer()).body, '100000')
  client.send(
    `PUT /b HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nX-Trailer: 1\r\n\r\n`,
  )
  assert.equal((await client.answer()).body, '8')
  client.send(put('/c', ''))
  assert.equal((await client.answer()).body, '0')
  client.send(get('/d'))
  assert.equal((await client.answer()).body, '0')
  assert.deepEqual(
    seen.map(({ contentLength }) => contentLength),
    [100_000, undefined, 0, 0],
  )
  assert.deepEqual(
    ends.map(({ bytesIn, bytesOut, status, complete }) => [bytesIn, bytesOut, status, complete]),
    [
      [100_000, 6, 200, true],
      [8, 1, 200, true],
      [0, 1, 200, true],
      [0, 1, 200, true],
    ],
  )
})

test('a body is not read faster than it is asked for', async () => {
  const size = 4 * 1024 * 1024
  let given = 0
  const message = new Readable({
    highWaterMark: 0,
    read() {
      if (given === size) return void this.push(null)
      given += 65_536
      this.push(Buffer.alloc(65_536))
    },
  })
  const limits = { ...defaultLimits, bodyBufferSize: 256 * 1024 }
  const body = new RequestBody(message, size, limits, undefined)
  const chunks = body[Symbol.asyncIterator]()
  let taken = 0
  while (taken < size) {
    const chunk = await chunks.next()
    taken += chunk.value?.length ?? 0
    // Time for all that would come unasked.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    assert.ok(given - taken <= limits.bodyBufferSize + 2 * 65_536, `${given} given, ${taken} taken`)
  }
  assert.deepEqual(await chunks.next(), { done: true, value: undefined })
})

test('a body of many chunks arrives in order through pauses', async (context) => {
  const { connect } = await startListener(
    context,
    async ({ body }) => {
      const hash = createHash('sha256')
      for await (const chunk of body) {
        hash.update(chunk)
        await new Promise(setImmediate)
      }
      return ok(hash.digest('hex'))
    },
    { limits: { bodyBufferSize: 64 * 1024 } },
  )
  const body = Buffer.alloc(8 * 1024 * 1024, 'abcdefghijklmnopqrstuvwxyz0123456')
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n`).send(body)
  assert.equal((await client.answer()).body, createHash('sha256').update(body).digest('hex'))
})

test('100-continue is sent when the body is first asked for', async (context) => {
  const { connect } = await startListener(context, count)
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n`)
  assert.equal((await client.answer()).status, 100)
  client.send('abc')
  assert.equal((await client.answer()).body, '3')
  client.send(get('/'))
  assert.equal((await client.answer()).status, 200)
})

test('a refusal before the body is asked for goes out without 100-continue, and closes', async (context) => {
  const { seen, connect } = await startListener(context, () => ({ status: 403, headers: [], body: 'no' }))
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n`)
  const answer = await client.answer()
  assert.equal(answer.status, 403)
  assert.equal(answer.body, 'no')
  assert.equal(answer.headers.get('connection'), 'close')
  // Were it read as a request, it would be one; were it the body, the next three bytes.
  client.send(get('/after'))
  assert.equal(await client.rest(), '')
  assert.equal(seen.length, 1)
})

test('a client that sends 10 MiB is told of the refusal while it sends', async (context) => {
  const { connect } = await startListener(context, () => ({ status: 403, headers: [], body: 'no' }))
  const size = 10 * 1024 * 1024
  // Reads nothing until it has sent all, as many clients do.
  const client = await connect({ readsNothing: true })
  client.send(`PUT / HTTP/1.1\r\n${head}Content-Length: ${size}\r\n\r\n`)
  const sent = new Promise<void>((resolve, reject) =>
    client.socket.write(Buffer.alloc(size), (error) => (error ? reject(error) : resolve())),
  )
  await sent
  client.socket.resume()
  const answer = await client.answer()
  assert.equal(answer.status, 403)
  assert.equal(answer.headers.get('connection'), 'close')
  assert.equal(await client.rest(), '')
  assert.equal(client.failure, undefined)
})

test('a refusal in the middle of a body reaches a client that reads when it has sent all', async (context) => {
  const { connect } = await startListener(context, async ({ body }) => {
    for await (const _ of body) return { status: 400, headers: [], body: 'bad' }
    return ok()
  })
  const size = 10 * 1024 * 1024
  const client = await connect({ readsNothing: true })
  client.send(`PUT / HTTP/1.1\r\n${head}Content-Length: ${size}\r\n\r\n`)
  await new Promise<void>((resolve) => client.socket.write(Buffer.alloc(size), () => resolve()))
  client.socket.resume()
  assert.equal((await client.answer()).body, 'bad')
  assert.equal(await client.rest(), '')
  assert.equal(client.failure, undefined)
})

test('after a refusal with a small body unread, the connection is used again', async (context) => {
  const { seen, connect } = await startListener(context, ({ path }) =>
    path === '/no' ? { status: 403, headers: [], body: 'no' } : ok('yes'),
  )
  const client = await connect()
  client.send(`PUT /no HTTP/1.1\r\n${head}Content-Length: 100000\r\n\r\n`)
  assert.equal((await client.answer()).status, 403)
  client.send('x'.repeat(100_000) + get('/yes'))
  assert.equal((await client.answer()).body, 'yes')
  client.send(put('/no', 'y'.repeat(50_000)) + get('/yes'))
  assert.equal((await client.answer()).body, 'no')
  assert.equal((await client.answer()).body, 'yes')
  assert.equal(seen.length, 4)
})

test('a body left in the middle is drained if what remains is small', async (context) => {
  const { connect } = await startListener(context, async ({ body }) => {
    for await (const _ of body) return ok('enough')
    return ok('empty')
  })
  const client = await connect()
  for (let i = 0; i < 3; i++) {
    client.send(put('/', 'x'.repeat(200_000)))
    assert.equal((await client.answer()).body, 'enough')
  }
})

test('a small body that never comes is not waited for', async (context) => {
  const { connect } = await startListener(context, () => ({ status: 403, headers: [], body: 'no' }), {
    limits: { drainSeconds: 0.05 },
  })
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 1000\r\n\r\nabc`)
  assert.equal((await client.answer()).status, 403)
  await client.until(({ closed, ended }) => closed || ended)
})

test('a client that never stops sending after its refusal is cut', async (context) => {
  const limits = { lingerSizeMax: 1024 * 1024 }
  const { listener, connect } = await startListener(context, () => ({ status: 403, headers: [], body: 'no' }), {
    limits,
  })
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`)
  const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`)
  while (!client.closed) {
    client.send(chunk)
    await new Promise(setImmediate)
  }
  assert.equal(client.received.includes(' 403 '), true)
  while (listener.connections > 0) await new Promise(setImmediate)
})

test('a client that stays after its refusal is cut', async (context) => {
  const { listener, connect } = await startListener(context, () => ({ status: 403, headers: [], body: 'no' }), {
    limits: { lingerSeconds: 0.05 },
  })
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`)
  assert.equal((await client.answer()).status, 403)
  while (listener.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('a body that ends early is IncompleteBody', async (context) => {
  const failed = Promise.withResolvers<unknown>()
  const { ends, connect } = await startListener(context, async (request) => {
    try {
      return await count(request)
    } catch (error) {
      failed.resolve(error)
      throw error
    }
  })
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 10\r\n\r\nabc`)
  client.socket.end()
  const error = await failed.promise
  assert.ok(error instanceof ApiError && error.code === 'IncompleteBody')
  await client.rest()
  assert.equal(ends.length, 1)
})

test('a body whose client goes away is IncompleteBody, and the signal is aborted', async (context) => {
  const failed = Promise.withResolvers<unknown>()
  const started = Promise.withResolvers<void>()
  let signal: AbortSignal | undefined
  const { ends, errors, connect } = await startListener(context, async (request) => {
    signal = request.signal
    started.resolve()
    return Promise.resolve(count(request)).catch((error: unknown) => {
      failed.resolve(error)
      throw error
    })
  })
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 10\r\n\r\nabc`)
  await started.promise
  assert.equal(signal?.aborted, false)
  client.socket.resetAndDestroy()
  const error = await failed.promise
  assert.ok(error instanceof ApiError && error.code === 'IncompleteBody')
  assert.equal(signal?.aborted, true)
  assert.deepEqual(
    ends.map(({ status, complete }) => [status, complete]),
    [[499, false]],
  )
  assert.deepEqual(errors, [])
})

test('the signal of a request whose client went away before it was asked for is aborted', async (context) => {
  const started = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<boolean>()
  const { listener, connect } = await startListener(context, async (request) => {
    started.resolve()
    await go.promise
    aborted.resolve(request.signal.aborted)
    return ok()
  })
  const client = (await connect()).send(get('/'))
  await started.promise
  client.close()
  while (listener.connections > 0) await new Promise(setImmediate)
  go.resolve()
  assert.equal(await aborted.promise, true)
  assert.equal(listener.inFlight, 0)
})

test('a body that stands still is RequestTimeout', async (context) => {
  const limits = { bodyRateWindowSeconds: 0.1, bodyRateMin: 1024 }
  const { connect } = await startListener(context, rendered(count), { limits })
  const client = (await connect()).send(`PUT / HTTP/1.1\r\n${head}Content-Length: 10000\r\n\r\nabc`)
  const answer = await client.answer()
  assert.equal(answer.status, 400)
  assert.equal(answer.headers.get('x-code'), 'RequestTimeout')
  assert.equal(answer.headers.get('connection'), 'close')
  assert.equal(await client.rest(), '')
})

test('a front that takes its time over a body is no fault of the client', async (context) => {
  const limits = { bodyRateWindowSeconds: 0.05, bodyRateMin: 1024 * 1024 * 1024 }
  const { connect } = await startListener(
    context,
    async ({ body }) => {
      let size = 0
      for await (const chunk of body) {
        await new Promise((resolve) => setTimeout(resolve, 40))
        size += chunk.length
      }
      return ok(String(size))
    },
    { limits },
  )
  const client = (await connect()).send(put('/', 'x'.repeat(400_000)))
  assert.equal((await client.answer()).body, '400000')
})

test('100-continue for a body of no bytes keeps the connection', async (context) => {
  const { connect } = await startListener(context, count)
  const client = await connect()
  client.send(`PUT / HTTP/1.1\r\n${head}Content-Length: 0\r\nExpect: 100-continue\r\n\r\n`)
  assert.equal((await client.answer()).status, 100)
  assert.equal((await client.answer()).headers.get('connection'), 'keep-alive')
  client.send(get('/'))
  assert.equal((await client.answer()).status, 200)
})
