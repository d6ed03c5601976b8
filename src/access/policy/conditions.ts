/** The `Condition` of a statement: every operator and key must hold, by any of its values. */
import { conditionKey, type ConditionKey } from './condition-keys.ts'
import { isWide, parseIpRange } from './ip-ranges.ts'
import { malformed } from './malformed.ts'
import { operators, type Operator, type TextKind } from './operators.ts'
import type { RequestTest, TextTest } from './policy.ts'
import { isObject, type Json } from './read-document.ts'
import { listOf } from './values.ts'

export interface Conditions {
  readonly tests: readonly RequestTest[]
  /** Whether one of them limits the statement to a fixed set of those who ask; see `isPublic`. */
  readonly isLimiting: boolean
}

/** Throws MalformedPolicy. */
export function parseConditions(written: Json | undefined, kind: TextKind): Conditions {
  if (written === undefined) return { tests: [], isLimiting: false }
  if (!isObject(written)) throw malformed()
  const tests: RequestTest[] = []
  let isLimiting = false
  for (const [operator, block] of Object.entries(written)) {
    const condition = parseOperator(operator)
    if (!isObject(block)) throw malformed()
    for (const [name, value] of Object.entries(block)) {
      const key = conditionKey(name, kind)
      const values = readValues(value)
      tests.push(condition.isNull ? nullTest(key, values) : testOf(key, condition, values, kind))
      if (!condition.isNull && limits(key, condition, values)) isLimiting = true
    }
  }
  return { tests, isLimiting }
}

interface Comparison {
  readonly isNull: false
  readonly name: string
  readonly operator: Operator
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | undefined
  readonly ifExists: boolean
}

const shape = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/

function parseOperator(written: string): Comparison | { readonly isNull: true } {
  if (written === 'Null') return { isNull: true }
  const [, quantifier, name = '', ifExists] = shape.exec(written) ?? []
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined
  if (operator === undefined) throw malformed(`Invalid Condition type : ${written}`)
  return {
    isNull: false,
    name,
    operator,
    quantifier: quantifier as Comparison['quantifier'],
    ifExists: ifExists !== undefined,
  }
}

function readValues(written: Json): readonly string[] {
  const list = listOf(written)
  if (list.length === 0) throw malformed()
  return list.map((value) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw malformed()
    return String(value)
  })
}

/** `Null: true` holds where the request has no such key. */
function nullTest({ ask }: ConditionKey, values: readonly string[]): RequestTest {
  const wanted = values.map((value) => value.toLowerCase())
  if (!wanted.every((value) => value === 'true' || value === 'false')) throw malformed()
  return (request) => {
    const absent = (ask(request)?.length ?? 0) === 0
    return wanted.includes(absent ? 'true' : 'false')
  }
}

/** What holds of a request without the key: AWS lets negated operators hold, and those with IfExists, and ForAllValues of nothing. */
const holdsWithout = ({ operator, quantifier, ifExists }: Comparison): boolean =>
  ifExists || quantifier === 'ForAllValues' || (quantifier === undefined && operator.negated)

function testOf({ ask }: ConditionKey, comparison: Comparison, values: readonly string[], kind: TextKind): RequestTest {
  const { operator, quantifier } = comparison
  const { negated } = operator
  const without = holdsWithout(comparison)
  const wanted = values.map((value) => operator.compile(value, kind))
  const isOne: TextTest =
    wanted.length === 1 ? wanted[0]! : (text, request) => wanted.some((test) => test(text, request))
  return (request) => {
    const asked = ask(request)
    if (asked === undefined || asked.length === 0) return without
    if (quantifier === undefined) return asked.some((text) => isOne(text, request)) !== negated
    if (quantifier === 'ForAllValues') return asked.every((text) => isOne(text, request) !== negated)
    return asked.some((text) => isOne(text, request) !== negated)
  }
}

/** Keys that say who asks or from where, so that a statement with fixed values of one is not public. */
const limitingKeys: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
])

const limitingOperators: ReadonlySet<string> = new Set([
  'StringEquals',
  'StringEqualsIgnoreCase',
  'StringLike',
  'ArnEquals',
  'ArnLike',
])

function limits({ name }: ConditionKey, comparison: Comparison, values: readonly string[]): boolean {
  if (comparison.ifExists || comparison.quantifier === 'ForAllValues') return false
  if (comparison.name === 'IpAddress') {
    return name === 'aws:sourceip' && values.every((value) => !isWide(parseIpRange(value)!))
  }
  if (!limitingOperators.has(comparison.name)) return false
  if (name === 's3:dataaccesspointarn') return values.every(hasFixedAccount)
  return limitingKeys.has(name) && values.every(isFixed)
}

/** Without a wildcard or a variable. */
const isFixed = (value: string): boolean => !/[*?]|\$\{/.test(value)

/** The name of an access point may be open where its account is not. */
const hasFixedAccount = (arn: string): boolean => {
  const account = arn.split(':')[4] ?? ''
  return account !== '' && isFixed(account) && !arn.includes('${')
}
