/**
 * The gate of delivery: verifies a token's signature by one of its bucket's keys (JWS, RFC 7515; RS256 alone), then holds the request against
 * what it says.
 *
 * A signature that was verified is remembered as long as the key's record is the same. Times, path, address and all else are held against
 * each request anew, so a remembered token opens no more than one seen for the first time. Signatures that fail are not remembered.
 */
import { compactVerify, errors } from 'jose'
import type { FindSigningKey, FoundSigningKey, RevokedTokens } from '../access/find-signing-key.ts'
import type { Clock } from '../base/clock.ts'
import type { HttpRequest } from '../http/message.ts'
import type { FindToggles } from '../objects/toggles.ts'
import { readClaims } from './token-claims.ts'
import { holdAgainst, type Surroundings } from './token-conditions.ts'
import { TokenRefused, type Asked, type Grant, type TokenGate } from './token-gate.ts'
import { badSignature, readKid, unknownKey } from './token-header.ts'
import { VerifiedTokens, type VerifiedToken } from './verified-tokens.ts'

export interface TokenGateOptions {
  readonly findSigningKey: FindSigningKey
  readonly revokedTokens: RevokedTokens
  readonly toggles: FindToggles
  readonly clock: Clock
  /** How far a token's maker's clock may be off, 0 to 60; 30 unless given. */
  readonly leewaySeconds?: number | undefined
  /** The header in which a trusted proxy says the client's country. Without it a token with `country` opens nothing. */
  readonly countryHeader?: string | undefined
  /** Whether a trusted proxy sent the request: only then is the country believed. */
  readonly isTrustedPeer?: ((request: HttpRequest) => boolean) | undefined
  /** How many verified tokens are remembered. */
  readonly rememberedMax?: number | undefined
}

export const leewaySecondsMax = 60

/** Characters of all remembered tokens together. */
const rememberedLengthMax = 8 * 1024 * 1024

/** Throws RangeError for a leeway out of its bounds. */
export function createTokenGate(options: TokenGateOptions): TokenGate {
  return new Gate(options)
}

class Gate implements TokenGate {
  readonly #findSigningKey: FindSigningKey
  readonly #revokedTokens: RevokedTokens
  readonly #toggles: FindToggles
  readonly #clock: Clock
  readonly #leewayMs: number
  readonly #countryOf: Surroundings['countryOf']
  readonly #verified: VerifiedTokens

  constructor(options: TokenGateOptions) {
    const { leewaySeconds = 30, isTrustedPeer = () => false, rememberedMax = 10_000 } = options
    if (!(leewaySeconds >= 0 && leewaySeconds <= leewaySecondsMax)) {
      throw new RangeError(`the leeway of tokens is 0 to ${leewaySecondsMax} seconds`)
    }
    this.#findSigningKey = options.findSigningKey
    this.#revokedTokens = options.revokedTokens
    this.#toggles = options.toggles
    this.#clock = options.clock
    this.#leewayMs = leewaySeconds * 1000
    const countryHeader = options.countryHeader?.toLowerCase()
    this.#countryOf = (request) =>
      countryHeader !== undefined && isTrustedPeer(request) ? request.headers[countryHeader] : undefined
    this.#verified = new VerifiedTokens({ countMax: rememberedMax, lengthMax: rememberedLengthMax })
  }

  admit(token: string, asked: Asked): Grant | Promise<Grant> {
    const known = this.#verified.get(token)
    if (known !== undefined) {
      const found = this.#findSigningKey(known.key.id)
      if (found !== known.key) {
        this.#verified.delete(token)
        return this.#verify(token, asked, found)
      }
      if (found.bucketId === asked.bucket.id) return this.#hold(known, asked)
    }
    return this.#verify(token, asked)
  }

  /** `found` is the token's key, where that was looked for already. */
  async #verify(token: string, asked: Asked, found?: ReturnType<FindSigningKey>): Promise<Grant> {
    const key = await (found ?? this.#findSigningKey(readKid(token)))
    if (key?.bucketId !== asked.bucket.id) throw unknownKey()
    const claims = readClaims(await verifiedPayload(token, key))
    const verified = { key, claims, notRevokedAt: undefined }
    this.#verified.set(token, verified)
    return this.#hold(verified, asked)
  }

  #hold(verified: VerifiedToken, asked: Asked): Grant | Promise<Grant> {
    const { claims, key } = verified
    holdAgainst(claims, asked, {
      nowMs: this.#clock.now(),
      leewayMs: this.#leewayMs,
      uriRequired: claims.uri === '' && this.#toggles(asked.bucket)['delivery.requireUri'],
      countryOf: this.#countryOf,
    })
    if (claims.jti === undefined) return claims.grant
    const stamp = this.#revokedTokens.stamp(key.bucketId)
    return stamp === verified.notRevokedAt ? claims.grant : this.#lookForRevocation(verified, claims.jti, stamp)
  }

  #lookForRevocation(verified: VerifiedToken, jti: string, stamp: number): Grant | Promise<Grant> {
    const conclude = (isRevoked: boolean): Grant => {
      if (isRevoked) throw new TokenRefused('revoked', 'The token was revoked.')
      verified.notRevokedAt = stamp
      return verified.claims.grant
    }
    const isRevoked = this.#revokedTokens.isRevoked(verified.key.bucketId, jti)
    return typeof isRevoked === 'boolean' ? conclude(isRevoked) : Promise.resolve(isRevoked).then(conclude)
  }
}

async function verifiedPayload(token: string, { publicKey }: FoundSigningKey): Promise<Uint8Array> {
  try {
    return (await compactVerify(token, publicKey, { algorithms: ['RS256'] })).payload
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) throw new TokenRefused('signature', badSignature)
    if (error instanceof errors.JOSEError)
      throw new TokenRefused('malformed', 'The token is not a signed JSON Web Token.')
    throw error
  }
}
