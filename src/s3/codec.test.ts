import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Query } from '../http/query.ts'
import { percentEncode } from './codec-encoder.ts'
import { decode, encode, encodeDocument } from './codec.ts'
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
const xml = (...texts: readonly (string | Uint8Array)[]): WireRequest => request('uploadId=u', {}, bytes(...texts))
const deleting = async (text: string | Uint8Array) => (await decode(model.DeleteObjects, xml(text))).Delete
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
  [model.PutObject, '', { 'x-amz-server-side-encryption': 'DES' }, 'InvalidArgument', /encryption method/],
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

const documents: readonly (readonly [name: string, text: string | Uint8Array, expected: unknown])[] = [
  ['one object', '<Delete><Object><Key>a</Key></Object></Delete>', { Objects: [{ Key: 'a' }] }],
  [
    'a namespace',
    '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a</Key></Object></Delete>',
    { Objects: [{ Key: 'a' }] },
  ],
  [
    'everything',
    '<Delete><Quiet> true </Quiet><Object><Key> a &amp;\n</Key><VersionId>v</VersionId><ETag>"e"</ETag><Size> 5 </Size><LastModifiedTime>Fri, 20 Nov 2026 09:00:00 GMT</LastModifiedTime></Object></Delete>',
    {
      Quiet: true,
      Objects: [{ Key: ' a &\n', VersionId: 'v', ETag: 'e', Size: 5, LastModifiedTime: Date.UTC(2026, 10, 20, 9) }],
    },
  ],
  [
    'elements that S3 does not know',
    '<Delete><X><Y/></X><Object><Z>1</Z><Key>a</Key></Object></Delete>',
    { Objects: [{ Key: 'a' }] },
  ],
  ['an empty key', '<Delete><Object><Key/></Object></Delete>', { Objects: [{ Key: '' }] }],
  [
    'a key that looks like a path',
    '<Delete><Object><Key>../victim/x</Key></Object></Delete>',
    { Objects: [{ Key: '../victim/x' }] },
  ],
  [
    'a byte order mark',
    Buffer.from('\ufeff<Delete><Object><Key>a</Key></Object></Delete>'),
    { Objects: [{ Key: 'a' }] },
  ],
  [
    '1,000 objects',
    `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1000)}</Delete>`,
    { Objects: Array.from({ length: 1000 }, () => ({ Key: 'a' })) },
  ],
]
for (const [name, text, expected] of documents) {
  test(`a document with ${name} is read`, async () => assert.deepEqual(await deleting(text), expected))
}

const badDocuments: readonly (readonly [name: string, text: string | Uint8Array])[] = [
  ['no object', '<Delete/>'],
  ['another root', '<Remove><Object><Key>a</Key></Object></Remove>'],
  ['an object without key', '<Delete><Object><VersionId>v</VersionId></Object></Delete>'],
  ['a key twice', '<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>'],
  ['1,001 objects', `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`],
  ['a flag that is none', '<Delete><Quiet>maybe</Quiet><Object><Key>a</Key></Object></Delete>'],
  ['a size that is none', '<Delete><Object><Key>a</Key><Size>-1</Size></Object></Delete>'],
  ['a date that is none', '<Delete><Object><Key>a</Key><LastModifiedTime>x</LastModifiedTime></Object></Delete>'],
  ['JSON', '{"Objects":[{"Key":"a"}]}'],
  ['invalid UTF-8', Buffer.from([0x3c, 0xff, 0x2f, 0x3e])],
  ['UTF-16', Buffer.from('\ufeff<Delete/>', 'utf16le')],
  ['a DOCTYPE', '<!DOCTYPE Delete><Delete><Object><Key>a</Key></Object></Delete>'],
  ['more than 8 MiB', Buffer.alloc(8 * 1024 * 1024 + 1, ' ')],
]
for (const [name, text] of badDocuments) {
  test(`a document with ${name} is MalformedXML`, () =>
    assert.rejects(deleting(text), { name: 'ApiError', code: 'MalformedXML' }))
}

test('a document that must be there and is empty is MissingRequestBodyError', async () => {
  for (const text of ['', ' \n']) await assert.rejects(deleting(text), { code: 'MissingRequestBodyError' })
  assert.equal((await decode(model.CreateBucket, xml(''))).CreateBucketConfiguration, undefined)
})

test('a document may come in any pieces', async () => {
  const text = Buffer.from('<Delete><Object><Key>日本</Key></Object></Delete>')
  const pieces = Array.from(text, (byte) => Buffer.from([byte]))
  assert.deepEqual((await decode(model.DeleteObjects, xml(...pieces))).Delete, { Objects: [{ Key: '日本' }] })
})

test('a document is read to its limit and no further', async () => {
  const limit = 1024 * 1024
  const filled = '<CreateBucketConfiguration>'.padEnd(limit - 28) + '</CreateBucketConfiguration>'
  assert.deepEqual((await decode(model.CreateBucket, xml(filled))).CreateBucketConfiguration, {})
  await assert.rejects(async () => decode(model.CreateBucket, xml(filled, ' ')), { code: 'MalformedXML' })
  let pulled = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; ; pulled++) yield await Promise.resolve(Buffer.alloc(64 * 1024))
  }
  await assert.rejects(async () => decode(model.CreateBucket, request('', {}, endless())), { code: 'MalformedXML' })
  assert.equal(pulled, 16)
})

test('the parts of an upload are read, up to 10,000', async () => {
  const complete = async (parts: string, root = 'CompleteMultipartUpload') =>
    (await decode(model.CompleteMultipartUpload, xml(`<${root}>${parts}</${root}>`))).MultipartUpload
  const part = '<Part><PartNumber>1</PartNumber><ETag>"e"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part>'
  const read = { PartNumber: 1, ETag: 'e', ChecksumCRC32: 'AAAAAA==' }
  assert.deepEqual(await complete(part), { Parts: [read] })
  assert.deepEqual(await complete(part, 'CompletedMultipartUpload'), { Parts: [read] })
  assert.equal((await complete(part.repeat(10_000)))?.Parts?.length, 10_000)
  await assert.rejects(complete(part.repeat(10_001)), { code: 'MalformedXML' })
  await assert.rejects(complete('<Part><PartNumber>0</PartNumber></Part>'), { code: 'InvalidArgument' })
  await assert.rejects(complete('<Part><PartNumber>x</PartNumber></Part>'), { code: 'MalformedXML' })
  assert.deepEqual(await complete(''), {})
})

test('CreateBucket takes the roots of old and new clients', async () => {
  for (const root of ['CreateBucketConfiguration', 'CreateBucketConstraint']) {
    const input = await decode(
      model.CreateBucket,
      xml(`<${root}><LocationConstraint>eu</LocationConstraint></${root}>`),
    )
    assert.deepEqual(input.CreateBucketConfiguration, { LocationConstraint: 'eu' })
  }
})

test('a listing is written as AWS writes it', () => {
  const { status, headers, body } = encode(model.ListObjectsV2, {
    Name: 'b',
    Prefix: '',
    KeyCount: 1,
    MaxKeys: 1000,
    IsTruncated: false,
    Contents: [
      { Key: 'a&b', LastModified: Date.UTC(2026, 10, 20, 9, 0, 0, 999), ETag: 'e', Size: 0, StorageClass: 'STANDARD' },
    ],
    CommonPrefixes: [{ Prefix: 'p/' }, { Prefix: 'q/' }],
  })
  assert.deepEqual([status, headers], [200, ['content-type', 'application/xml']])
  assert.equal(
    body,
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>' +
      '<Contents><Key>a&amp;b</Key><LastModified>2026-11-20T09:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>0</Size>' +
      '<StorageClass>STANDARD</StorageClass></Contents><Name>b</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys>' +
      '<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>q/</Prefix></CommonPrefixes><KeyCount>1</KeyCount></ListBucketResult>',
  )
})

test('an empty listing has no Contents', () => {
  assert.doesNotMatch(
    encodeDocument(model.ListObjects, { Name: 'b', Contents: [], CommonPrefixes: [] }),
    /Contents|CommonPrefixes/,
  )
})

test('encoding-type=url encodes the text of keys, and nothing else', () => {
  const output = {
    EncodingType: 'url',
    Name: 'n n',
    Prefix: 'p p',
    Delimiter: ' ',
    StartAfter: 's s',
    ContinuationToken: 't t',
    Contents: [{ Key: 'a+b c/\u0001' }],
    CommonPrefixes: [{ Prefix: 'é/' }],
  }
  const document = encodeDocument(model.ListObjectsV2, output)
  for (const part of [
    '<Name>n n<',
    '<Prefix>p%20p<',
    '<Delimiter>%20<',
    '<StartAfter>s%20s<',
    '<ContinuationToken>t t<',
    '<Key>a%2Bb%20c/%01<',
    '<Prefix>%C3%A9/<',
    '<EncodingType>url<',
  ]) {
    assert.ok(document.includes(part), part)
  }
  assert.ok(encodeDocument(model.ListObjectsV2, { ...output, EncodingType: undefined }).includes('<Key>a+b c/&#x1;<'))
})

test('percent-encoded text is read alike by those that take + for a space and those that do not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const encoded = percentEncode(text)
      assert.match(encoded, /^[\w.~/%-]*$/)
      assert.equal(decodeURIComponent(encoded), text)
      assert.equal(decodeURIComponent(encoded.replaceAll('+', ' ')), text)
    }),
  )
})

test('headers of an object', () => {
  const { status, headers, body } = encode(model.GetObject, {
    Body: Buffer.from('x'),
    ContentLength: 1,
    ETag: 'e-2',
    LastModified: Date.UTC(2026, 10, 20, 9, 5, 7),
    DeleteMarker: false,
    Expires: 'never',
    PartsCount: 2,
    ObjectLockRetainUntilDate: Date.UTC(2027, 0, 1),
    Metadata: { a: '1' },
  })
  assert.deepEqual([status, body], [200, Buffer.from('x')])
  assert.deepEqual(headersOf(headers), {
    'content-length': '1',
    etag: '"e-2"',
    'last-modified': 'Fri, 20 Nov 2026 09:05:07 GMT',
    'x-amz-delete-marker': 'false',
    expires: 'never',
    'x-amz-mp-parts-count': '2',
    'x-amz-object-lock-retain-until-date': '2027-01-01T00:00:00.000Z',
    'x-amz-meta-a': '1',
  })
})

test('statuses are the model’s, and 206 for a part', () => {
  assert.equal(encode(model.DeleteObject, {}).status, 204)
  assert.equal(encode(model.DeleteBucket, {}).status, 204)
  assert.equal(encode(model.PutObject, {}).status, 200)
  assert.equal(encode(model.GetObject, { ContentRange: 'bytes 0-0/2' }).status, 206)
  assert.equal(encode(model.HeadObject, { ContentRange: 'bytes 0-0/2' }).status, 206)
})

test('an answer without document has neither body nor type', () => {
  assert.deepEqual(encode(model.PutObject, { ETag: 'e' }), { status: 200, headers: ['etag', '"e"'], body: undefined })
  assert.deepEqual(encode(model.HeadObject, {}), { status: 200, headers: [], body: undefined })
})

test('an answer with a document has it even if it says nothing', () => {
  assert.match(String(encode(model.DeleteObjects, {}).body), /<DeleteResult xmlns="[^"]+"><\/DeleteResult>$/)
  assert.match(String(encode(model.ListBuckets, { Buckets: [] }).body), /<Buckets><\/Buckets>/)
})

test('the location is the root’s text', () => {
  const root = (LocationConstraint?: string) => encodeDocument(model.GetBucketLocation, { LocationConstraint })
  assert.equal(
    root('eu-1'),
    '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-1</LocationConstraint>',
  )
  assert.equal(root(), '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LocationConstraint>')
})

test('GetObjectAttributes alone has the entity tag without quotes', () => {
  assert.match(encodeDocument(model.GetObjectAttributes, { ETag: 'e' }), /<ETag>e<\/ETag>/)
})

test('no value of a header begins another, and none is what node refuses', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { headers } = encode(model.GetObject, {
        ContentType: text,
        CacheControl: text,
        Metadata: { a: text, [text]: 'x' },
      })
      for (const each of headers) assert.match(each, /^[\t\x20-\x7e\x80-\xff]*$/)
    }),
  )
  assert.deepEqual(encode(model.GetObject, { ContentType: 'a\r\nb: c' }).headers, ['content-type', 'a  b: c'])
})

test('text beyond Latin-1 goes out as UTF-8', () => {
  const [, value = ''] = encode(model.GetObject, { ContentDisposition: '日' }).headers
  assert.equal(Buffer.from(value, 'latin1').toString('utf8'), '日')
})

test('metadata whose names are no header names is counted', () => {
  assert.deepEqual(
    headersOf(encode(model.GetObject, { Metadata: { 'a b': '1', 'c\r\n': '2', '': '3', d: '4' } }).headers),
    {
      'x-amz-meta-d': '4',
      'x-amz-missing-meta': '3',
    },
  )
})
