/** A policy as it is after parsing: every statement made ready to be asked (AWS IAM User Guide, "IAM JSON policy reference"). */

/**
 * What a request says under a condition key: its values, or undefined where the key is not in the request. Keys are in lower case, but for
 * what follows a slash (`s3:existingobjecttag/Project`). Asked lazily, and only for keys that a policy names; keys of the principal
 * (`aws:username`, …) are answered by the engine itself. The values never come from headers that a client may set freely, but for the
 * keys that AWS defines as such (`aws:referer`, `aws:useragent`, `s3:x-amz-…`).
 */
export type ConditionContext = (key: string) => readonly string[] | undefined

/** Who asks: an account's root, or a user of it. */
export interface Principal {
  /** 64 hex digits. */
  readonly accountId: string
  readonly user?: { readonly id: string; readonly name: string } | undefined
}

/** What a policy is asked. */
export interface PolicyRequest {
  /** Undefined where nobody has signed. */
  readonly principal: Principal | undefined
  /** AWS's name: `s3:PutObject`. */
  readonly action: string
  /** As at the end of an ARN: `bucket`, `bucket/key`, or `*`. */
  readonly resource: string
  /** Where it is on all whose names begin so, whichever they are: `bucket/`. Then `resource` does not count. */
  readonly under?: string | undefined
  readonly context: ConditionContext | undefined
}

/** Whether a text, or the request as a whole, is what a part of a statement names. */
export type TextTest = (text: string, request: PolicyRequest) => boolean
export type RequestTest = (request: PolicyRequest) => boolean

/** How a principal is named: as itself (`direct`), or, being a user, by its account alone (`account`). */
export type PrincipalMatch = 'direct' | 'account' | undefined

/** `some`: at most; what a statement has in variables may be anything. */
export type Reach = 'all' | 'some' | 'none'

export interface Statement {
  /** As people find it: its Sid in quotes, or `3`, which of them it is. */
  readonly name: string
  readonly effect: 'Allow' | 'Deny'
  /** Takes the action's name in lower case. */
  readonly action: (action: string) => boolean
  readonly resource: TextTest
  /** How much it names of all that begins with the prefix. */
  readonly reach: (prefix: string) => Reach
  /** Its conditions speak of the tags of the object asked for. */
  readonly ofTags: boolean
  /** Undefined in identity policies: whoever the policy is attached to. */
  readonly principal: ((principal: Principal | undefined) => PrincipalMatch) | undefined
  /** All must hold. */
  readonly conditions: readonly RequestTest[]
}

export interface Policy {
  /** What it is called where it is one of several. */
  readonly name?: string | undefined
  /** Those that deny come first, so that the first that applies decides. */
  readonly statements: readonly Statement[]
  /** See `isPublic`. */
  readonly isPublic: boolean
  /** The condition keys that it asks for, as a ConditionContext is asked for them. */
  readonly keys: ReadonlySet<string>
}
