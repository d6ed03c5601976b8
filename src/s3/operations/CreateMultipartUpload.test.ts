import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksumAlgorithms } from '../../base/checksum/checksum.ts'
import { completeDocument, makeFront, sendParts } from '../test-bed.ts'

test('CreateMultipartUpload answers bucket, key and id, and each time another id', async () => {
  const { send } = await makeFront()
  const ids = new Set<string>()
  for (const _ of [1, 2, 3]) {
    const { status, text, element } = await send('POST /photos/a%20b?uploads')
    assert.equal(status, 200)
    assert.match(text, /<InitiateMultipartUploadResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
    assert.deepEqual([element('Bucket'), element('Key')], ['photos', 'a b'])
    ids.add(element('UploadId')!)
  }
  assert.equal(ids.size, 3)
  assert.equal((await send('GET /photos/a%20b')).outcome, '404 NoSuchKey')
})

test('CreateMultipartUpload says what is kept with the object', async () => {
  const { send } = await makeFront()
  const kept = {
    'content-type': 'video/mp4',
    'cache-control': 'max-age=10',
    'content-disposition': 'inline',
    'content-encoding': 'gzip',
    'content-language': 'nl',
    expires: 'Thu, 01 Jan 2032 00:00:00 GMT',
    'x-amz-meta-title': 'Kitten',
  }
  const { element } = await send('POST /photos/k?uploads', { headers: kept })
  const uploadId = element('UploadId')!
  const body = completeDocument(await sendParts(send, 'k', uploadId, ['kitten']))
  await send(`POST /photos/k?uploadId=${uploadId}`, { body, headers: { 'content-type': 'text/xml' } })
  const { headers, text } = await send('GET /photos/k')
  assert.equal(text, 'kitten')
  for (const [name, value] of Object.entries(kept)) assert.equal(headers[name], value, name)
})

/** Amazon S3 User Guide, "Checking object integrity": which types an algorithm has in a multipart upload, the first by default. */
const types: Readonly<Record<string, readonly string[]>> = {
  CRC32: ['COMPOSITE', 'FULL_OBJECT'],
  CRC32C: ['COMPOSITE', 'FULL_OBJECT'],
  CRC64NVME: ['FULL_OBJECT'],
  SHA1: ['COMPOSITE'],
  SHA256: ['COMPOSITE'],
  SHA512: ['COMPOSITE'],
  MD5: ['COMPOSITE'],
  XXHASH64: ['COMPOSITE'],
  XXHASH3: ['COMPOSITE'],
  XXHASH128: ['COMPOSITE'],
}
for (const algorithm of checksumAlgorithms) {
  test(`CreateMultipartUpload with ${algorithm} is ${types[algorithm]!.join(' or ')}`, async () => {
    const { send } = await makeFront()
    const headers = { 'x-amz-checksum-algorithm': algorithm }
    const chosen = await send('POST /photos/k?uploads', { headers })
    assert.deepEqual(
      [chosen.headers['x-amz-checksum-algorithm'], chosen.headers['x-amz-checksum-type']],
      [algorithm, types[algorithm]![0]],
    )
    for (const type of ['COMPOSITE', 'FULL_OBJECT']) {
      const answer = await send('POST /photos/k?uploads', { headers: { ...headers, 'x-amz-checksum-type': type } })
      const taken = types[algorithm]!.includes(type)
      assert.equal(answer.outcome, taken ? '200' : '400 InvalidRequest')
      if (taken) assert.equal(answer.headers['x-amz-checksum-type'], type)
    }
  })
}

const refused: readonly (readonly [headers: Record<string, string>, outcome: string])[] = [
  [{ 'x-amz-checksum-type': 'COMPOSITE' }, '400 InvalidRequest'],
  [{ 'x-amz-checksum-type': 'PARTIAL', 'x-amz-checksum-algorithm': 'CRC32' }, '400 InvalidRequest'],
  [{ 'x-amz-checksum-algorithm': 'CRC16' }, '400 InvalidRequest'],
  [{ 'x-amz-meta-a': 'x'.repeat(2048) }, '400 MetadataTooLarge'],
  [{ 'x-amz-acl': 'public-read' }, '400 AccessControlListNotSupported'],
  [{ 'x-amz-grant-read': 'id=x' }, '400 AccessControlListNotSupported'],
  [{ 'x-amz-acl': 'everybody' }, '400 InvalidArgument'],
  [{ 'x-amz-storage-class': 'GLACIER' }, '501 NotImplemented'],
  [{ 'x-amz-storage-class': 'COLD' }, '400 InvalidStorageClass'],
  [{ 'x-amz-server-side-encryption': 'aws:kms' }, '501 NotImplemented'],
  [{ 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, '400 InvalidArgument'],
  [{ 'x-amz-tagging': 'a=b&a=c' }, '400 InvalidArgument'],
  [{ 'x-amz-object-lock-mode': 'COMPLIANCE' }, '400 InvalidArgument'],
  [{ 'x-amz-object-lock-legal-hold': 'ON' }, '400 InvalidRequest'],
  [{ 'x-amz-website-redirect-location': '/x' }, '501 NotImplemented'],
]
for (const [headers, outcome] of refused) {
  test(`CreateMultipartUpload with ${JSON.stringify(headers).slice(0, 80)} is ${outcome}`, async () => {
    const { send } = await makeFront()
    assert.equal((await send('POST /photos/k?uploads', { headers })).outcome, outcome)
    assert.deepEqual((await send('GET /photos?uploads')).elements('UploadId'), [])
  })
}

test('CreateMultipartUpload takes what says that the owner alone owns', async () => {
  const { send } = await makeFront()
  for (const acl of ['private', 'bucket-owner-full-control']) {
    const headers = { 'x-amz-acl': acl, 'x-amz-storage-class': 'STANDARD' }
    assert.equal((await send('POST /photos/k?uploads', { headers })).status, 200)
  }
})
