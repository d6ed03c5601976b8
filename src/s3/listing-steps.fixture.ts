/** What may be done to a bucket, and how it may be listed, at random. */
import fc from 'fast-check'

const pieces = [
  'a',
  'b',
  '/',
  '-',
  'é',
  '\u{ffee}',
  '\u{1f600}',
  '\u{1f601}',
  ' ',
  '+',
  '&',
  '<',
  '"',
  '%',
  '\n',
  '\u{1}',
]
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', '/') },
  { weight: 1, arbitrary: fc.constantFrom(...pieces) },
)
const text = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(piece, { minLength, maxLength, size: 'max' }).map((chosen) => chosen.join(''))

export const keys = fc.uniqueArray(text(1, 5), { minLength: 1, maxLength: 12, size: 'max' })
const key = fc.nat({ max: 11 })

/** A text, or how many characters of one of the keys. */
const someText = fc.oneof(text(0, 3), fc.record({ of: key, length: fc.nat({ max: 5 }) }))
export type SomeText = typeof someText extends fc.Arbitrary<infer T> ? T : never

export const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('put' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), key, which: fc.nat({ max: 3 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('versioning' as const),
      key,
      versioning: fc.constantFrom('Enabled' as const, 'Suspended' as const),
    }),
  },
)
export type ListingStep = typeof step extends fc.Arbitrary<infer S> ? S : never

export const listing = fc.record({
  prefix: fc.oneof(fc.constant(''), someText),
  delimiter: fc.oneof(fc.constantFrom('', '/'), text(1, 3)),
  limit: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1000, 5000, undefined) },
  ),
  encoded: fc.boolean(),
  after: fc.option(someText, { nil: undefined, freq: 2 }),
  /** Which version of the key that is the marker; undefined for no version-id-marker. */
  version: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
  /** Whether what changes is the key shown last, if one was. */
  changesLast: fc.boolean(),
  /** One after each page. */
  changes: fc.oneof(fc.constant([]), fc.array(step, { maxLength: 4 })),
})
export type Listing = typeof listing extends fc.Arbitrary<infer L> ? L : never
