/** Members that ask a write for what is not done; each is refused aloud with 501. */

export const unsupportedWriteMembers = [
  'WebsiteRedirectLocation',
  'ObjectLockEventHold',
  'ObjectLockEventHoldDurationDays',
  'ObjectLockEventHoldDurationYears',
] as const
