/** What the delivery front asks of tokens: may the one who holds this token read this object, and if not, why. */
import type { HttpRequest } from '../http/message.ts'
import type { Bucket } from '../objects/bucket.ts'

/** What a token is held against. */
export interface Asked {
  readonly bucket: Bucket
  /** The object's key, decoded once. */
  readonly key: string
  readonly request: HttpRequest
}

/** A token that is good for what was asked. */
export interface Grant {
  /** Milliseconds since 1970 at which the token expires; undefined where it never does. */
  readonly expiresMs: number | undefined
  /** Bytes a second, where the token limits them. */
  readonly rate: number | undefined
  /** What it grants, as a key's prefix by whole segments or a whole key; '' for the bucket. */
  readonly uri: string
  /** All claims, custom ones included. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Why a token does not open what was asked: told to its holder, who can do something about it. */
export type RefusalReason =
  | 'missing'
  | 'malformed'
  | 'algorithm'
  | 'unknown-key'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'revoked'
  | 'uri'
  | 'address'
  | 'referrer'
  | 'country'
  | 'method'

export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
  readonly reason: RefusalReason

  /** `message` is a sentence for the holder; nothing of the token but its times and its `uri` stands in it. */
  constructor(reason: RefusalReason, message: string) {
    super(message)
    this.reason = reason
  }
}

export interface TokenGate {
  /** Throws TokenRefused. A token that was verified before is answered at once, as long as it and its key are in force. */
  admit(token: string, asked: Asked): Grant | Promise<Grant>
}
