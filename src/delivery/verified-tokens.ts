/** Tokens whose signature was verified, with what they say: so many, and of so many characters together, the oldest leaving first. */
import type { FoundSigningKey } from '../access/find-signing-key.ts'
import type { Claims } from './token-claims.ts'

export interface VerifiedToken {
  /** The very object that was found for its `kid`; another one is another state of the key. */
  readonly key: FoundSigningKey
  readonly claims: Claims
  /** What the stamp of the bucket's revoked tokens was before this one was last looked for among them; only of a token with a `jti`. */
  notRevokedAt: number | undefined
}

export class VerifiedTokens {
  readonly #countMax: number
  readonly #lengthMax: number
  readonly #tokens = new Map<string, VerifiedToken>()
  #length = 0

  constructor({ countMax, lengthMax }: { countMax: number; lengthMax: number }) {
    this.#countMax = countMax
    this.#lengthMax = lengthMax
  }

  get(token: string): VerifiedToken | undefined {
    return this.#tokens.get(token)
  }

  set(token: string, verified: VerifiedToken): void {
    this.delete(token)
    if (token.length > this.#lengthMax) return
    while (this.#tokens.size >= this.#countMax || this.#length + token.length > this.#lengthMax) {
      this.delete(this.#tokens.keys().next().value!)
    }
    // A copy, since a part of a text keeps the whole of it alive: here the request's target.
    this.#tokens.set(Buffer.from(token, 'latin1').toString('latin1'), verified)
    this.#length += token.length
  }

  delete(token: string): void {
    if (this.#tokens.delete(token)) this.#length -= token.length
  }

  get size(): number {
    return this.#tokens.size
  }
}
