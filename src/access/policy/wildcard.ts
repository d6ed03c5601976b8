/**
 * Patterns with `*` (any run of characters) and `?` (any one UTF-16 unit), matched in linear time: whatever lies between two stars is found at
 * its first place after the last, so nothing is ever tried twice.
 */

export const star = Symbol('*')
export const question = Symbol('?')

/** A piece of a pattern: literal text, or a wildcard. */
export type Glyph = string | typeof star | typeof question

/** Longest run between two stars that has a `?`, in characters, as a policy may write it: longer than any key. */
export const looseLengthMax = 2048

/** A run between two stars. */
interface Run {
  readonly length: number
  /** It has a `?`. */
  readonly loose: boolean
  isAt(text: string, at: number): boolean
  /** Where the first one at or after `from` ends, before or at `end`; -1 where there is none. */
  endOfFirst(text: string, from: number, end: number): number
}

export function compileWildcard(glyphs: readonly Glyph[]): (text: string) => boolean {
  return testOf(splitAtStars(glyphs))
}

/** Whether a run with a `?` is longer than `looseLengthMax`. */
export const isTooLoose = (glyphs: readonly Glyph[]): boolean =>
  glyphs.includes(question) && splitAtStars(glyphs).some(({ length, loose }) => loose && length > looseLengthMax)

function testOf(runs: readonly Run[]): (text: string) => boolean {
  const [first, last] = [runs[0]!, runs.at(-1)!]
  if (runs.length === 1) return (text) => text.length === first.length && first.isAt(text, 0)
  if (runs.length === 2 && first.length + last.length === 0) return () => true
  const middle = runs.slice(1, -1)
  const lengthMin = runs.reduce((sum, { length }) => sum + length, 0)
  return (text) => {
    if (text.length < lengthMin) return false
    const end = text.length - last.length
    if (!first.isAt(text, 0) || !last.isAt(text, end)) return false
    let at = first.length
    for (const run of middle) {
      at = run.endOfFirst(text, at, end)
      if (at === -1) return false
    }
    return true
  }
}

/** Always at least one; neighbouring stars are one. */
function splitAtStars(glyphs: readonly Glyph[]): Run[] {
  const runs: Run[] = []
  let run: (string | typeof question)[] = []
  glyphs.forEach((glyph, index) => {
    if (glyph !== star) run.push(glyph)
    else if (glyphs[index - 1] !== star) {
      runs.push(makeRun(run))
      run = []
    }
  })
  runs.push(makeRun(run))
  return runs
}

function makeRun(glyphs: readonly (string | typeof question)[]): Run {
  return glyphs.includes(question) ? looseRun(glyphs) : literalRun(glyphs.join(''))
}

const literalRun = (literal: string): Run => ({
  length: literal.length,
  loose: false,
  isAt: (text, at) => text.startsWith(literal, at),
  endOfFirst(text, from, end) {
    const at = text.indexOf(literal, from)
    return at === -1 || at + literal.length > end ? -1 : at + literal.length
  },
})

/** Shift-And (Baeza-Yates and Gonnet, 1992): bit i of the state says that the last i + 1 characters are the first i + 1 of the run. */
function looseRun(glyphs: readonly (string | typeof question)[]): Run {
  const length = glyphs.reduce<number>((sum, glyph) => sum + (typeof glyph === 'string' ? glyph.length : 1), 0)
  const words = Math.ceil(length / 32)
  /** Units of the run; -1 where it is `?`. */
  const units = new Int32Array(length)
  const anywhere = new Int32Array(words)
  let position = 0
  for (const glyph of glyphs) {
    if (typeof glyph === 'string') {
      for (let index = 0; index < glyph.length; index++) units[position++] = glyph.charCodeAt(index)
    } else {
      anywhere[position >>> 5]! |= 1 << (position & 31)
      units[position++] = -1
    }
  }
  const masks = new Map<number, Int32Array>()
  units.forEach((unit, index) => {
    if (unit === -1) return
    let mask = masks.get(unit)
    if (mask === undefined) masks.set(unit, (mask = anywhere.slice()))
    mask[index >>> 5]! |= 1 << (index & 31)
  })
  const [lastWord, lastBit] = [words - 1, 1 << ((length - 1) & 31)]
  return {
    length,
    loose: true,
    isAt: (text, at) => units.every((unit, index) => unit === -1 || unit === text.charCodeAt(at + index)),
    endOfFirst(text, from, end) {
      const state = new Int32Array(words)
      for (let at = from; at < end; at++) {
        const mask = masks.get(text.charCodeAt(at)) ?? anywhere
        let carry = 1
        for (let word = 0; word < words; word++) {
          const value = state[word]!
          state[word] = ((value << 1) | carry) & mask[word]!
          carry = value >>> 31
        }
        if ((state[lastWord]! & lastBit) !== 0) return at + 1
      }
      return -1
    },
  }
}
