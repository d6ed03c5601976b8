/** What a policy says of a request (IAM User Guide, "Policy evaluation logic"). */
import type { Policy, PolicyRequest, Statement } from './policy.ts'

/**
 * `Deny`: forbidden, whatever else allows it. `Allow`: allowed. `Delegate`: allowed to the account of the user who asks, which has still to
 * allow it to its user by an identity policy. Undefined: the policy says nothing.
 */
export type Verdict = 'Allow' | 'Delegate' | 'Deny' | undefined

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

function matchOf({ action, resource, principal, conditions }: Statement, name: string, request: PolicyRequest) {
  if (!action(name)) return undefined
  const match = principal === undefined ? 'direct' : principal(request.principal)
  if (match === undefined || !resource(request.resource, request)) return undefined
  for (const condition of conditions) if (!condition(request)) return undefined
  return match
}
