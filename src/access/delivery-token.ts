/** Makes delivery tokens: JSON Web Tokens (RFC 7519), signed with RS256, that open a bucket, a directory or one file of it. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { ApiError } from '../base/errors.ts'
import { signingKeyIdForm } from './signing-key-records.ts'

/** Longest token, in characters. */
export const tokenLengthMax = 8192

export interface DeliveryTokenRequest {
  /** The private half as an object, or as PEM (PKCS#1 or PKCS#8). */
  readonly key: { readonly id: string; readonly privateKey: KeyObject | string }
  /** The directory or file it opens; '' or undefined for the whole bucket. */
  readonly uri?: string | undefined
  /** Milliseconds since 1970; undefined for a token that never expires. */
  readonly expiresAt?: number | undefined
  /** Milliseconds since 1970 from which it is good. */
  readonly notBefore?: number | undefined
  /** Further claims, such as `ip`, `methods` or ones of your own. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

/** The claims that have a parameter of their own. */
const ownClaims = ['uri', 'exp', 'nbf']

/**
 * Throws InvalidArgument for an id that no key has, for a private key that is none or is not RSA of 2048 bits or more, for times that are none, for further claims
 * named `uri`, `exp` or `nbf`, and where the token would be longer than 8 KiB.
 */
export async function signDeliveryToken(request: DeliveryTokenRequest): Promise<string> {
  const { key, uri, expiresAt, notBefore, claims = {} } = request
  if (!signingKeyIdForm.test(key.id)) throw invalid(`${JSON.stringify(key.id)} is no id of a signing key.`)
  const privateKey = privateKeyOf(key.privateKey)
  const misplaced = ownClaims.find((name) => Object.hasOwn(claims, name))
  if (misplaced !== undefined) throw invalid(`The claim ${misplaced} is not one of the further claims.`)
  const payload: Record<string, unknown> = { ...claims }
  if (uri !== undefined) payload['uri'] = uri
  if (expiresAt !== undefined) payload['exp'] = secondsOf(expiresAt, 'expires')
  if (notBefore !== undefined) payload['nbf'] = secondsOf(notBefore, 'begins')
  const header = { alg: 'RS256', typ: 'JWT', kid: key.id }
  const token = await new SignJWT(payload).setProtectedHeader(header).sign(privateKey)
  if (token.length > tokenLengthMax) throw invalid(`The token would be longer than ${tokenLengthMax} characters.`)
  return token
}

function privateKeyOf(given: KeyObject | string): KeyObject {
  let key: KeyObject
  try {
    key = typeof given === 'string' ? createPrivateKey(given) : given
  } catch {
    // What OpenSSL says of it is of no use to a person, and the text is a secret.
    throw invalid('The private key is not PEM of an RSA private key.')
  }
  if (key.type !== 'private' || key.asymmetricKeyType !== 'rsa')
    throw invalid('The private key is not a private RSA key.')
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) throw invalid('The private key has less than 2048 bits.')
  return key
}

/** NumericDate (RFC 7519 2), in whole seconds. */
function secondsOf(ms: number, what: string): number {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15)
    throw invalid(`The time at which the token ${what} is not a time.`)
  return Math.floor(ms / 1000)
}

const invalid = (message: string): ApiError => new ApiError('InvalidArgument', message)
