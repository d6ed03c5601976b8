/** Access tokens: what a request to the management API carries, for a day at most, in place of the API key itself. A JWT (RFC 7519) by HS256 alone. */
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import type { Clock } from '../base/clock.ts'
import type { ApiKey, ApiKeys } from './api-keys.ts'
import type { MasterKey } from './sealing.ts'

/** How long a token is good for, in seconds. */
export const accessTokenLifetimeSeconds = 86_400
/** Longest token that is looked at, in characters. */
const lengthMax = 2048

export class AccessTokens {
  readonly #apiKeys: ApiKeys
  readonly #secret: Uint8Array
  readonly #clock: Clock

  constructor({ apiKeys, masterKey, clock }: { apiKeys: ApiKeys; masterKey: MasterKey; clock: Clock }) {
    this.#apiKeys = apiKeys
    this.#secret = masterKey.derive('access tokens')
    this.#clock = clock
  }

  /** A token for who holds the API key: its `sub` is the account, its `key` the API key's id. */
  async issue({ id, accountId }: ApiKey): Promise<string> {
    const iat = Math.floor(this.#clock.now() / 1000)
    const payload = { iat, sub: accountId, exp: iat + accessTokenLifetimeSeconds, key: id }
    return new SignJWT(payload).setProtectedHeader({ typ: 'JWT', alg: 'HS256' }).sign(this.#secret)
  }

  /** The API key that the token was issued for, as it is now; undefined where the token does not hold, or the key was revoked since. */
  async verify(token: string): Promise<ApiKey | undefined> {
    const payload = await this.#open(token)
    if (typeof payload?.['key'] !== 'string') return undefined
    const apiKey = await this.#apiKeys.use(payload['key'])
    return apiKey?.accountId === payload.sub ? apiKey : undefined
  }

  async #open(token: string): Promise<JWTPayload | undefined> {
    if (token.length > lengthMax) return undefined
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        algorithms: ['HS256'],
        typ: 'JWT',
        requiredClaims: ['iat', 'sub', 'exp', 'key'],
        currentDate: new Date(this.#clock.now()),
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}
