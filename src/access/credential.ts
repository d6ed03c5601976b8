/** What a signature is checked against. */

export interface Credential {
  readonly accessKeyId: string
  /** In clear: never logged, never serialised. */
  readonly secret: string
  readonly accountId: string
}

/** Finds the credential of an active access key; undefined where there is none, or it is inactive. */
export type FindCredential = (accessKeyId: string) => Credential | undefined | PromiseLike<Credential | undefined>
