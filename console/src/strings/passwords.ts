/** Choosing a password. */
export const passwords = {
  new: 'New password',
  hint: 'At least 8 characters. A sentence of several words is good.',
  differs: 'The two differ.',
} as const
