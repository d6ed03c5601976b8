/** What a signature is checked against, and who has proved to be there when it is right. */
import type { Policy } from './policy/policy.ts'

export interface Credential {
  readonly accessKeyId: string
  /** In clear: never logged, never serialised. */
  readonly secret: string
  readonly accountId: string
  /** The user whose key it is; undefined where it is the account's own, its root's. */
  readonly user?: CredentialUser | undefined
}

export interface CredentialUser {
  readonly id: string
  readonly name: string
  /** What the user may do as far as its account is concerned: the policy of its role, then its own. */
  readonly policies: readonly Policy[]
}

/** Finds the credential of an active access key; undefined where there is none, or it is inactive. */
export type FindCredential = (accessKeyId: string) => Credential | undefined | PromiseLike<Credential | undefined>
