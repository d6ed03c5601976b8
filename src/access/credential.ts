/** What a signature is checked against, and who has proved to be there when it is right. */
import type { Clock } from '../base/clock.ts'
import type { Policy } from './policy/policy.ts'

export interface Credential {
  readonly accessKeyId: string
  /** In clear: never logged, never serialised. */
  readonly secret: string
  /** The secret before this one, where that has been given a time in which it counts too. */
  readonly previous?: PreviousSecret | undefined
  readonly accountId: string
  /** The user whose key it is; undefined where it is the account's own, its root's. */
  readonly user?: CredentialUser | undefined
}

export interface PreviousSecret {
  /** In clear: never logged, never serialised. */
  readonly secret: string
  /** From when on it counts no more, in milliseconds since 1970. */
  readonly untilMs: number
}

/** The secret that counts beside the credential's own now; undefined where there is none, or it has had its time. */
export const previousSecretOf = ({ previous }: Credential, clock: Pick<Clock, 'now'>): string | undefined =>
  previous !== undefined && clock.now() < previous.untilMs ? previous.secret : undefined

export interface CredentialUser {
  readonly id: string
  readonly name: string
  /** What the user may do as far as its account is concerned: the policy of its role, then its own. */
  readonly policies: readonly Policy[]
}

/** Finds the credential of an active access key; undefined where there is none, or it is inactive. */
export type FindCredential = (accessKeyId: string) => Credential | undefined | PromiseLike<Credential | undefined>
