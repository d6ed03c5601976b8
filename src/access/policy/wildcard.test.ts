import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileWildcard, isTooLoose, looseLengthMax, question, star, type Glyph } from './wildcard.ts'

/** `*` and `?` as in a policy. */
const glyphsOf = (pattern: string): Glyph[] =>
  pattern.split('').map((character) => (character === '*' ? star : character === '?' ? question : character))

const matches = (pattern: string, text: string): boolean => compileWildcard(glyphsOf(pattern))(text)

/** By definition, in exponential time. */
function matchesNaively(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  const rest = pattern.slice(1)
  if (pattern[0] === '*') return matchesNaively(rest, text) || (text !== '' && matchesNaively(pattern, text.slice(1)))
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && matchesNaively(rest, text.slice(1))
}

const cases: [pattern: string, yes: string[], no: string[]][] = [
  ['', [''], ['a']],
  ['*', ['', 'a', 'a/b'], []],
  ['**', ['', 'a'], []],
  ['a', ['a'], ['', 'A', 'aa']],
  ['a*', ['a', 'ab', 'a/b/c'], ['', 'ba']],
  ['*a', ['a', 'ba'], ['', 'ab']],
  ['a*a', ['aa', 'aba'], ['a', 'ab']],
  ['*aa*aa*', ['aaaa', 'xaayaaz'], ['aaa']],
  ['ab*bc', ['abbc', 'abxbc'], ['abc']],
  ['?', ['a', '*'], ['', 'ab']],
  ['*?', ['a', 'ab'], ['']],
  ['?*?', ['ab', 'abc'], ['a']],
  ['a*?b*c', ['axbc', 'axxbxxc'], ['abc', 'abbx']],
  ['*?b?*', ['abc', 'xxabcxx'], ['bc', 'ab']],
  ['[a]', ['[a]'], ['a']],
]

for (const [pattern, yes, no] of cases) {
  test(`${JSON.stringify(pattern)} is like ${JSON.stringify(yes)} and not like ${JSON.stringify(no)}`, () => {
    for (const text of yes) assert.equal(matches(pattern, text), true, text)
    for (const text of no) assert.equal(matches(pattern, text), false, text)
  })
}

test('a match is what the definition says', () => {
  const letters = (alphabet: string, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...alphabet.split('')), maxLength, minLength: 0 })
  fc.assert(
    fc.property(letters('ab*?', 9), letters('ab', 10), (pattern, text) =>
      assert.equal(matches(pattern, text), matchesNaively(pattern, text)),
    ),
    { numRuns: 20_000 },
  )
})

test('a run with ? may be longer than a word of bits', () => {
  for (const length of [31, 32, 33, 63, 64, 65, 200]) {
    const run = `${'a'.repeat(length - 2)}?b`
    const text = run.replace('?', 'x')
    assert.equal(matches(`*${run}*`, `aaaaaaa${text}c`), true, String(length))
    assert.equal(matches(`*${run}*`, `aaaaaaa${text.slice(0, -1)}c`), false, String(length))
  }
})

test('patterns that take others for ever are answered (case 38)', () => {
  const text = 'a'.repeat(100_000)
  assert.equal(matches(`${'a*'.repeat(5000)}b`, text), false)
  assert.equal(matches(`${'*a'.repeat(5000)}*`, text), true)
  assert.equal(matches(`*${'a'.repeat(5000)}b*`, text), false)
  assert.equal(matches(`${'*?a'.repeat(5000)}*b`, text), false)
  assert.equal(matches(`*?${'a'.repeat(looseLengthMax - 2)}b*`, text), false)
})

test('too loose is a run with ? that is longer than any key', () => {
  assert.equal(isTooLoose(glyphsOf(`?${'a'.repeat(looseLengthMax)}`)), true)
  assert.equal(isTooLoose(glyphsOf(`?${'a'.repeat(looseLengthMax - 1)}`)), false)
  assert.equal(isTooLoose(glyphsOf(`?*${'a'.repeat(looseLengthMax + 1)}`)), false)
})
