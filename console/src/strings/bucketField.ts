/** The choice of a bucket. */
export const bucketField = {
  choose: 'Choose a bucket',
  find: 'Find a bucket',
  noMatch: 'No bucket has that in its name.',
} as const
