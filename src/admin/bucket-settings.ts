/** The settings of buckets that S3 has operations for: their names in management, and those operations. */

/** What can be set on a bucket beside what `bucket` shows, in AWS's words: the operations of S3 that put, get and delete it. */
export const settings = {
  versioning: ['PutBucketVersioning', 'GetBucketVersioning', undefined, 'VersioningConfiguration'],
  'object-lock': ['PutObjectLockConfiguration', 'GetObjectLockConfiguration', undefined, 'ObjectLockConfiguration'],
  cors: ['PutBucketCors', 'GetBucketCors', 'DeleteBucketCors', 'CORSConfiguration'],
  lifecycle: [
    'PutBucketLifecycleConfiguration',
    'GetBucketLifecycleConfiguration',
    'DeleteBucketLifecycle',
    'LifecycleConfiguration',
  ],
  policy: ['PutBucketPolicy', 'GetBucketPolicy', 'DeleteBucketPolicy', undefined],
  encryption: [
    'PutBucketEncryption',
    'GetBucketEncryption',
    'DeleteBucketEncryption',
    'ServerSideEncryptionConfiguration',
  ],
  'public-access-block': [
    'PutPublicAccessBlock',
    'GetPublicAccessBlock',
    'DeletePublicAccessBlock',
    'PublicAccessBlockConfiguration',
  ],
  'ownership-controls': [
    'PutBucketOwnershipControls',
    'GetBucketOwnershipControls',
    'DeleteBucketOwnershipControls',
    'OwnershipControls',
  ],
  tags: ['PutBucketTagging', 'GetBucketTagging', 'DeleteBucketTagging', 'Tagging'],
  'soft-delete': ['PutBucketSoftDelete', 'GetBucketSoftDelete', 'DeleteBucketSoftDelete', 'SoftDeleteConfiguration'],
} as const satisfies Record<
  string,
  readonly [put: string, get: string, remove: string | undefined, member: string | undefined]
>

export type SettingName = keyof typeof settings
export const settingNames = Object.keys(settings) as [SettingName, ...SettingName[]]
