/** Secrets that are shown once, and names that are changed in place. */
export const secrets = {
  done: 'Done',
  notKept: 'You have neither copied nor downloaded it. It cannot be shown again.',
  keepOpen: 'Keep it open',
  closeAnyway: 'Close without it',
  unnamed: '(no name)',
  rename: (name: string) => `Rename ${name}`,
  nameOf: (name: string) => `Name of ${name}`,
  saveName: 'Save the name',
  renamed: (name: string) => `It is called ${name} now.`,
  unnamedNow: 'It has no name now.',
} as const
