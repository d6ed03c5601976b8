/** What may be done to versions, at random. */
import fc from 'fast-check'

export const keys = ['a', 'a!', 'a/', 'a/b', 'a/c', 'b', 'é', '\u{1f600}', '\uffee'] as const
const dayMs = 86_400_000

const aKey = fc.constantFrom(...keys)
/** Which of a key's versions, present or gone, counted from the newest. */
const which = fc.nat({ max: 5 })
const aRetention = fc.record({
  mode: fc.constantFrom('GOVERNANCE' as const, 'COMPLIANCE' as const),
  days: fc.integer({ min: 1, max: 3 }),
})
export const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), key: aKey, large: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('put locked' as const),
      key: aKey,
      retention: fc.option(aRetention, { nil: undefined }),
      legalHold: fc.option(fc.boolean(), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key: aKey }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('remove' as const), key: aKey, which, bypass: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copy' as const), key: aKey, which, to: aKey }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tag' as const), key: aKey, which, tag: fc.nat({ max: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('retain' as const),
      key: aKey,
      which,
      retention: fc.option(aRetention, { nil: undefined }),
      bypass: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const), key: aKey, which, on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('version' as const), state: fc.constantFrom('Enabled', 'Suspended') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: -1000, max: 2 * dayMs }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      prefix: fc.constantFrom('', '', 'a', 'a/', 'x'),
      delimiter: fc.constantFrom('', '/', '!'),
      limit: fc.integer({ min: 1, max: 8 }),
      after: fc.option(fc.record({ key: fc.constantFrom(...keys, 'Z', 'aa'), which: fc.option(which) })),
    }),
  },
)
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
