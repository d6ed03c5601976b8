/** Texts of policies in which wildcards and policy variables may stand (IAM User Guide, "IAM policy elements: Variables and tags"). */
import { conditionKey, type ConditionKey, type KeyScope } from './condition-keys.ts'
import { malformed } from './malformed.ts'
import type { PolicyRequest, TextTest } from './policy.ts'
import { compileWildcard, isTooLoose, question, star, type Glyph } from './wildcard.ts'

/** `${key}` or `${key, 'otherwise'}`: what the request says under the key. */
export interface Variable {
  readonly key: ConditionKey
  readonly otherwise: string | undefined
}

export type Token = Glyph | Variable

export interface PatternKind extends KeyScope {
  /** Whether `*` and `?` stand for others; where not, they stand for themselves. */
  readonly wildcards: boolean
  /** Whether `${…}` is a variable: not in policies of version 2008-10-17. */
  readonly variables: boolean
}

/** Throws MalformedPolicy where a variable is not closed or names no key. */
export function tokenize(text: string, kind: PatternKind): Token[] {
  const tokens: Token[] = []
  let literal = ''
  const push = (token: Token): void => {
    if (literal !== '') tokens.push(literal)
    literal = ''
    tokens.push(token)
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (kind.wildcards && character === '*') push(star)
    else if (kind.wildcards && character === '?') push(question)
    else if (kind.variables && character === '$' && text[at + 1] === '{') {
      const end = text.indexOf('}', at)
      if (end === -1) throw malformed()
      const content = text.slice(at + 2, end)
      if (content === '*' || content === '?' || content === '$') literal += content
      else push(variable(content, kind))
      at = end
    } else literal += character
  }
  if (literal !== '') tokens.push(literal)
  return tokens
}

function variable(content: string, kind: PatternKind): Variable {
  const [, key = '', otherwise] = /^\s*([^,\s']+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(content) ?? []
  if (key === '') throw malformed()
  return { key: conditionKey(key, kind), otherwise }
}

/** Throws MalformedPolicy. */
export function compilePattern(tokens: readonly Token[]): TextTest {
  if (isWithoutVariables(tokens)) {
    const [only, second] = tokens
    if (tokens.length === 0) return (text) => text === ''
    if (tokens.length === 1 && typeof only === 'string') return (text) => text === only
    if (tokens.length === 2 && typeof only === 'string' && second === star) return (text) => text.startsWith(only)
    refuseTooLoose(tokens)
    return compileWildcard(tokens)
  }
  refuseTooLoose(tokens.map((token) => (isVariable(token) ? '' : token)))
  return (text, request) => {
    const glyphs = resolve(tokens, request)
    return glyphs !== undefined && compileWildcard(glyphs)(text)
  }
}

function refuseTooLoose(glyphs: readonly Glyph[]): void {
  if (isTooLoose(glyphs)) throw malformed()
}

/** How much a request may put into one pattern, in characters. */
const resolvedLengthMax = 2048

/**
 * Variables by their values, which stand for themselves whatever they hold. Undefined where one has none, or several: then the pattern
 * is like no text.
 */
export function resolve(tokens: readonly Token[], request: PolicyRequest): Glyph[] | undefined {
  const glyphs: Glyph[] = []
  let length = 0
  for (const token of tokens) {
    if (!isVariable(token)) glyphs.push(token)
    else {
      const values = token.key.ask(request)
      const value = values === undefined || values.length === 0 ? token.otherwise : values[0]
      if (value === undefined || (values?.length ?? 0) > 1) return undefined
      length += value.length
      if (length > resolvedLengthMax) return undefined
      glyphs.push(value)
    }
  }
  return glyphs
}

export const isVariable = (token: Token): token is Variable => typeof token === 'object'

export const isWithoutVariables = (tokens: readonly Token[]): tokens is readonly Glyph[] => !tokens.some(isVariable)

/** Whether the pattern is like every text that begins with this one: it is like some beginning of it, and then comes a star. */
export function matchesAll(tokens: readonly Token[], text: string): boolean {
  if (tokens.at(-1) !== star || !isWithoutVariables(tokens)) return false
  const head = tokens.slice(0, -1)
  return Array.from({ length: text.length + 1 }, (_, size) => text.slice(0, size)).some((start) =>
    canMatch(head, start, 'whole'),
  )
}

/** Whether some text that the pattern is like begins with this one, or is this one. A variable may be anything. */
export function canMatch(tokens: readonly Token[], text: string, whole: 'whole' | 'start'): boolean {
  const steps = tokens
    .flatMap((token): Glyph[] => (typeof token === 'string' ? token.split('') : isVariable(token) ? [star] : [token]))
    // Neighbouring stars are one, so that there are never more than twice as many states as characters.
    .filter((step, index, all) => step !== star || all[index - 1] !== star)
  let states = new Set<number>([0])
  const follow = (): void => {
    for (const state of states) if (steps[state] === star) states.add(state + 1)
  }
  follow()
  for (let at = 0; at < text.length; at++) {
    const next = new Set<number>()
    for (const state of states) {
      const step = steps[state]
      if (step === star) next.add(state)
      else if (step === question || step === text[at]) next.add(state + 1)
    }
    states = next
    follow()
  }
  return whole === 'whole' ? states.has(steps.length) : states.size > 0
}
