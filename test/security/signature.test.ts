/** Attacks on the authentication of S3 requests and on their payloads, over the wire; the numbers are those of the list of cases. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { bucketName } from '../harness/names.ts'
import { element, send, sign, type RawAnswer, type RawRequest, type Wire } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { sha256Hex, signHeader4, signedChunks, signQuery4, unsignedChunks, type Signature } from '../harness/sign.ts'

const bucket = bucketName('signature')
const otherBucket = bucketName('signature-other')
const nobody = { accessKeyId: 'AKIANOBODYNOBODY0001', secretAccessKey: 'wJalrXUtnFEMIK7MDENGbPxRfiCYNOBODYKEY000' }
const minutes = (count: number): Date => new Date(Date.now() + count * 60_000)
let server: TestServer
let counter = 0

before(async () => {
  server = await startServer({ env: { ENTREPOT_SIG_V2_HEADER: 'true' } })
  for (const path of [`/${bucket}`, `/${otherBucket}`]) await ok({ method: 'PUT', path })
  await ok({ method: 'PUT', path: `/${bucket}/public-part`, body: 'hello' })
  await ok({ method: 'PUT', path: `/${otherBucket}/secret`, body: 'treasure' })
})
after(async () => {
  await server?.stop()
})

const object = `/${bucket}/public-part`
/** A key that nothing has yet. */
const fresh = (): string => `/${bucket}/new-${++counter}`

async function ok(request: RawRequest): Promise<RawAnswer> {
  const answer = await send(server, request)
  assert.equal(Math.floor(answer.status / 100), 2, `${answer.status} ${answer.text}`)
  return answer
}

async function refused(request: RawRequest, status: number, code: string | RegExp): Promise<RawAnswer> {
  const answer = await send(server, request)
  assert.equal(answer.status, status, answer.text)
  if (typeof code === 'string') assert.equal(answer.code, code, answer.text)
  else assert.match(answer.code, code)
  assert(!answer.text.includes(server.secretAccessKey))
  return answer
}

/** That nothing was stored under the path. */
async function absent(path: string): Promise<void> {
  assert.equal((await send(server, { path })).code, 'NoSuchKey')
}

const wrongSecret = (): { accessKeyId: string; secretAccessKey: string } => ({
  accessKeyId: server.accessKeyId,
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYWRONGKEY0',
})

/** One hexadecimal digit of a signature changed. */
const otherDigit = (signature: string, at = 10): string =>
  signature.slice(0, at) + (signature[at] === '0' ? '1' : '0') + signature.slice(at + 1)

const breakSignature = (wire: Wire): void => {
  const { authorization } = wire.headers
  if (authorization !== undefined) {
    const start = authorization.indexOf('Signature=') + 'Signature='.length
    wire.headers['authorization'] = otherDigit(authorization, start)
  }
  wire.query = wire.query.replace(/(?<=X-Amz-Signature=)./, (digit) => (digit === '0' ? '1' : '0'))
}

for (const way of ['header4', 'query4', 'header2', 'query2'] as const) {
  test(`security 1: a wrong secret is SignatureDoesNotMatch, signing by ${way}`, async () => {
    const answer = await send(server, { path: object, sign: way, credentials: wrongSecret() })
    // Signature Version 2 by header may be switched off.
    if (way === 'header2' && answer.code === 'InvalidRequest') return
    assert.equal(answer.status, 403, answer.text)
    assert.equal(answer.code, 'SignatureDoesNotMatch')
    for (const name of ['AWSAccessKeyId', 'StringToSign', 'SignatureProvided', 'StringToSignBytes']) {
      assert.notEqual(element(answer.text, name), '', name)
    }
    assert.equal(element(answer.text, 'CanonicalRequest') !== '', way.endsWith('4'))
    assert(!answer.text.includes(server.secretAccessKey))
  })
}

test('security 1: every digit of a signature counts', async () => {
  for (let at = 0; at < 64; at += 7) {
    await refused(
      {
        path: object,
        tamper: ({ headers }) => {
          const signature = headers['authorization']!.slice(-64)
          headers['authorization'] = headers['authorization']!.slice(0, -64) + otherDigit(signature, at)
        },
      },
      403,
      'SignatureDoesNotMatch',
    )
  }
})

for (const way of ['header4', 'query4', 'query2'] as const) {
  test(`security 2: an unknown access key is InvalidAccessKeyId, signing by ${way}`, async () => {
    const { text } = await refused({ path: object, sign: way, credentials: nobody }, 403, 'InvalidAccessKeyId')
    assert.equal(element(text, 'AWSAccessKeyId'), nobody.accessKeyId)
  })
}

test('security 3: a date 16 minutes off is RequestTimeTooSkewed, and 14 minutes are no fault', async () => {
  for (const off of [-16, 16]) {
    const { text } = await refused({ path: object, date: minutes(off) }, 403, 'RequestTimeTooSkewed')
    assert.equal(element(text, 'MaxAllowedSkewMilliseconds'), '900000')
    assert.notEqual(element(text, 'RequestTime'), '')
    assert.notEqual(element(text, 'ServerTime'), '')
  }
  for (const off of [-14, 14]) await ok({ path: object, date: minutes(off) })
})

test('security 4: a scope of another region, service or end is refused, signed rightly for it or not', async () => {
  const tampered = (from: string, to: string): RawRequest => ({
    path: object,
    tamper: ({ headers }) => (headers['authorization'] = headers['authorization']!.replace(from, to)),
  })
  const { text } = await refused({ path: object, region: 'mars-north-1' }, 400, 'AuthorizationHeaderMalformed')
  assert.equal(element(text, 'Region'), server.region)
  for (const service of ['s3tables', 'sts', 'iam', 's3-outposts', '']) {
    await refused({ path: object, service }, 400, 'AuthorizationHeaderMalformed')
    await refused({ path: object, service, sign: 'query4' }, 400, 'AuthorizationQueryParametersError')
  }
  await refused(tampered('/aws4_request', '/aws4_reques'), 400, 'AuthorizationHeaderMalformed')
  await refused(tampered(`/${server.region}/`, '/mars-north-1/'), 400, 'AuthorizationHeaderMalformed')
  await refused(tampered('/s3/', '/sts/'), 400, 'AuthorizationHeaderMalformed')
})

test('security 5: host must be among the signed headers', async () => {
  const signedHeaders = ['x-amz-content-sha256', 'x-amz-date']
  await refused({ path: object, signedHeaders }, 403, /^(AccessDenied|SignatureDoesNotMatch)$/)
  await refused(
    { path: object, sign: 'query4', signedHeaders: ['range'], headers: { range: 'bytes=0-1' } },
    403,
    /^(AccessDenied|SignatureDoesNotMatch)$/,
  )
})

test('security 6: a body other than the one whose hash was signed is XAmzContentSHA256Mismatch, and nothing is stored', async () => {
  for (const body of ['hellO', 'hell', 'hello!', '', 'x'.repeat(300_000)]) {
    const path = fresh()
    const tamper = (wire: Wire): void => {
      wire.body = Buffer.from(body)
    }
    await refused({ method: 'PUT', path, body: 'hello', tamper }, 400, 'XAmzContentSHA256Mismatch')
    await absent(path)
  }
  const tamper = (wire: Wire): void => {
    wire.body = Buffer.from('changed')
  }
  await refused({ method: 'PUT', path: object, body: 'hello', tamper }, 400, 'XAmzContentSHA256Mismatch')
  assert.equal((await ok({ path: object })).text, 'hello')
})

/** Requests whose bodies are sent in chunks. */
interface Chunked {
  readonly path: string
  readonly method?: string
  readonly query?: string
  readonly mode: 'SIGNED' | 'SIGNED-TRAILER' | 'UNSIGNED-TRAILER'
  readonly chunks: readonly Uint8Array[]
  readonly trailers?: Readonly<Record<string, string>>
  readonly declared?: string
  readonly size?: number
  readonly credentials?: { accessKeyId: string; secretAccessKey: string }
  readonly inQuery?: boolean
  readonly alter?: (signature: string, index: number) => string
  readonly tamper?: (wire: Wire) => void
}

function chunked(parts: Chunked): RawRequest {
  const { path, method = 'PUT', query = '', mode, chunks, trailers = {}, inQuery = false } = parts
  const payload = {
    SIGNED: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'SIGNED-TRAILER': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'UNSIGNED-TRAILER': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  }[mode]
  const declared = parts.declared ?? Object.keys(trailers).join(',')
  const headers = {
    host: `${server.host}:${server.port}`,
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(parts.size ?? Buffer.concat(chunks).length),
    ...(declared !== '' && { 'x-amz-trailer': declared }),
    ...(inQuery && { 'x-amz-content-sha256': payload }),
  }
  const scope = { credentials: parts.credentials ?? server, region: server.region, date: new Date(), payload }
  const unsigned = { method, path, query, headers }
  const seed: Signature = inQuery
    ? signQuery4(
        unsigned,
        { ...scope, signedHeaders: Object.keys(headers).filter((name) => name !== 'content-encoding') },
        '900',
      )
    : signHeader4(unsigned, scope)
  const body =
    mode === 'UNSIGNED-TRAILER'
      ? unsignedChunks(chunks, trailers)
      : signedChunks(seed, chunks, {
          trailers: mode === 'SIGNED' ? {} : trailers,
          ...(parts.alter && { alter: parts.alter }),
        })
  return {
    method,
    path,
    body,
    sign: 'none',
    tamper: (wire) => {
      wire.headers = { ...seed.headers }
      wire.query = seed.query
      parts.tamper?.(wire)
    },
  }
}

const pieces = [Buffer.alloc(65_536, 'a'), Buffer.alloc(65_536, 'b'), Buffer.from('the end')]
const crc32 = 'x-amz-checksum-crc32'
const sha256 = 'x-amz-checksum-sha256'
const sha256Of = (chunks: readonly Uint8Array[]): string =>
  createHash('sha256').update(Buffer.concat(chunks)).digest('base64')

test('security 7–10, the other way round: bodies in chunks that nobody touched are stored as they are', async () => {
  for (const mode of ['SIGNED', 'SIGNED-TRAILER', 'UNSIGNED-TRAILER'] as const) {
    for (const inQuery of [false, true]) {
      const path = fresh()
      await ok(
        chunked({
          path,
          mode,
          chunks: pieces,
          inQuery,
          ...(mode !== 'SIGNED' && { trailers: { [sha256]: sha256Of(pieces) } }),
        }),
      )
      const { body, headers } = await ok({ path })
      assert.deepEqual(body, Buffer.concat(pieces), `${mode} ${inQuery}`)
      assert.equal(headers['content-encoding'], undefined)
    }
  }
})

/** Whatever handler takes a body. */
async function handlers(): Promise<readonly (readonly [method: string, path: string, query: string])[]> {
  const path = fresh()
  const { text } = await ok({ method: 'POST', path, query: 'uploads=' })
  const uploadId = element(text, 'UploadId')
  return [
    ['PUT', fresh(), ''],
    ['PUT', path, `partNumber=1&uploadId=${uploadId}`],
    ['POST', path, `uploadId=${uploadId}`],
    ['POST', `/${bucket}`, 'delete='],
    ['PUT', `/${bucketName('signature-new')}`, ''],
  ]
}

for (const inQuery of [false, true]) {
  const [number, place] = inQuery ? [8, 'query'] : [7, 'header']
  test(`security ${number}: STREAMING-UNSIGNED-PAYLOAD-TRAILER with a false signature by ${place} is refused by every handler (CVE-2025-31489, CVE-2026-40344, CVE-2026-41145)`, async () => {
    for (const [method, path, query] of await handlers()) {
      const parts: Chunked = {
        method,
        path,
        query,
        mode: 'UNSIGNED-TRAILER',
        chunks: pieces,
        trailers: { [sha256]: sha256Of(pieces) },
        inQuery,
      }
      await refused(chunked({ ...parts, tamper: breakSignature }), 403, 'SignatureDoesNotMatch')
      await refused(chunked({ ...parts, credentials: wrongSecret() }), 403, 'SignatureDoesNotMatch')
      await refused(chunked({ ...parts, credentials: nobody }), 403, 'InvalidAccessKeyId')
      if (query === '' && method === 'PUT' && path.startsWith(`/${bucket}/`)) await absent(path)
    }
    assert.equal((await ok({ path: object })).text, 'hello')
  })

  test(`security ${number}: the signed streaming modes with a false seed signature by ${place} are refused too`, async () => {
    for (const mode of ['SIGNED', 'SIGNED-TRAILER'] as const) {
      const path = fresh()
      const trailers = mode === 'SIGNED' ? {} : { [sha256]: sha256Of(pieces) }
      const parts: Chunked = { path, mode, chunks: pieces, trailers, inQuery }
      await refused(chunked({ ...parts, tamper: breakSignature }), 403, 'SignatureDoesNotMatch')
      await refused(chunked({ ...parts, credentials: wrongSecret() }), 403, 'SignatureDoesNotMatch')
      await absent(path)
    }
  })
}

test('security 9: a chunk whose signature, bytes or place was changed is SignatureDoesNotMatch, and nothing is stored', async () => {
  for (const mode of ['SIGNED', 'SIGNED-TRAILER'] as const) {
    const trailers = mode === 'SIGNED' ? {} : { [sha256]: sha256Of(pieces) }
    for (const at of [0, 1, 2, 3]) {
      const path = fresh()
      const alter = (signature: string, index: number): string => (index === at ? otherDigit(signature) : signature)
      await refused(chunked({ path, mode, chunks: pieces, trailers, alter }), 403, 'SignatureDoesNotMatch')
      await absent(path)
    }
    const path = fresh()
    const flip = (wire: Wire): void => {
      wire.body = Buffer.from(wire.body)
      wire.body[100_000]! ^= 1
    }
    await refused(chunked({ path, mode, chunks: pieces, trailers, tamper: flip }), 403, 'SignatureDoesNotMatch')
    const exchange = (wire: Wire): void => {
      const text = Buffer.from(wire.body).toString('latin1')
      const second = text.indexOf('\r\n', 65_536) + 2
      const third = text.indexOf('\r\n', second + 65_536) + 2
      wire.body = Buffer.from(text.slice(second, third) + text.slice(0, second) + text.slice(third), 'latin1')
    }
    await refused(chunked({ path, mode, chunks: pieces, trailers, tamper: exchange }), 403, 'SignatureDoesNotMatch')
    await absent(path)
  }
})

test('security 9: a stream cut before its final chunk, at a chunk’s end or within one, is refused, and nothing is stored', async () => {
  for (const mode of ['SIGNED', 'SIGNED-TRAILER', 'UNSIGNED-TRAILER'] as const) {
    const trailers = mode === 'SIGNED' ? {} : { [sha256]: sha256Of(pieces) }
    for (const left of [2, 4, 90, 260, 70_000]) {
      const path = fresh()
      const cut = (wire: Wire): void => {
        wire.body = wire.body.subarray(0, wire.body.length - left)
      }
      const answer = await send(server, chunked({ path, mode, chunks: pieces, trailers, tamper: cut }))
      assert.match(
        `${answer.status} ${answer.code}`,
        /^(400 IncompleteBody|400 MalformedTrailerError|403 SignatureDoesNotMatch)$/,
      )
      await absent(path)
    }
  }
})

test('security 9: more or less content than x-amz-decoded-content-length says is IncompleteBody, and nothing is stored', async () => {
  for (const mode of ['SIGNED', 'UNSIGNED-TRAILER'] as const) {
    for (const size of [0, 65_536, 131_078, 131_080, 10 ** 9]) {
      const path = fresh()
      await refused(chunked({ path, mode, chunks: pieces, size }), 400, 'IncompleteBody')
      await absent(path)
    }
  }
})

test('security 10: a wrong checksum in a trailer is BadDigest, a trailer missing or another than declared MalformedTrailerError; nothing is stored', async () => {
  for (const mode of ['SIGNED-TRAILER', 'UNSIGNED-TRAILER'] as const) {
    const wrong = { [sha256]: sha256Of([Buffer.from('another')]) }
    const right = { [sha256]: sha256Of(pieces) }
    const cases: readonly (readonly [trailers: Record<string, string>, declared: string, code: string])[] = [
      [wrong, sha256, 'BadDigest'],
      [right, crc32, 'MalformedTrailerError'],
      [{ ...right, [crc32]: 'AAAAAA==' }, sha256, 'MalformedTrailerError'],
      [{}, sha256, 'MalformedTrailerError'],
    ]
    for (const [trailers, declared, code] of cases) {
      const path = fresh()
      await refused(chunked({ path, mode, chunks: pieces, trailers, declared }), 400, code)
      await absent(path)
    }
  }
  const path = fresh()
  const alter = (signature: string, index: number): string => (index === 4 ? otherDigit(signature) : signature)
  const trailers = { [sha256]: sha256Of(pieces) }
  await refused(
    chunked({ path, mode: 'SIGNED-TRAILER', chunks: pieces, trailers, alter }),
    403,
    'SignatureDoesNotMatch',
  )
  await absent(path)
})

test('security 11: a signature by header and one by query at once are InvalidArgument, both right though they are', async () => {
  for (const way of ['query4', 'query2'] as const) {
    const { query } = sign(server, { path: object, sign: way })
    await refused({ path: object, query }, 400, 'InvalidArgument')
  }
})

test('security 12: an x-amz-content-sha256 that is not on the list is refused', async () => {
  const values = [
    '',
    'x',
    'UNSIGNED',
    'unsigned-payload',
    'STREAMING-UNSIGNED-PAYLOAD',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER-X',
    sha256Hex('').slice(1),
  ]
  for (const payload of values) {
    const path = fresh()
    const { status, code } = await send(server, { method: 'PUT', path, body: 'x', payload })
    assert.equal(status, 400)
    assert.match(code, /^(InvalidArgument|InvalidRequest)$/)
    await absent(path)
  }
  await refused({ path: object, payload: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }, 501, 'NotImplemented')
})

for (const expires of ['0', '-1', '604801', 'abc', '1.5', '']) {
  test(`security 13: X-Amz-Expires=${expires} is AuthorizationQueryParametersError`, async () => {
    await refused({ path: object, sign: 'query4', expires }, 400, 'AuthorizationQueryParametersError')
  })
}

test('security 14: a presigned URL is refused after its end, and before its date', async () => {
  const date = new Date(Date.now() - 61_000)
  const { text } = await refused({ path: object, sign: 'query4', date, expires: '60' }, 403, 'AccessDenied')
  assert.equal(element(text, 'Message'), 'Request has expired')
  assert.equal(element(text, 'X-Amz-Expires'), '60')
  assert.notEqual(element(text, 'Expires'), '')
  assert.notEqual(element(text, 'ServerTime'), '')
  await ok({ path: object, sign: 'query4', date, expires: '120' })
  await refused({ path: object, sign: 'query4', date: minutes(20) }, 403, 'AccessDenied')
  const past = String(Math.floor(Date.now() / 1000) - 1)
  await refused({ path: object, sign: 'query2', expires: past }, 403, 'AccessDenied')
})

const addHeader =
  (name: string, value: string) =>
  (wire: Wire): void => {
    wire.headers[name] = value
  }

test('security 15: x-amz-copy-source added to a presigned PUT copies nothing (CVE-2026-115374)', async () => {
  for (const way of ['query4', 'query2', 'header4'] as const) {
    const path = fresh()
    const tamper = addHeader('x-amz-copy-source', `${otherBucket}/secret`)
    const { status, code, text } = await send(server, { method: 'PUT', path, sign: way, tamper })
    assert.equal(status, 403, text)
    assert.equal(code, way === 'query2' ? 'SignatureDoesNotMatch' : 'HeadersNotSigned')
    if (way !== 'query2') assert.equal(element(text, 'HeadersNotSigned'), 'x-amz-copy-source')
    await absent(path)
  }
})

const controlHeaders: readonly (readonly [name: string, value: string])[] = [
  ['x-amz-acl', 'public-read'],
  ['x-amz-grant-read', 'uri=http://acs.amazonaws.com/groups/global/AllUsers'],
  ['x-amz-meta-author', 'mallory'],
  ['x-amz-tagging', 'a=b'],
  ['x-amz-server-side-encryption', 'AES256'],
  ['x-amz-server-side-encryption-customer-algorithm', 'AES256'],
  ['x-amz-storage-class', 'GLACIER'],
  ['x-amz-object-lock-mode', 'COMPLIANCE'],
  ['x-amz-website-redirect-location', 'http://evil.example'],
  ['x-amz-content-sha256', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'],
  ['x-amz-security-token', 'x'],
]
for (const [name, value] of controlHeaders) {
  test(`security 16: ${name} added to a presigned PUT is refused`, async () => {
    for (const way of ['query4', 'query2'] as const) {
      const path = fresh()
      const answer = await send(server, {
        method: 'PUT',
        path,
        body: 'x',
        sign: way,
        payload: 'UNSIGNED-PAYLOAD',
        tamper: addHeader(name, value),
      })
      const isToken = name === 'x-amz-security-token' && way === 'query2'
      assert.equal(answer.status, isToken ? 400 : 403, answer.text)
      await absent(path)
    }
  })
}

const uses: Readonly<Record<string, (wire: Wire) => void>> = {
  'to write': (wire) => Object.assign(wire, { method: 'PUT', body: Buffer.from('evil') }),
  'to delete': (wire) => Object.assign(wire, { method: 'DELETE' }),
  'to look': (wire) => Object.assign(wire, { method: 'HEAD' }),
  'on another key': (wire) => Object.assign(wire, { path: `/${bucket}/another` }),
  'on another bucket': (wire) => Object.assign(wire, { path: `/${otherBucket}/secret` }),
  'on the bucket': (wire) => Object.assign(wire, { path: `/${bucket}` }),
  'by a way around': (wire) => Object.assign(wire, { path: `/${bucket}/../${otherBucket}/secret` }),
  'by an escaped way around': (wire) => Object.assign(wire, { path: `/${bucket}/%2e%2e/${otherBucket}/secret` }),
  'with versionId': (wire) => Object.assign(wire, { query: `${wire.query}&versionId=null` }),
  'with response-content-type': (wire) =>
    Object.assign(wire, { query: `${wire.query}&response-content-type=text/html` }),
  'with attributes': (wire) => Object.assign(wire, { query: `attributes&${wire.query}` }),
  'with uploadId': (wire) => Object.assign(wire, { query: `uploadId=1&${wire.query}` }),
  'for longer': (wire) =>
    Object.assign(wire, {
      query: wire.query.replace(/Expires=\d+/, (text) => `${text.slice(0, -1)}${(Number(text.at(-1)) + 1) % 10}`),
    }),
}
for (const [use, tamper] of Object.entries(uses)) {
  test(`security 17: a presigned GET is good for nothing else: ${use}`, async () => {
    for (const way of ['query4', 'query2'] as const) {
      const { status, body } = await send(server, { path: object, sign: way, tamper })
      assert.equal(status, 403)
      assert(!body.includes('treasure'))
    }
    assert.equal((await ok({ path: object })).text, 'hello')
  })
}

test('security 17: a presigned PUT is good for no other key and no other method', async () => {
  const put = { method: 'PUT', body: 'x', sign: 'query4' } as const
  const [path, other] = [fresh(), fresh()]
  await refused({ ...put, path, tamper: (wire) => Object.assign(wire, { path: other }) }, 403, 'SignatureDoesNotMatch')
  await absent(path)
  await absent(other)
  await refused(
    { ...put, path: object, tamper: (wire) => Object.assign(wire, { method: 'GET' }) },
    403,
    'SignatureDoesNotMatch',
  )
  await refused(
    { ...put, path: object, tamper: (wire) => Object.assign(wire, { method: 'DELETE' }) },
    403,
    'SignatureDoesNotMatch',
  )
})

test('nobody in particular may do nothing at all: a request without a signature is AccessDenied', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', `/${bucket}`],
    ['GET', object],
    ['PUT', fresh()],
    ['DELETE', object],
  ] as const) {
    await refused({ method, path, sign: 'none' }, 403, 'AccessDenied')
  }
  assert.equal((await ok({ path: object })).text, 'hello')
})
