/** What may be done to multipart uploads, and meanwhile to the objects of their keys, at random. */
import fc from 'fast-check'

export const keys = ['a', 'a!b', 'a/', 'a/b', 'é', '\u{1f600}', '\uffee'] as const
export const partNumberMax = 4
/** Objects in another bucket, named by their size. */
export const elsewhere = ['5 MiB', '5 MiB less 1'] as const

/** Objects are of two keys alone, so that they get in each other's way. */
const aKey = fc.constantFrom('a', 'a/')
/** Which of the uploads there have been, counted from the newest and again from there. */
const upload = fc.nat({ max: 4 })
const number = fc.integer({ min: 1, max: partNumberMax })
/** The same of a key's versions, present or gone. */
const which = fc.nat({ max: 3 })
/** Kept among the records; as a blob; and about the least size of a part that is not the last. */
export type Size = 'none' | 'few' | 'some' | '5 MiB' | '5 MiB less 1'

const begin = fc.record({
  do: fc.constant('begin' as const),
  key: fc.constantFrom(...keys, 'a', 'a', 'a', 'a/', 'a/'),
  /** So many parts of 5 MiB it has from the first. */
  filled: fc.nat({ max: 3 }),
})
const part = fc.record({
  do: fc.constant('part' as const),
  upload,
  number,
  size: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Size>('few', 'some') },
    { weight: 1, arbitrary: fc.constantFrom<Size>('none', '5 MiB less 1', '5 MiB') },
  ),
})
const share = fc.record({
  do: fc.constant('share' as const),
  upload,
  number,
  from: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...elsewhere) },
    { weight: 4, arbitrary: fc.record({ key: aKey, which, part: fc.nat({ max: 3 }) }) },
  ),
})
const complete = fc.record({
  do: fc.constant('complete' as const),
  upload,
  numbers: fc.oneof(
    { weight: 4, arbitrary: fc.constant('all' as const) },
    { weight: 2, arbitrary: fc.subarray([1, 2, 3, 4]) },
    { weight: 2, arbitrary: fc.array(fc.integer({ min: 1, max: partNumberMax + 1 }), { maxLength: 4 }) },
  ),
  /** Which of the parts named bears another ETag: one that its number had before, or that of another number. */
  wrong: fc.option(
    fc.record({ index: fc.nat({ max: 3 }), etagOf: fc.constantFrom<'former' | 1 | 2>('former', 1, 2) }),
    { freq: 4 },
  ),
  form: fc.constantFrom('"%"', '%'),
  onlyNew: fc.boolean(),
  elsewhere: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 9),
})
const listUploads = fc.record({
  do: fc.constant('list uploads' as const),
  prefix: fc.constantFrom('', '', 'a', 'a/', 'x'),
  delimiter: fc.constantFrom('', '/', '!', '!b'),
  limit: fc.integer({ min: 0, max: 5 }),
  keyMarker: fc.constantFrom('', 'Z', 'aa', ...keys),
  /** Which of the key's uploads; null for no upload-id-marker. */
  upload: fc.option(fc.nat({ max: 3 })),
})

export const step = fc.oneof(
  { weight: 6, arbitrary: begin },
  { weight: 9, arbitrary: part },
  { weight: 12, arbitrary: share },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), upload }) },
  { weight: 9, arbitrary: complete },
  { weight: 3, arbitrary: listUploads },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('list parts' as const),
      upload,
      marker: fc.nat({ max: partNumberMax }),
      limit: fc.nat({ max: partNumberMax }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('put' as const), key: aKey, size: fc.constantFrom<Size>('few', 'some') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key: aKey }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), key: aKey, which }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('copy' as const), key: aKey, which, to: aKey }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('version' as const), state: fc.constantFrom('Enabled', 'Suspended') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('collect' as const) }) },
)
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
