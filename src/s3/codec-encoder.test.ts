import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { HttpResponse } from '../http/message.ts'
import { percentEncode } from './codec-encoder.ts'
import { encode, encodeDocument } from './codec.ts'
import * as model from './model.generated.ts'

const headersOf = (headers: readonly string[]): Record<string, string> =>
  Object.fromEntries(headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : [])))

const textOf = ({ body }: HttpResponse): string => (typeof body === 'string' ? body : '')

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

test('what a text is that an operation answers goes out as it is', () => {
  const { status, headers, body } = encode(model.GetBucketPolicy, { Policy: '{"<":"&é"}' })
  assert.deepEqual([status, headers, body], [200, ['content-type', 'application/json'], '{"<":"&é"}'])
})

test('a grantee’s type is an attribute of its element', () => {
  const Grantee = { Type: '"&', ID: 'i' }
  assert.match(
    encodeDocument(model.GetBucketAcl, { Grants: [{ Grantee }] }),
    /<Grantee xmlns:xsi="http:\/\/www.w3.org\/2001\/XMLSchema-instance" xsi:type="&quot;&amp;"><ID>i<\/ID><\/Grantee>/,
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

/** Any character, those below 256 often. */
const character = fc
  .oneof(fc.nat(0xff), fc.nat(0x10ffff))
  .map((point) => String.fromCodePoint(point >= 0xd800 && point <= 0xdfff ? point - 0xd800 : point))

test('percent-encoded text is read alike by those that take + for a space and those that do not', () => {
  fc.assert(
    fc.property(fc.string({ unit: character }), (text) => {
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
  assert.match(textOf(encode(model.DeleteObjects, {})), /<DeleteResult xmlns="[^"]+"><\/DeleteResult>$/)
  assert.match(textOf(encode(model.ListBuckets, { Buckets: [] })), /<Buckets><\/Buckets>/)
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
    fc.property(fc.string({ unit: character }), (text) => {
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
