/** Random requests as AWS's own SDK signs them: all verify as they are, and none does once anything in it has been changed. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { HttpRequest as SdkRequest } from '@smithy/core/protocols'
import { HttpResponse as SdkResponse } from '@smithy/core/protocols'
import fc from 'fast-check'
import { ApiError } from '../../base/errors.ts'
import { systemClock } from '../../base/clock.ts'
import { authenticate, exampleAuthenticator, exampleCredential, makeRequest, receive } from './test-bed.ts'
import type { RequestParts } from './test-bed.ts'

const runs = { numRuns: 80 }
const authenticator = exampleAuthenticator({ clock: systemClock })

let captured: RequestParts = { target: '', headers: {} }

const capture = {
  async handle(request: SdkRequest) {
    const query = Object.entries(request.query).flatMap(([name, value]) =>
      value === null
        ? [encodeURIComponent(name)]
        : [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
    )
    captured = {
      method: request.method,
      target: request.path + (query.length === 0 ? '' : `?${query.join('&')}`),
      headers: request.headers,
      body:
        request.body instanceof Readable ? await collect(request.body) : ((request.body as string | undefined) ?? ''),
    }
    const headers = { 'content-type': 'application/xml' }
    return { response: new SdkResponse({ statusCode: 200, headers, body: Readable.from([]) }) }
  },
  metadata: { handlerProtocol: 'http/1.1' },
}

const client = (options: { forcePathStyle: boolean }): S3Client =>
  new S3Client({
    region: 'us-east-1',
    endpoint: 'http://s3.example.com:9000',
    credentials: { accessKeyId: exampleCredential.accessKeyId, secretAccessKey: exampleCredential.secret },
    requestHandler: capture,
    ...options,
  })
const pathStyle = client({ forcePathStyle: true })
const virtualHosted = client({ forcePathStyle: false })

async function collect(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array))
  return Buffer.concat(pieces)
}

const key = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    fc.stringMatching(/^[ !-~]{1,40}$/),
    fc.constantFrom('a//b', '/a', 'a/../b', './a', '..', 'a%2Fb', 'a+b c', "!'()*@:;,&=$", 'é/𝄞', 'a/'),
  )
  // The SDK's own URL builder takes a path of dots for a relative one.
  .filter((text) => text.isWellFormed() && !/^\.{1,2}$/.test(text))
const text = fc
  .oneof(fc.stringMatching(/^[ -~]{0,20}$/), fc.string({ unit: 'grapheme', maxLength: 20 }))
  .filter((value) => value.isWellFormed())
const headerText = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/)
const metadata = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/), headerText, { maxKeys: 4 })
const builders = {
  GetObject: (input: Input) =>
    new GetObjectCommand({ ...input, ResponseContentType: input.text, VersionId: input.text }),
  HeadObject: (input: Input) => new HeadObjectCommand({ ...input, PartNumber: input.number }),
  DeleteObject: (input: Input) => new DeleteObjectCommand(input),
  ListObjectsV2: ({ Bucket, text, Key, number }: Input) =>
    new ListObjectsV2Command({ Bucket, Prefix: Key, Delimiter: text, MaxKeys: number, ContinuationToken: text }),
  PutObject: ({ text, ...input }: Input) => new PutObjectCommand({ ...input, Body: `${text}.` }),
  CopyObject: (input: Input) => new CopyObjectCommand({ ...input, CopySource: encodeURIComponent(`a/${input.text}`) }),
}

interface Input {
  readonly Bucket: string
  readonly Key: string
  readonly text: string
  readonly number: number
  readonly Metadata: Record<string, string>
  readonly ContentType: string
}

const requests = fc.record({
  operation: fc.constantFrom(...(Object.keys(builders) as (keyof typeof builders)[])),
  input: fc.record({
    Bucket: fc.constant('photos'),
    Key: key,
    text,
    number: fc.nat(),
    Metadata: metadata,
    ContentType: headerText,
  }),
})

type Sent = ReturnType<(typeof builders)[keyof typeof builders]> | UploadPartCommand

/** What the SDK would put on the wire. */
async function signed(sdk: S3Client, sent: Sent): Promise<RequestParts> {
  captured = { target: '', headers: {} }
  await sdk.send(sent as GetObjectCommand).catch(() => undefined) // Our empty answer is none that every operation can read.
  assert.notEqual(captured.target, '')
  return captured
}

test('every request that the SDK signs by header verifies, in path and in virtual-hosted style', async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.boolean(), async ({ operation, input }, hosted) => {
      const parts = await signed(hosted ? virtualHosted : pathStyle, builders[operation](input))
      const { method } = await authenticate(makeRequest(parts), authenticator, hosted ? 'photos' : undefined)
      assert.equal(method, 'v4-header')
    }),
    runs,
  )
})

test('every URL that the SDK presigns verifies', async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 1, max: 604_800 }), async ({ operation, input }, expiresIn) => {
      const url = await getSignedUrl(pathStyle, builders[operation](input) as GetObjectCommand, { expiresIn })
      const target = url.slice('http://s3.example.com:9000'.length)
      const { method } = await authenticate(makeRequest(withSignedHeaders(operation, input, target)), authenticator)
      assert.equal(method, 'v4-query')
    }),
    runs,
  )
})

/** The request that the holder of a URL has to send. */
function withSignedHeaders(operation: keyof typeof builders, input: Input, target: string): RequestParts {
  const method =
    { HeadObject: 'HEAD', DeleteObject: 'DELETE', PutObject: 'PUT', CopyObject: 'PUT' }[operation as string] ?? 'GET'
  const names = decodeURIComponent(/X-Amz-SignedHeaders=([^&]*)/.exec(target)![1]!).split(';')
  const headers: Record<string, string> = { host: 's3.example.com:9000' }
  if (names.includes('content-type')) headers['content-type'] = input.ContentType
  if (names.includes('content-length')) headers['content-length'] = String(Buffer.byteLength(input.text) + 1)
  return { method, target, headers }
}

test('a stream that the SDK uploads arrives whole, with the checksum of its trailer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
      fc.boolean(),
      async (pieces, part) => {
        const content = Buffer.concat(pieces)
        const input = {
          Bucket: 'photos',
          Key: 'stream',
          Body: Readable.from(pieces, { objectMode: false }),
          ContentLength: content.length,
        }
        const parts = await signed(
          pathStyle,
          part ? new UploadPartCommand({ ...input, UploadId: 'u', PartNumber: 1 }) : new PutObjectCommand(input),
        )
        assert.equal(parts.headers['x-amz-content-sha256'], 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
        const received = await receive(makeRequest(parts), authenticator)
        assert.deepEqual(received.content, content)
        assert.match(received.trailers['x-amz-checksum-crc32'] ?? '', /^[A-Za-z0-9+/]{6}==$/)
      },
    ),
    { numRuns: 40 },
  )
})

test('no request that the SDK signed verifies after one change of method, path, query, host or header', async () => {
  let changes = 0
  await fc.assert(
    fc.asyncProperty(requests, fc.nat(), fc.nat(), async ({ operation, input }, choice, position) => {
      const parts = await signed(pathStyle, builders[operation](input))
      const changed = change(parts, choice, position)
      if (changed === undefined) return
      changes++
      await assert.rejects(
        authenticate(makeRequest(changed), authenticator),
        (error) => error instanceof ApiError && (error.status === 403 || error.status === 400),
        `accepted after a change: ${JSON.stringify({ parts, changed })}`,
      )
    }),
    { numRuns: 250 },
  )
  assert(changes > 120)
})

/** One change that alters the meaning of the request; undefined where the choice does not apply. */
function change(parts: RequestParts, choice: number, position: number): RequestParts | undefined {
  const headers: Record<string, string> = { ...(parts.headers as Record<string, string>) }
  const names = (/SignedHeaders=([^,]*)/.exec(headers['authorization'] ?? '')?.[1] ?? '').split(';')
  switch (choice % 6) {
    case 0:
      return { ...parts, method: ['GET', 'PUT', 'DELETE', 'HEAD', 'POST'].find((method) => method !== parts.method)! }
    case 1: {
      const at = position % parts.target.length
      // A change of one letter's case within an escape, or to another spelling of the same byte, would change nothing.
      if (!/[a-zA-Z]/.test(parts.target[at]!) || /%.?$/.test(parts.target.slice(0, at))) return undefined
      return {
        ...parts,
        target: parts.target.slice(0, at) + (parts.target[at] === 'q' ? 'w' : 'q') + parts.target.slice(at + 1),
      }
    }
    case 2:
      return { ...parts, target: `${parts.target}${parts.target.includes('?') ? '&' : '?'}versionId=1` }
    case 3: {
      const name = names[position % names.length]!
      headers[name] = `${headers[name]}1`
      return { ...parts, headers }
    }
    case 4:
      headers['x-amz-acl'] = 'public-read'
      return { ...parts, headers }
    default: {
      const at = headers['authorization']!.length - 1 - (position % 64)
      const old = headers['authorization']!
      headers['authorization'] = old.slice(0, at) + (old[at] === '0' ? '1' : '0') + old.slice(at + 1)
      return { ...parts, headers }
    }
  }
}
