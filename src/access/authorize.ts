/** The one place that decides whether somebody may do something. What nothing allows is denied. */
import { ApiError } from '../base/errors.ts'
import type { Credential } from './credential.ts'

/** Who asks: what authentication has proved. */
export type Identity = Pick<Credential, 'accessKeyId' | 'accountId'>

/** What is asked. */
export interface Question {
  /** Undefined where nobody signed the request. */
  readonly identity: Identity | undefined
  /** AWS's name of the action: `s3:PutObject`. */
  readonly action: string
  /** What it is on, as at the end of an ARN: `bucket`, `bucket/key`, or `*`. */
  readonly resource: string
  /** The account that owns the bucket of the resource; undefined where the action is not on a bucket that exists. */
  readonly ownerId: string | undefined
  /** Condition keys of the request, as policies name them: `aws:SourceIp`. Never taken from headers that a client may set freely. */
  readonly context?: Readonly<Record<string, string>>
}

class AuthorizedAction {
  /** Nominal: no other object is one of these, and only `authorize` makes them. */
  readonly #brand = true
  readonly identity: Identity
  readonly action: string
  readonly resource: string

  constructor(identity: Identity, { action, resource }: Question) {
    this.identity = identity
    this.action = action
    this.resource = resource
  }

  static is(value: unknown): value is AuthorizedAction {
    return typeof value === 'object' && value !== null && #brand in value && value.#brand
  }
}

/** The proof that `authorize` has allowed an action on a resource: what a handler asks for before it does anything. */
export type Authorized = AuthorizedAction

export const isAuthorized = (value: unknown): value is Authorized => AuthorizedAction.is(value)

/** What any account may do, since it touches nobody's bucket. */
const accountActions: ReadonlySet<string> = new Set(['s3:CreateBucket', 's3:ListAllMyBuckets'])

/** Throws AccessDenied unless the one who asks owns the bucket, or the action is one that any account may do. */
export function authorize(question: Question): Authorized {
  const { identity, ownerId, action } = question
  if (identity === undefined) throw new ApiError('AccessDenied')
  const allowed = ownerId === undefined ? accountActions.has(action) : ownerId === identity.accountId
  if (!allowed) throw new ApiError('AccessDenied')
  return new AuthorizedAction(identity, question)
}
