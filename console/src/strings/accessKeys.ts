/** Access keys. */
export const accessKeys = {
  title: 'Access keys',
  description:
    'A program signs its S3 requests with an access key: an id, which may be seen, and a secret, which may not.',
  generate: 'Generate new key',
  emptyTitle: 'No access keys yet',
  empty:
    'Generate one for each program that reads or writes your buckets: the AWS CLI, rclone, a backup, your web site. Then each can be stopped by itself.',

  generateTitle: 'Generate an access key',
  name: 'Name',
  nameHint: 'Which program uses it, for example “nightly backup”. It is a label for people and changes nothing.',
  holder: 'Whose key',
  holderAccount: 'The account’s: it may do everything',
  holderSelf: 'Yours',
  holderUser: (name: string, role: string) => `${name} (${role})`,
  holderHint: 'A user’s key may do what the user’s role and policies say, and ends with the user.',
  submitGenerate: 'Generate key',

  newTitle: 'Your new access key',
  regeneratedTitle: 'The new secret',
  caution:
    'Whoever has the secret can do with your data what the key may do. Keep it in a secret store or a file that only its program reads; not in code, a repository or a chat.',
  id: 'Access key ID',
  secret: 'Secret access key',
  csv: 'Download .csv',
  setUp: 'Set up a program',

  user: 'User',
  account: 'The account',
  state: 'State',
  active: 'Active',
  inactive: 'Inactive',
  lastUsed: 'Last used',
  neverUsed: 'never',
  region: 'Region',
  graceUntil: (time: string) => `Old secret works until ${time}`,

  actionsOf: (name: string) => `Actions on ${name}`,
  regenerate: 'Regenerate secret',
  deactivate: 'Deactivate',
  activate: 'Activate',
  delete: 'Delete',

  breaks: 'This breaks every program that uses the key, until it has the new secret.',
  breaksLater: 'Every program that uses the key fails when that time is over, unless it has the new secret by then.',
  breaksNow: 'Every program that uses the key stops working at once.',
  usedBy: (when: string, operation: string, address: string) =>
    `The key was used ${when} by ${operation}, from ${address}.`,
  notUsed: 'The key was never used, as far as is known.',

  regenerateTitle: (name: string) => `Regenerate the secret of ${name}`,
  regenerateLead: 'The id stays, the secret is replaced. Do it when the secret may have been seen.',
  grace: 'The old secret',
  graces: {
    '0': { title: 'stops working at once', text: 'Right when it leaked. Programs fail until they have the new one.' },
    '3600': { title: 'works for another hour', text: 'Both secrets work meanwhile.' },
    '86400': { title: 'works for another day', text: 'Both secrets work meanwhile.' },
    '604800': { title: 'works for another seven days', text: 'Both secrets work meanwhile.' },
  },
  inactiveGrace: 'The key is inactive, so its old secret does not work now and will not again.',
  regenerateSubmit: 'Regenerate secret',

  deactivateTitle: (name: string) => `Deactivate ${name}`,
  deactivateLead:
    'Requests that are signed with it are refused until you activate it again. An old secret that still works does not come back.',
  deactivated: (name: string) => `${name} is inactive: requests signed with it are refused.`,
  activated: (name: string) => `${name} is active again.`,
  deleteTitle: (name: string) => `Delete ${name}`,
  deleteLead: 'It cannot be brought back. To see first what misses it, deactivate it.',
  deleteSubmit: 'Delete key',
  deleted: (name: string) => `${name} is deleted.`,

  limit: (max: number, active: number) =>
    `This account may have ${max} active access ${max === 1 ? 'key' : 'keys'} at once, and has ${active}.`,
  limitReached: 'Deactivate or delete one before you generate or activate another.',

  rotation: 'Replace a key without an outage',
  rotationLead: 'A few times a year, and at once when somebody leaves who knew the secret.',
  rotationSteps: [
    { title: 'Generate a new key', text: 'Both work now.' },
    { title: 'Update your programs', text: 'Give each the new id and secret.' },
    {
      title: 'Deactivate the old one',
      text: 'What was forgotten fails, and can be helped at once: activate it again.',
    },
    { title: 'Watch its last use', text: 'It does not move any more? Then nothing needs the key.' },
    { title: 'Delete the old one', text: 'For good.' },
  ],

  connect: 'Set up a program',
  connectLead: 'With this server’s address. Put an id and its secret where the dots are.',
  tools: 'Programs',
  environment: 'Environment',
  aws: 'AWS CLI and SDKs',
  rclone: 'rclone',
  s3cmd: 's3cmd',
  putInto: (file: string) => `Add it to ${file}, which is read by this user alone (mode 600).`,
  environmentLead: 'For one terminal; most programs for S3 read these.',
  awsLead: 'Then: aws --profile entrepot s3 ls. The SDKs take the same profile.',
  rcloneLead: 'Then: rclone lsd entrepot:',
  s3cmdLead: 'Then: s3cmd ls',
  configurationOf: (tool: string) => `Configuration for ${tool}`,
  downloadFile: (file: string) => `Download ${file}`,
} as const
