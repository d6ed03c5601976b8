/** Lifecycle rules of a bucket. */
const days = (count: number): string => (count === 1 ? '1 day' : `${count.toLocaleString()} days`)

export const lifecycle = {
  title: 'Lifecycle',
  description: 'What the server deletes by itself, and when. It also holds for what is in the bucket already.',
  none: 'No rule: nothing is deleted by itself.',
  add: 'Add a rule',
  rule: (number: number, id: string) => (id === '' ? `Rule ${number}` : `Rule ${number}: ${id}`),
  remove: (number: number) => `Remove rule ${number}`,
  removeShort: 'Remove',
  id: 'Name of the rule',
  enabled: 'This rule is in force',
  which: 'Which objects',
  prefix: 'Keys that begin with',
  prefixHint: 'Empty: all keys. A folder ends with /.',
  tags: 'And have these tags',
  tagWords: {
    key: 'Key',
    value: 'Value',
    add: 'Add a tag',
    remove: (key: string) => (key === '' ? 'Remove the tag' : `Remove the tag ${key}`),
  },
  what: 'What happens',
  expire: 'Delete objects',
  expireKinds: { never: 'Not by this rule', days: 'After a number of days', date: 'From a date on' },
  days: 'Days after writing',
  daysMissing: 'Give the number of days.',
  date: 'From',
  dateMissing: 'Give the date.',
  noncurrent: 'Delete earlier versions after',
  noncurrentHint: 'Days, counted from when each was replaced. Empty: not by this rule.',
  keep: 'Keep the newest versions',
  keepHint: 'How many earlier ones of each object, whatever their age.',
  abort: 'Abort unfinished uploads after',
  abortHint: 'Days, counted from when each was begun. Empty: not by this rule. Not for rules with tags.',
  markers: 'Remove delete markers that hide nothing any more',
  markersHint: 'Not together with a number of days or a date after which objects are deleted.',
  beyond: (names: string) =>
    `The form does not show ${names} of this rule. They are kept as they are; edit them as JSON.`,
  nothing: 'This rule does nothing yet: say what happens.',
  says: 'In words',
  json: 'Lifecycle configuration in AWS’s JSON',
  jsonBad: 'It must be {"Rules": […]}.',
  maxRules: 'A bucket may have 1,000 rules.',
  inWords: {
    off: 'This rule is off: nothing happens.',
    all: 'every object',
    prefix: (prefix: string) => `objects whose key begins with “${prefix}”`,
    tags: (tags: string) => `tagged ${tags}`,
    above: (size: string) => `larger than ${size}`,
    below: (size: string) => `smaller than ${size}`,
    for: (which: string) => `For ${which}:`,
    expireDays: (count: number, versioned: boolean) =>
      versioned
        ? `${days(count)} after it was written, an object is hidden by a delete marker; it stays as an earlier version.`
        : `${days(count)} after it was written, an object is deleted for good.`,
    expireDate: (date: string, versioned: boolean) =>
      versioned
        ? `From ${date} on, objects are hidden by delete markers.`
        : `From ${date} on, objects are deleted for good.`,
    noncurrent: (count: number) => `${days(count)} after it was replaced, an earlier version is deleted for good.`,
    noncurrentKeeping: (count: number, keep: number) =>
      `${days(count)} after it was replaced, an earlier version is deleted for good, unless it is one of the newest ${keep} of its object.`,
    abort: (count: number) => `${days(count)} after it was begun, an upload that is not complete is aborted.`,
    markers: 'A delete marker that hides nothing any more is removed.',
  },
} as const
