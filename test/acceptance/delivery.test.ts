/** HTTP as delivery speaks it (RFC 9110, 9111, 9211), over HTTP/1.1, HTTP/1.1 with TLS and HTTP/2: what a player, a browser and a cache rely on. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import {
  byS3,
  makeSigningKey,
  openConnection,
  protocols,
  putObject,
  sitesOf,
  tokenOf,
  type Answer,
  type Connection,
  type Over,
  type SigningKey,
} from '../harness/delivery.ts'
import { managementClient, type ManagementClient } from '../harness/management.ts'
import { bucketName } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : false
const open = bucketName('open')
const shut = bucketName('shut')
const digits = '0123456789'.repeat(10)
const text = 'The quick brown fox.\n'.repeat(200)

let server: TestServer
let management: ManagementClient
let key: SigningKey
const connections = new Map<Over, Connection>()

before(async () => {
  if (skip !== false) return
  server = await startServer({ tls: true })
  management = await managementClient(server)
  for (const [bucket, policy] of [
    [open, 'public'],
    [shut, 'authenticated'],
  ] as const) {
    await byS3(server, { method: 'PUT', path: `/${bucket}` })
    await management.done(`PUT /v1/buckets/${bucket}/policy/${policy}`)
    await putObject(server, bucket, 'digits.bin', digits)
    await putObject(server, bucket, 'fox.txt', text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  }
  key = await makeSigningKey(management, shut)
  for (const over of protocols) connections.set(over, openConnection(server, over))
})
after(async () => {
  for (const connection of connections.values()) connection.close()
  await server?.stop()
})

type Headers = Readonly<Record<string, string>>

/** On the bucket's host; the same question by each protocol, and the answers must be alike: the last one is given. */
async function ask(target: string, headers: Headers = {}, { method = 'GET', bucket = open } = {}): Promise<Answer> {
  const [site] = sitesOf(server, bucket)
  const answers: Answer[] = []
  for (const over of protocols)
    answers.push(await connections.get(over)!.ask({ method, host: site!.hostOver(over), target, headers }))
  const [first] = answers
  for (const answer of answers) {
    assert.deepEqual(comparable(answer), comparable(first!), `${method} ${target}`)
    // A boundary is chance.
    if (answer.headers['content-type']?.startsWith('multipart') !== true)
      assert.ok(answer.body.equals(first!.body), target)
  }
  return answers.at(-1)!
}

/** What two answers to the same question have in common: nothing of the connection, the moment, or what is in memory by now. */
function comparable({ status, headers }: Answer): object {
  const varying = [
    'connection',
    'keep-alive',
    'date',
    'cache-status',
    'x-request-id',
    'transfer-encoding',
    'x-amz-request-id',
  ]
  const kept = Object.entries(headers).filter(([name]) => !varying.includes(name))
  return { status, headers: Object.fromEntries(kept.map(([name, value]) => [name, value?.replace(/boundary=.*/, '')])) }
}

const md5 = (body: string): string => `"${createHash('md5').update(body).digest('hex')}"`

test(
  'GET gives the bytes, HEAD all but them, OPTIONS what there is, and nothing else is allowed',
  { skip },
  async () => {
    const got = await ask('/digits.bin')
    assert.deepEqual([got.status, got.text], [200, digits])
    const { headers } = got
    assert.deepEqual(
      [
        headers['content-length'],
        headers['etag'],
        headers['accept-ranges'],
        headers['content-type'],
        headers['x-content-type-options'],
      ],
      ['100', md5(digits), 'bytes', 'application/octet-stream', 'nosniff'],
    )
    assert.ok(Math.abs(Date.parse(headers['last-modified'] ?? '') - Date.now()) < 600_000)
    const head = await ask('/digits.bin', {}, { method: 'HEAD' })
    assert.deepEqual([head.status, head.body.length], [200, 0])
    const without = ({ 'cache-status': _1, date: _2, 'x-request-id': _3, ...rest }: Answer['headers']) => rest
    assert.deepEqual(without(head.headers), without(headers))
    const options = await ask('/digits.bin', {}, { method: 'OPTIONS' })
    assert.deepEqual([options.status, options.headers['allow']], [204, 'GET, HEAD, OPTIONS'])
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'PROPFIND']) {
      const refused = await ask('/digits.bin', {}, { method })
      assert.deepEqual([refused.status, refused.headers['allow']], [405, 'GET, HEAD, OPTIONS'], method)
    }
    assert.equal((await ask('/none')).status, 404)
    assert.equal((await ask('/none', {}, { method: 'HEAD' })).body.length, 0)
  },
)

test(
  'one range is 206 with it, a range beyond the end 416, and what is no range of bytes the whole',
  { skip },
  async () => {
    for (const [range, expected] of [
      ['bytes=0-0', '0-0'],
      ['bytes=0-9', '0-9'],
      ['bytes=95-', '95-99'],
      ['bytes=-5', '95-99'],
      ['bytes=-500', '0-99'],
      ['bytes=90-5000', '90-99'],
      ['BYTES=1-2', '1-2'],
      ['bytes=99-99', '99-99'],
      ['bytes=0-99999999999999999999', '0-99'],
    ] as const) {
      const { status, text: part, headers } = await ask('/digits.bin', { range })
      const [start = 0, end = 0] = expected.split('-').map(Number)
      assert.deepEqual(
        [status, headers['content-range'], headers['content-length']],
        [206, `bytes ${expected}/100`, String(end - start + 1)],
        range,
      )
      assert.equal(part, digits.slice(start, end + 1), range)
    }
    for (const range of ['bytes=100-', 'bytes=100-200', 'bytes=-0', 'bytes=500-600,700-']) {
      const { status, headers } = await ask('/digits.bin', { range })
      assert.deepEqual([status, headers['content-range']], [416, 'bytes */100'], range)
    }
    for (const range of [
      'bytes=5-4',
      'bytes=a-b',
      'bytes=',
      'bytes',
      'lines=1-2',
      '0-1',
      'bytes=1-2-3',
      'bytes=--1',
      'bytes=1.5-2',
    ])
      assert.deepEqual(
        [(await ask('/digits.bin', { range })).status, (await ask('/digits.bin', { range })).text],
        [200, digits],
        range,
      )
    // Of HEAD a range says nothing (RFC 9110 14.2).
    const head = await ask('/digits.bin', { range: 'bytes=0-9' }, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers['content-length']], [200, '100'])
  },
)

test('several ranges are one answer of several parts, each with its own place', { skip }, async () => {
  for (const [range, expected] of [
    ['bytes=0-1,10-12', ['0-1', '10-12']],
    ['bytes=-1, 0-0 ,50-51', ['99-99', '0-0', '50-51']],
    ['bytes=0-1,500-600,98-', ['0-1', '98-99']],
  ] as const) {
    const { status, headers, text: body } = await ask('/digits.bin', { range })
    const [, boundary = ''] = /^multipart\/byteranges; boundary="?([^"]+)"?$/.exec(headers['content-type'] ?? '') ?? []
    assert.equal(status, 206, range)
    assert.equal(headers['content-length'], String(body.length))
    const parts = body.split(`--${boundary}`)
    assert.deepEqual([parts.shift()?.trim(), parts.pop()?.trim()], ['', '--'])
    const told = parts.map((part) => {
      const [head = '', content = ''] = part.split('\r\n\r\n')
      assert.match(head, /content-type: application\/octet-stream/i)
      const [, place = ''] = /content-range: bytes (\d+-\d+)\/100/i.exec(head) ?? []
      const [start = 0, end = 0] = place.split('-').map(Number)
      assert.equal(content.replace(/\r\n$/, ''), digits.slice(start, end + 1), range)
      return place
    })
    assert.deepEqual(told, expected)
  }
  const many = Array.from({ length: 1000 }, (_, at) => `${at % 100}-${at % 100}`).join()
  const { status, body } = await ask('/digits.bin', { range: `bytes=${many}` })
  assert.ok((status === 200 || status === 416) && body.length < 1000, `${status}, ${body.length} bytes`)
})

test('If-Range has the range of what the client has begun with, and the whole of anything else', { skip }, async () => {
  const { headers } = await ask('/digits.bin')
  const [etag, modified] = [headers['etag']!, headers['last-modified']!]
  for (const [ifRange, status] of [
    [etag, 206],
    [`W/${etag}`, 200],
    ['"other"', 200],
    [new Date(Date.parse(modified) - 1000).toUTCString(), 200],
    ['nonsense', 200],
  ] as const)
    assert.equal((await ask('/digits.bin', { range: 'bytes=0-1', 'if-range': ifRange })).status, status, ifRange)
})

test('conditions are held in the order of RFC 9110 13.2.2', { skip }, async () => {
  const { headers } = await ask('/fox.txt')
  const [etag, modified] = [headers['etag']!, headers['last-modified']!]
  const later = new Date(Date.parse(modified) + 60_000).toUTCString()
  const earlier = new Date(Date.parse(modified) - 60_000).toUTCString()
  const rows: readonly (readonly [conditions: Headers, status: number])[] = [
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': `W/${etag}` }, 304],
    [{ 'if-none-match': `"x", ${etag}, "y"` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-modified-since': modified }, 304],
    [{ 'if-modified-since': later }, 304],
    [{ 'if-modified-since': earlier }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-none-match': '"x"', 'if-modified-since': later }, 200],
    [{ 'if-none-match': etag, 'if-modified-since': earlier }, 304],
    [{ 'if-match': etag }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-match': `W/${etag}` }, 412],
    [{ 'if-unmodified-since': modified }, 200],
    [{ 'if-unmodified-since': earlier }, 412],
    [{ 'if-match': etag, 'if-unmodified-since': earlier }, 200],
    [{ 'if-match': '"x"', 'if-none-match': etag }, 412],
    [{ 'if-match': etag, 'if-none-match': etag }, 304],
    [{ 'if-none-match': etag, range: 'bytes=0-1' }, 304],
    [{ 'if-match': '"x"', range: 'bytes=999999-' }, 412],
  ]
  for (const [conditions, status] of rows)
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask('/fox.txt', conditions, { method })
      const name = `${method} ${JSON.stringify(conditions)}`
      assert.equal(answer.status, status, name)
      if (status !== 304) continue
      assert.equal(answer.body.length, 0, name)
      for (const header of ['etag', 'cache-control', 'vary', 'last-modified'])
        assert.equal(answer.headers[header], headers[header], name)
      assert.equal(answer.headers['content-type'], undefined, name)
    }
  assert.equal((await ask('/none', { 'if-match': '*' })).status, 404)
})

test(
  'text goes out in Brotli or gzip to who takes it, each with an ETag of its own; never a range of it',
  { skip },
  async () => {
    const plain = await ask('/fox.txt')
    const undo: Readonly<Record<string, (bytes: Buffer) => Buffer>> = { br: brotliDecompressSync, gzip: gunzipSync }
    const etags = new Set<string>()
    for (const [accepted, coding] of [
      ['gzip', 'gzip'],
      ['br', 'br'],
      ['gzip, deflate, br', 'br'],
      ['gzip;q=1, br;q=0', 'gzip'],
      ['GZIP', 'gzip'],
      ['x-gzip', undefined],
      ['*', 'br'],
      ['identity', undefined],
      ['', undefined],
      ['gzip;q=0', undefined],
      ['deflate, zstd', undefined],
      ['gzip;q=0.5, br;q=0.1, identity;q=0', 'gzip'],
    ] as const) {
      for (let again = 0; again < 2; again++) {
        const { status, headers, body } = await ask('/fox.txt', { 'accept-encoding': accepted })
        assert.deepEqual(
          [status, headers['vary'], headers['content-length']],
          [200, 'Accept-Encoding', String(body.length)],
          accepted,
        )
        if (headers['content-encoding'] !== coding && accepted === 'x-gzip') continue
        assert.equal(headers['content-encoding'], coding, accepted)
        assert.equal((coding === undefined ? body : undo[coding]!(body)).toString(), text, accepted)
        if (coding === undefined) assert.equal(headers['etag'], plain.headers['etag'], accepted)
        else {
          assert.ok(body.length < text.length / 4)
          assert.doesNotMatch(headers['etag']!, /^W\//)
          etags.add(headers['etag']!)
          const unchanged = { 'accept-encoding': accepted, 'if-none-match': headers['etag']! }
          assert.equal((await ask('/fox.txt', unchanged)).status, 304, accepted)
          const head = await ask('/fox.txt', { 'accept-encoding': accepted }, { method: 'HEAD' })
          assert.equal(head.headers['etag'], headers['etag'])
        }
      }
    }
    assert.equal(etags.size, 2)
    const { status, text: part, headers } = await ask('/fox.txt', { 'accept-encoding': 'br', range: 'bytes=4-8' })
    assert.deepEqual(
      [status, part, headers['content-encoding'], headers['etag']],
      [206, 'quick', undefined, plain.headers['etag']],
    )
    for (const [name, metadata] of [
      ['coded.txt', { 'content-encoding': 'gzip' }],
      ['as-is.txt', { 'cache-control': 'no-transform' }],
      ['film.mp4', { 'content-type': 'video/mp4' }],
    ] as const) {
      await putObject(server, open, name, text, { headers: metadata })
      const { body, headers: got } = await ask(`/${name}`, { 'accept-encoding': 'br, gzip' })
      assert.equal(body.toString(), text, name)
      assert.equal(got['content-encoding'], 'content-encoding' in metadata ? 'gzip' : undefined, name)
    }
  },
)

/** Of docs/delivery.md. */
const cacheTable: readonly (readonly [name: string, headers: Headers, seconds: number, more: string])[] = [
  ['list.m3u8', {}, 10, ''],
  ['manifest.mpd', {}, 10, ''],
  ['list', { 'content-type': 'application/vnd.apple.mpegurl' }, 10, ''],
  ['one.ts', {}, 31_536_000, 'immutable'],
  ['one.m4s', {}, 31_536_000, 'immutable'],
  ['init.mp4', {}, 31_536_000, 'immutable'],
  ['video.mp4', {}, 3600, ''],
  ['image.png', {}, 3600, ''],
  ['subtitles.vtt', {}, 3600, ''],
  ['font.woff2', {}, 3600, ''],
  ['program.ts', { 'content-type': 'text/x-typescript' }, 60, ''],
  ['page.html', {}, 60, ''],
  ['no-extension', {}, 60, ''],
]

test(
  'how long an answer may be kept is by its kind, by its own word, and never beyond its token',
  { skip },
  async () => {
    const token = tokenOf(key, { uri: '', exp: Math.floor(Date.now() / 1000) + 5000 })
    for (const [name, headers, seconds, more] of cacheTable) {
      for (const bucket of [open, shut]) await putObject(server, bucket, name, 'x', { headers })
      const directives = (value = ''): string[] =>
        value
          .split(',')
          .map((each) => each.trim())
          .filter(Boolean)
          .toSorted()
      for (let again = 0; again < 3; again++) {
        const bare = await ask(`/${name}`)
        assert.deepEqual(
          directives(bare.headers['cache-control']),
          directives(`public,max-age=${seconds},${more}`),
          name,
        )
        const held = directives((await ask(`/${name}?auth=${token}`, {}, { bucket: shut })).headers['cache-control'])
        const age = Number(held.find((each) => each.startsWith('max-age='))?.slice(8))
        assert.deepEqual(
          held.filter((each) => !each.startsWith('max-age')),
          directives(`private,${more}`),
          name,
        )
        assert.ok(seconds > 5000 ? age > 4900 && age <= 5000 : age === seconds, `${name}: ${age}`)
      }
    }
    await putObject(server, open, 'own', 'x', { headers: { 'cache-control': 'public, s-maxage=7, max-age=5' } })
    await putObject(server, shut, 'own', 'x', { headers: { 'cache-control': 'public, s-maxage=7, max-age=99999' } })
    assert.equal((await ask('/own')).headers['cache-control'], 'public, s-maxage=7, max-age=5')
    const { headers } = await ask(`/own?auth=${token}`, {}, { bucket: shut })
    assert.match(headers['cache-control']!, /^private, max-age=4\d\d\d$/)
    assert.equal((await ask('/none')).headers['cache-control'], 'public, max-age=5')
    assert.equal((await ask(`/none?auth=${token}`, {}, { bucket: shut })).headers['cache-control'], 'no-store')
    assert.equal((await ask('/own', {}, { bucket: shut })).headers['cache-control'], 'no-store')
  },
)

test('Cache-Status says where an answer came from (RFC 9211)', { skip }, async () => {
  const [site] = sitesOf(server, open)
  const large = Buffer.alloc(300_000, 'x')
  await putObject(server, open, 'large', large)
  await putObject(server, open, 'small', 'x')
  const told: (string | undefined)[] = []
  for (const name of ['small', 'small', 'small', 'large', 'large']) {
    const { headers } = await connections.get('h1')!.ask({ host: site!.hostOver('h1'), target: `/${name}` })
    told.push(headers['cache-status'])
  }
  const [hit, miss] = ['entrepot; hit', 'entrepot; fwd=miss']
  assert.deepEqual(told.slice(1), [hit, hit, miss, miss])
  assert.ok(told[0] === hit || told[0] === miss)
})
