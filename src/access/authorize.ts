/**
 * The one place that decides whether somebody may do something. What nothing allows is denied, and what anything denies is denied
 * (Amazon S3 User Guide, "How Amazon S3 authorizes a request"; IAM User Guide, "Policy evaluation logic").
 */
import { ApiError } from '../base/errors.ts'
import type { Credential } from './credential.ts'
import { evaluate, type Verdict } from './policy/evaluate.ts'
import { isPublic } from './policy/is-public.ts'
import type { ConditionContext, Policy, PolicyRequest } from './policy/policy.ts'
import { arnOf } from './policy/principals.ts'

/** Who asks: what authentication has proved. */
export type Identity = Pick<Credential, 'accessKeyId' | 'accountId' | 'user'>

/** What is asked. */
export interface Question<I extends Identity | undefined = Identity | undefined> {
  /** Undefined where nobody signed the request. */
  readonly identity: I
  /** AWS's name of the action: `s3:PutObject`. */
  readonly action: string
  /** What it is on, as at the end of an ARN: `bucket`, `bucket/key`, or `*`. */
  readonly resource: string
  /** Where it is on all whose names begin so; see `PolicyRequest`. */
  readonly under?: string | undefined
  /**
   * The account that owns what is acted on: the bucket, or the object where ACLs let objects have owners of their own. Undefined where the
   * action is not on a bucket that exists.
   */
  readonly ownerId: string | undefined
  /** The account that owns the bucket, where that is not `ownerId`. */
  readonly bucketOwnerId?: string | undefined
  readonly bucketPolicy?: Policy | undefined
  /** The bucket's RestrictPublicBuckets: a public policy lets nobody in but the owner's account. */
  readonly restrictPublicBuckets?: boolean | undefined
  /** What the bucket's policy does not allow is denied to the owner's account too, if there is a policy (Selectel). */
  readonly policyIsExclusive?: boolean | undefined
  /** Whether an access control list allows it; asked last, and never for what an account's user is not allowed by its own account. */
  readonly aclAllows?: (() => boolean) | undefined
  /** Whether that ACL's grants to the public do not count: told to those who ask why. */
  readonly aclIgnoresPublic?: boolean | undefined
  readonly context?: ConditionContext | undefined
}

/** AccessDenied with what was asked, for those who explain it later; nothing of that is sent. */
export class Denied extends ApiError {
  readonly question: Question

  constructor(question: Question, message: string | undefined) {
    super('AccessDenied', message)
    this.question = question
  }
}

class AuthorizedAction<I extends Identity | undefined> {
  /** Nominal: no other object is one of these, and only `authorize` makes them. */
  readonly #brand = true
  /** Undefined where it is allowed to anybody, and nobody signed. */
  readonly identity: I
  readonly action: string
  readonly resource: string

  constructor({ identity, action, resource }: Question<I>) {
    this.identity = identity
    this.action = action
    this.resource = resource
  }

  static is(value: unknown): value is AuthorizedAction<Identity | undefined> {
    return typeof value === 'object' && value !== null && #brand in value && value.#brand
  }
}

/** The proof that `authorize` has allowed an action on a resource: what a handler asks for before it does anything. */
export type Authorized<I extends Identity | undefined = Identity | undefined> = AuthorizedAction<I>

export const isAuthorized = (value: unknown): value is Authorized => AuthorizedAction.is(value)

/** Throws AccessDenied where nothing allows it, or anything denies it. */
export function authorize<I extends Identity | undefined>(question: Question<I>): Authorized<I> {
  const refusal = refusalOf(question)
  if (refusal !== undefined) throw new Denied(question, explain(question, refusal))
  return new AuthorizedAction(question)
}

/** As `authorize`, without its proof and without its error. */
export const may = (question: Question): boolean => refusalOf(question) === undefined

/** What any account may do, since it touches nobody's bucket. */
const accountActions: ReadonlySet<string> = new Set(['s3:CreateBucket', 's3:ListAllMyBuckets'])

/** What the root of a bucket's owner can never be denied, so that no policy locks a bucket for good. */
const policyActions: ReadonlySet<string> = new Set([
  's3:GetBucketPolicy',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
])

/** What is up to the bucket's owner, whoever owns the object. */
const bucketOwnersActions: ReadonlySet<string> = new Set([
  's3:AbortMultipartUpload',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
])

/** Why not: denied by the bucket's policy, denied by an identity policy, or allowed by none. */
export type DenialKind = 'resource-based' | 'identity-based' | 'not allowed'

/** Undefined where it is allowed. */
export function refusalOf(question: Question): DenialKind | undefined {
  const { identity, action, resource, under, bucketPolicy, context } = question
  // Most requests by far: a key of the owner's, on a bucket without a policy.
  if (isRootOf(identity, question.ownerId) && bucketPolicy === undefined && question.bucketOwnerId === undefined) {
    return undefined
  }
  const bucketOwnerId = question.bucketOwnerId ?? question.ownerId
  const request: PolicyRequest = { principal: identity, action, resource, under, context }

  // 1. What anything denies.
  let byBucket = bucketPolicy === undefined ? undefined : evaluate(bucketPolicy, request)
  if (byBucket === 'Deny') {
    if (!isRootOf(identity, bucketOwnerId) || !policyActions.has(action)) return 'resource-based'
    byBucket = undefined
  }
  const byAccount = identity === undefined ? undefined : verdictOfAccount(identity, request)
  if (byAccount === 'Deny') return 'identity-based'

  // 2. What the account of the one who asks may do by itself.
  if (question.ownerId === undefined) {
    if (byAccount === 'Allow' && accountActions.has(action)) return undefined
    return identity === undefined && question.aclAllows?.() === true ? undefined : 'not allowed'
  }
  const ownerId = bucketOwnersActions.has(action) ? bucketOwnerId : question.ownerId
  // A bucket's policy gives away what its owner owns, and nothing else.
  if (ownerId !== bucketOwnerId) byBucket = undefined
  if (identity?.accountId === ownerId) {
    if (question.policyIsExclusive === true && bucketPolicy !== undefined && !policyActions.has(action)) {
      return byBucket === 'Allow' || (byBucket === 'Delegate' && byAccount === 'Allow') ? undefined : 'not allowed'
    }
    return byAccount === 'Allow' || byBucket === 'Allow' ? undefined : 'not allowed'
  }

  // 3. What is another account's must be given by that one, and, to a user, by its own account too.
  if (identity !== undefined && byAccount !== 'Allow') return 'not allowed'
  if (isShut(question) && identity?.accountId !== bucketOwnerId) return 'not allowed'
  if (byBucket === 'Allow' || byBucket === 'Delegate') return undefined
  return question.aclAllows?.() === true ? undefined : 'not allowed'
}

const isRootOf = (identity: Identity | undefined, accountId: string | undefined): boolean =>
  identity !== undefined && identity.user === undefined && identity.accountId === accountId

/** What an account says of its own: everything to its root, to a user what its policies do. */
function verdictOfAccount({ user }: Identity, request: PolicyRequest): Verdict {
  if (user === undefined) return 'Allow'
  let verdict: Verdict
  for (const policy of user.policies) {
    const one = evaluate(policy, request)
    if (one === 'Deny') return 'Deny'
    verdict = one ?? verdict
  }
  return verdict
}

/** Whether RestrictPublicBuckets keeps out everybody but the owner's account. */
export const isShut = ({ restrictPublicBuckets, bucketPolicy }: Question): boolean =>
  restrictPublicBuckets === true && bucketPolicy !== undefined && isPublic(bucketPolicy)

/** As AWS explains it, to those only who belong to the account whose affair it is. */
function explain({ identity, action, resource, ownerId }: Question, refusal: DenialKind): string | undefined {
  if (identity === undefined || (ownerId !== undefined && ownerId !== identity.accountId)) return undefined
  const reason =
    refusal === 'not allowed'
      ? `because no identity-based policy allows the ${action} action`
      : `with an explicit deny in ${refusal === 'resource-based' ? 'a' : 'an'} ${refusal} policy`
  return `User: ${arnOf(identity)} is not authorized to perform: ${action} on resource: "arn:aws:s3:::${resource}" ${reason}`
}
