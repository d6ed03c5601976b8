/** What a policy says of a request (IAM User Guide, "Policy evaluation logic"). */
import type { Policy, PolicyRequest, Statement } from './policy.ts'

/**
 * `Deny`: forbidden, whatever else allows it. `Allow`: allowed. `Delegate`: allowed to the account of the user who asks, which has still to
 * allow it to its user by an identity policy. Undefined: the policy says nothing.
 */
export type Verdict = 'Allow' | 'Delegate' | 'Deny' | undefined

/** Of a request that is on all `under` a prefix: what is denied of some of that is denied, and allowed what is allowed of all. */
export function evaluate(policy: Policy, request: PolicyRequest): Verdict {
  const action = request.action.toLowerCase()
  let verdict: Verdict
  for (const statement of policy.statements) {
    const match = matchOf(statement, action, request)
    if (match === undefined) continue
    if (statement.effect === 'Deny') return 'Deny'
    if (match === 'direct') return 'Allow'
    verdict = 'Delegate'
  }
  return verdict
}

/** The statement that decides, and where none does, one that would allow it but for its conditions. */
export interface Deciding {
  readonly verdict: Verdict
  readonly statement: Statement | undefined
  /** Its conditions do not hold: it decides nothing. */
  readonly unmet?: boolean
}

/** As `evaluate`, for people: which statement it was. */
export function decidedBy(policy: Policy, request: PolicyRequest): Deciding {
  const action = request.action.toLowerCase()
  let found: Deciding = { verdict: undefined, statement: undefined }
  for (const statement of policy.statements) {
    const match = matchOf(statement, action, request)
    if (match !== undefined) {
      if (statement.effect === 'Deny') return { verdict: 'Deny', statement }
      if (match === 'direct') return { verdict: 'Allow', statement }
      found = { verdict: 'Delegate', statement }
    } else if (statement.effect === 'Allow' && found.statement === undefined && statement.conditions.length > 0) {
      const unconditional = { ...statement, conditions: [], ofTags: false }
      if (matchOf(unconditional, action, request) !== undefined) found = { verdict: undefined, statement, unmet: true }
    }
  }
  return found
}

function matchOf(statement: Statement, name: string, request: PolicyRequest) {
  const { action, principal, conditions } = statement
  if (!action(name)) return undefined
  const match = principal === undefined ? 'direct' : principal(request.principal)
  if (match === undefined || !isNamed(statement, request)) return undefined
  // Of many objects some may have the tags.
  if (request.under !== undefined && statement.ofTags) return statement.effect === 'Deny' ? match : undefined
  for (const condition of conditions) if (!condition(request)) return undefined
  return match
}

function isNamed({ effect, resource, reach }: Statement, request: PolicyRequest): boolean {
  if (request.under === undefined) return resource(request.resource, request)
  const named = reach(request.under)
  return named === 'all' || (named === 'some' && effect === 'Deny')
}
