import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError } from '../base/errors.ts'
import { Query } from '../http/query.ts'
import * as model from './model.generated.ts'
import { operations } from './operations.generated.ts'
import { createRouter } from './router.ts'
import type { Shape } from './shape.ts'

const shapes = Object.values<unknown>(model).filter(
  (value): value is Shape => typeof value === 'object' && value !== null && 'method' in value,
)
const route = createRouter(operations)

const served = new Set(shapes.map(({ name }) => name))

/** What `METHOD /bucket/key?query`, with `| header` after it, comes to: an operation's name, or the code and what of S3 it names. */
function outcomeOf(text: string): string {
  const [line = '', ...headerLines] = text.split(' | ')
  const [method = '', target = ''] = line.split(' ')
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? []
  const headers: Record<string, string> = {}
  for (const [name = '', value = ''] of headerLines.map((header) => header.split(': '))) headers[name] = value
  try {
    return route({
      method,
      bucket: bucket === '' ? undefined : bucket,
      key: key === '' ? undefined : key,
      query: Query.parse(query),
      headers,
    }).shape.name
  } catch (error) {
    assert.ok(error instanceof ApiError)
    const named = /^(?:The sub-resource )?(\S+) is not implemented\.$/.exec(error.message)?.[1]
    return named === undefined ? error.code : `501 ${named}`
  }
}

const table = `
GET / => ListBuckets
GET /?x-id=ListBuckets => ListBuckets
GET /?max-buckets=10&prefix=a&continuation-token=t&bucket-region=r => ListBuckets
GET /?x-id=ListDirectoryBuckets => 501 ListDirectoryBuckets
GET /?location => 501 location
GET /?acl => 501 acl
PUT / => MethodNotAllowed
POST / => MethodNotAllowed
DELETE / => MethodNotAllowed
HEAD / => MethodNotAllowed
PATCH / => MethodNotAllowed
OPTIONS / => MethodNotAllowed

GET /b => ListObjects
GET /b/ => ListObjects
GET /b?prefix=p&delimiter=/&marker=m&max-keys=5&encoding-type=url => ListObjects
GET /b?list-type=2 => ListObjectsV2
GET /b/?list-type=2&prefix=p&delimiter=%2F&start-after=s&fetch-owner=true => ListObjectsV2
GET /b?prefix=p&list-type=2&continuation-token=t => ListObjectsV2
GET /b?list-type=1 => InvalidArgument
GET /b?list-type => InvalidArgument
GET /b?versions => ListObjectVersions
GET /b?versions&list-type=2 => InvalidArgument
GET /b?versions=&prefix=p&key-marker=k&version-id-marker=v => ListObjectVersions
GET /b?uploads => ListMultipartUploads
GET /b?uploads=&prefix=p&max-uploads=2&key-marker=k&upload-id-marker=u => ListMultipartUploads
GET /b?location => GetBucketLocation
GET /b?location= => GetBucketLocation
GET /b/?location&prefix=x => GetBucketLocation
GET /b?abac => 501 GetBucketAbac
GET /b?accelerate => 501 GetBucketAccelerateConfiguration
GET /b?acl => GetBucketAcl
GET /b?acl= => GetBucketAcl
GET /b?acl&prefix=x => GetBucketAcl
GET /b?analytics => 501 ListBucketAnalyticsConfigurations
GET /b?analytics&x-id=ListBucketAnalyticsConfigurations => 501 ListBucketAnalyticsConfigurations
GET /b?analytics&id=1 => 501 GetBucketAnalyticsConfiguration
GET /b?cors => GetBucketCors
GET /b?encryption => GetBucketEncryption
GET /b?intelligent-tiering => 501 ListBucketIntelligentTieringConfigurations
GET /b?id=1&intelligent-tiering => 501 GetBucketIntelligentTieringConfiguration
GET /b?inventory => 501 ListBucketInventoryConfigurations
GET /b?inventory&id=1 => 501 GetBucketInventoryConfiguration
GET /b?lifecycle => GetBucketLifecycleConfiguration
GET /b?logging => 501 GetBucketLogging
GET /b?metadataConfiguration => 501 GetBucketMetadataConfiguration
GET /b?metadataTable => 501 GetBucketMetadataTableConfiguration
GET /b?metrics => 501 ListBucketMetricsConfigurations
GET /b?metrics&id=1 => 501 GetBucketMetricsConfiguration
GET /b?notification => 501 GetBucketNotificationConfiguration
GET /b?object-lock => GetObjectLockConfiguration
GET /b?ownershipControls => GetBucketOwnershipControls
GET /b?policy => GetBucketPolicy
GET /b?policyStatus => GetBucketPolicyStatus
GET /b?publicAccessBlock => GetPublicAccessBlock
GET /b?replication => 501 GetBucketReplication
GET /b?requestPayment => GetBucketRequestPayment
GET /b?session => 501 CreateSession
GET /b?tagging => GetBucketTagging
GET /b?versioning => GetBucketVersioning
GET /b?website => 501 GetBucketWebsite
GET /b?events=s3:ObjectCreated:* => 501 events
GET /b?usage => 501 usage
GET /b?torrent => 501 torrent
GET /b?delete => 501 delete
GET /b?uploadId=u => 501 uploadId
GET /b?versionId=v => InvalidArgument
GET /b?id=1 => ListObjects
GET /b?unknown=1&_=123 => ListObjects
GET /b?X-Amz-Algorithm=A&X-Amz-Signature=S => ListObjects
HEAD /b => HeadBucket
HEAD /b/ => HeadBucket
HEAD /b?acl => 501 acl
PUT /b => CreateBucket
PUT /b/ => CreateBucket
PUT /b?x-id=CreateBucket => CreateBucket
PUT /b?abac => 501 PutBucketAbac
PUT /b?accelerate => 501 PutBucketAccelerateConfiguration
PUT /b?acl => PutBucketAcl
PUT /b?analytics&id=1 => 501 PutBucketAnalyticsConfiguration
PUT /b?analytics => 501 analytics
PUT /b?cors => PutBucketCors
PUT /b?encryption => PutBucketEncryption
PUT /b?intelligent-tiering&id=1 => 501 PutBucketIntelligentTieringConfiguration
PUT /b?inventory&id=1 => 501 PutBucketInventoryConfiguration
PUT /b?lifecycle => PutBucketLifecycleConfiguration
PUT /b?logging => 501 PutBucketLogging
PUT /b?metadataInventoryTable => 501 UpdateBucketMetadataInventoryTableConfiguration
PUT /b?metadataJournalTable => 501 UpdateBucketMetadataJournalTableConfiguration
PUT /b?metadataAnnotationTable => 501 UpdateBucketMetadataAnnotationTableConfiguration
PUT /b?metrics&id=1 => 501 PutBucketMetricsConfiguration
PUT /b?notification => 501 PutBucketNotificationConfiguration
PUT /b?object-lock => PutObjectLockConfiguration
PUT /b?ownershipControls => PutBucketOwnershipControls
PUT /b?policy => PutBucketPolicy
PUT /b?publicAccessBlock => PutPublicAccessBlock
PUT /b?replication => 501 PutBucketReplication
PUT /b?requestPayment => 501 PutBucketRequestPayment
PUT /b?tagging => PutBucketTagging
PUT /b?versioning => PutBucketVersioning
PUT /b?website => 501 PutBucketWebsite
PUT /b?compliance => 501 compliance
PUT /b?quota => 501 quota
PUT /b?uploads => 501 uploads
PUT /b?versionId=v => InvalidArgument
DELETE /b => DeleteBucket
DELETE /b/ => DeleteBucket
DELETE /b?force_delete=true => ForceDeleteBucket
DELETE /b?force_delete=false => 501 force_delete
DELETE /b?force_delete => 501 force_delete
DELETE /b?softDelete => DeleteBucketSoftDelete
PUT /b?softDelete => PutBucketSoftDelete
GET /b?softDelete => GetBucketSoftDelete
GET /b?deleted&prefix=p => ListDeletedObjects
DELETE /b?analytics&id=1 => 501 DeleteBucketAnalyticsConfiguration
DELETE /b?cors => DeleteBucketCors
DELETE /b?encryption => DeleteBucketEncryption
DELETE /b?intelligent-tiering&id=1 => 501 DeleteBucketIntelligentTieringConfiguration
DELETE /b?inventory&id=1 => 501 DeleteBucketInventoryConfiguration
DELETE /b?inventory => 501 inventory
DELETE /b?lifecycle => DeleteBucketLifecycle
DELETE /b?metadataConfiguration => 501 DeleteBucketMetadataConfiguration
DELETE /b?metadataTable => 501 DeleteBucketMetadataTableConfiguration
DELETE /b?metrics&id=1 => 501 DeleteBucketMetricsConfiguration
DELETE /b?ownershipControls => DeleteBucketOwnershipControls
DELETE /b?policy => DeleteBucketPolicy
DELETE /b?publicAccessBlock => DeletePublicAccessBlock
DELETE /b?replication => 501 DeleteBucketReplication
DELETE /b?tagging => DeleteBucketTagging
DELETE /b?website => 501 DeleteBucketWebsite
DELETE /b?acl => 501 acl
DELETE /b?logging => 501 logging
DELETE /b?uploads => 501 uploads
POST /b?delete => DeleteObjects
POST /b/?delete= => DeleteObjects
POST /b/?delete=&x-id=DeleteObjects => DeleteObjects
POST /b?metadataConfiguration => 501 CreateBucketMetadataConfiguration
POST /b?metadataTable => 501 CreateBucketMetadataTableConfiguration
POST /b?uploads => 501 uploads
POST /b => PreconditionFailed
POST /b | content-type: application/xml => PreconditionFailed
POST /b | content-type: multipart/form-data; boundary=x => 501 PostObject
POST /b/ | content-type: Multipart/Form-Data; boundary=x => 501 PostObject
POST /WriteGetObjectResponse | x-amz-request-route: r | x-amz-request-token: t => 501 WriteGetObjectResponse
MOVE /b => 501 MoveBucket
PATCH /b => MethodNotAllowed
OPTIONS /b => MethodNotAllowed

GET /b/k => GetObject
GET /b/a/b/c.txt => GetObject
GET /b/k?x-id=GetObject => GetObject
GET /b/k?versionId=v => GetObject
GET /b/k?partNumber=1 => GetObject
GET /b/k?response-content-type=text/plain&response-expires=0 => GetObject
GET /b/k?t=1 => GetObject
GET /b/k?list-type=2 => InvalidArgument
GET /b/k?prefix=p&delimiter=/ => GetObject
GET /b/k?uploadId=u => ListParts
GET /b/k?uploadId=u&max-parts=5&part-number-marker=3 => ListParts
GET /b/k?x-id=ListParts&uploadId=u => ListParts
GET /b/k?uploadId=u&partNumber=1 => 501 partNumber
GET /b/k?uploads => 501 uploads
GET /b/k?attributes => GetObjectAttributes
GET /b/k?attributes&versionId=v => GetObjectAttributes
GET /b/k?attributes | x-amz-object-attributes: ETag => GetObjectAttributes
GET /b/k?acl => GetObjectAcl
GET /b/k?acl&versionId=v => GetObjectAcl
GET /b/k?versionId=v&acl => GetObjectAcl
GET /b/k?annotation&annotationName=n => 501 GetObjectAnnotation
GET /b/k?annotation => 501 ListObjectAnnotations
GET /b/k?annotation&annotation-prefix=a => 501 ListObjectAnnotations
GET /b/k?legal-hold => GetObjectLegalHold
GET /b/k?retention => GetObjectRetention
GET /b/k?tagging => GetObjectTagging
GET /b/k?tagging&versionId=v => GetObjectTagging
GET /b/k?torrent => GetObjectTorrent
GET /b/k?select&select-type=2 => 501 select
GET /b/k?location => 501 location
HEAD /b/k => HeadObject
HEAD /b/k?versionId=v => HeadObject
HEAD /b/k?partNumber=2 => HeadObject
HEAD /b/k?acl => 501 acl
HEAD /b/k?attributes => 501 attributes
PUT /b/k => PutObject
PUT /b/k?x-id=PutObject => PutObject
PUT /b/k?X-Amz-Signature=s&x-amz-checksum-crc32=AAAAAA== => PutObject
PUT /b/k | x-amz-copy-source: /s/k => CopyObject
PUT /b/k?x-id=CopyObject | x-amz-copy-source: /s/k => CopyObject
PUT /b/k?partNumber=1&uploadId=u => UploadPart
PUT /b/k?uploadId=u&partNumber=1&x-id=UploadPart => UploadPart
PUT /b/k?uploadId=u => UploadPart
PUT /b/k?partNumber=1 => UploadPart
PUT /b/k?partNumber=1&uploadId=u | x-amz-copy-source: /s/k => UploadPartCopy
PUT /b/k?uploadId=u | x-amz-copy-source: /s/k => UploadPartCopy
PUT /b/k?acl => PutObjectAcl
PUT /b/k?acl= => PutObjectAcl
PUT /b/k?acl&versionId=v => PutObjectAcl
PUT /b/k?acl | x-amz-copy-source: /s/k => PutObjectAcl
PUT /b/k?annotation&annotationName=n => 501 PutObjectAnnotation
PUT /b/k?annotation => 501 annotation
PUT /b/k?encryption => 501 UpdateObjectEncryption
PUT /b/k?legal-hold => PutObjectLegalHold
PUT /b/k?renameObject | x-amz-rename-source: s => RenameObject
PUT /b/k?renameObject => RenameObject
PUT /b/k?retention => PutObjectRetention
PUT /b/k?tagging => PutObjectTagging
PUT /b/k?versionId=v => InvalidArgument
PUT /b/k?versionId=v | x-amz-copy-source: /s/k => InvalidArgument
PUT /b/k?x-amz-copy-source=/s/k => 501 x-amz-copy-source
PUT /b/k?append => AppendObject
PUT /b/k?append&position=0 => AppendObject
PUT /b/k?append | x-amz-copy-source: /s/k => AppendObject
PUT /b/k?position=0 => 501 position
PUT /b/k?append&versionId=v => InvalidArgument
PUT /b/k?append&compose => 501 compose
PUT /b/k?compose => ComposeObject
PUT /b/k?uploads => 501 uploads
PUT /b/k?cors => 501 cors
PUT /b/k?restore => 501 restore
PUT /b/k?website => 501 website
PUT /b/k?requestPayment => 501 requestPayment
PUT /b/k?torrent => 501 torrent
DELETE /b/k => DeleteObject
DELETE /b/k?x-id=DeleteObject => DeleteObject
DELETE /b/k?versionId=v => DeleteObject
DELETE /b/k?uploadId=u => AbortMultipartUpload
DELETE /b/k?uploadId=u&x-id=AbortMultipartUpload => AbortMultipartUpload
DELETE /b/k?uploadId= => AbortMultipartUpload
DELETE /b/k?partNumber=1 => 501 partNumber
DELETE /b/k?annotation&annotationName=n => 501 DeleteObjectAnnotation
DELETE /b/k?annotation => 501 annotation
DELETE /b/k?tagging => DeleteObjectTagging
DELETE /b/k?tagging&versionId=v => DeleteObjectTagging
DELETE /b/k?acl => 501 acl
DELETE /b/k?legal-hold => 501 legal-hold
DELETE /b/k?retention => 501 retention
POST /b/k?uploads => CreateMultipartUpload
POST /b/k?uploads= => CreateMultipartUpload
POST /b/k?uploads&x-id=CreateMultipartUpload => CreateMultipartUpload
POST /b/k?uploadId=u => CompleteMultipartUpload
POST /b/k?uploads&uploadId=u => 501 uploadId
POST /b/k?restore => 501 RestoreObject
POST /b/k?restore&versionId=v => 501 RestoreObject
POST /b/k?select&select-type=2 => 501 SelectObjectContent
POST /b/k?select => 501 select
POST /b/k?append&position=1 => AppendObject
POST /b/k?undelete => UndeleteObject
POST /b/k?undelete&deletedId=5 => UndeleteObject
DELETE /b/k?deleted&deletedId=5 => PurgeDeletedObject
DELETE /b/k?deleted => 501 deleted
DELETE /b/k?deletedId=5 => 501 deletedId
POST /b/k?compose => 501 compose
POST /b/k?delete => 501 delete
POST /b/k => MethodNotAllowed
POST /b/k | content-type: multipart/form-data; boundary=x => MethodNotAllowed
MOVE /b/k => MoveObject
PATCH /b/k => MethodNotAllowed
OPTIONS /b/k => MethodNotAllowed
`
const rows = table.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' => ') as [string, string]]))

for (const [request, expected] of rows) {
  // Rows for what is not served become true by serving it.
  test(`${request} is ${expected}`, () => assert.equal(outcomeOf(request), expected))
}

test('every operation of S3 has a row', () => {
  const said = new Set(rows.map(([, expected]) => expected.replace('501 ', '')))
  const names = [...shapes, ...model.unserved].map(({ name }) => name)
  assert.equal(names.length, 112)
  assert.deepEqual(
    names.filter((name) => !said.has(name)),
    [],
  )
})

test('a method that is not allowed is told those that are', () => {
  const request = { method: 'PATCH', bucket: 'b', key: 'k', query: Query.empty, headers: {} }
  assert.throws(() => route(request), {
    code: 'MethodNotAllowed',
    headers: { Allow: 'DELETE, PUT, POST, GET, HEAD, MOVE' },
  })
})

test('the order of the query makes no difference, and neither do parameters that S3 does not know', () => {
  const requests = rows.map(([request]) => request).filter((request) => request.includes('?'))
  fc.assert(
    fc.property(fc.constantFrom(...requests), fc.nat(), fc.boolean(), (request, turn, extra) => {
      const [line = '', ...headers] = request.split(' | ')
      const [path, query = ''] = line.split('?')
      const parameters = [...query.split('&'), ...(extra ? ['utm_source=x'] : [])]
      const by = turn % parameters.length
      const turned = [...parameters.slice(by), ...parameters.slice(0, by)].join('&')
      const outcome = outcomeOf([`${path}?${turned}`, ...headers].join(' | '))
      const before = outcomeOf(request)
      if (served.has(before)) assert.equal(outcome, before)
      // Of several faults the first is told.
      else assert.ok(!served.has(outcome), outcome)
    }),
  )
})
