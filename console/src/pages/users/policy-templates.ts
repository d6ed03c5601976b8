/**
 * Policies to start from. Where the role allows everything in S3, a policy that allows a little of it changes nothing: there it denies the rest.
 */
import type { Role } from '../../api/roles.ts'

export type Template = 'empty' | 'read' | 'bucket' | 'prefix'

export interface TemplateScope {
  readonly bucket: string
  readonly prefix: string
}

/** Whether the role gives everything in S3. */
export const allowsAll = (role: Role): boolean => role !== 's3.bucket.user' && role !== 'iam.admin'

export function policyOf(template: Template, role: Role, scope: TemplateScope): object {
  const statements = (allowsAll(role) ? denying : allowing)[template](scope)
  return { Version: '2012-10-17', Statement: statements }
}

type Statements = (scope: TemplateScope) => readonly object[]

const bucketOf = ({ bucket }: TemplateScope): string => `arn:aws:s3:::${bucket}`
const objectsOf = ({ bucket, prefix }: TemplateScope): string => `arn:aws:s3:::${bucket}/${prefix}*`
const reading = ['s3:Get*', 's3:List*']
/** Asked of the whole account, and not of a bucket. */
const listsBuckets = 's3:ListAllMyBuckets'
const seesBucket = ['s3:ListBucket', 's3:GetBucketLocation']

const allowing: Readonly<Record<Template, Statements>> = {
  empty: () => [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::bucket/*'] }],
  read: () => [{ Effect: 'Allow', Action: reading, Resource: '*' }],
  bucket: ({ bucket }) => [
    {
      Effect: 'Allow',
      Action: 's3:*',
      Resource: [bucketOf({ bucket, prefix: '' }), objectsOf({ bucket, prefix: '' })],
    },
  ],
  prefix: (scope) => [
    {
      Sid: 'Objects',
      Effect: 'Allow',
      Action: ['s3:GetObject*', 's3:PutObject*', 's3:DeleteObject*', 's3:AbortMultipartUpload'],
      Resource: objectsOf(scope),
    },
    {
      Sid: 'Listing',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: bucketOf(scope),
      Condition: { StringLike: { 's3:prefix': `${scope.prefix}*` } },
    },
    { Sid: 'Location', Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: bucketOf(scope) },
  ],
}

const denying: Readonly<Record<Template, Statements>> = {
  empty: () => [{ Effect: 'Deny', Action: ['s3:DeleteObject'], Resource: ['arn:aws:s3:::bucket/*'] }],
  read: () => [{ Effect: 'Deny', NotAction: reading, Resource: '*' }],
  bucket: ({ bucket }) => [
    {
      Effect: 'Deny',
      NotAction: listsBuckets,
      NotResource: [bucketOf({ bucket, prefix: '' }), objectsOf({ bucket, prefix: '' })],
    },
  ],
  prefix: (scope) => [
    { Sid: 'Elsewhere', Effect: 'Deny', NotAction: listsBuckets, NotResource: [bucketOf(scope), objectsOf(scope)] },
    { Sid: 'TheBucketItself', Effect: 'Deny', NotAction: [listsBuckets, ...seesBucket], Resource: bucketOf(scope) },
    {
      Sid: 'ListingElsewhere',
      Effect: 'Deny',
      Action: 's3:ListBucket',
      Resource: bucketOf(scope),
      Condition: { StringNotLike: { 's3:prefix': `${scope.prefix}*` } },
    },
  ],
}
