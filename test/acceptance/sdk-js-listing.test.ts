/** AWS's SDK for JavaScript: listings in byte order, over many pages, with prefixes and delimiters, and keys that are hard to carry. */
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  type ListObjectsV2CommandInput,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { clientFor } from '../harness/client.ts'
import { bucketName, inByteOrder, oddKeys } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const odd = bucketName('odd')
const many = bucketName('many')
const manyKeys = Array.from({ length: 2345 }, (_, i) => `dir${i % 7}/${String(i).padStart(5, '0')}`)
let server: TestServer
let s3: ReturnType<typeof clientFor>

before(async () => {
  server = await startServer()
  s3 = clientFor(server)
  await s3.send(new CreateBucketCommand({ Bucket: odd }))
  await s3.send(new CreateBucketCommand({ Bucket: many }))
  await Promise.all(oddKeys.map((Key) => s3.send(new PutObjectCommand({ Bucket: odd, Key, Body: Key }))))
  for (let i = 0; i < manyKeys.length; i += 200) {
    const keys = manyKeys.slice(i, i + 200)
    await Promise.all(keys.map((Key) => s3.send(new PutObjectCommand({ Bucket: many, Key, Body: '' }))))
  }
})
after(async () => {
  s3?.destroy()
  await server?.stop()
})

/** All keys and common prefixes, in the order they came, through as many pages as it takes. */
async function listAll(
  input: ListObjectsV2CommandInput,
): Promise<{ keys: string[]; prefixes: string[]; pages: number }> {
  const keys: string[] = []
  const prefixes: string[] = []
  let pages = 0
  for await (const page of paginateListObjectsV2({ client: s3 }, input)) {
    pages++
    for (const { Key = '' } of page.Contents ?? []) keys.push(decode(Key, page.EncodingType))
    for (const { Prefix = '' } of page.CommonPrefixes ?? []) prefixes.push(decode(Prefix, page.EncodingType))
    assert.equal(page.KeyCount, (page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0))
  }
  return { keys, prefixes, pages }
}

const decode = (text: string, encoding: string | undefined): string =>
  encoding === 'url' ? decodeURIComponent(text.replaceAll('+', ' ')) : text

test('keys that are hard to carry are listed as they were put, in the order of their UTF-8 bytes', async () => {
  const { keys } = await listAll({ Bucket: odd, EncodingType: 'url' })
  assert.deepEqual(keys, inByteOrder(oddKeys))
  const plain = await listAll({ Bucket: odd })
  assert.deepEqual(plain.keys, inByteOrder(oddKeys))
})

test('keys that are hard to carry each lead to their own body', async () => {
  for (const Key of oddKeys) {
    const got = await s3.send(new GetObjectCommand({ Bucket: odd, Key }))
    assert.equal(await got.Body?.transformToString(), Key)
  }
})

test('pages of one key lose none and repeat none', async () => {
  const { keys, pages } = await listAll({ Bucket: odd, MaxKeys: 1 })
  assert.deepEqual(keys, inByteOrder(oddKeys))
  assert.equal(pages, oddKeys.length)
})

test('a listing over several pages of a thousand is whole and in order', async () => {
  const { keys, pages } = await listAll({ Bucket: many })
  assert.deepEqual(keys, inByteOrder(manyKeys))
  assert.equal(pages, 3)
})

test('a delimiter groups keys into common prefixes, over pages too', async () => {
  const prefixes = Array.from({ length: 7 }, (_, i) => `dir${i}/`)
  assert.deepEqual(await listAll({ Bucket: many, Delimiter: '/' }), { keys: [], prefixes, pages: 1 })
  assert.deepEqual(await listAll({ Bucket: many, Delimiter: '/', MaxKeys: 2 }), { keys: [], prefixes, pages: 4 })
  const below = await listAll({ Bucket: many, Delimiter: '/', Prefix: 'dir3/' })
  assert.deepEqual(below.keys, inByteOrder(manyKeys.filter((key) => key.startsWith('dir3/'))))
})

test('a delimiter may be any string', async () => {
  const { keys, prefixes } = await listAll({ Bucket: many, Prefix: 'dir1/', Delimiter: '00' })
  const all = inByteOrder(manyKeys.filter((key) => key.startsWith('dir1/')))
  const cut = (key: string): string | undefined => {
    const at = key.indexOf('00', 5)
    return at < 0 ? undefined : key.slice(0, at + 2)
  }
  assert.deepEqual(
    keys,
    all.filter((key) => cut(key) === undefined),
  )
  assert.deepEqual(prefixes, [...new Set(all.map(cut).filter((prefix) => prefix !== undefined))])
})

test('StartAfter begins after the key, whether it exists or not', async () => {
  const sorted = inByteOrder(manyKeys)
  const exists = await listAll({ Bucket: many, StartAfter: sorted[1000] })
  assert.deepEqual(exists.keys, sorted.slice(1001))
  const between = await listAll({ Bucket: many, StartAfter: `${sorted[1000]}0` })
  assert.deepEqual(between.keys, sorted.slice(1001))
})

test('max-keys 0 gives nothing and is not truncated', async () => {
  const page = await s3.send(new ListObjectsV2Command({ Bucket: many, MaxKeys: 0 }))
  assert.deepEqual([page.KeyCount, page.Contents ?? [], page.IsTruncated], [0, [], false])
})

test('ListObjects (version 1) pages by marker, and by NextMarker where a delimiter is given', async () => {
  const sorted = inByteOrder(manyKeys)
  const first = await s3.send(new ListObjectsCommand({ Bucket: many }))
  assert.deepEqual(
    first.Contents?.map(({ Key }) => Key),
    sorted.slice(0, 1000),
  )
  assert.equal(first.IsTruncated, true)
  const rest = await s3.send(new ListObjectsCommand({ Bucket: many, Marker: sorted[1999] }))
  assert.deepEqual(
    rest.Contents?.map(({ Key }) => Key),
    sorted.slice(2000),
  )
  assert.ok(rest.Contents?.[0]?.Owner?.ID, 'version 1 always names the owner')
  const grouped = await s3.send(new ListObjectsCommand({ Bucket: many, Delimiter: '/', MaxKeys: 3 }))
  assert.deepEqual(
    grouped.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['dir0/', 'dir1/', 'dir2/'],
  )
  const next = await s3.send(new ListObjectsCommand({ Bucket: many, Delimiter: '/', Marker: grouped.NextMarker }))
  assert.deepEqual(
    next.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['dir3/', 'dir4/', 'dir5/', 'dir6/'],
  )
})

test('the owner is given in version 2 only when asked for', async () => {
  const without = await s3.send(new ListObjectsV2Command({ Bucket: many, MaxKeys: 1 }))
  assert.equal(without.Contents?.[0]?.Owner, undefined)
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: many, MaxKeys: 1, FetchOwner: true }))
  assert.ok(Contents?.[0]?.Owner?.ID)
})

test('an entry gives size, ETag, time and storage class', async () => {
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: odd, Prefix: 'plain.txt' }))
  const [entry] = Contents ?? []
  assert.deepEqual([entry?.Key, entry?.Size, entry?.StorageClass], ['plain.txt', 9, 'STANDARD'])
  assert.match(entry?.ETag ?? '', /^"[0-9a-f]{32}"$/)
  assert.ok(Math.abs(Date.now() - (entry?.LastModified?.getTime() ?? 0)) < 600_000)
})

test('an empty bucket lists without Contents', async () => {
  const Bucket = bucketName('empty')
  await s3.send(new CreateBucketCommand({ Bucket }))
  const page = await s3.send(new ListObjectsV2Command({ Bucket }))
  assert.deepEqual([page.Contents, page.KeyCount, page.IsTruncated], [undefined, 0, false])
})
