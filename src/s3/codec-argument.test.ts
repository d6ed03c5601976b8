import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Query } from '../http/query.ts'
import { decode, encode } from './codec.ts'
import type { WireRequest } from './codec.ts'
import * as model from './model.generated.ts'
import type { Shape } from './shape.ts'

async function* bytes(...texts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text))
}

const request = (
  query = '',
  headers: WireRequest['headers'] = {},
  body: AsyncIterable<Uint8Array> = bytes(),
): WireRequest => ({
  method: 'GET',
  bucket: 'b',
  key: 'k',
  query: Query.parse(query),
  headers,
  body,
})
const headersOf = (headers: readonly string[]): Record<string, string> =>
  Object.fromEntries(headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : [])))

const badArguments: readonly (readonly [
  shape: Shape,
  query: string,
  headers: Record<string, string>,
  code: string,
  message: RegExp,
])[] = [
  [
    model.ListObjects,
    'max-keys=abc',
    {},
    'InvalidArgument',
    /^Provided max-keys not an integer or within integer range$/,
  ],
  [model.ListObjects, 'max-keys=1.5', {}, 'InvalidArgument', /^Provided max-keys not an integer/],
  [model.ListObjects, 'max-keys=0x10', {}, 'InvalidArgument', /^Provided max-keys not an integer/],
  [model.ListObjects, 'max-keys=1e3', {}, 'InvalidArgument', /^Provided max-keys not an integer/],
  [
    model.ListObjects,
    'max-keys=2147483648',
    {},
    'InvalidArgument',
    /^Provided max-keys not an integer or within integer range$/,
  ],
  [model.ListObjects, 'max-keys=99999999999999999999', {}, 'InvalidArgument', /^Provided max-keys not an integer/],
  [
    model.ListObjectsV2,
    'max-keys=-1',
    {},
    'InvalidArgument',
    /^Argument maxKeys must be an integer between 0 and 2147483647$/,
  ],
  [model.ListMultipartUploads, 'max-uploads=-1', {}, 'InvalidArgument', /^Argument maxUploads must be/],
  [
    model.ListBuckets,
    'max-buckets=0',
    {},
    'InvalidArgument',
    /^Argument maxBuckets must be an integer between 1 and 10000$/,
  ],
  [
    model.ListParts,
    'uploadId=u&part-number-marker=x',
    {},
    'InvalidArgument',
    /^Provided part-number-marker not an integer/,
  ],
  [model.ListObjectsV2, 'fetch-owner=maybe', {}, 'InvalidArgument', /fetch-owner/],
  [
    model.ListObjectsV2,
    'encoding-type=base64',
    {},
    'InvalidArgument',
    /^Invalid Encoding Method specified in Request$/,
  ],
  [
    model.UploadPart,
    'uploadId=u&partNumber=0',
    {},
    'InvalidArgument',
    /^Part number must be an integer between 1 and 10000, inclusive$/,
  ],
  [model.UploadPart, 'uploadId=u&partNumber=10001', {}, 'InvalidArgument', /^Part number must be/],
  [model.UploadPart, 'uploadId=u&partNumber=x', {}, 'InvalidArgument', /^Part number must be/],
  [model.UploadPart, 'partNumber=1', {}, 'InvalidArgument', /uploadId/],
  [model.UploadPart, 'uploadId=u', {}, 'InvalidArgument', /partNumber/],
  [model.UploadPart, 'uploadId=u&partNumber=', {}, 'InvalidArgument', /partNumber/],
  [model.GetObject, 'response-content-type=a%0d%0ab', {}, 'InvalidArgument', /^Header value cannot be represented/],
  [model.GetObject, 'response-content-disposition=%00', {}, 'InvalidArgument', /^Header value cannot be represented/],
  [model.GetObjectAttributes, 'attributes', {}, 'InvalidRequest', /x-amz-object-attributes/],
  [
    model.GetObjectAttributes,
    '',
    { 'x-amz-object-attributes': 'ETag,Nope' },
    'InvalidArgument',
    /^Invalid attribute name specified/,
  ],
  [model.PutObject, '', { 'x-amz-storage-class': 'COLD' }, 'InvalidStorageClass', /./],
  [model.PutObject, '', { 'x-amz-storage-class': 'standard' }, 'InvalidStorageClass', /./],
  [model.PutObject, '', { 'x-amz-acl': 'public' }, 'InvalidArgument', /x-amz-acl/],
  [model.PutObject, '', { 'x-amz-sdk-checksum-algorithm': 'CRC8' }, 'InvalidRequest', /x-amz-sdk-checksum-algorithm/],
  [
    model.PutObject,
    '',
    { 'x-amz-object-lock-retain-until-date': 'soon' },
    'InvalidArgument',
    /x-amz-object-lock-retain-until-date/,
  ],
  [model.PutObject, '', { 'x-amz-write-offset-bytes': '-1' }, 'InvalidArgument', /x|Bytes/],
  [
    model.CopyObject,
    '',
    { 'x-amz-copy-source': 'a/b', 'x-amz-metadata-directive': 'MERGE' },
    'InvalidArgument',
    /^Unknown metadata directive/,
  ],
  [model.CopyObject, '', {}, 'InvalidRequest', /x-amz-copy-source/],
  [
    model.CopyObject,
    '',
    { 'x-amz-copy-source': 'a/b', 'x-amz-copy-source-if-modified-since': 'x' },
    'InvalidArgument',
    /if-modified-since/,
  ],
  [model.DeleteObject, '', { 'x-amz-bypass-governance-retention': 'perhaps' }, 'InvalidArgument', /bypass/],
]
for (const [shape, query, headers, code, message] of badArguments) {
  test(`${shape.name} with ${query} ${JSON.stringify(headers)} is ${code}`, () => {
    assert.throws(() => decode(shape, request(query, headers)), { name: 'ApiError', code, message })
  })
}

test('a bad number names its argument', () => {
  assert.throws(() => decode(model.ListObjects, request('max-keys=abc')), {
    details: { ArgumentName: 'max-keys', ArgumentValue: 'abc' },
  })
})

test('parameters and headers become members', async () => {
  const listing = await decode(
    model.ListObjectsV2,
    request('list-type=2&prefix=a+b%2F&max-keys=0&fetch-owner=TRUE&encoding-type=url&delimiter=', {
      'x-amz-optional-object-attributes': 'RestoreStatus',
    }),
  )
  assert.deepEqual(listing, {
    Bucket: 'b',
    Prefix: 'a b/',
    MaxKeys: 0,
    FetchOwner: true,
    EncodingType: 'url',
    Delimiter: '',
    OptionalObjectAttributes: ['RestoreStatus'],
  })
})

test('of a parameter sent twice the first counts', async () => {
  assert.equal((await decode(model.GetObject, request('versionId=1&versionId=2'))).VersionId, '1')
})

test('numbers, flags and enumerations that are empty count as not sent', async () => {
  const { MaxKeys, EncodingType, FetchOwner } = await decode(
    model.ListObjectsV2,
    request('max-keys=&encoding-type=&fetch-owner='),
  )
  assert.deepEqual([MaxKeys, EncodingType, FetchOwner], [undefined, undefined, undefined])
})

test('a conditional header with a bad date is as if it were not there', async () => {
  const input = await decode(
    model.GetObject,
    request('', { 'if-modified-since': 'yesterday', 'if-unmodified-since': 'Fri, 20 Nov 2026 09:00:00 GMT' }),
  )
  assert.equal(input.IfModifiedSince, undefined)
  assert.equal(input.IfUnmodifiedSince, Date.UTC(2026, 10, 20, 9))
})

test('checksum algorithms are taken in either case', async () => {
  assert.equal(
    (await decode(model.PutObject, request('', { 'x-amz-sdk-checksum-algorithm': 'crc32c' }))).ChecksumAlgorithm,
    'CRC32C',
  )
})

test('user metadata is gathered, with names that JavaScript gives a meaning', async () => {
  const { Metadata } = await decode(
    model.PutObject,
    request('', {
      'x-amz-meta-a': '1',
      'x-amz-meta-__proto__': '2',
      'x-amz-meta-constructor': '3',
      'x-amz-metadata-directive': 'COPY',
    }),
  )
  assert.deepEqual(Object.entries(Metadata ?? {}), [
    ['a', '1'],
    ['__proto__', '2'],
    ['constructor', '3'],
  ])
  assert.equal((await decode(model.PutObject, request())).Metadata, undefined)
})

test('user metadata goes back byte for byte: UTF-8, Latin-1 and RFC 2047 words', async () => {
  for (const value of [
    Buffer.from('日本 é').toString('latin1'),
    'Hello World\u00e9',
    '=?UTF-8?B?5pel5pys?=',
    'a\tb',
    '',
  ]) {
    const { Metadata } = await decode(model.PutObject, request('', { 'x-amz-meta-a': value }))
    assert.deepEqual(headersOf(encode(model.GetObject, { Metadata }).headers), { 'x-amz-meta-a': value })
  }
})

test('a copy source with unescaped UTF-8 is read as UTF-8', async () => {
  const source = Buffer.from('b/日').toString('latin1')
  assert.equal((await decode(model.CopyObject, request('', { 'x-amz-copy-source': source }))).CopySource, 'b/日')
})

test('the body of an upload is passed on untouched', async () => {
  const body = bytes('x')
  assert.equal((await decode(model.PutObject, request('', {}, body))).Body, body)
})

test('only an operation that takes a document is decoded later', () => {
  assert.ok(!(decode(model.GetObject, request()) instanceof Promise))
  assert.ok(decode(model.CreateBucket, request()) instanceof Promise)
})
