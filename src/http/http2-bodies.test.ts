/** Bodies over HTTP/2: whole, refused, left, too slow, cut short. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { count, type Handle, ok, rendered } from '../../test/harness/http-listener.ts'
import { endStream } from '../../test/harness/frame-client.ts'
import { ask } from '../../test/harness/http2-ask.ts'
import { startTls } from '../../test/harness/tls-listener.ts'
import { eventually } from '../../test/harness/tls-reader.ts'

const large = randomBytes(20 * 1024 * 1024)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Of buffers that are used again, as the store's are. */
async function* reused(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(256 * 1024)
  for (let at = 0; at < bytes.length; at += buffer.length) {
    const piece = bytes.subarray(at, at + buffer.length)
    buffer.set(piece)
    yield buffer.subarray(0, piece.length)
    buffer.fill(0xff)
  }
}

test('20 MiB go as they are, both ways, several at a time', async (context) => {
  const { ends, http2 } = await startTls(context, async ({ method, body }) => {
    if (method === 'GET') return { status: 200, headers: ['content-length', String(large.length)], body: reused(large) }
    const hash = createHash('sha256')
    for await (const chunk of body) hash.update(chunk)
    return ok(hash.digest('hex'))
  })
  const session = await http2()
  const up = { ':method': 'PUT', 'content-length': large.length }
  const [down, sent, unsized] = await Promise.all([
    ask(session, {}),
    ask(session, up, large),
    ask(session, { ':method': 'PUT' }, large),
  ])
  assert.equal(sha256(down.body), sha256(large))
  assert.deepEqual([sent.body.toString(), unsized.body.toString()], [sha256(large), sha256(large)])
  for (const { bytesIn, bytesOut } of ends) assert.equal(Math.max(bytesIn, bytesOut), large.length)
})

/** What became of the body: its size, or the error's code. */
async function outcomeOf(request: Parameters<Handle>[0]): Promise<string> {
  try {
    return String(((await count(request)) as { body: string }).body)
  } catch (error) {
    return (error as { code: string }).code
  }
}

for (const [what, fields, cut] of [
  ['reset with NO_ERROR', [], 0],
  ['reset with INTERNAL_ERROR', [], 2],
  ['reset with CANCEL', [], 8],
  ['reset, of a known length,', [['content-length', '10']], 8],
  ['ended before its length', [['content-length', '10']], 'end'],
  ['longer than its length', [['content-length', '4']], 'more'],
  ['cut off with its connection', [], 'cut'],
] as const) {
  test(`a body that is ${what} is incomplete`, async (context) => {
    const outcome = Promise.withResolvers<string>()
    const { errors, seen, listener, frames } = await startTls(context, async (request) => {
      outcome.resolve(await outcomeOf(request))
      return ok()
    })
    const client = (await frames()).request(1, [[':method', 'PUT'], ...fields], 0).data(1, 'abc')
    await eventually(() => seen.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (cut === 'end') client.data(1, '', endStream)
    else if (cut === 'more') client.data(1, 'def', endStream)
    else if (cut === 'cut') client.socket.destroy()
    else client.reset(1, cut)
    assert.equal(await outcome.promise, 'IncompleteBody')
    await eventually(() => listener.inFlight === 0)
    assert.deepEqual(errors, [])
  })
}

test('a body that comes too slowly is a RequestTimeout', async (context) => {
  const { frames, ends } = await startTls(context, rendered(count), {
    limits: { bodyRateWindowSeconds: 0.1, bodyRateMin: 1000 },
  })
  const client = (await frames()).request(1, [[':method', 'PUT']], 0).data(1, 'abc')
  await client.until(() => client.isWhole(1))
  assert.equal(ends[0]!.status, 400)
})

test('a body is not taken faster than it is asked for', async (context) => {
  const { seen, frames } = await startTls(context, () => new Promise<never>(() => undefined))
  const client = (await frames()).request(1, [[':method', 'PUT']], 0)
  await eventually(() => seen.length === 1)
  await client.until(() => client.received.some(({ type, stream }) => type === 8 && stream === 0))
  await client.until(() => client.received.some(({ type, flags }) => type === 4 && flags === 0))
  // More than the window, which is an error of the client's.
  for (let sent = 0; sent < 300_000; sent += 16_000) client.data(1, Buffer.alloc(16_000))
  await client.until(() => client.resetOf(1) !== undefined || client.goaway !== undefined)
  assert.equal(client.resetOf(1) ?? client.goaway, 3)
  assert.ok(!client.received.some(({ type, stream }) => type === 8 && stream === 1))
})

test('100-continue is sent when the body is first asked for, and not before', async (context) => {
  const { frames } = await startTls(context, (request) => (request.path === '/no' ? ok('no') : count(request)))
  const client = await frames()
  const fields: [string, string][] = [
    [':method', 'PUT'],
    ['content-length', '3'],
    ['expect', '100-continue'],
  ]
  client.request(1, fields, 0)
  const headsOf = (stream: number) => client.framesOf(stream).filter(({ type }) => type === 1).length
  await client.until(() => headsOf(1) === 1)
  client.data(1, 'abc', endStream)
  await client.until(() => client.isWhole(1))
  assert.deepEqual([headsOf(1), client.bodyOf(1).toString()], [2, '3'])
  client.request(3, [...fields, [':path', '/no']], 0)
  await client.until(() => client.isWhole(3))
  assert.deepEqual([headsOf(3), client.bodyOf(3).toString()], [1, 'no'])
})

test('a refusal of an upload is read whole, and the rest of the upload is not wanted', async (context) => {
  const { frames, listener } = await startTls(context, () => ({ status: 403, headers: [], body: 'no' }))
  const client = (await frames())
    .request(
      1,
      [
        [':method', 'PUT'],
        ['content-length', '1000000'],
      ],
      0,
    )
    .data(1, 'abc')
  await client.until(() => client.resetOf(1) !== undefined)
  assert.equal(client.isWhole(1), true)
  assert.equal(client.bodyOf(1).toString(), 'no')
  assert.equal(client.resetOf(1), 0)
  // What was sent before the client knew.
  client.data(1, 'def')
  client.request(3)
  await client.until(() => client.isWhole(3))
  assert.equal(listener.inFlight, 0)
})

test('a HEAD that announces a body is answered all the same', async (context) => {
  const { frames } = await startTls(context, async () => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    return ok('abc')
  })
  const client = (await frames())
    .request(
      1,
      [
        [':method', 'HEAD'],
        ['content-length', '5'],
      ],
      0,
    )
    .data(1, 'abc')
  await client.until(() => client.resetOf(1) !== undefined)
  assert.deepEqual([client.isWhole(1), client.resetOf(1), client.bodyOf(1).length], [true, 0, 0])
})

test('a body that was read in part only is not wanted further', async (context) => {
  const { frames } = await startTls(context, async ({ body }) => {
    for await (const _ of body) break
    return ok('enough')
  })
  const client = (await frames()).request(1, [[':method', 'PUT']], 0).data(1, 'abc')
  await client.until(() => client.resetOf(1) !== undefined)
  assert.deepEqual([client.bodyOf(1).toString(), client.isWhole(1), client.resetOf(1)], ['enough', true, 0])
})
