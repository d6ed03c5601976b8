/**
 * Reads a policy (IAM User Guide, "Grammar of the IAM JSON policy language"), strictly: what would be passed over in silence is refused, since a
 * misspelt element of a policy opens a bucket.
 */
import { actionsOf } from './actions.ts'
import { parseConditions, type Conditions } from './conditions.ts'
import { malformed } from './malformed.ts'
import { canMatch, compilePattern, matchesAll, tokenize, type PatternKind, type Token } from './pattern.ts'
import type { Policy, Reach, Statement, TextTest } from './policy.ts'
import { isAmong, isNotAmong, parsePrincipals } from './principals.ts'
import { isObject, readDocument, type Json } from './read-document.ts'
import { listOf, textsOf } from './values.ts'
import { star } from './wildcard.ts'

export type PolicyKind = 'bucket' | 'identity'

type Element = Readonly<Record<string, Json>>

/** What all statements of a policy share. */
interface Scope {
  /** The bucket that the policy is put on; undefined in an identity policy. */
  readonly bucket: string | undefined
  readonly lenient: boolean
  readonly text: PatternKind
}

interface ParsedStatement {
  readonly statement: Statement
  readonly sid: string
  readonly isPublic: boolean
}

export interface ParseOptions {
  /**
   * Takes statements that say nothing about anybody, as Ceph does: with principals that cannot be, or actions that are on none of their
   * resources. They match nothing.
   */
  readonly lenient?: boolean | undefined
}

/**
 * A policy, ready to be asked. A bucket policy (`bucket` is its bucket) must name principals, and resources of that bucket; an identity
 * policy names no principal, and any resource. At most 20,480 bytes. Throws MalformedPolicy, and nothing else.
 */
export function parsePolicy(text: string, kind: 'bucket', bucket: string, options?: ParseOptions): Policy
export function parsePolicy(text: string, kind: 'identity'): Policy
export function parsePolicy(
  text: string,
  kind: PolicyKind,
  bucket?: string,
  { lenient = false }: ParseOptions = {},
): Policy {
  const document = readDocument(text)
  refuseUnknown(document, ['Version', 'Id', 'Statement'])
  const version = document['Version'] ?? '2008-10-17'
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string')
  }
  if (document['Id'] !== undefined && typeof document['Id'] !== 'string') throw malformed()
  const statements = listOf(required(document, 'Statement'))
  if (statements.length === 0) throw malformed('Could not parse the policy: Statement is empty!')
  const isIdentity = kind === 'identity'
  const keys = new Set<string>()
  const scope: Scope = {
    bucket: isIdentity ? undefined : bucket,
    lenient,
    text: { wildcards: true, variables: version === '2012-10-17', foreign: isIdentity, keys },
  }
  const parsed = statements.map((statement, index) => parseStatement(statement, index, scope))
  refuseSameSids(parsed)
  const all = parsed.map(({ statement }) => statement)
  return {
    statements: [...all.filter(({ effect }) => effect === 'Deny'), ...all.filter(({ effect }) => effect === 'Allow')],
    isPublic: parsed.some(({ isPublic }) => isPublic),
    keys,
  }
}

const statementElements = [
  ...['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
]

function parseStatement(written: Json, index: number, scope: Scope): ParsedStatement {
  if (!isObject(written)) throw malformed()
  refuseUnknown(written, statementElements)
  const sid = written['Sid'] ?? ''
  if (typeof sid !== 'string') throw malformed()
  const effect = required(written, 'Effect')
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw malformed(`Invalid effect: ${typeof effect === 'string' ? effect : JSON.stringify(effect)}`)
  }
  const principal = parsePrincipal(written, effect, scope)
  const actions = parseActions(written, scope)
  const resources = parseResources(written, scope)
  if (scope.bucket !== undefined && !scope.lenient) refuseUnrelated(actions, resources, scope.bucket)
  const keys = new Set<string>()
  const conditions: Conditions = parseConditions(written['Condition'], { ...scope.text, keys })
  for (const key of keys) scope.text.keys.add(key)
  return {
    sid,
    isPublic: effect === 'Allow' && principal?.isOpen === true && !conditions.isLimiting,
    statement: {
      name: sid === '' ? String(index + 1) : JSON.stringify(sid),
      effect,
      action: actionTest(actions),
      resource: resourceTest(resources),
      reach: reachOf(resources),
      ofTags: [...keys].some((key) => key.startsWith('s3:existingobjecttag/')),
      principal: principal?.match,
      conditions: conditions.tests,
    },
  }
}

function parsePrincipal(written: Element, effect: 'Allow' | 'Deny', { bucket, lenient }: Scope) {
  const [principal, notPrincipal] = [written['Principal'], written['NotPrincipal']]
  if (bucket === undefined) {
    if (principal === undefined && notPrincipal === undefined) return undefined
    throw malformed('Policy document should not specify a principal.')
  }
  if (principal !== undefined && notPrincipal !== undefined) throw malformed()
  if (notPrincipal !== undefined) {
    // IAM User Guide, "NotPrincipal": everybody else would be everybody who has not signed.
    if (effect === 'Allow') throw malformed('Allow with NotPrincipal is not allowed.')
    return { match: isNotAmong(parsePrincipals(notPrincipal, lenient)), isOpen: false }
  }
  const named = parsePrincipals(required(written, 'Principal'), lenient)
  return { match: isAmong(named), isOpen: named.everybody }
}

interface Patterns {
  /** Named by `NotResource`. */
  readonly negated: boolean
  readonly patterns: readonly (readonly Token[])[]
}

/** The texts of `<name>` or `Not<name>`, of which there is one. */
function eitherOf(
  written: Element,
  name: 'Action' | 'Resource',
  fault: string,
): { texts: readonly string[]; negated: boolean } {
  const [named, excluded] = [written[name], written[`Not${name}`]]
  if (named !== undefined && excluded !== undefined) throw malformed()
  const texts = textsOf(excluded ?? required(written, name))
  if (texts === undefined) throw malformed(fault)
  return { texts, negated: excluded !== undefined }
}

/** A name, perhaps with wildcards, and whether an action (in lower case) is like it. */
interface ActionPattern {
  readonly name: string
  readonly isLike: (action: string) => boolean
}

interface Actions {
  /** Named by `NotAction`. */
  readonly negated: boolean
  readonly patterns: readonly ActionPattern[]
}

/** Longer than any action. */
const actionLengthMax = 128
const actionShape = /^(?:\*|[a-z0-9-]+:[a-z0-9*?]+)$/

function parseActions(written: Element, { bucket, text }: Scope): Actions {
  const fault = 'Policy has invalid action'
  const { texts, negated } = eitherOf(written, 'Action', fault)
  const patterns = texts.map((action): ActionPattern => {
    const name = action.toLowerCase()
    if (name.length > actionLengthMax || !actionShape.test(name)) throw malformed(fault)
    const test = compilePattern(tokenize(name, { ...text, variables: false }))
    // Without variables nothing is asked of the request.
    const pattern = { name, isLike: (asked: string) => test(asked, nobody) }
    if (bucket !== undefined && !bucketActions.some(pattern.isLike)) throw malformed(fault)
    return pattern
  })
  return { negated, patterns }
}

const bucketActions = [...actionsOf.bucket, ...actionsOf.object]
const nobody = { principal: undefined, action: '', resource: '', context: undefined }

const arnOfS3 = 'arn:aws:s3:::'

/** Resources as what follows `arn:aws:s3:::`; those of other services, which an identity policy may name, are left out. */
function parseResources(written: Element, { bucket, text: kind }: Scope): Patterns {
  const fault = 'Policy has invalid resource'
  const { texts, negated } = eitherOf(written, 'Resource', fault)
  const patterns = texts.flatMap((text): (readonly Token[])[] => {
    if (bucket === undefined && text === '*') return [[star]]
    if (bucket === undefined && isForeignResource(text)) return []
    if (!text.startsWith(arnOfS3) || text.length === arnOfS3.length) throw malformed(fault)
    const tokens = tokenize(text.slice(arnOfS3.length), kind)
    if (bucket !== undefined && !canMatch(tokens, bucket, 'whole') && !canMatch(tokens, `${bucket}/`, 'start')) {
      throw malformed(fault)
    }
    return [tokens]
  })
  return { negated, patterns }
}

const isForeignResource = (text: string): boolean => /^arn:[a-z-]+:(?!s3:)[a-z0-9-]+:[^:]*:[^:]*:./.test(text)

/** Throws MalformedPolicy where an action that a statement names is on none of the resources that it names. */
function refuseUnrelated(actions: Actions, resources: Patterns, bucket: string): void {
  if (actions.negated || resources.negated) return
  const hasBucket = resources.patterns.some((tokens) => canMatch(tokens, bucket, 'whole'))
  const hasObjects = resources.patterns.some((tokens) => canMatch(tokens, `${bucket}/`, 'start'))
  const related = [...(hasBucket ? actionsOf.bucket : []), ...(hasObjects ? actionsOf.object : [])]
  for (const { isLike } of actions.patterns) {
    if (!related.some(isLike)) throw malformed('Action does not apply to any resource(s) in statement')
  }
}

function actionTest({ negated, patterns }: Actions): (action: string) => boolean {
  const names = new Set(patterns.map(({ name }) => name))
  const others = patterns.filter(({ name }) => /[*?]/.test(name))
  const isNamed = (action: string): boolean => names.has(action) || others.some(({ isLike }) => isLike(action))
  return negated ? (action) => !isNamed(action) : isNamed
}

function resourceTest({ negated, patterns }: Patterns): TextTest {
  const tests = patterns.map(compilePattern)
  const [only] = tests
  if (!negated && tests.length === 1) return only!
  return (resource, request) => tests.some((test) => test(resource, request)) !== negated
}

const reachOf =
  ({ negated, patterns }: Patterns) =>
  (prefix: string): Reach => {
    const all = patterns.some((tokens) => matchesAll(tokens, prefix))
    const some = patterns.some((tokens) => canMatch(tokens, prefix, 'start'))
    if (negated) return all ? 'none' : some ? 'some' : 'all'
    return all ? 'all' : some ? 'some' : 'none'
  }

function refuseUnknown(written: Element, known: readonly string[]): void {
  for (const name of Object.keys(written)) if (!known.includes(name)) throw malformed(`Unknown field ${name}`)
}

function required(written: Element, name: string): Json {
  const value = Object.hasOwn(written, name) ? written[name] : undefined
  if (value === undefined || value === null) throw malformed(`Missing required field ${name}`)
  return value
}

function refuseSameSids(parsed: readonly ParsedStatement[]): void {
  const sids = new Set<string>()
  for (const { sid } of parsed) {
    if (sid !== '' && sids.has(sid)) throw malformed('Statement IDs (SID) in a single policy must be unique.')
    sids.add(sid)
  }
}
