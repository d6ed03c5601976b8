/**
 * The codec against the official client: what the client sends must route to its operation and decode to what it was given, and what is
 * encoded the client must read as it was. Inputs and outputs are drawn at random from the shapes.
 */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { Query } from '../http/query.ts'
import { addressOf } from './address.ts'
import { decode, encode } from './codec.ts'
import type { WireRequest } from './codec.ts'
import * as model from './model.generated.ts'
import { operation } from './operation.ts'
import { createRouter } from './router.ts'
import type { Binding, Members, Shape, Type } from './shape.ts'

type Values = Record<string, unknown>
interface Sent {
  readonly method: string
  readonly path: string
  readonly query: Record<string, string | string[] | null>
  readonly headers: Record<string, string>
  readonly body: unknown
}
interface Received {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Readable
}

const shapes = Object.values<unknown>(model).filter(
  (value): value is Shape => typeof value === 'object' && value !== null && 'method' in value,
)
const route = createRouter(shapes.map((shape) => operation(shape, { action: 's3:Test', handle: () => ({}) })))
const runs = { numRuns: 40 }

let answer: (request: Sent) => Received
const client = new sdk.S3Client({
  endpoint: 'http://localhost:9000',
  region: 'us-east-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'A', secretAccessKey: 'S' },
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  requestHandler: {
    handle: (request: unknown) => Promise.resolve({ response: answer(request as Sent) as never }),
  },
})

async function send(name: string, input: Values): Promise<Values> {
  const Command = Reflect.get(sdk, `${name}Command`) as new (input: Values) => sdk.GetObjectCommand
  return { ...(await client.send(new Command(input))) }
}

/** Members that the client computes, checks or moves elsewhere by itself. */
const clientsOwn =
  /^(?:SSECustomerKey|CopySourceSSECustomerKey|ContentLength|ContentMD5|ChecksumMode|ExpiresString)|^Checksum(?!s)/

const headerText = fc.stringMatching(/^[!-~](?:[ -~]{0,20}[!-~])?$/)
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/)
const xmlText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => text.replace(/[\0-\x1f\x7f-\x9f\ufffe\uffff]/g, '_'))
const secondsMs = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000)

function valueOf(type: Type, { location, wireName }: Binding): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'number':
      return wireName === 'partNumber' || wireName === 'max-buckets' || wireName === undefined
        ? fc.integer({ min: 1, max: 10_000 })
        : fc.integer({ min: 0, max: 2_147_483_647 })
    case 'boolean':
      return fc.boolean()
    case 'timestamp':
    case 'dateTime':
      return secondsMs
    case 'etag':
      return fc.stringMatching(/^[0-9a-f]{32}(?:-\d{1,4})?$/)
    case 'stringMap':
      return fc.dictionary(name, headerText, { minKeys: 1, maxKeys: 5, noNullPrototype: true })
    case 'enumeration':
      return fc.constantFrom(...type.values)
    case 'list':
      return fc.array(valueOf(type.item, { location, type: type.item, wireName, required: true }), {
        minLength: 1,
        maxLength: 4,
      })
    case 'structure':
      return valuesOf(type.members)
    case 'requestBody':
    case 'responseBody':
      return fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes))
    case 'string':
    case 'keyText':
      // A document of nothing but white space is none.
      if (location === 'payload') return xmlText.filter((text) => text.trim() !== '')
      return location === 'header' ? headerText : xmlText
  }
}

const valuesOf = (members: Members): fc.Arbitrary<Values> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(members)
          .filter(([member]) => member !== 'EncodingType')
          .map(([member, binding]) => [
            member,
            member === 'Bucket' && binding.location === 'label'
              ? fc.constant('bucket-1')
              : valueOf(binding.type, binding),
          ]),
      ),
      { requiredKeys: Object.keys(members).filter((member) => members[member]!.required), noNullPrototype: true },
    )
    .filter((values) => Object.keys(values).length > 0 || Object.keys(members).length === 0)

/** Our value as the client takes and gives it. */
function toClient(value: unknown, type: Type, isOutput: boolean): unknown {
  if (type.kind === 'timestamp' || type.kind === 'dateTime') return new Date(value as number)
  if (type.kind === 'etag') return isOutput ? `"${String(value)}"` : value
  if (type.kind === 'list') return (value as unknown[]).map((item) => toClient(item, type.item, isOutput))
  return type.kind === 'structure' ? toClientValues(value as Values, type.members, isOutput) : value
}
const toClientValues = (values: Values, members: Members, isOutput: boolean): Values =>
  Object.fromEntries(
    Object.entries(values).map(([member, value]) => [member, toClient(value, members[member]!.type, isOutput)]),
  )

function wireRequestOf({ method, path, query, headers, body }: Sent): WireRequest {
  const parts = Object.entries(query).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map(
      (each) => `${encodeURIComponent(key)}=${encodeURIComponent(each)}`,
    ),
  )
  const { bucket, key } = addressOf('localhost:9000', path, [])
  const lowered = Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]))
  return { method, bucket, key, query: Query.parse(parts.join('&')), headers: lowered, body: bytesOf(body) }
}

async function* bytesOf(body: unknown): AsyncGenerator<Uint8Array> {
  if (typeof body === 'string') yield Buffer.from(body)
  else if (body instanceof Uint8Array) yield body
  await Promise.resolve()
}

const withoutClientsOwn = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([member]) => !clientsOwn.test(member)))

const minimal: Values = {
  Bucket: 'bucket-1',
  Key: 'key',
  UploadId: 'u',
  PartNumber: 1,
  CopySource: 'a/b',
  ObjectAttributes: ['ETag'],
  Delete: { Objects: [{ Key: 'k' }] },
}

for (const shape of shapes) {
  test(`${shape.name}: what the client sends is read as it was given`, async () => {
    await fc.assert(
      fc.asyncProperty(valuesOf(shape.input), async (drawn) => {
        const given = withoutClientsOwn(drawn)
        // As dates the client formats them; ours are kept as sent.
        for (const member of ['Expires', 'ResponseExpires']) delete given[member]
        // The client sends this with an object's ACL alone; others send it with the object too.
        if (shape.level === 'object' && !('AccessControlPolicy' in shape.input)) delete given['GrantWrite']
        let sent: Sent | undefined
        answer = (request) => {
          sent = request
          return { statusCode: 400, headers: {}, body: Readable.from([]) }
        }
        await send(shape.name, toClientValues(given, shape.input, false)).catch(() => {})
        assert.ok(sent, 'the client sent nothing')
        const request = wireRequestOf(sent)
        assert.equal(route(request).shape.name, shape.name)
        const decoded: Values = { ...(await decode(shape, request)) }
        if ('Body' in given)
          decoded['Body'] = Buffer.concat(await Array.fromAsync(decoded['Body'] as AsyncIterable<Uint8Array>))
        for (const member of Object.keys(given)) assert.deepEqual(decoded[member], given[member], member)
      }),
      runs,
    )
  })

  test(`${shape.name}: what is answered the client reads as it was`, async () => {
    await fc.assert(
      fc.asyncProperty(valuesOf(shape.output), async (drawn) => {
        const given = { ...drawn }
        for (const member of ['Expires', 'ExpiresString', 'ContentLength']) delete given[member]
        // The client does not know that these are answered.
        if (shape.name === 'CompleteMultipartUpload')
          for (const member of ['SSECustomerAlgorithm', 'SSECustomerKeyMD5']) delete given[member]
        const { status, headers, body } = encode(shape, given)
        answer = () => {
          const pairs: Record<string, string> = {}
          for (let index = 0; index < headers.length; index += 2) pairs[headers[index]!] = headers[index + 1]!
          return {
            statusCode: status,
            headers: pairs,
            body: Readable.from(body === undefined ? [] : [Buffer.from(body as Uint8Array)]),
          }
        }
        const input = Object.fromEntries(Object.entries(minimal).filter(([member]) => member in shape.input))
        const { Body, ...received } = await send(shape.name, input)
        delete received['$metadata']
        const expected = toClientValues(given, shape.output, shape.name !== 'GetObjectAttributes')
        if ('Body' in expected) {
          assert.deepEqual(
            Buffer.from(await (Body as { transformToByteArray(): Promise<Uint8Array> }).transformToByteArray()),
            expected['Body'],
          )
        }
        delete expected['Body']
        for (const member of ['PartNumberMarker', 'NextPartNumberMarker'])
          if (member in expected) expected[member] = String(expected[member])
        for (const member of Object.keys(expected))
          assert.deepEqual(plain(received[member]), plain(expected[member]), member)
        assert.deepEqual(
          Object.keys(received).filter(
            (member) => !(member in expected) && JSON.stringify(received[member] ?? {}) !== '{}',
          ),
          [],
        )
      }),
      runs,
    )
  })
}

/** GetObjectAttributes' markers, which are strings to the client, and without what is undefined. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const text = JSON.stringify(value, (member, each: unknown) =>
    member.endsWith('PartNumberMarker') ? String(each) : each,
  )
  return JSON.parse(text) as unknown
}
