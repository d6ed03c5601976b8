import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { Query } from '../http/query.ts'
import { withHoistedHeaders } from './codec-hoisted.ts'

const hoisted = (query: string, headers: Record<string, string> = {}) => withHoistedHeaders(Query.parse(query), headers)

test('what the official client puts into a presigned URL counts as sent, but for the checksum of nothing', async () => {
  const client = new S3Client({
    endpoint: 'http://localhost:9000',
    region: 'us-east-1',
    credentials: { accessKeyId: 'A', secretAccessKey: 'S' },
  })
  const command = new PutObjectCommand({
    Bucket: 'b',
    Key: 'k',
    ACL: 'private',
    StorageClass: 'STANDARD',
    Metadata: { a: 'x y' },
  })
  const { search } = new URL(await getSignedUrl(client, command))
  assert.match(search, /x-amz-checksum-crc32/)
  assert.deepEqual(hoisted(search.slice(1), { host: 'h' }), {
    host: 'h',
    'x-amz-acl': 'private',
    'x-amz-meta-a': 'x y',
    'x-amz-storage-class': 'STANDARD',
  })
})

test('a header that is sent counts for more', () => {
  assert.deepEqual(hoisted('x-amz-acl=public-read', { 'x-amz-acl': 'private' }), { 'x-amz-acl': 'private' })
})

test('names are taken in any case, and values as UTF-8', () => {
  assert.deepEqual(hoisted('X-Amz-Meta-A=%C3%A9'), { 'x-amz-meta-a': '\u00c3\u00a9' })
})

test('other parameters are no headers', () => {
  const headers = { host: 'h' }
  assert.equal(hoisted('versionId=1&content-type=x&X-Amz-Date=d&X-Amz-Signature=s', headers), headers)
})

test('a value that could begin another header is InvalidArgument', () => {
  assert.throws(() => hoisted('x-amz-meta-a=b%0d%0ac:+d'), { code: 'InvalidArgument' })
})
