/** Requests to S3 that are refused, each with the check that fails and what is said of it. */
import type { RawRequest } from '../../harness/request.ts'
import type { World } from './world.ts'

export interface Row {
  readonly what: string
  readonly request: (world: World) => RawRequest
  readonly outcome: string
  /** Who asks why, where that is not the bucket's owner. */
  readonly as?: 'stranger' | 'operator'
  readonly check: string
  readonly detail: RegExp
  readonly differences?: readonly RegExp[]
  readonly advice?: RegExp
}

/** Of an object that there is. */
export const path = '/films/film/a'
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000)

export const rows: readonly Row[] = [
  {
    what: 'a wrong secret',
    request: ({ alpha }) => ({ path, credentials: { ...alpha, secretAccessKey: 'x'.repeat(40) } }),
    ...{ outcome: '403 SignatureDoesNotMatch', check: 'signature', detail: /not the one that this server computes/ },
    advice: /publicOrigins \(https:\/\/cdn\.example\.com\)/,
  },
  {
    what: 'a proxy that changed the host',
    request: ({ alpha }) => ({
      ...{
        path,
        credentials: alpha,
        headers: { host: 'minio:9000' },
        signedHeaders: ['host', 'x-amz-date', 'x-amz-content-sha256'],
      },
      tamper: ({ headers }) => {
        headers['host'] = 's3.example.com'
        headers['x-forwarded-host'] = 'minio:9000'
      },
    }),
    ...{ outcome: '403 SignatureDoesNotMatch', check: 'signature', detail: /computes/ },
    differences: [/^host: minio:9000 \| s3\.example\.com$/],
    advice: /signed for host minio:9000; the server got s3\.example\.com: add http:\/\/minio:9000/,
  },
  {
    what: 'a proxy that took a header away',
    request: ({ alpha }) => ({
      path,
      credentials: alpha,
      headers: { 'x-extra': 'b' },
      tamper: ({ headers }) => void delete headers['x-extra'],
    }),
    ...{ outcome: '403 SignatureDoesNotMatch', check: 'signature', detail: /computes/ },
    differences: [/^header x-extra: signed \| absent$/],
    advice: /x-extra, which did not arrive/,
  },
  {
    what: 'a path that was changed',
    request: ({ alpha }) => ({ path: '/films/film/a/', credentials: alpha, tamper: (wire) => (wire.path = path) }),
    ...{ outcome: '403 SignatureDoesNotMatch', check: 'signature', detail: /computes/ },
    differences: [/^path: \/films\/film\/a\/ \| \/films\/film\/a$/],
  },
  {
    what: 'a clock that is behind',
    request: ({ alpha }) => ({ path, credentials: alpha, date: minutesAgo(60) }),
    ...{ outcome: '403 RequestTimeTooSkewed', check: 'signing time', detail: /too large/ },
    differences: [/^time: \d{4}-.*Z \| \d{4}-.*Z$/],
    advice: /360\d seconds behind/,
  },
  {
    what: 'a link that has expired',
    request: ({ alpha }) => ({ path, credentials: alpha, sign: 'query4', expires: '60', date: minutesAgo(5) }),
    ...{ outcome: '403 AccessDenied', check: 'signing time', detail: /has expired/ },
    differences: [/^time: /, /^end of validity: /],
  },
  {
    what: 'another region',
    request: ({ alpha }) => ({ path, credentials: alpha, region: 'eu-west-9' }),
    ...{
      outcome: '400 AuthorizationHeaderMalformed',
      check: 'credential scope',
      detail: /region 'eu-west-9' is wrong/,
    },
    differences: [/^region: eu-west-9 \| us-east-1$/],
    advice: /region to us-east-1/,
  },
  {
    what: 'another service',
    request: ({ alpha }) => ({ path, credentials: alpha, service: 'sts' }),
    ...{ outcome: '400 AuthorizationHeaderMalformed', check: 'credential scope', detail: /incorrect service/ },
    differences: [/^service: sts \| s3$/],
  },
  {
    what: 'a header that was not signed',
    request: ({ alpha }) => ({ path, credentials: alpha, tamper: ({ headers }) => (headers['x-amz-meta-a'] = 'b') }),
    ...{ outcome: '403 HeadersNotSigned', check: 'signed headers', detail: /not signed/ },
    differences: [/^header x-amz-meta-a: not signed \| signed$/],
  },
  {
    what: 'Signature Version 2, which is off',
    request: ({ alpha }) => ({ path, credentials: alpha, sign: 'header2' }),
    ...{ outcome: '400 InvalidRequest', check: 'signature form', detail: /Version 2/ },
    differences: [/^signature version: 2 \| 4$/],
  },
  {
    what: 'an access key that there is not',
    request: () => ({ path, credentials: { accessKeyId: 'AKIANONESUCH00000001', secretAccessKey: 'y'.repeat(40) } }),
    ...{ outcome: '403 InvalidAccessKeyId', check: 'access key', detail: /no access key of this id/ },
  },
  {
    what: 'a body that is not the one that was hashed',
    request: ({ alpha }) => ({
      path: '/films/new',
      method: 'PUT',
      body: 'a',
      credentials: alpha,
      tamper: (wire) => (wire.body = Buffer.from('b')),
    }),
    ...{ outcome: '400 XAmzContentSHA256Mismatch', check: 'request', detail: /x-amz-content-sha256/ },
    differences: [/^x-amz-content-sha256: [0-9a-f]{64} \| [0-9a-f]{64}$/],
  },
  {
    what: 'nobody’s, without a policy',
    request: () => ({ path: '/films', sign: 'none' }),
    ...{
      outcome: '403 AccessDenied',
      check: 'permission',
      detail: /Nobody signed the request: s3:ListBucket on films\. No policy allows it/,
    },
  },
  {
    what: 'nobody’s, for a condition',
    request: () => ({ path, sign: 'none' }),
    ...{
      outcome: '403 AccessDenied',
      check: 'permission',
      detail: /Statement "Office" of the bucket policy would allow it, but its conditions do not hold/,
    },
  },
  {
    what: 'nobody’s, for a public access block',
    request: () => ({ path: '/blocked/a', sign: 'none' }),
    outcome: '403 AccessDenied',
    check: 'permission',
    detail: /public access block \(RestrictPublicBuckets\) overrides the policy: statement "Open"/,
  },
  {
    what: 'nobody’s, of what is not there',
    request: () => ({ path: '/blocked/none-such', sign: 'none' }),
    outcome: '403 AccessDenied',
    check: 'permission',
    detail: /s3:ListBucket on blocked\. No policy allows it\. The object is not there, which only those are told/,
  },
  {
    what: 'an explicit deny in the bucket policy',
    request: ({ alpha }) => ({ path: '/films/secret/a', credentials: alpha }),
    ...{
      outcome: '403 AccessDenied',
      check: 'permission',
      detail: /s3:GetObject on films\/secret\/a\. Statement "NoSecrets" of the bucket policy denies it/,
    },
  },
  {
    what: "an explicit deny in the user's policy",
    request: ({ mia }) => ({ path, method: 'PUT', body: 'x', credentials: mia }),
    ...{
      outcome: '403 AccessDenied',
      check: 'permission',
      detail: /user\/mia asked: s3:PutObject on films\/film\/a\. User policy "no-film" denies it/,
    },
  },
  {
    what: "another account's, told to the bucket's owner",
    request: ({ beta }) => ({ path, credentials: beta }),
    ...{
      outcome: '403 AccessDenied',
      check: 'permission',
      detail: /Statement "Office" of the bucket policy would allow it/,
    },
  },
  {
    what: "another account's, told to itself",
    request: ({ beta }) => ({ path: '/films/secret/a', credentials: beta }),
    ...{
      outcome: '403 AccessDenied',
      as: 'stranger',
      check: 'permission',
      detail: /^What decides it is the affair of another account\.$/,
    },
  },
  {
    what: "another account's, told to an operator",
    request: ({ beta }) => ({ path: '/films/secret/a', credentials: beta }),
    ...{
      outcome: '403 AccessDenied',
      as: 'operator',
      check: 'permission',
      detail: /Statement "NoSecrets" of the bucket policy denies it/,
    },
  },
  {
    what: 'what is not served',
    request: ({ alpha }) => ({ path: '/films', query: 'analytics', credentials: alpha }),
    ...{ outcome: '501 NotImplemented', check: 'request', detail: /./ },
    advice: /s3-support/,
  },
]
