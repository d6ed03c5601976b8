import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Query } from '../http/query.ts'
import { decode } from './codec.ts'
import type { WireRequest } from './codec.ts'
import * as model from './model.generated.ts'

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
