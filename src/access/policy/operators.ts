/** Condition operators: how a value of the request is held against one of the policy (IAM User Guide, "IAM JSON policy elements: Condition operators"). */
import { malformed } from './malformed.ts'
import { isInRange, parseIpRange } from './ip-ranges.ts'
import { compilePattern, resolve, tokenize, type PatternKind, type Token } from './pattern.ts'
import type { TextTest } from './policy.ts'

/** What the version and kind of the policy say of its texts. */
export type TextKind = Omit<PatternKind, 'wildcards'>

export interface Operator {
  /** True where no value of the request may be like one of the policy. */
  readonly negated: boolean
  /** A value as the policy writes it, ready to be held against one of the request. Throws MalformedPolicy. */
  readonly compile: (value: string, kind: TextKind) => TextTest
}

const both = <N extends string, M extends string>(name: N, negatedName: M, compile: Operator['compile']) =>
  ({ [name]: { negated: false, compile }, [negatedName]: { negated: true, compile } }) as Record<N | M, Operator>

const equal: Operator['compile'] = (value, kind) => compilePattern(tokenize(value, { ...kind, wildcards: false }))

const equalIgnoringCase: Operator['compile'] = (value, kind) => {
  const tokens = tokenize(value, { ...kind, wildcards: false })
  if (tokens.every((token) => typeof token === 'string')) {
    const wanted = tokens.join('').toLowerCase()
    return (text) => text.toLowerCase() === wanted
  }
  return (text, request) => {
    const resolved = resolve(tokens, request)
    return resolved !== undefined && resolved.join('').toLowerCase() === text.toLowerCase()
  }
}

const like: Operator['compile'] = (value, kind) => compilePattern(tokenize(value, { ...kind, wildcards: true }))

const arnParts = 6

/** Each of an ARN's six parts by itself, so that a `*` reaches no further than its colon; the last may have colons of its own. */
const arnLike: Operator['compile'] = (value, kind) => {
  if (value === '*') return () => true
  const parts = splitTokens(tokenize(value, { ...kind, wildcards: true })).map(compilePattern)
  if (parts.length !== arnParts) throw malformed()
  return (text, request) => {
    const pieces = splitArn(text)
    return pieces !== undefined && parts.every((part, index) => part(pieces[index]!, request))
  }
}

function splitTokens(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  for (const token of tokens) {
    if (typeof token !== 'string') {
      parts.at(-1)!.push(token)
      continue
    }
    const pieces = token.split(':')
    const kept = pieces.slice(0, arnParts - parts.length)
    const rest = pieces.slice(kept.length).join(':')
    for (const [index, piece] of [...kept, ...(pieces.length > kept.length ? [rest] : [])].entries()) {
      if (index > 0) parts.push([])
      if (piece !== '') parts.at(-1)!.push(piece)
    }
  }
  return parts
}

function splitArn(text: string): readonly string[] | undefined {
  const pieces: string[] = []
  let from = 0
  while (pieces.length < arnParts - 1) {
    const colon = text.indexOf(':', from)
    if (colon === -1) return undefined
    pieces.push(text.slice(from, colon))
    from = colon + 1
  }
  pieces.push(text.slice(from))
  return pieces
}

const decimal = /^[+-]?\d{1,300}(?:\.\d{1,300})?$/

const numberOf = (text: string): number | undefined => (decimal.test(text) ? Number(text) : undefined)

/** A date of the W3C's profile of ISO 8601, or seconds since 1970; in milliseconds since 1970. */
function momentOf(text: string): number | undefined {
  if (/^-?\d{5,15}(?:\.\d{1,9})?$/.test(text)) return Number(text) * 1000
  if (!/^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?)?)?$/.test(text))
    return undefined
  const moment = Date.parse(text)
  return Number.isNaN(moment) ? undefined : moment
}

/** By their order as numbers; what the request says that is none is like nothing. */
const ordered =
  (
    read: (text: string) => number | undefined,
    compare: (asked: number, wanted: number) => boolean,
  ): Operator['compile'] =>
  (value) => {
    const wanted = read(value)
    if (wanted === undefined) throw malformed()
    return (text) => {
      const asked = read(text)
      return asked !== undefined && compare(asked, wanted)
    }
  }

const orders = <const P extends 'Numeric' | 'Date'>(prefix: P, read: (text: string) => number | undefined) => {
  const operator = (compare: (asked: number, wanted: number) => boolean): Operator => ({
    negated: false,
    compile: ordered(read, compare),
  })
  return {
    ...both(
      `${prefix}Equals`,
      `${prefix}NotEquals`,
      ordered(read, (a, b) => a === b),
    ),
    [`${prefix}LessThan`]: operator((a, b) => a < b),
    [`${prefix}LessThanEquals`]: operator((a, b) => a <= b),
    [`${prefix}GreaterThan`]: operator((a, b) => a > b),
    [`${prefix}GreaterThanEquals`]: operator((a, b) => a >= b),
  }
}

const truth: Operator['compile'] = (value) => {
  const wanted = value.toLowerCase()
  if (wanted !== 'true' && wanted !== 'false') throw malformed()
  return (text) => text.toLowerCase() === wanted
}

const inRange: Operator['compile'] = (value) => {
  const range = parseIpRange(value)
  if (range === undefined) throw malformed()
  return isInRange(range)
}

const binary: Operator['compile'] = (value) => {
  const bytes = Buffer.from(value, 'base64')
  if (bytes.toString('base64') !== value) throw malformed()
  return (text) => Buffer.from(text, 'base64').equals(bytes)
}

/** All but `Null`, which asks whether there is a value at all. */
export const operators: Readonly<Record<string, Operator>> = {
  ...both('StringEquals', 'StringNotEquals', equal),
  ...both('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', equalIgnoringCase),
  ...both('StringLike', 'StringNotLike', like),
  ...both('ArnEquals', 'ArnNotEquals', arnLike),
  ...both('ArnLike', 'ArnNotLike', arnLike),
  ...orders('Numeric', numberOf),
  ...orders('Date', momentOf),
  ...both('IpAddress', 'NotIpAddress', inRange),
  Bool: { negated: false, compile: truth },
  BinaryEquals: { negated: false, compile: binary },
}
