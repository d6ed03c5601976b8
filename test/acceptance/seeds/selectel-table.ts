/**
 * Selectel's table of compatibility, row by row: requests, to be sent in this order, and how each is to end. The marks of the table are not known to us;
 * here, each row works or is refused by name. There is a bucket `table`, with object lock, and an object `key` in it.
 */
import type { RawRequest } from '../../harness/request.ts'

type Asked = readonly (readonly [request: RawRequest, expected: string])[]

const [bucket, key] = ['/table', '/table/key']
const none = '501 NotImplemented'
const later = '2099-01-01T00:00:00Z'

const tags = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
const resources = ['arn:aws:s3:::table', 'arn:aws:s3:::table/*']
const statement = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: resources }
const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
const rule = '<ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>3650</Days></Expiration>'
const algorithm = '<SSEAlgorithm>AES256</SSEAlgorithm>'
const byDefault = `<ApplyServerSideEncryptionByDefault>${algorithm}</ApplyServerSideEncryptionByDefault>`
const cors = '<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>'
const block = '<BlockPublicAcls>true</BlockPublicAcls>'

const configuration = (query: string, body: string, status = '200', path = bucket): Asked => [
  [{ method: 'PUT', path, query, body }, status],
  [{ path, query }, '200'],
]
const refused = (query: string, body: string): Asked => [
  [{ path: bucket, query }, none],
  [{ method: 'PUT', path: bucket, query, body }, none],
]

export const compatibility: readonly [row: string, requests: Asked][] = [
  [
    'Bucket CRUD',
    [
      [{ method: 'PUT', path: '/table-two' }, '200'],
      [{ method: 'PUT', path: '/table-owned' }, '200'],
      [{ path: '/' }, '200'],
      [{ method: 'DELETE', path: '/table-two' }, '204'],
    ],
  ],
  [
    'Bucket Acl',
    [
      [{ path: bucket, query: 'acl' }, '200'],
      [{ method: 'PUT', path: bucket, query: 'acl', headers: { 'x-amz-acl': 'private' } }, none],
    ],
  ],
  ['Bucket CORS', configuration('cors', `<CORSConfiguration><CORSRule>${cors}</CORSRule></CORSConfiguration>`)],
  [
    'Bucket Encryption',
    configuration(
      'encryption',
      `<ServerSideEncryptionConfiguration><Rule>${byDefault}</Rule></ServerSideEncryptionConfiguration>`,
    ),
  ],
  [
    'Bucket Lifecycle',
    configuration('lifecycle', `<LifecycleConfiguration><Rule>${rule}</Rule></LifecycleConfiguration>`),
  ],
  ['Bucket Location', [[{ path: bucket, query: 'location' }, '200']]],
  ['Bucket Logging', refused('logging', '<BucketLoggingStatus/>')],
  ['Bucket Metrics Configuration', refused('metrics&id=m', '<MetricsConfiguration><Id>m</Id></MetricsConfiguration>')],
  ['Bucket Notification', refused('notification', '<NotificationConfiguration/>')],
  [
    'Bucket Ownership Controls',
    configuration(
      'ownershipControls',
      '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>',
      '200',
      '/table-owned',
    ),
  ],
  ['Bucket Policy', configuration('policy', policy, '204')],
  ['Bucket Replication', refused('replication', '<ReplicationConfiguration/>')],
  [
    'Bucket Request Payment',
    [
      [{ path: bucket, query: 'requestPayment' }, '200'],
      [
        {
          method: 'PUT',
          path: bucket,
          query: 'requestPayment',
          body: '<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>',
        },
        none,
      ],
    ],
  ],
  ['Bucket Tagging', configuration('tagging', tags, '204')],
  [
    'Bucket Versioning',
    configuration('versioning', '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
  ],
  ['Bucket Website', refused('website', '<WebsiteConfiguration/>')],
  [
    'Conditional Writes',
    [
      [{ method: 'PUT', path: key, headers: { 'if-none-match': '*' }, body: 'x' }, '412 PreconditionFailed'],
      [{ method: 'PUT', path: '/table/once', headers: { 'if-none-match': '*' }, body: 'x' }, '200'],
    ],
  ],
  [
    'Object CRUD',
    [
      [{ method: 'PUT', path: '/table/crud', body: 'x' }, '200'],
      [{ path: '/table/crud' }, '200'],
      [{ method: 'HEAD', path: '/table/crud' }, '200'],
      [{ method: 'DELETE', path: '/table/crud' }, '204'],
    ],
  ],
  ['Object Copy', [[{ method: 'PUT', path: '/table/copy', headers: { 'x-amz-copy-source': key } }, '200']]],
  [
    'Object Acl',
    [
      [{ path: key, query: 'acl' }, '200'],
      [{ method: 'PUT', path: key, query: 'acl', headers: { 'x-amz-acl': 'public-read' } }, none],
    ],
  ],
  [
    'Object Content',
    [[{ method: 'POST', path: key, query: 'select&select-type=2', body: '<SelectObjectContentRequest/>' }, none]],
  ],
  [
    'Object Lock Configuration',
    configuration(
      'object-lock',
      '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>',
    ),
  ],
  ['Object Response', [[{ path: key, query: 'response-content-type=text%2Fx-other' }, '200']]],
  [
    'Object Retention',
    configuration(
      'retention',
      `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${later}</RetainUntilDate></Retention>`,
      '200',
      key,
    ),
  ],
  ['Object Tagging', configuration('tagging', tags, '200', key)],
  ['Object Torrent', [[{ path: key, query: 'torrent' }, '404 NoSuchKey']]],
  ['Object Versions', [[{ path: bucket, query: 'versions' }, '200']]],
  [
    'Multipart Upload',
    [
      [{ method: 'POST', path: '/table/parts', query: 'uploads' }, '200'],
      [{ path: bucket, query: 'uploads' }, '200'],
    ],
  ],
  [
    'Public Access Block',
    configuration('publicAccessBlock', `<PublicAccessBlockConfiguration>${block}</PublicAccessBlockConfiguration>`),
  ],
]
