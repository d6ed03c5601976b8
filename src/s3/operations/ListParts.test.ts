import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { checksumOf } from '../../base/checksum/checksum.ts'
import { accountId, begin, makeFront } from '../test-bed.ts'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

async function makeUpload(numbers: readonly number[], asked: Record<string, string> = {}) {
  const front = await makeFront()
  const uploadId = await begin(front.send, 'a%20b', asked)
  const line = `/photos/a%20b?uploadId=${uploadId}`
  for (const number of numbers) await front.send(`PUT ${line}&partNumber=${number}`, { body: `part ${number}` })
  return { ...front, uploadId, list: (query = '') => front.send(`GET ${line}${query}`) }
}

test('ListParts tells the upload and its parts, in order of number', async () => {
  const { list, uploadId } = await makeUpload([10, 2, 10_000, 1])
  const { status, text, element, elements } = await list()
  assert.equal(status, 200)
  assert.match(text, /<ListPartsResult xmlns="http:\/\/s3.amazonaws.com\/doc\/2006-03-01\/">/)
  assert.deepEqual([element('Bucket'), element('Key'), element('UploadId')], ['photos', 'a b', uploadId])
  assert.deepEqual(
    [elements('ID'), elements('DisplayName'), element('StorageClass')],
    [[accountId, accountId], ['account a', 'account a'], 'STANDARD'],
  )
  const part = (number: number): string =>
    `<PartNumber>${number}</PartNumber><LastModified>2026-11-20T00:00:00.000Z</LastModified>` +
    `<ETag>&quot;${md5(`part ${number}`)}&quot;</ETag><Size>${`part ${number}`.length}</Size>`
  assert.deepEqual(elements('Part'), [1, 2, 10, 10_000].map(part))
  assert.deepEqual(
    [element('PartNumberMarker'), element('NextPartNumberMarker'), element('MaxParts'), element('IsTruncated')],
    ['0', '10000', '1000', 'false'],
  )
})

const pages: readonly (readonly [query: string, parts: string, next: string, max: string, truncated: string])[] = [
  ['&max-parts=2', '1,2', '2', '2', 'true'],
  ['&max-parts=2&part-number-marker=2', '3,5', '5', '2', 'false'],
  ['&max-parts=1&part-number-marker=3', '5', '5', '1', 'false'],
  ['&max-parts=4', '1,2,3,5', '5', '4', 'false'],
  ['&part-number-marker=3', '5', '5', '1000', 'false'],
  ['&part-number-marker=4', '5', '5', '1000', 'false'],
  ['&part-number-marker=5', '', '0', '1000', 'false'],
  ['&part-number-marker=2147483647', '', '0', '1000', 'false'],
  ['&max-parts=0', '', '0', '0', 'false'],
  ['&max-parts=1001', '1,2,3,5', '5', '1000', 'false'],
  ['&max-parts=&part-number-marker=', '1,2,3,5', '5', '1000', 'false'],
]
for (const [query, parts, next, max, truncated] of pages) {
  test(`ListParts with ${query} shows ${parts || 'nothing'}`, async () => {
    const { list } = await makeUpload([1, 2, 3, 5])
    const { elements, element } = await list(query)
    assert.deepEqual(
      [elements('PartNumber').join(), element('NextPartNumberMarker'), element('MaxParts'), element('IsTruncated')],
      [parts, next, max, truncated],
    )
  })
}

test('ListParts shows 1,000 parts at most', async () => {
  const { list } = await makeUpload(Array.from({ length: 1001 }, (_, index) => index + 1))
  const page = await list('&max-parts=5000')
  assert.deepEqual([page.elements('Part').length, page.element('IsTruncated')], [1000, 'true'])
  const rest = await list(`&part-number-marker=${page.element('NextPartNumberMarker')}`)
  assert.deepEqual([rest.elements('PartNumber'), rest.element('IsTruncated')], [['1001'], 'false'])
})

test('ListParts tells the checksums, their algorithm and type', async () => {
  const { list } = await makeUpload([1], { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' })
  const { element } = await list()
  assert.deepEqual(
    [element('ChecksumAlgorithm'), element('ChecksumType'), element('ChecksumCRC32')],
    ['CRC32', 'FULL_OBJECT', checksumOf('CRC32', Buffer.from('part 1')).toString('base64')],
  )
})

test('ListParts of an upload without parts is empty', async () => {
  const { list } = await makeUpload([])
  const { status, elements, element } = await list()
  assert.deepEqual([status, elements('Part'), element('IsTruncated')], [200, [], 'false'])
})

test('ListParts of an upload that is not there, or is not of this key, is NoSuchUpload', async () => {
  const { send, uploadId } = await makeUpload([1])
  for (const target of ['a%20b?uploadId=x', `other?uploadId=${uploadId}`, 'a%20b?uploadId=']) {
    assert.equal((await send(`GET /photos/${target}`)).outcome, '404 NoSuchUpload')
  }
})

const refused: readonly (readonly [query: string, headers: Record<string, string>, outcome: string])[] = [
  ['&max-parts=-1', {}, '400 InvalidArgument'],
  ['&max-parts=x', {}, '400 InvalidArgument'],
  ['&part-number-marker=-1', {}, '400 InvalidArgument'],
  ['', { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, '400 InvalidArgument'],
]
for (const [query, headers, outcome] of refused) {
  test(`ListParts with ${query || JSON.stringify(headers)} is ${outcome}`, async () => {
    const { send, uploadId } = await makeUpload([1])
    assert.equal((await send(`GET /photos/a%20b?uploadId=${uploadId}${query}`, { headers })).outcome, outcome)
  })
}
