import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumAlgorithms, checksumOf } from '../../base/checksum/checksum.ts'
import { makeFront } from '../test-bed.ts'

const md5 = (text: string, encoding: 'hex' | 'base64'): string => createHash('md5').update(text).digest(encoding)

test('PutObject answers the ETag and keeps headers and metadata as sent', async () => {
  const { send } = await makeFront()
  const headers = {
    'content-type': 'video/mp4',
    'cache-control': 'max-age=10',
    'content-disposition': 'inline',
    'content-encoding': 'aws-chunked,gzip',
    'content-language': 'nl',
    expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
    'x-amz-meta-title': 'Kitten',
  }
  const put = await send('PUT /photos/k', { headers, body: 'kitten' })
  assert.deepEqual([put.status, put.headers['etag'], put.text], [200, `"${md5('kitten', 'hex')}"`, ''])
  const head = await send('HEAD /photos/k')
  const { 'content-encoding': _coding, ...same } = headers
  for (const [name, value] of Object.entries(same)) assert.equal(head.headers[name], value, name)
  assert.equal(head.headers['content-encoding'], 'gzip')
})

for (const algorithm of checksumAlgorithms) {
  const header = `x-amz-checksum-${algorithm.toLowerCase()}`
  test(`PutObject checks and keeps ${algorithm}`, async () => {
    const { send } = await makeFront()
    const value = checksumOf(algorithm, Buffer.from('kitten')).toString('base64')
    const put = await send('PUT /photos/k', { headers: { [header]: value }, body: 'kitten' })
    assert.deepEqual([put.status, put.headers[header]], [200, value])
    const shown = await send('HEAD /photos/k', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
    assert.deepEqual([shown.headers[header], shown.headers['x-amz-checksum-type']], [value, 'FULL_OBJECT'])
    assert.equal((await send('HEAD /photos/k')).headers[header], undefined)
    const other = checksumOf(algorithm, Buffer.from('kitteN')).toString('base64')
    const bad = await send('PUT /photos/bad', { headers: { [header]: other }, body: 'kitten' })
    assert.deepEqual([bad.status, bad.element('Code')], [400, 'BadDigest'])
    assert.equal((await send('HEAD /photos/bad')).status, 404)
  })
}

const right = md5('kitten', 'base64')
const refused: readonly (readonly [name: string, headers: Record<string, string>, status: number, code: string])[] = [
  ['a wrong Content-MD5', { 'content-md5': md5('dog', 'base64') }, 400, 'BadDigest'],
  ['a Content-MD5 that is none', { 'content-md5': 'x' }, 400, 'InvalidDigest'],
  ['a checksum that is none', { 'x-amz-checksum-crc32': 'AAAA' }, 400, 'InvalidRequest'],
  ['two checksums', { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' }, 400, 'InvalidRequest'],
  ['an algorithm without its checksum', { 'x-amz-sdk-checksum-algorithm': 'SHA256' }, 400, 'InvalidRequest'],
  ['metadata over 2 KB', { 'x-amz-meta-a': 'x'.repeat(2048) }, 400, 'MetadataTooLarge'],
  ['a public ACL', { 'x-amz-acl': 'public-read' }, 400, 'AccessControlListNotSupported'],
  ['a grant', { 'x-amz-grant-read': 'id=x' }, 400, 'AccessControlListNotSupported'],
  ['encryption', { 'x-amz-server-side-encryption': 'AES256' }, 501, 'NotImplemented'],
  ['tags', { 'x-amz-tagging': 'a=b' }, 501, 'NotImplemented'],
  ['a website redirect', { 'x-amz-website-redirect-location': '/x' }, 501, 'NotImplemented'],
  ['a lock', { 'x-amz-object-lock-legal-hold': 'ON' }, 501, 'NotImplemented'],
  ['another storage class', { 'x-amz-storage-class': 'GLACIER' }, 501, 'NotImplemented'],
  ['an append', { 'x-amz-write-offset-bytes': '6' }, 501, 'NotImplemented'],
  ['If-Match on what is not there', { 'if-match': '*' }, 404, 'NoSuchKey'],
  ["another account's bucket", { 'x-amz-expected-bucket-owner': 'c'.repeat(64) }, 403, 'AccessDenied'],
]
for (const [name, headers, status, code] of refused) {
  test(`PutObject with ${name} is ${code}, and nothing is stored`, async () => {
    const { send } = await makeFront()
    const answer = await send('PUT /photos/k', { headers, body: 'kitten' })
    assert.deepEqual([answer.status, answer.element('Code')], [status, code])
    assert.equal((await send('HEAD /photos/k')).status, 404)
  })
}

test('PutObject takes what says that the owner alone owns', async () => {
  const { send } = await makeFront()
  for (const acl of ['private', 'bucket-owner-full-control']) {
    const headers = { 'x-amz-acl': acl, 'content-md5': right, 'x-amz-storage-class': 'STANDARD' }
    assert.equal((await send('PUT /photos/k', { headers, body: 'kitten' })).status, 200)
  }
})
