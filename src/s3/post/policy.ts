/**
 * The policy that the owner of a key has signed into a form: until when, and which fields it may have (Amazon S3 API Reference, "Creating a
 * POST policy").
 */
import { ApiError } from '../../base/errors.ts'

export interface FormPolicy {
  readonly expirationMs: number
  readonly conditions: readonly Condition[]
  /** Bytes that the file may have, both included. */
  readonly sizeMin: number
  readonly sizeMax: number
}

interface Condition {
  readonly operator: 'eq' | 'starts-with'
  /** In lower case. */
  readonly field: string
  readonly value: string
}

/** Reads the form's field: base64 of JSON. Throws InvalidPolicyDocument. */
export function parsePolicy(encoded: string): FormPolicy {
  const document = parseDocument(encoded)
  const { expiration, conditions } = document as { expiration?: unknown; conditions?: unknown }
  if (expiration === undefined) throw invalid('Policy missing expiration.')
  const expirationMs = typeof expiration === 'string' && isoTime.test(expiration) ? Date.parse(expiration) : NaN
  if (Number.isNaN(expirationMs)) throw invalid("Invalid 'expiration' value.")
  if (conditions === undefined) throw invalid('Policy missing conditions.')
  if (!Array.isArray(conditions)) throw invalid("Invalid 'conditions' value: must be a List.")
  const read: Condition[] = []
  let sizeMin = 0
  let sizeMax = Infinity
  for (const condition of conditions as readonly unknown[]) {
    const range = sizeRange(condition)
    if (range === undefined) {
      read.push(readCondition(condition))
      continue
    }
    sizeMin = Math.max(sizeMin, range[0])
    sizeMax = Math.min(sizeMax, range[1])
  }
  return { expirationMs, conditions: read, sizeMin, sizeMax }
}

/** ISO 8601 in UTC, as AWS wants it. */
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/
const base64 = /^[A-Za-z0-9+/]*={0,2}$/
const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseDocument(encoded: string): object {
  const text = encoded.replaceAll(/[\t\n\r ]/g, '')
  let document: unknown
  try {
    if (!base64.test(text)) throw new SyntaxError('not base64')
    document = JSON.parse(asJson(utf8.decode(Buffer.from(text, 'base64'))))
  } catch (cause) {
    throw new ApiError('InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.', { cause })
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw invalid('Invalid JSON.')
  return document
}

/**
 * POST policies have two escapes that JSON lacks, `\\$` and `\\v` ("Character escaping"), and AWS's own example has a comma after the last
 * condition.
 */
const asJson = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|,(?=\s*[\]}])/gs, (token) =>
    token === ',' ? '' : token.replaceAll(/\\./gs, ownEscape),
  )

const ownEscape = (escape: string): string => (escape === '\\$' ? '$' : escape === '\\v' ? '\\u000b' : escape)

function sizeRange(condition: unknown): readonly [min: number, max: number] | undefined {
  if (!Array.isArray(condition) || !isText(condition[0])) return undefined
  if (condition[0].toLowerCase() !== 'content-length-range') return undefined
  const [min, max] = condition.slice(1).map(bytes)
  if (condition.length !== 3 || min === undefined || max === undefined || min > max)
    throw invalid('Invalid content-length-range: it takes two numbers of bytes.')
  return [min, max]
}

function bytes(value: unknown): number | undefined {
  const number = isText(value) && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'

function readCondition(condition: unknown): Condition {
  if (!Array.isArray(condition)) return readSimple(condition)
  const [operator, field, value] = condition as readonly unknown[]
  if (condition.length !== 3 || !isText(operator) || !isText(field) || !isText(value))
    throw invalid('Invalid Condition: it takes an operation, a field and a value.')
  const named = operator.toLowerCase()
  if (named !== 'eq' && named !== 'starts-with') throw invalid(`Invalid Condition: unknown operation '${operator}'.`)
  if (!field.startsWith('$')) throw invalid('Invalid Condition: the name of a field begins with $.')
  return { operator: named, field: field.slice(1).toLowerCase(), value }
}

function readSimple(condition: unknown): Condition {
  if (typeof condition !== 'object' || condition === null) throw invalid('Invalid Condition.')
  const entries = Object.entries(condition)
  const [entry] = entries
  if (entries.length !== 1 || entry === undefined)
    throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.')
  if (!isText(entry[1])) throw invalid('Invalid Simple-Condition: value must be a string.')
  return { operator: 'eq', field: entry[0].toLowerCase(), value: entry[1] }
}

const invalid = (what: string): ApiError => new ApiError('InvalidPolicyDocument', `Invalid Policy: ${what}`)

/**
 * Throws AccessDenied unless the policy is in force and the fields are what it says: each condition met, and each field named by one.
 * `fields` are by name in lower case, that of the bucket among them.
 */
export function checkPolicy(policy: FormPolicy, fields: ReadonlyMap<string, string>, nowMs: number): void {
  if (policy.expirationMs <= nowMs) throw denied('Policy expired.')
  for (const condition of policy.conditions) {
    if (meets(fields.get(condition.field), condition)) continue
    const told = [condition.operator, `$${condition.field}`, condition.value].map((text) => JSON.stringify(text))
    throw denied(`Policy Condition failed: [${told.join(', ')}]`)
  }
  const named = new Set(policy.conditions.map(({ field }) => field))
  const extra = [...fields.keys()].filter((name) => !named.has(name) && !isFree(name))
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`)
}

function meets(sent: string | undefined, { operator, field, value }: Condition): boolean {
  // Any value at all: then none as well.
  if (operator === 'starts-with' && value === '') return true
  if (sent === undefined) return false
  if (operator === 'eq') return sent === value
  // A list of types: each of them must begin so.
  if (field === 'content-type') return sent.split(',').every((type) => type.trim().startsWith(value))
  return sent.startsWith(value)
}

const free: ReadonlySet<string> = new Set(['awsaccesskeyid', 'signature', 'policy', 'x-amz-signature'])

/** Fields that no condition need name. A checksum lets nothing in that would not be let in without it. */
const isFree = (name: string): boolean =>
  free.has(name) || name.startsWith('x-ignore-') || name.startsWith('x-amz-checksum-')

const denied = (why: string): ApiError => new ApiError('AccessDenied', `Invalid according to Policy: ${why}`)
