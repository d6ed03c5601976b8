import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { ApiError } from '../../base/errors.ts'
import { systemRandom } from '../../base/random.ts'
import { createHttpListener } from '../../http/listener.ts'
import type { HttpRequest } from '../../http/message.ts'
import { createManagementFront } from '../front.ts'
import { makeManagement, type As } from '../test-bed.ts'

const base = '/v1/buckets/photos'
const mebibyte = 1024 * 1024

async function photos() {
  const bed = await makeManagement()
  await bed.done('POST /v1/buckets', { body: { name: 'photos' } })
  const faults: unknown[] = []
  const front = createManagementFront({ services: bed.services, onFault: (error) => faults.push(error) })

  /** Sends bytes as they come, and gives the status, and the code of an error. */
  async function stream(
    line: string,
    body: AsyncIterable<Uint8Array>,
    { as = 'session', size, headers = {} }: { as?: As; size: number | undefined; headers?: Record<string, string> },
  ): Promise<string> {
    const [method = '', target = ''] = line.split(' ')
    const [path = '', query = ''] = target.split('?')
    const request: HttpRequest = {
      ...{ id: '0123456789ABCDEF', method, path, query, host: 'api.s3.test', rawHeaders: [], secure: true, body },
      headers: { ...(await bed.headersOf(as)), ...headers },
      forwarded: { host: undefined, prefix: undefined },
      ...{ remoteAddress: '192.0.2.7', contentLength: size, signal: new AbortController().signal },
    }
    const response = await front(request)
    assert.deepEqual(faults, [])
    assert(typeof response.body === 'string')
    const { error } = JSON.parse(response.body) as { readonly error?: { readonly code: string } }
    return error === undefined ? `${response.status}` : `${response.status} ${error.code}`
  }
  return { ...bed, stream }
}

const untouched = (): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]() {
    throw new Error('the body was read')
  },
})

describe('a body of bytes', () => {
  test('comes no faster than it is written, and is never held as a whole', async () => {
    const { s3, stream } = await photos()
    const chunk = Buffer.alloc(65_536, 1)
    const state = { made: 0, taken: 0 }
    async function* body(): AsyncGenerator<Uint8Array> {
      for (; state.made < 1024;) {
        state.made++
        yield chunk
      }
    }
    const put = s3.objects.put.bind(s3.objects)
    // Stands where the disk does: takes a chunk, and is slow about it.
    s3.objects.put = async (bucket, key, bytes, options) => {
      for await (const piece of bytes) {
        assert.equal(piece, chunk, 'the very bytes, not a copy')
        state.taken++
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
        assert(state.made - state.taken <= 1, `${state.made - state.taken} chunks wait`)
      }
      return put(bucket, key, (async function* () {})(), { ...options, sizeExpected: 0 })
    }
    assert.equal(await stream(`PUT ${base}/object?key=a`, body(), { size: 64 * mebibyte }), '200')
    assert.deepEqual(state, { made: 1024, taken: 1024 })
  })

  test('may be larger than what JSON may be', async () => {
    const { done } = await photos()
    const raw = Buffer.alloc(3 * mebibyte, 'x')
    const { pick } = await done(`PUT ${base}/object?key=a`, { raw })
    assert.equal(pick('size'), raw.length)
  })

  test('is not read before it is known who sends it, and that they may', async () => {
    const { stream, done } = await photos()
    const begun = await done(`POST ${base}/uploads`, { body: { key: 'a' } })
    const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 's3:PutObject', Resource: '*' }] }
    await done('PUT /v1/users/mia/policies/p', { body: deny })
    for (const target of [`${base}/object?key=a`, `${base}/uploads/${begun.pick('upload_id')}/parts/1?key=a`])
      for (const [as, outcome] of [
        ['nobody', '401 Unauthorized'],
        ['bad token', '401 Unauthorized'],
        ['forged', '403 AccessDenied'],
        ['iam.admin', '403 AccessDenied'],
        ['s3.bucket.user', '403 AccessDenied'],
        ['user', '403 AccessDenied'],
        ['stranger', '404 NoSuchBucket'],
      ] as const) {
        assert.equal(await stream(`PUT ${target}`, untouched(), { as, size: 5 }), outcome, `${as} ${target}`)
      }
  })

  test('must say how long it is', async () => {
    const { stream, send, s3 } = await photos()
    const line = `PUT ${base}/object?key=a`
    assert.equal(await stream(line, untouched(), { size: undefined }), '411 MissingContentLength')
    assert.equal(await stream(line, untouched(), { size: 5 * 1024 ** 3 + 1 }), '400 EntityTooLarge')
    const headers = { 'content-encoding': 'gzip' }
    assert.equal(await stream(line, untouched(), { size: 4, headers }), '415 UnsupportedMediaType')
    assert.equal((await send(`GET ${base}/object?key=a`)).outcome, '404 NoSuchKey')
    const text = (async function* () {
      yield Buffer.from('text')
    })()
    assert.equal(await stream(line, text, { size: 4 }), '200')
    assert.equal((await s3.objects.find(await s3.buckets.get('photos'), 'a')).size, 4)
  })

  test('that is shorter than it says is not kept', async (t) => {
    const { services, headersOf, send } = await photos()
    const handle = createManagementFront({ services, onFault: () => undefined })
    const parts = { host: '127.0.0.1', port: 0, trustedProxies: [], clock: systemClock, random: systemRandom }
    const listener = createHttpListener({ ...parts, handle })
    await listener.listen()
    t.after(() => listener.stop(0))
    const headers = Object.entries(await headersOf('owner')).map(([name, value]) => `${name}: ${value}\r\n`)
    const ask = async (length: string, body: string, ends = true): Promise<string> => {
      const socket = connect(listener.port, '127.0.0.1')
      const head = `PUT ${base}/object?key=a HTTP/1.1\r\nHost: api.s3.test\r\nConnection: close\r\n${headers.join('')}${length}\r\n\r\n`
      if (ends) socket.end(head + body)
      else socket.write(head + body)
      const chunks: Buffer[] = []
      for await (const chunk of socket) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks).toString()
    }
    assert.doesNotMatch(await ask('Content-Length: 10', 'short'), /^HTTP\/1.1 2/)
    assert.equal((await send(`GET ${base}/object?key=a`)).outcome, '404 NoSuchKey')
    assert.match(await ask('Transfer-Encoding: chunked', '4\r\ntext\r\n0\r\n\r\n', false), /^HTTP\/1.1 411 /)
  })

  test('that breaks off leaves nothing', async () => {
    const { stream, send } = await photos()
    const broken = async function* () {
      yield Buffer.alloc(65_536)
      throw new ApiError('IncompleteBody')
    }
    assert.equal(await stream(`PUT ${base}/object?key=a`, broken(), { size: 100_000 }), '400 IncompleteBody')
    assert.equal((await send(`GET ${base}/object?key=a`)).outcome, '404 NoSuchKey')
  })

  test('counts as traffic of S3, of its bucket and account', async () => {
    const { send, accountIds } = await photos()
    const { served } = await send(`PUT ${base}/object?key=a`, { as: 'session', raw: 'text' })
    const { front, countedAs, bucket, key, accountId } = served!
    assert.deepEqual(
      [front, countedAs, bucket?.name, key, accountId],
      ['management', 's3', 'photos', 'a', accountIds.alpha],
    )
    assert.equal((await send(`GET ${base}/objects`)).served?.countedAs, undefined)
  })
})

describe('an upload in parts', () => {
  test('becomes an object of its parts, with what it was begun with', async () => {
    const { done, send, s3 } = await photos()
    const key = 'films/ü 1.mp4'
    const at = `key=${encodeURIComponent(key)}`
    const begun = await done(`POST ${base}/uploads`, {
      body: { key, content_type: 'video/mp4', cache_control: 'no-cache', metadata: { author: 'Zoë' } },
    })
    assert.deepEqual(
      [begun.pick('part_size_min'), begun.pick('part_size_max'), begun.pick('parts_max')],
      [5 * mebibyte, 5 * 1024 * mebibyte, 10_000],
    )
    const path = `${base}/uploads/${begun.pick('upload_id')}`
    const parts: { number: number; etag: string }[] = []
    for (const [number, raw] of [
      [1, Buffer.alloc(5 * mebibyte, 'a')],
      [2, Buffer.from('end')],
    ] as const) {
      parts.push({ number, etag: (await done(`PUT ${path}/parts/${number}?${at}`, { raw })).pick('etag') })
    }
    const listed = await done(`GET ${path}/parts?limit=1&${at}`)
    assert.deepEqual(
      [listed.pick('parts.0.number'), listed.pick('parts.0.size'), listed.pick('next')],
      [1, 5 * mebibyte, '1'],
    )
    const rest = await done(`GET ${path}/parts?after=1&${at}`)
    assert.deepEqual([rest.pick('parts.0.etag'), rest.pick('next')], [parts[1]!.etag, null])
    const uploads = await done(`GET ${base}/uploads?prefix=films%2F`)
    assert.deepEqual(
      [uploads.pick('uploads.0.key'), uploads.pick('uploads.0.upload_id'), uploads.pick('next')],
      [key, begun.pick('upload_id'), null],
    )
    const quoted = parts.map(({ number, etag }) => ({ number, etag: `"${etag}"` }))
    const made = await done(`POST ${path}/complete`, { body: { key, parts: quoted } })
    assert.match(made.pick('etag'), /^[0-9a-f]{32}-2$/)
    const { size, metadata, system } = await s3.objects.find(await s3.buckets.get('photos'), key)
    assert.deepEqual([size, system.contentType, system.cacheControl], [5 * mebibyte + 3, 'video/mp4', 'no-cache'])
    // In the records as S3 clients send it: a character a byte.
    assert.deepEqual(metadata, { author: Buffer.from('Zoë').toString('latin1') })
    assert.equal((await send(`GET ${path}/parts?${at}`)).outcome, '404 NoSuchUpload')
  })

  test('replaces nothing where that is not wanted, and lists page by page', async () => {
    const { done, send } = await photos()
    await done(`PUT ${base}/object?key=b`, { raw: 'kept' })
    for (const key of ['a', 'b', 'b']) await done(`POST ${base}/uploads`, { body: { key } })
    const seen: string[] = []
    let after = ''
    let last = ''
    do {
      const page = await done(`GET ${base}/uploads?limit=1${after}`)
      seen.push(page.pick('uploads.0.key'))
      last = page.pick('uploads.0.upload_id')
      const next = page.pick<string | null>('next')
      after = next === null ? '' : `&after=${encodeURIComponent(next)}`
    } while (after !== '')
    assert.deepEqual(seen, ['a', 'b', 'b'])
    const etag = (await done(`PUT ${base}/uploads/${last}/parts/1?key=b`, { raw: 'new' })).pick('etag')
    const body = { key: 'b', parts: [{ number: 1, etag }] }
    const refused = await send(`POST ${base}/uploads/${last}/complete`, { body: { ...body, overwrite: false } })
    assert.equal(refused.outcome, '412 PreconditionFailed')
    await done(`POST ${base}/uploads/${last}/complete`, { body })
  })

  test('is refused where it is not right, and can be given up', async () => {
    const { done, send } = await photos()
    const begun = await done(`POST ${base}/uploads`, { body: { key: 'a' } })
    const path = `${base}/uploads/${begun.pick('upload_id')}`
    const { pick } = await done(`PUT ${path}/parts/1?key=a`, { raw: 'x' })
    await done(`PUT ${path}/parts/2?key=a`, { raw: 'y' })
    const etag = pick('etag')
    for (const [line, sent, outcome] of [
      [`PUT ${path}/parts/0?key=a`, { raw: 'x' }, '400 InvalidArgument'],
      [`PUT ${path}/parts/10001?key=a`, { raw: 'x' }, '400 InvalidArgument'],
      [`PUT ${path}/parts/1?key=b`, { raw: 'x' }, '404 NoSuchUpload'],
      [`PUT ${path}/parts/1`, { raw: 'x' }, '400 InvalidArgument'],
      [`POST ${path}/complete`, { body: { key: 'b', parts: [{ number: 1, etag }] } }, '404 NoSuchUpload'],
      [`POST ${path}/complete`, { body: { key: 'a', parts: [] } }, '400 InvalidArgument'],
      [`POST ${path}/complete`, { body: { key: 'a', parts: [{ number: 3, etag }] } }, '400 InvalidPart'],
      [`POST ${path}/complete`, { body: { key: 'a', parts: [{ number: 2, etag }] } }, '400 InvalidPart'],
      [`DELETE ${path}?key=b`, {}, '404 NoSuchUpload'],
      [`DELETE ${path}?key=a`, {}, '200'],
      [`DELETE ${path}?key=a`, {}, '404 NoSuchUpload'],
    ] as const) {
      assert.equal((await send(line, sent)).outcome, outcome, line)
    }
  })
})
