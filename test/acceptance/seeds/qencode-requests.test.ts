/** "Using the Qencode S3 API": signatures, the operations that are supported, and how those are refused that are not. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { postForm, signForm } from '../../harness/form.ts'
import { element, type RawRequest } from '../../harness/request.ts'
import { noVendor as skip, outcomeOf, vendor } from '../../harness/vendor.ts'

const qencode = vendor('qencode', { env: { ENTREPOT_REGION: 'us-west' } })
const { ask, outcome } = qencode

const create = (name: string): Promise<string> => outcome({ method: 'PUT', path: `/${name}` })
const put = (path: string, body = 'x'): Promise<string> => outcome({ method: 'PUT', path, body })
const md5 = (body: string): string => createHash('md5').update(body).digest('base64')
/** A document, with the hash that SDKs of this API send with it. */
const document = (body: string) => ({ body, headers: { 'content-md5': md5(body) } })

/** As Qencode's documentation lists them, under AWS's names. */
const documented = (
  'AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket CreateMultipartUpload DeleteBucket DeleteBucketCors ' +
  'DeleteBucketEncryption DeleteObject DeleteObjects GetBucketAcl GetBucketCors GetBucketEncryption GetBucketLocation GetBucketVersioning ' +
  'GetObject GetObjectAcl GetObjectLegalHold GetObjectLockConfiguration GetObjectRetention HeadBucket HeadObject ListBuckets ' +
  'ListMultipartUploads ListObjectVersions ListObjects ListObjectsV2 ListParts PutBucketAcl PutBucketCors PutBucketEncryption PutObject ' +
  'PutObjectAcl PutObjectLegalHold PutObjectLockConfiguration PutObjectRetention UploadPart UploadPartCopy'
)
  .split(' ')
  .sort()

test('Q-AU-1: Version 4 signs, Version 2 does not, but in the URLs to read that s3cmd makes', { skip }, async () => {
  assert.equal(await create('signed-bucket'), '200')
  const path = '/signed-bucket/key'
  assert.equal(await put(path, 'signed'), '200')
  const rows: [method: string, sign: 'header4' | 'query4' | 'header2' | 'query2', expected: string][] = [
    ['GET', 'header4', '200'],
    ['GET', 'query4', '200'],
    ['PUT', 'query4', '200'],
    ['GET', 'header2', '400 InvalidRequest'],
    ['PUT', 'header2', '400 InvalidRequest'],
    ['PUT', 'query2', '400 InvalidRequest'],
    ['DELETE', 'query2', '400 InvalidRequest'],
    ['GET', 'query2', '200'],
    ['HEAD', 'query2', '200'],
  ]
  for (const [method, sign, expected] of rows)
    assert.equal(await outcome({ method, path, sign }), expected, `${method} ${sign}`)
})

test('Q-OP: each of the 38 documented operations is served', { skip }, async () => {
  const upload = { id: '', etag: '' }
  const bucket = '/operations'
  const key = `${bucket}/key`
  const part = (): string => `partNumber=1&uploadId=${upload.id}`
  const hold = '<LegalHold><Status>OFF</Status></LegalHold>'
  const until = new Date(Date.now() + 60_000).toISOString()
  const retention = `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`
  const lock = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
  const rule = '<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>'
  const cors = `<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`
  const algorithm = '<SSEAlgorithm>AES256</SSEAlgorithm>'
  const byDefault = `<ApplyServerSideEncryptionByDefault>${algorithm}</ApplyServerSideEncryptionByDefault>`
  const encryption = `<ServerSideEncryptionConfiguration><Rule>${byDefault}</Rule></ServerSideEncryptionConfiguration>`
  const copied = { 'x-amz-copy-source': key }
  const complete = (): string =>
    `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${upload.etag}</ETag></Part></CompleteMultipartUpload>`
  const started = { method: 'POST', path: `${bucket}/parts`, query: 'uploads' }
  const rows: [operation: string, request: () => RawRequest, status?: number][] = [
    ['CreateBucket', () => ({ method: 'PUT', path: bucket, headers: { 'x-amz-bucket-object-lock-enabled': 'true' } })],
    ['HeadBucket', () => ({ method: 'HEAD', path: bucket })],
    ['ListBuckets', () => ({ path: '/' })],
    ['GetBucketLocation', () => ({ path: bucket, query: 'location' })],
    ['GetBucketVersioning', () => ({ path: bucket, query: 'versioning' })],
    ['PutBucketAcl', () => ({ method: 'PUT', path: bucket, query: 'acl', headers: { 'x-amz-acl': 'private' } })],
    ['GetBucketAcl', () => ({ path: bucket, query: 'acl' })],
    ['PutBucketCors', () => ({ method: 'PUT', path: bucket, query: 'cors', ...document(cors) })],
    ['GetBucketCors', () => ({ path: bucket, query: 'cors' })],
    ['DeleteBucketCors', () => ({ method: 'DELETE', path: bucket, query: 'cors' }), 204],
    ['PutBucketEncryption', () => ({ method: 'PUT', path: bucket, query: 'encryption', ...document(encryption) })],
    ['GetBucketEncryption', () => ({ path: bucket, query: 'encryption' })],
    ['DeleteBucketEncryption', () => ({ method: 'DELETE', path: bucket, query: 'encryption' }), 204],
    ['PutObjectLockConfiguration', () => ({ method: 'PUT', path: bucket, query: 'object-lock', ...document(lock) })],
    ['GetObjectLockConfiguration', () => ({ path: bucket, query: 'object-lock' })],
    ['PutObject', () => ({ method: 'PUT', path: key, body: 'body', headers: { 'content-md5': md5('body') } })],
    ['HeadObject', () => ({ method: 'HEAD', path: key })],
    ['GetObject', () => ({ path: key })],
    ['CopyObject', () => ({ method: 'PUT', path: `${bucket}/copy`, headers: copied })],
    ['PutObjectAcl', () => ({ method: 'PUT', path: key, query: 'acl', headers: { 'x-amz-acl': 'private' } })],
    ['GetObjectAcl', () => ({ path: key, query: 'acl' })],
    ['PutObjectLegalHold', () => ({ method: 'PUT', path: key, query: 'legal-hold', ...document(hold) })],
    ['GetObjectLegalHold', () => ({ path: key, query: 'legal-hold' })],
    ['PutObjectRetention', () => ({ method: 'PUT', path: key, query: 'retention', ...document(retention) })],
    ['GetObjectRetention', () => ({ path: key, query: 'retention' })],
    ['ListObjects', () => ({ path: bucket })],
    ['ListObjectsV2', () => ({ path: bucket, query: 'list-type=2' })],
    ['ListObjectVersions', () => ({ path: bucket, query: 'versions' })],
    ['CreateMultipartUpload', () => started],
    ['ListMultipartUploads', () => ({ path: bucket, query: 'uploads' })],
    ['UploadPart', () => ({ method: 'PUT', path: `${bucket}/parts`, query: part(), body: 'part' })],
    ['UploadPartCopy', () => ({ method: 'PUT', path: `${bucket}/parts`, query: part(), headers: copied })],
    ['ListParts', () => ({ path: `${bucket}/parts`, query: `uploadId=${upload.id}` })],
    [
      'CompleteMultipartUpload',
      () => ({ method: 'POST', path: `${bucket}/parts`, query: `uploadId=${upload.id}`, body: complete() }),
    ],
    ['CreateMultipartUpload', () => started],
    [
      'AbortMultipartUpload',
      () => ({ method: 'DELETE', path: `${bucket}/parts`, query: `uploadId=${upload.id}` }),
      204,
    ],
    ['DeleteObject', () => ({ method: 'DELETE', path: `${bucket}/copy` }), 204],
    [
      'DeleteObjects',
      () => ({
        method: 'POST',
        path: bucket,
        query: 'delete',
        ...document('<Delete><Object><Key>parts</Key></Object></Delete>'),
      }),
    ],
    ['CreateBucket', () => ({ method: 'PUT', path: '/operations-empty' })],
    ['DeleteBucket', () => ({ method: 'DELETE', path: '/operations-empty' }), 204],
  ]
  for (const [operation, request, expected = 200] of rows) {
    const { status, text } = await ask(request())
    assert.equal(status, expected, `${operation}: ${text}`)
    if (operation === 'CreateMultipartUpload') upload.id = element(text, 'UploadId')
    if (operation === 'UploadPartCopy') upload.etag = element(text, 'ETag')
  }
  assert.deepEqual([...new Set(rows.map(([operation]) => operation))].sort(), documented)
})

test('Q-OP: object lock makes versions, which nothing else switches on', { skip }, async () => {
  const shown = async (path: string): Promise<string> =>
    element((await ask({ path, query: 'versioning' })).text, 'Status')
  assert.equal(await create('without-versions'), '200')
  assert.equal(await shown('/without-versions'), '')
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  const switched = { method: 'PUT', path: '/without-versions', query: 'versioning', ...document(body) }
  assert.equal(await outcome(switched), '501 NotImplemented')
  const headers = { 'x-amz-bucket-object-lock-enabled': 'true' }
  assert.equal(await outcome({ method: 'PUT', path: '/with-versions', headers }), '200')
  assert.equal(await shown('/with-versions'), 'Enabled')
})

test('Q-NO: what is not supported is answered 501', { skip }, async () => {
  assert.equal(await create('unsupported'), '200')
  assert.equal(await put('/unsupported/key'), '200')
  const [bucket, key] = ['/unsupported', '/unsupported/key']
  const ownership =
    '<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>'
  const tagged = { method: 'PUT', path: '/unsupported/tagged', headers: { 'x-amz-tagging': 'a=b' }, body: 'x' }
  const tags = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
  const action = '<Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration>'
  const policy = { Version: '2012-10-17', Statement: [] }
  const configurations: [what: string, path: string, query: string, body: string][] = [
    ['object tagging', key, 'tagging', tags],
    ['bucket tagging', bucket, 'tagging', tags],
    ['website', bucket, 'website', '<WebsiteConfiguration/>'],
    ['lifecycle', bucket, 'lifecycle', `<LifecycleConfiguration><Rule>${action}</Rule></LifecycleConfiguration>`],
    ['policy', bucket, 'policy', JSON.stringify(policy)],
    ['public access block', bucket, 'publicAccessBlock', '<PublicAccessBlockConfiguration/>'],
    ['ownership controls', bucket, 'ownershipControls', ownership],
    ['replication', bucket, 'replication', '<ReplicationConfiguration/>'],
    ['logging', bucket, 'logging', '<BucketLoggingStatus/>'],
    ['notification', bucket, 'notification', '<NotificationConfiguration/>'],
    ['request payment', bucket, 'requestPayment', '<RequestPaymentConfiguration/>'],
    ['acceleration', bucket, 'accelerate', '<AccelerateConfiguration/>'],
  ]
  const rows: [what: string, request: RawRequest][] = [
    ...configurations.flatMap(([what, path, query, body]): [string, RawRequest][] => [
      [what, { path, query }],
      [what, { method: 'PUT', path, query, ...document(body) }],
    ]),
    ...configurations
      .slice(0, 8)
      .map(([what, path, query]): [string, RawRequest] => [what, { method: 'DELETE', path, query }]),
    ['tags of an upload', tagged],
    ['attributes', { path: key, query: 'attributes', headers: { 'x-amz-object-attributes': 'ETag' } }],
    ['torrent', { path: key, query: 'torrent' }],
    ['restore', { method: 'POST', path: key, query: 'restore' }],
    ['select', { method: 'POST', path: key, query: 'select&select-type=2' }],
    ['append', { method: 'PUT', path: key, query: 'append', body: 'more' }],
    ['compose', { method: 'PUT', path: key, query: 'compose', body: '{"sources":[{"key":"key"}]}' }],
    ['soft delete', { path: bucket, query: 'softDelete' }],
  ]
  for (const [what, request] of rows)
    assert.equal(await outcome(request), '501 NotImplemented', `${request.method ?? 'GET'} ${what}`)
  const forced = { method: 'DELETE', path: bucket, query: 'force_delete=true' }
  assert.equal(await outcome(forced), '501 NotImplemented')
  assert.equal((await ask({ path: key })).text, 'x')
  assert.equal(await outcome({ path: '/unsupported/tagged' }), '404 NoSuchKey')
})

test('Q-NO: an upload by a form is answered 501', { skip }, async () => {
  await create('formless')
  const { server } = qencode
  const fields = signForm(server, { key: 'posted' }, { conditions: [{ bucket: 'formless' }, { key: 'posted' }] })
  assert.equal(await outcome(postForm('formless', fields, 'x')), '501 NotImplemented')
  assert.equal(await outcome({ path: '/formless/posted' }), '404 NoSuchKey')
})

test('Q-NO: roles are not assumed', { skip }, async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = 'Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx&RoleSessionName=x'
  for (const service of ['sts', 's3']) {
    const { status } = await ask({ method: 'POST', path: '/', headers, body, service })
    assert.ok(status >= 400 && status < 600, `${service}: ${status}`)
  }
})

test('Q-NO: a request with a checksum is answered 400, in the words that clients know', { skip }, async () => {
  assert.equal(await create('checksums'), '200')
  assert.equal(await put('/checksums/key'), '200')
  const headers: Record<string, string> = {
    'x-amz-checksum-crc32': 'AAAAAA==',
    'x-amz-checksum-crc32c': 'AAAAAA==',
    'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=',
    'x-amz-checksum-sha1': '2jmj7l5rSw0yVb/vlWAYkK/YBwk=',
    'x-amz-checksum-sha256': '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    'x-amz-checksum-algorithm': 'CRC32',
    'x-amz-sdk-checksum-algorithm': 'CRC32',
    'x-amz-checksum-mode': 'ENABLED',
  }
  for (const [name, value] of Object.entries(headers)) {
    for (const request of [
      { method: 'PUT', path: '/checksums/new', body: '' },
      { method: 'GET', path: '/checksums/key' },
    ]) {
      const answer = await ask({ ...request, headers: { [name]: value } })
      assert.equal(outcomeOf(answer), '400 InvalidArgument', `${request.method} ${name}`)
      assert.equal(answer.headers['content-type'], 'application/xml')
      const message = `Unsupported header '${name}' received for this API call.`
      assert.match(answer.text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<Error><Code>InvalidArgument<\/Code>/)
      assert.ok(answer.text.includes(`<Error><Code>InvalidArgument</Code><Message>${message}</Message>`), answer.text)
    }
  }
  const trailer = { 'x-amz-trailer': 'x-amz-checksum-crc32' }
  assert.equal(
    await outcome({ method: 'PUT', path: '/checksums/new', body: '', headers: trailer }),
    '400 InvalidArgument',
  )
  assert.equal(await outcome({ path: '/checksums/new' }), '404 NoSuchKey')
})
