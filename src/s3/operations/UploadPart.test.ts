import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { noUsage } from '../../objects/usage.ts'
import { checksumAlgorithms, checksumOf } from '../../base/checksum/checksum.ts'
import { begin, makeFront } from '../test-bed.ts'

const md5 = (text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHash('md5').update(text).digest(encoding)

async function makeUpload(headers: Record<string, string> = {}) {
  const front = await makeFront()
  const uploadId = await begin(front.send, 'k', headers)
  const parts = async () => {
    const answer = await front.send(`GET /photos/k?uploadId=${uploadId}`)
    return answer.elements('PartNumber').map((number, index) => `${number} ${answer.elements('Size')[index]}`)
  }
  return {
    ...front,
    uploadId,
    parts,
    line: (part: number | string) => `PUT /photos/k?partNumber=${part}&uploadId=${uploadId}`,
  }
}

test('UploadPart answers the ETag, and shows nothing of the part in the bucket', async () => {
  const { send, line, parts } = await makeUpload()
  const { status, text, headers } = await send(line(1), { body: 'kitten' })
  assert.deepEqual([status, text, headers['etag']], [200, '', `"${md5('kitten')}"`])
  assert.deepEqual(await parts(), ['1 6'])
  assert.deepEqual((await send('GET /photos')).elements('Key'), [])
})

test('UploadPart of a part that is there replaces it', async () => {
  const { send, line, parts, buckets, assertLedger } = await makeUpload()
  for (const body of ['kitten', 'a body that is too large to be kept among the records', '', 'dog']) {
    await send(line(7), { body })
    assert.deepEqual(await parts(), [`7 ${body.length}`])
    const usage = await buckets.usage(await buckets.get('photos'))
    assert.deepEqual(usage, { ...noUsage, unfinishedBytes: body.length })
    await assertLedger()
  }
})

const numbers: readonly (readonly [number: string, outcome: string])[] = [
  ['1', '200'],
  ['10000', '200'],
  ['0', '400 InvalidArgument'],
  ['10001', '400 InvalidArgument'],
  ['-1', '400 InvalidArgument'],
  ['1.5', '400 InvalidArgument'],
  ['one', '400 InvalidArgument'],
  ['', '400 InvalidArgument'],
  ['99999999999999999999', '400 InvalidArgument'],
]
for (const [number, outcome] of numbers) {
  test(`UploadPart of part ${number || 'nothing'} is ${outcome}`, async () => {
    const { send, line, parts } = await makeUpload()
    const answer = await send(line(number), { body: 'kitten' })
    assert.equal(answer.outcome, outcome)
    if (outcome !== '200') assert.equal(answer.element('ArgumentName'), 'partNumber')
    assert.deepEqual(await parts(), outcome === '200' ? [`${number} 6`] : [])
  })
}

for (const algorithm of checksumAlgorithms) {
  const header = `x-amz-checksum-${algorithm.toLowerCase()}`
  const value = checksumOf(algorithm, Buffer.from('kitten')).toString('base64')
  const other = checksumOf(algorithm, Buffer.from('dog')).toString('base64')
  test(`UploadPart checks ${algorithm}, tells and keeps it`, async () => {
    for (const asked of [{ 'x-amz-checksum-algorithm': algorithm }, {}]) {
      const { send, line, uploadId, parts } = await makeUpload(asked)
      const bad = await send(line(1), { headers: { [header]: other }, body: 'kitten' })
      assert.deepEqual([bad.outcome, await parts()], ['400 BadDigest', []])
      const good = await send(line(1), { headers: { [header]: value }, body: 'kitten' })
      assert.deepEqual([good.status, good.headers[header]], [200, value])
      assert.equal((await send(`GET /photos/k?uploadId=${uploadId}`)).element(`Checksum${algorithm}`), value)
    }
  })

  test(`UploadPart computes ${algorithm} where the upload has it and the part comes without`, async () => {
    const { send, line } = await makeUpload({ 'x-amz-checksum-algorithm': algorithm })
    assert.equal((await send(line(1), { body: 'kitten' })).headers[header], value)
  })
}

test('UploadPart with another algorithm than the upload is refused', async () => {
  const { send, line, parts } = await makeUpload({ 'x-amz-checksum-algorithm': 'SHA256' })
  const headers = { 'x-amz-checksum-crc32': checksumOf('CRC32', Buffer.from('kitten')).toString('base64') }
  const answer = await send(line(1), { headers, body: 'kitten' })
  assert.equal(answer.outcome, '400 InvalidRequest')
  assert.equal(
    answer.element('Message'),
    'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
  )
  assert.deepEqual(await parts(), [])
})

const refused: readonly (readonly [headers: Record<string, string>, outcome: string])[] = [
  [{ 'content-md5': md5('dog', 'base64') }, '400 BadDigest'],
  [{ 'content-md5': 'x' }, '400 InvalidDigest'],
  [{ 'x-amz-checksum-crc32': 'AAAA' }, '400 InvalidRequest'],
  [{ 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha1': 'AAAA' }, '400 InvalidRequest'],
  [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, '400 InvalidRequest'],
  [{ 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, '400 InvalidArgument'],
]
for (const [headers, outcome] of refused) {
  test(`UploadPart with ${JSON.stringify(headers)} is ${outcome}, and the part that was there stays`, async () => {
    const { send, line, parts } = await makeUpload()
    await send(line(1), { body: 'dog' })
    assert.equal((await send(line(1), { headers, body: 'kitten' })).outcome, outcome)
    assert.deepEqual(await parts(), ['1 3'])
  })
}

test('UploadPart takes 5 GiB at most', async () => {
  const { send, line, parts } = await makeUpload()
  const { outcome } = await send(line(1), { body: 'kitten', contentLength: 5 * 1024 ** 3 + 1 })
  assert.deepEqual([outcome, await parts()], ['400 EntityTooLarge', []])
})

test('UploadPart to an upload that is not there, or is not of this key, is NoSuchUpload', async () => {
  const { send, uploadId } = await makeUpload()
  const other = uploadId.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  for (const target of [
    `k?partNumber=1&uploadId=${other}`,
    `other?partNumber=1&uploadId=${uploadId}`,
    'k?partNumber=1&uploadId=x',
  ]) {
    const { outcome, element } = await send(`PUT /photos/${target}`, { body: 'kitten' })
    assert.equal(outcome, '404 NoSuchUpload')
    assert.equal(element('UploadId'), target.split('uploadId=')[1])
  }
  assert.equal((await send('PUT /photos/k?partNumber=1', { body: 'kitten' })).outcome, '400 InvalidArgument')
  assert.equal((await send('HEAD /photos/k')).status, 404)
})
