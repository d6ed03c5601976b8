/** Members that ask a write for what is not done; each is refused aloud with 501. */

const encryption = [
  'ServerSideEncryption',
  'SSECustomerAlgorithm',
  'SSECustomerKey',
  'SSECustomerKeyMD5',
  'SSEKMSKeyId',
  'SSEKMSEncryptionContext',
  'BucketKeyEnabled',
] as const

export const customerKey = ['SSECustomerAlgorithm', 'SSECustomerKey', 'SSECustomerKeyMD5'] as const

export const unsupportedWriteMembers = [
  ...encryption,
  'WebsiteRedirectLocation',
  'Tagging',
  'ObjectLockMode',
  'ObjectLockRetainUntilDate',
  'ObjectLockLegalHoldStatus',
  'ObjectLockEventHold',
  'ObjectLockEventHoldDurationDays',
  'ObjectLockEventHoldDurationYears',
] as const
