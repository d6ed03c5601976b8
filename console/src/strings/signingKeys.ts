/** Signing keys of delivery. */
export const signingKeys = {
  title: 'Signing keys',
  description:
    'With a signing key your own program makes links to a private bucket, without asking this server. It opens the one bucket that it is for.',
  create: 'Create signing key',
  emptyTitle: 'No signing keys yet',
  empty:
    'Create one for a bucket whose delivery asks for signed links, put its private key where your program can read it, and sign links with it: for an hour, for one title, for one visitor.',
  toBuckets: 'Go to buckets',
  noBuckets: 'A signing key is for a bucket, and there is none yet. Create the bucket first.',

  bucket: 'Media storage bucket',
  name: 'Name',
  nameHint: 'Whose it is and since when, for example “web site 2026-11”. It is for people alone.',
  createSubmit: 'Create key',

  newTitle: 'Your private key',
  caution:
    'We do not keep this key: it is gone from here when you close this window. Whoever has it can open every file in the bucket. Keep it in a secret store, or in a file of mode 600 on the server that signs; not in code, a repository, a page or an app.',
  keyId: 'Key id',
  privateKey: 'Private key',
  downloadPem: 'Download .pem',

  managed: 'The server’s own',
  actionsOf: (name: string) => `Actions on ${name}`,
  samples: 'Code samples',
  delete: 'Delete',
  deleteTitle: (name: string) => `Delete ${name}`,
  deleteLead: (bucket: string) =>
    `Links to ${bucket} that are signed with it stop working at once. It cannot be brought back.`,
  deleteManaged:
    'It is the server’s own: all links that were made in this console for the bucket end. The next one gets a new key.',
  deleteSubmit: 'Delete key',
  deleted: (name: string) => `${name} is deleted. Its links are ended.`,

  samplesTitle: 'Make links in your program',
  samplesLead: 'Each prints a link that is good for an hour. Tests run these programs as they stand here.',
  samplesKey: 'Key',
  keyOf: (name: string, bucket: string) => `${name} (${bucket})`,
  path: 'Path that the link opens',
  pathHint: 'A file, or a folder for all that is in it; not percent-encoded.',
  pathStart: 'It starts with a slash.',
  languages: 'Languages',
  language: (language: string, library: string) => `${language} (${library})`,
  programIn: (language: string) => `Program in ${language}`,
  keyFile: (file: string) => `It reads the private key from ${file}, the file that you downloaded.`,
  downloadSample: (file: string) => `Download ${file}`,

  practices: 'Good practice',
  practicesList: [
    {
      title: 'Set an expiry',
      text: 'An hour or two is enough for a film. A link without one works until its key is deleted.',
    },
    { title: 'Let it open little', text: 'Sign the file or the title’s folder, not the whole bucket.' },
    {
      title: 'Rotate keys',
      text: 'A few times a year: new key, sign with it, wait until old links expired, delete the old one.',
    },
    {
      title: 'A key for each purpose',
      text: 'Web site, app, partner: what one loses is taken back without the others.',
    },
    { title: 'Keep keys and links safe', text: 'Private keys on your server alone; links over HTTPS and not in logs.' },
  ],
} as const
