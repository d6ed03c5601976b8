/** How long the gate takes: `node bench/signature.ts` verifies signatures and decodes payloads in this process, and prints µs and GB/s. */
import { createHash } from 'node:crypto'
import { systemRandom } from '../src/base/random.ts'
import type { HttpRequest } from '../src/http/message.ts'
import { Query } from '../src/http/query.ts'
import { createAuthenticator } from '../src/s3/signature/authenticate.ts'
import { canonicalQuery, canonicalRequest, sign, stringToSign } from '../src/s3/signature/canonical-request.ts'
import { openPayload } from '../src/s3/signature/payload.ts'
import { emptySha256 } from '../src/s3/signature/payload-mode.ts'
import type { ChunkSigning, PayloadMode } from '../src/s3/signature/payload-mode.ts'
import { canonicalUri } from '../src/s3/signature/percent-encoding.ts'
import { parseSignedHeaders } from '../src/s3/signature/signed-headers.ts'
import { deriveSigningKey } from '../src/s3/signature/signing-key.ts'

const credential = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG', accountId: '1' }
const date = '20130524'
const scope = `${date}/us-east-1/s3/aws4_request`
const timestamp = `${date}T000000Z`
const key = deriveSigningKey(credential.secret, date, 'us-east-1')
const authenticator = createAuthenticator({
  findCredential: (id) => (id === credential.accessKeyId ? credential : undefined),
  clock: { now: () => Date.UTC(2013, 4, 24), monotonic: () => 0 },
  regions: ['us-east-1'],
  publicHosts: [],
  publicPrefixes: [],
  v2: { header: true, query: true },
  bucketOfHost: () => undefined,
  random: systemRandom,
})

const plainHeaders = {
  host: '127.0.0.1:9000',
  'user-agent': 'aws-sdk-js/3.1169.0',
  'accept-encoding': 'identity',
  connection: 'keep-alive',
  'amz-sdk-invocation-id': 'a8b5e1a6-3c3c-4b8e-9a59-0a1b2c3d4e5f',
  'amz-sdk-request': 'attempt=1; max=3',
}

function request(parts: Partial<HttpRequest>): HttpRequest {
  return {
    id: '',
    method: 'GET',
    path: '/bucket/photos/2013/05/object-000123.jpg',
    query: '',
    headers: {},
    rawHeaders: [],
    host: plainHeaders.host,
    forwarded: { host: undefined, prefix: undefined },
    secure: false,
    remoteAddress: '',
    contentLength: 0,
    body: nothing(),
    signal: new AbortController().signal,
    ...parts,
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function signed(
  parts: Partial<HttpRequest>,
  query: Query,
  names: string,
  headers: Record<string, string>,
  payload: string,
) {
  const made = request({ ...parts, headers })
  const list = parseSignedHeaders(names)!
  const reading = {
    method: made.method,
    uri: canonicalUri(made.path),
    query: canonicalQuery(query),
    host: made.host,
    headers,
    collapse: true,
    encoding: 'utf8',
    payload,
  } as const
  return sign(key, stringToSign(canonicalRequest(reading, list), 'utf8', timestamp, scope))
}

function headerSigned(parts: Partial<HttpRequest>, queryText: string): [HttpRequest, Query] {
  const query = Query.parse(queryText)
  const headers: Record<string, string> = {
    ...plainHeaders,
    range: 'bytes=0-9',
    'x-amz-date': timestamp,
    'x-amz-content-sha256': emptySha256,
  }
  const names = 'host;range;x-amz-content-sha256;x-amz-date'
  const signature = signed(parts, query, names, headers, emptySha256)
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credential.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return [request({ ...parts, query: queryText, headers }), query]
}

function querySigned(): [HttpRequest, Query] {
  const text = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Credential=${encodeURIComponent(`${credential.accessKeyId}/${scope}`)}&X-Amz-Date=${timestamp}&X-Amz-Expires=900&X-Amz-SignedHeaders=host&x-id=GetObject`
  const signature = signed({}, Query.parse(text), 'host', { ...plainHeaders }, 'UNSIGNED-PAYLOAD')
  const whole = `${text}&X-Amz-Signature=${signature}`
  return [request({ query: whole, headers: { ...plainHeaders } }), Query.parse(whole)]
}

function time(name: string, count: number, body: () => void): void {
  for (let index = 0; index < count; index++) body()
  let best = Infinity
  for (let round = 0; round < 5; round++) {
    const start = process.threadCpuUsage()
    for (let index = 0; index < count; index++) body()
    best = Math.min(best, process.threadCpuUsage(start).user / count)
  }
  console.log(`${name.padEnd(58)} ${best.toFixed(2).padStart(8)} µs`)
}

const verify =
  ([made, query]: [HttpRequest, Query]) =>
  () =>
    authenticator.authenticate(made, query)

time('V4 by header, GET, 4 signed headers', 50_000, verify(headerSigned({}, '')))
time(
  'V4 by header, list with 4 parameters',
  50_000,
  verify(headerSigned({ path: '/bucket' }, 'list-type=2&prefix=a%2Fb&delimiter=%2F&max-keys=100')),
)
time(
  'V4 by header, key with 20 escapes',
  50_000,
  verify(headerSigned({ path: `/bucket/${'%C3%A9 '.trim().repeat(10)}.jpg` }, '')),
)
time('V4 by query', 50_000, verify(querySigned()))
const [wrong, wrongQuery] = headerSigned({}, '')
const wrongRequest: HttpRequest = { ...wrong, headers: { ...wrong.headers, range: 'bytes=0-8' } }
const refused = (id: string) => () => {
  const authorization = wrongRequest.headers['authorization']!.replace(credential.accessKeyId, id)
  try {
    void authenticator.authenticate(
      { ...wrongRequest, headers: { ...wrongRequest.headers, authorization } },
      wrongQuery,
    )
  } catch {
    return
  }
  throw new Error('not refused')
}
time('wrong signature', 2000, refused(credential.accessKeyId))
time('unknown access key', 2000, refused('AKIANOBODY0000000000'))

const size = 256 * 1024 * 1024
const piece = 64 * 1024

function* framed(chunkSize: number, signing: ChunkSigning | undefined): Generator<Buffer> {
  const data = Buffer.alloc(chunkSize, 'a')
  const sha = createHash('sha256').update(data).digest('hex')
  let previous = signing?.seed ?? ''
  const frame = (length: number, hash: string): string => {
    if (signing === undefined) return `${length.toString(16)}\r\n`
    previous = sign(
      signing.key,
      `AWS4-HMAC-SHA256-PAYLOAD\n${timestamp}\n${scope}\n${previous}\n${emptySha256}\n${hash}`,
    )
    return `${length.toString(16)};chunk-signature=${previous}\r\n`
  }
  for (let left = size; left > 0; left -= chunkSize) {
    yield Buffer.from(frame(chunkSize, sha))
    yield data
    yield Buffer.from('\r\n')
  }
  yield Buffer.from(`${frame(0, emptySha256)}\r\n`)
}

/** As a socket gives it: pieces of 64 KiB wherever the chunks begin. */
function cut(frames: Iterable<Buffer>): Buffer[] {
  const pieces: Buffer[] = []
  let filled = Buffer.alloc(piece)
  let used = 0
  for (let frame of frames) {
    while (frame.length > 0) {
      const part = frame.subarray(0, piece - used)
      part.copy(filled, used)
      used += part.length
      frame = frame.subarray(part.length)
      if (used < piece) continue
      pieces.push(filled)
      filled = Buffer.alloc(piece)
      used = 0
    }
  }
  return used === 0 ? pieces : [...pieces, filled.subarray(0, used)]
}

async function* stream(pieces: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

async function decode(name: string, payload: PayloadMode, pieces: readonly Buffer[]): Promise<void> {
  let best = Infinity
  for (let round = 0; round < 3; round++) {
    const made = request({
      headers: { 'x-amz-decoded-content-length': String(size) },
      body: stream(pieces),
      contentLength: size,
    })
    const start = process.threadCpuUsage()
    let received = 0
    for await (const part of openPayload({ payload }, made).body) received += part.length
    if (received !== size) throw new Error(`${received} bytes`)
    const { user, system } = process.threadCpuUsage(start)
    best = Math.min(best, (user + system) * 1000)
  }
  console.log(`${name.padEnd(58)} ${(size / best).toFixed(2).padStart(8)} GB/s`)
}

const signing: ChunkSigning = { key, seed: '0'.repeat(64), timestamp, scope }
for (const chunkSize of [64 * 1024, 1024 * 1024]) {
  const kib = `chunks of ${chunkSize / 1024} KiB`
  await decode(`unsigned, ${kib}`, { name: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }, cut(framed(chunkSize, undefined)))
  await decode(
    `signed, ${kib}`,
    { name: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', signing },
    cut(framed(chunkSize, signing)),
  )
}
const plain = cut(Array.from({ length: size / piece }, () => Buffer.alloc(piece, 'a')))
const sha256 = plain.reduce((digest, part) => digest.update(part), createHash('sha256')).digest('hex')
await decode('signed hash, pieces of 64 KiB', { name: 'sha256', sha256 }, plain)
