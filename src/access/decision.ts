/**
 * Why `authorize` decides as it does, in a sentence for people: which statement of which policy it was. What is decided is what authorize.ts says;
 * here it is only looked for where that came from, so that nothing is slower for being explained.
 */
import { isShut, refusalOf, type Question } from './authorize.ts'
import { decidedBy, type Deciding } from './policy/evaluate.ts'
import type { PolicyRequest } from './policy/policy.ts'

export interface Decision {
  readonly allowed: boolean
  /** A sentence. */
  readonly because: string
}

/** May be asked long after the request: it evaluates once more what was evaluated then. */
export function decisionOn(question: Question): Decision {
  const { identity, action, resource, under, bucketPolicy, context } = question
  const request: PolicyRequest = { principal: identity, action, resource, under, context }
  const byBucket = bucketPolicy === undefined ? undefined : decidedBy(bucketPolicy, request)
  const refusal = refusalOf(question)
  if (refusal === 'resource-based') {
    return { allowed: false, because: `${statementOf(byBucket)} denies it.` }
  }
  const byUser = decidedByUser(question, request)
  if (refusal === 'identity-based') return { allowed: false, because: `${byUser.policy} denies it.` }
  if (refusal !== undefined) return { allowed: false, because: whyNotAllowed(question, byBucket, byUser) }
  return { allowed: true, because: whyAllowed(question, byBucket, byUser) }
}

/** What the policies of the user who asks say; of an account's root, nothing that is worth naming. */
interface ByUser extends Deciding {
  /** `User policy "no-film"`. */
  readonly policy: string
}

function decidedByUser({ identity }: Question, request: PolicyRequest): ByUser {
  let found: ByUser = { verdict: undefined, statement: undefined, policy: '' }
  for (const policy of identity?.user?.policies ?? []) {
    const one = { ...decidedBy(policy, request), policy: nameOf(policy.name) }
    if (one.verdict === 'Deny') return one
    if (found.verdict === undefined && one.statement !== undefined) found = one
  }
  return found
}

const nameOf = (policy: string | undefined): string =>
  policy === undefined ? "The user's role" : `User policy ${JSON.stringify(policy)}`

const statementOf = (deciding: Deciding | undefined): string =>
  `Statement ${deciding?.statement?.name ?? ''} of the bucket policy`

function whyNotAllowed(question: Question, byBucket: Deciding | undefined, byUser: ByUser): string {
  const { identity, ownerId, bucketOwnerId = ownerId, bucketPolicy } = question
  const isOwn = identity !== undefined && identity.accountId === ownerId
  const given = byBucket?.verdict === 'Allow' || byBucket?.verdict === 'Delegate'
  if (!isOwn && identity?.user !== undefined && byUser.verdict !== 'Allow')
    return `${noneOf(byUser, 'No policy of the user')}, and its own account must allow it too.`
  if (given && isShut(question) && identity?.accountId !== bucketOwnerId)
    return `The public access block (RestrictPublicBuckets) overrides the policy: ${lower(statementOf(byBucket))} would allow it.`
  if (
    isOwn &&
    question.policyIsExclusive === true &&
    bucketPolicy !== undefined &&
    (byUser.verdict === 'Allow' || identity.user === undefined)
  )
    return "The bucket has a policy, and what that does not allow is denied to the owner's account too (policy.exclusive)."
  if (given && ownerId !== bucketOwnerId)
    return 'The object belongs to another account, and the bucket policy cannot give it away.'
  if (byBucket?.unmet === true) return `${statementOf(byBucket)} would allow it, but its conditions do not hold.`
  if (isOwn && byUser.unmet === true) return `${noneOf(byUser, '')}.`
  const acl =
    question.aclAllows === undefined
      ? ''
      : question.aclIgnoresPublic === true
        ? ', and public ACLs are ignored (IgnorePublicAcls of the public access block)'
        : ', and no ACL does'
  return `No policy allows it${acl}.`
}

const noneOf = ({ unmet, policy, statement }: ByUser, otherwise: string): string =>
  unmet === true
    ? `Statement ${statement?.name ?? ''} of ${lower(policy)} would allow it, but its conditions do not hold`
    : `${otherwise} allows it`

const lower = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

function whyAllowed(question: Question, byBucket: Deciding | undefined, byUser: ByUser): string {
  const { identity, ownerId, bucketPolicy } = question
  const isOwn = identity !== undefined && identity.accountId === ownerId
  const exclusive = question.policyIsExclusive === true && bucketPolicy !== undefined
  if (isOwn && !exclusive && identity.user === undefined) return 'It belongs to the account, and no policy denies it.'
  if (isOwn && !exclusive && byUser.verdict === 'Allow') return `${byUser.policy} allows it.`
  if (byBucket?.verdict !== undefined && byBucket.verdict !== 'Deny') {
    const whom = identity === undefined ? ' to everyone' : ''
    return `${statementOf(byBucket)} allows it${whom}.`
  }
  if (byBucket?.verdict === 'Deny') return 'No policy takes this away from the owner of the bucket.'
  if (question.aclAllows?.() === true) return 'An ACL allows it.'
  return byUser.verdict === 'Allow' ? `${byUser.policy} allows it.` : 'Its account may do this.'
}
