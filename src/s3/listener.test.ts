import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mock, test } from 'node:test'
import { checksumOf } from '../base/checksum/checksum.ts'
import { operations } from './operations.generated.ts'
import { accountId, begin, completeDocument, makeFront, otherAccountId, sendParts, type Send } from './test-bed.ts'

const md5 = (text: string): string => createHash('md5').update(text).digest('base64')
const deletion = '<Delete><Object><Key>k</Key></Object></Delete>'

type Request = readonly [
  operation: string,
  line: string,
  headers?: Record<string, string> | undefined,
  body?: string | undefined,
  /** What the owner is answered, where it is not a success. */
  outcome?: string | undefined,
]

const acl = '<AccessControlPolicy><Owner><ID>ACCOUNT</ID></Owner><AccessControlList/></AccessControlPolicy>'
const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
const cors =
  '<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>'
const defaultEncryption =
  '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>'
const lifecycle =
  '<LifecycleConfiguration><Rule><ID>a</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>'
const ownership =
  '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>'
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: accountId }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::photos/*' },
  ],
})
const retention =
  '<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2036-01-01T00:00:00Z</RetainUntilDate></Retention>'
const components = '<ComposeRequest><Component><Name>k</Name></Component></ComposeRequest>'

/** Every operation on a bucket that exists, as its owner may ask for it; UPLOAD stands for an upload's id. */
const requests: readonly Request[] = [
  ['ListObjects', 'GET /photos'],
  ['ListObjectsV2', 'GET /photos?list-type=2'],
  ['ListMultipartUploads', 'GET /photos?uploads'],
  ['HeadBucket', 'HEAD /photos'],
  ['GetBucketLocation', 'GET /photos?location'],
  ['GetObject', 'GET /photos/k'],
  ['HeadObject', 'HEAD /photos/k'],
  ['GetObjectAttributes', 'GET /photos/k?attributes', { 'x-amz-object-attributes': 'ETag' }],
  ['GetObjectTagging', 'GET /photos/k?tagging'],
  ['ListParts', 'GET /photos/k?uploadId=UPLOAD'],
  ['PutObject', 'PUT /photos/k', {}, 'new'],
  ['CopyObject', 'PUT /photos/copy', { 'x-amz-copy-source': '/photos/k' }],
  ['CreateMultipartUpload', 'POST /photos/k?uploads'],
  ['UploadPart', 'PUT /photos/k?partNumber=1&uploadId=UPLOAD', {}, 'part'],
  ['UploadPartCopy', 'PUT /photos/k?partNumber=1&uploadId=UPLOAD', { 'x-amz-copy-source': '/photos/k' }],
  ['CompleteMultipartUpload', 'POST /photos/k?uploadId=UPLOAD', {}, 'PARTS'],
  ['AbortMultipartUpload', 'DELETE /photos/k?uploadId=UPLOAD'],
  ['DeleteObject', 'DELETE /photos/k'],
  ['DeleteObjects', 'POST /photos?delete', { 'content-md5': md5(deletion) }, deletion],
  ['DeleteBucket', 'DELETE /photos'],
  ['AppendObject', 'PUT /photos/k?append', {}, 'more'],
  ['AppendObject', 'POST /photos/k?append&position=3', {}, 'more'],
  ['ComposeObject', 'PUT /photos/k?compose', {}, components],
  ['MoveObject', 'MOVE /photos/k', { destination: 'moved' }],
  ['RenameObject', 'PUT /photos/renamed?renameObject', { 'x-amz-rename-source': '/photos/k' }],
  ['UndeleteObject', 'POST /photos/k?undelete', {}, '', '404 NoSuchKey'],
  ['PurgeDeletedObject', 'DELETE /photos/k?deleted&deletedId=00', {}, '', '400 InvalidArgument'],
  ['ListDeletedObjects', 'GET /photos?deleted'],
  [
    'PutBucketSoftDelete',
    'PUT /photos?softDelete',
    {},
    '<SoftDeleteConfiguration><Days>7</Days></SoftDeleteConfiguration>',
  ],
  ['GetBucketSoftDelete', 'GET /photos?softDelete'],
  ['DeleteBucketSoftDelete', 'DELETE /photos?softDelete'],
  ['ForceDeleteBucket', 'DELETE /photos?force_delete=true'],
  ['PutBucketCors', 'PUT /photos?cors', {}, cors],
  ['GetBucketCors', 'GET /photos?cors', {}, '', '404 NoSuchCORSConfiguration'],
  ['DeleteBucketCors', 'DELETE /photos?cors'],
  ['PutBucketEncryption', 'PUT /photos?encryption', {}, defaultEncryption],
  ['GetBucketEncryption', 'GET /photos?encryption', {}, '', '404 ServerSideEncryptionConfigurationNotFoundError'],
  ['DeleteBucketEncryption', 'DELETE /photos?encryption'],
  ['PutBucketLifecycleConfiguration', 'PUT /photos?lifecycle', {}, lifecycle],
  ['GetBucketLifecycleConfiguration', 'GET /photos?lifecycle', {}, '', '404 NoSuchLifecycleConfiguration'],
  ['DeleteBucketLifecycle', 'DELETE /photos?lifecycle'],
  ['PutBucketOwnershipControls', 'PUT /photos?ownershipControls', {}, ownership],
  ['GetBucketOwnershipControls', 'GET /photos?ownershipControls'],
  ['DeleteBucketOwnershipControls', 'DELETE /photos?ownershipControls'],
  ['PutBucketPolicy', 'PUT /photos?policy', {}, policy],
  ['GetBucketPolicy', 'GET /photos?policy', {}, '', '404 NoSuchBucketPolicy'],
  ['GetBucketPolicyStatus', 'GET /photos?policyStatus', {}, '', '404 NoSuchBucketPolicy'],
  ['DeleteBucketPolicy', 'DELETE /photos?policy'],
  ['PutBucketTagging', 'PUT /photos?tagging', {}, tagging],
  ['GetBucketTagging', 'GET /photos?tagging', {}, '', '404 NoSuchTagSet'],
  ['DeleteBucketTagging', 'DELETE /photos?tagging'],
  ['PutPublicAccessBlock', 'PUT /photos?publicAccessBlock', {}, '<PublicAccessBlockConfiguration/>'],
  ['GetPublicAccessBlock', 'GET /photos?publicAccessBlock', {}, '', '404 NoSuchPublicAccessBlockConfiguration'],
  ['DeletePublicAccessBlock', 'DELETE /photos?publicAccessBlock'],
  [
    'PutBucketVersioning',
    'PUT /photos?versioning',
    {},
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  ],
  ['GetBucketVersioning', 'GET /photos?versioning'],
  ['ListObjectVersions', 'GET /photos?versions'],
  ['PutBucketAcl', 'PUT /photos?acl', {}, acl, '400 AccessControlListNotSupported'],
  ['GetBucketAcl', 'GET /photos?acl'],
  ['PutObjectAcl', 'PUT /photos/k?acl', {}, acl, '400 AccessControlListNotSupported'],
  ['GetObjectAcl', 'GET /photos/k?acl'],
  ['PutObjectTagging', 'PUT /photos/k?tagging', {}, tagging],
  ['DeleteObjectTagging', 'DELETE /photos/k?tagging'],
  [
    'PutObjectLockConfiguration',
    'PUT /photos?object-lock',
    {},
    '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>',
    '409 InvalidBucketState',
  ],
  ['GetObjectLockConfiguration', 'GET /photos?object-lock', {}, '', '404 ObjectLockConfigurationNotFoundError'],
  ['PutObjectRetention', 'PUT /photos/k?retention', {}, retention, '400 InvalidRequest'],
  ['GetObjectRetention', 'GET /photos/k?retention', {}, '', '400 InvalidRequest'],
  [
    'PutObjectLegalHold',
    'PUT /photos/k?legal-hold',
    {},
    '<LegalHold><Status>ON</Status></LegalHold>',
    '400 InvalidRequest',
  ],
  ['GetObjectLegalHold', 'GET /photos/k?legal-hold', {}, '', '400 InvalidRequest'],
  ['GetObjectTorrent', 'GET /photos/k?torrent', {}, '', '404 NoSuchKey'],
  ['GetBucketRequestPayment', 'GET /photos?requestPayment'],
]

/** AWS takes no `x-amz-expected-bucket-owner` with these. */
const takesNoOwner: ReadonlySet<string> = new Set(['RenameObject'])

/** A front with an object and an upload with a part, and what sends a request of the table to it. */
async function makeState(operation: string) {
  const front = await makeFront()
  const uploadId = await begin(front.send, 'k')
  const parts = completeDocument(await sendParts(front.send, 'k', uploadId, ['part']))
  if (operation !== 'DeleteBucket') await front.send('PUT /photos/k', { body: 'old' })
  const { records } = front.metadata
  return {
    ...front,
    changed: () => front.metadata.records !== records,
    ask: ([, line, headers = {}, body = '']: Request, more: Record<string, string>, account = accountId) =>
      front.send(line.replace('UPLOAD', uploadId), {
        headers: { ...headers, ...more },
        body: body.replace('PARTS', parts).replace('ACCOUNT', accountId),
        account,
      }),
  }
}

test('every operation on a bucket is in the table', () => {
  const served = operations
    .filter(({ shape }) => shape.level !== 'service' && shape.name !== 'CreateBucket')
    .map(({ shape }) => shape.name)
  assert.deepEqual(requests.map(([operation]) => operation).toSorted(), served.toSorted())
})

for (const request of requests) {
  const [operation, line] = request
  const isHead = line.startsWith('HEAD')
  test(`${operation} is the owner's alone, who may say whom he takes for the owner`, async () => {
    const { ask, served, changed, faults } = await makeState(operation)
    const denied = isHead ? '403' : '403 AccessDenied'
    // It says of each key that it is denied.
    const deniedToOthers = operation === 'DeleteObjects' ? '200 AccessDenied' : denied
    assert.equal((await ask(request, {}, otherAccountId)).outcome, deniedToOthers)
    const told = (): readonly unknown[] => [served.at(-1)?.operation, served.at(-1)?.accountId]
    assert.deepEqual(told(), [operation, otherAccountId])
    if (!takesNoOwner.has(operation)) {
      assert.equal((await ask(request, { 'x-amz-expected-bucket-owner': otherAccountId })).outcome, denied)
      assert.deepEqual(told(), [operation, accountId])
    }
    assert.equal(changed(), false)
    const answer = await ask(request, { 'x-amz-expected-bucket-owner': accountId })
    const [, , , , outcome] = request
    if (outcome === undefined) assert.match(answer.outcome, /^20[04]$/, answer.text)
    else assert.equal(answer.outcome, outcome, answer.text)
    assert.deepEqual(faults, [])
  })

  test(`${operation} in a bucket that is not there is 404`, async () => {
    const { ask } = await makeState(operation)
    const [, , headers, body] = request
    const answer = await ask([operation, line.replace('photos', 'nowhere'), headers, body], {})
    assert.equal(answer.outcome, isHead ? '404' : '404 NoSuchBucket')
    if (isHead) assert.equal(answer.text, '')
    else assert.equal(answer.element('BucketName'), 'nowhere')
  })
}

test('answers and errors bear the ids of request and host', async () => {
  const { send } = await makeFront()
  for (const line of ['GET /photos', 'GET /photos/none']) {
    const { headers } = await send(line)
    assert.deepEqual([headers['x-amz-request-id'], headers['x-amz-id-2']], ['0123456789ABCDEF', 'host'])
  }
  const { element } = await send('GET /photos/a%20b?versionId=null')
  assert.deepEqual(
    [element('Resource'), element('RequestId'), element('HostId')],
    ['/photos/a%20b', '0123456789ABCDEF', 'host'],
  )
})

test('a bucket is addressed by path and by host', async () => {
  const { send } = await makeFront()
  await send('PUT /k', { host: 'photos.s3.test:9000', body: 'kitten' })
  assert.equal((await send('GET /photos/k')).text, 'kitten')
  assert.equal((await send('GET /photos/k', { host: 's3.test' })).text, 'kitten')
  assert.equal((await send('GET /', { host: 'nowhere.s3.test' })).outcome, '404 NoSuchBucket')
})

const unserved = ['PUT /photos?website', 'PUT /photos?logging', 'GET /photos?inventory', 'PUT /photos/k?torrent']
for (const line of unserved) {
  test(`${line} is 501, and never another operation`, async () => {
    const { send } = await makeFront()
    assert.equal((await send(line, { body: 'x' })).outcome, '501 NotImplemented')
    assert.equal((await send('GET /photos/k')).outcome, '404 NoSuchKey')
  })
}

test('a fault is told to the server, and of it to the client nothing but InternalError', async () => {
  const { send, heads, faults } = await makeFront()
  const fault = new TypeError('of secrets')
  mock.method(heads, 'get', () => Promise.reject(fault))
  for (const line of ['GET /photos/k', 'HEAD /photos/k', 'GET /photos/k?attributes']) {
    const { status, outcome, text } = await send(line, { headers: { 'x-amz-object-attributes': 'ETag' } })
    assert.equal(line.startsWith('HEAD') ? `${status} InternalError` : outcome, '500 InternalError')
    assert.equal(faults.pop(), fault)
    assert.ok(!/secrets|TypeError/.test(text), text)
  }
})

test('what could not be committed is 503, and has not happened', async () => {
  let fails = false
  const { send } = await makeFront({ fault: () => (fails ? 'before' : undefined) })
  await send('PUT /photos/k', { body: 'a' })
  fails = true
  assert.equal((await send('PUT /photos/k', { body: 'b' })).outcome, '503 ServiceUnavailable')
  assert.equal((await send('GET /photos/k')).text, 'a')
})

test('a bucket is not found by its name in another case', async () => {
  const { send } = await makeFront()
  assert.equal((await send('GET /PHOTOS')).outcome, '404 NoSuchBucket')
  assert.equal((await send('PUT /Photos/k', { body: 'x' })).outcome, '404 NoSuchBucket')
  assert.equal((await send('GET /', { host: 'Photos.S3.Test' })).outcome, '200')
})

const location = '<CreateBucketConfiguration/>'
const documents: readonly (readonly [what: string, headers: Record<string, string>, outcome: string])[] = [
  ['its MD5', { 'content-md5': md5(location) }, '200'],
  ['its checksum', { 'x-amz-checksum-sha256': checksumOf('SHA256', Buffer.from(location)).toString('base64') }, '200'],
  ['another MD5', { 'content-md5': md5('x') }, '400 BadDigest'],
  ['another checksum', { 'x-amz-checksum-crc32': 'AAAAAA==' }, '400 BadDigest'],
  ['an MD5 that is none', { 'content-md5': 'AAAA' }, '400 InvalidDigest'],
]
for (const [what, headers, outcome] of documents) {
  test(`a document with ${what} is ${outcome}`, async () => {
    const { send } = await makeFront()
    assert.equal((await send('PUT /videos', { headers, body: location })).outcome, outcome)
    assert.equal((await send('HEAD /videos')).status, outcome === '200' ? 200 : 404)
  })
}

const crcOf = (text: string): string => checksumOf('CRC32', Buffer.from(text)).toString('base64')

async function complete(send: Send, md5Of: (body: string) => string): Promise<string> {
  const headers = { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' }
  const uploadId = await begin(send, 'k', headers)
  const body = completeDocument(await sendParts(send, 'k', uploadId, ['kitten']))
  const checks = { 'content-md5': md5Of(body), 'x-amz-checksum-crc32': crcOf('kitten') }
  return (await send(`POST /photos/k?uploadId=${uploadId}`, { headers: checks, body })).outcome
}

test("the MD5 of CompleteMultipartUpload is its document's, its checksum the object's", async () => {
  const { send } = await makeFront()
  assert.equal(await complete(send, md5), '200')
  assert.equal(await complete(send, (body) => md5(`${body} `)), '400 BadDigest')
})
