/**
 * The one gate: who signed this request. Nothing about a request is believed before it, and no payload mode goes around it: a streaming
 * body's seed signature is the request's own.
 *
 * A request is read (what does it claim?), its claim checked for all that needs no secret, its access key looked up, and its signature
 * compared with ours. An unknown access key goes the same way with a secret that nobody has, so that it takes as long as a wrong one.
 */
import assert from 'node:assert/strict'
import { previousSecretOf, type Credential, type FindCredential } from '../../access/credential.ts'
import type { Clock } from '../../base/clock.ts'
import { ApiError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { Query } from '../../http/query.ts'
import type { Toggles } from '../../objects/profile.ts'
import { payloadName, unsignedPayload, unsignedTrailerPayload } from './payload-mode.ts'
import type { ChunkSigning, PayloadMode } from './payload-mode.ts'
import { readPlainKey, sameSecret, unsupportedType } from './plain-key.ts'
import type { PlainKey } from './plain-key.ts'
import { SigningKeys } from './signing-key.ts'
import { readV2Header, readV2Query, verifyV2 } from './v2.ts'
import type { V2Claim } from './v2.ts'
import { isV4Authorization, readV4Header, readV4Query, unknownAccessKey } from './v4-claim.ts'
import type { ClaimOptions, V4Claim } from './v4-claim.ts'
import { verifyV4, type V4Keys } from './v4.ts'

export interface Authentication {
  /** Undefined where nobody has signed: `anonymous`. What such a request may do is for policies and ACLs to say. */
  readonly credential: Credential | undefined
  readonly method: 'v4-header' | 'v4-query' | 'v2-header' | 'v2-query' | 'v4-post' | 'v2-post' | 'plain' | 'anonymous'
  /** How the body is sent: what openPayload needs. */
  readonly payload: PayloadMode
  /** The headers that the signature covers, in lower case. */
  readonly signedHeaders: readonly string[]
}

export interface Authenticator {
  /**
   * Verifies the signature of a request; `query` is its parsed query, `bucket` the one its host names, if its host names one. Throws (or
   * rejects with, if the look-up of credentials is asynchronous) an ApiError: AccessDenied for a request without a signature. Without
   * `rules`, those of the options hold.
   */
  authenticate(
    request: HttpRequest,
    query: Query,
    bucket?: string,
    rules?: SigningRules,
  ): Authentication | Promise<Authentication>
}

/** What a signature may be, where that is not the same for all requests. */
export interface SigningRules {
  /** The names of regions that it may bear; the first is told to clients that name another. */
  readonly regions: readonly string[]
  /** The toggles that hold for the request if this account has made it; '' for none that is known. */
  toggles(accountId: string): SigningToggles
}

export type SigningToggles = Pick<
  Toggles,
  'sig.v2.header' | 'sig.v2.query' | 'auth.plainKey' | 'presign.expiresOutOfRange'
>

export interface AuthenticatorOptions {
  readonly findCredential: FindCredential
  readonly clock: Clock
  /** The names of the region that a signature may bear, aliases included; the first is told to clients that name another. */
  readonly regions: readonly string[]
  /** Further hosts, with their ports, as clients see them where a proxy hides them from us. */
  readonly publicHosts: readonly string[]
  /** Paths, without a final slash, that a proxy takes off before it passes requests on. */
  readonly publicPrefixes: readonly string[]
  /** Which forms of Signature Version 2 are accepted. */
  readonly v2: { readonly header: boolean; readonly query: boolean }
  /** How far a client's clock may be off; AWS's 15 minutes unless given. */
  readonly skewSeconds?: number
  /**
   * The bucket that a host names, undefined for none, as the router sees it: a signature made for one bucket's host is never taken for
   * another's.
   */
  readonly bucketOfHost: (host: string) => string | undefined
  /** Told of each request that bore a secret in place of a signature, and was let in. */
  readonly onPlainKey?: (accessKeyId: string, request: HttpRequest) => void
  /** For the secret that unknown access keys are checked against. */
  readonly random: Random
}

type Claim = V4Claim | V2Claim

const isV2 = (claim: Claim): claim is V2Claim => claim.method === 'v2-header' || claim.method === 'v2-query'

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { findCredential, v2, clock, skewSeconds = 900 } = options
  const claimOptions: ClaimOptions = { clock, regions: options.regions, skewSeconds }
  const keys = new SigningKeys()
  const nobody: Credential = {
    accessKeyId: '',
    secret: options.random.bytes(30).toString('base64'),
    accountId: '',
  }

  /** Those that count now: the present one, and the one before it while that has time left. */
  function secretsOf(credential: Credential): readonly string[] {
    const previous = previousSecretOf(credential, clock)
    return previous === undefined ? [credential.secret] : [credential.secret, previous]
  }

  function signingKeysOf(credential: Credential, claim: V4Claim): V4Keys {
    const { accessKeyId, secret } = credential
    const key = keys.get(accessKeyId, secret, claim)
    const previous = previousSecretOf(credential, clock)
    if (previous === undefined) return { key, previous }
    return { key, previous: () => keys.get(accessKeyId, previous, claim, 'previous') }
  }

  function conclude(
    claim: Claim,
    request: HttpRequest,
    query: Query,
    bucket: string | undefined,
    found: Credential | undefined,
    rules: SigningRules | undefined,
  ): Authentication {
    const credential = found ?? nobody
    const signer = isV2(claim)
      ? verifyV2(claim, secretsOf(credential), request, query, bucket)
      : verifyV4(claim, signingKeysOf(credential, claim), request, query, bucket, options)
    if (found === undefined) throw unknownAccessKey(claim.accessKeyId)
    if (signer instanceof ApiError) throw signer
    if (rules !== undefined && isV2(claim)) refuseV2(claim, request, rules.toggles(found.accountId))
    return {
      credential: found,
      method: claim.method,
      // Chunks and trailers are signed with what the request is signed with, and nothing else.
      payload: payloadMode(claim, signer),
      signedHeaders: isV2(claim) ? v2SignedHeaders(request) : claim.signedHeaders.names,
    }
  }

  /** As `conclude`, for a request that bears the secret itself. */
  function admitPlain(
    { accessKeyId, secret }: PlainKey,
    request: HttpRequest,
    found: Credential | undefined,
    rules: SigningRules,
  ): Authentication {
    const same = secretsOf(found ?? nobody).some((known) => sameSecret(secret, known))
    if (!rules.toggles(found?.accountId ?? '')['auth.plainKey']) throw unsupportedType()
    if (!request.secure) throw new ApiError('InsecureTransport', 'A secret key is taken by HTTPS only.')
    if (found === undefined) throw unknownAccessKey(accessKeyId)
    if (!same) throw new ApiError('SignatureDoesNotMatch', 'The secret key is not that of the access key.')
    options.onPlainKey?.(accessKeyId, request)
    const signedHeaders = Object.keys(request.headers)
    return { credential: found, method: 'plain', payload: unsignedMode(request), signedHeaders }
  }

  return {
    authenticate(request, query, bucket, rules) {
      if (isAnonymous(request, query)) return anonymous(request)
      const plain = rules && readPlainKey(request, query)
      if (plain !== undefined) {
        const plainly = (found: Credential | undefined) => admitPlain(plain, request, found, rules!)
        const found = findCredential(plain.accessKeyId)
        return found === undefined || !('then' in found) ? plainly(found) : Promise.resolve(found).then(plainly)
      }
      const ruled = rules === undefined ? claimOptions : { clock, skewSeconds, regions: rules.regions, rules }
      const claim = readClaim(request, query, ruled, v2)
      refuseSessionToken(request, query)
      const found = findCredential(claim.accessKeyId)
      if (found === undefined || !('then' in found)) return conclude(claim, request, query, bucket, found, rules)
      return Promise.resolve(found).then((credential) => conclude(claim, request, query, bucket, credential, rules))
    },
  }
}

const isAnonymous = ({ headers }: HttpRequest, query: Query): boolean =>
  headers['authorization'] === undefined && (query.parameters.length === 0 || signatureInQuery(query) === undefined)

const anonymous = (request: HttpRequest): Authentication => ({
  credential: undefined,
  method: 'anonymous',
  payload: unsignedMode(request),
  signedHeaders: [],
})

/** A body that nobody has signed may still be hashed or framed; its chunks cannot be signed. */
function unsignedMode(request: HttpRequest): PayloadMode {
  const text = request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'
  const name = payloadName(text)
  if (name.startsWith('STREAMING-AWS4')) throw new ApiError('AccessDenied')
  if (name === 'sha256') return { name, sha256: text.toLowerCase() }
  return name === 'UNSIGNED-PAYLOAD' ? unsignedPayload : unsignedTrailerPayload
}

/** Throws where the toggles do not take this form for this method. */
function refuseV2({ method: form }: V2Claim, { method }: HttpRequest, toggles: SigningToggles): void {
  const mode = toggles[form === 'v2-header' ? 'sig.v2.header' : 'sig.v2.query']
  if (mode === 'on' || (mode === 'read' && (method === 'GET' || method === 'HEAD'))) return
  throw unsupportedMechanism()
}

/** Finds the one signature that a request bears. */
function readClaim(request: HttpRequest, query: Query, options: ClaimOptions, v2: AuthenticatorOptions['v2']): Claim {
  const authorization = request.headers['authorization']
  const inQuery = query.parameters.length === 0 ? undefined : signatureInQuery(query)
  if (authorization === undefined) {
    if (inQuery === 'v4') return readV4Query(request, query, options)
    if (inQuery === undefined) throw new ApiError('AccessDenied')
    if (!v2.query) throw unsupportedMechanism()
    return readV2Query(request, query, options)
  }
  if (inQuery !== undefined) {
    throw new ApiError(
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
      { details: { ArgumentName: 'Authorization', ArgumentValue: authorization } },
    )
  }
  if (isV4Authorization(authorization)) return readV4Header(authorization, request, options)
  if (!authorization.startsWith('AWS ')) throw unsupportedType(authorization)
  if (!v2.header) throw unsupportedMechanism()
  return readV2Header(authorization, request, options)
}

/** AWS's names are case-sensitive. Any one of a scheme's parameters is enough to mean it, so that none is left unread. */
function signatureInQuery(query: Query): 'v4' | 'v2' | undefined {
  for (const [name] of query.parameters) {
    if (name === 'X-Amz-Signature' || name === 'X-Amz-Algorithm' || name === 'X-Amz-Credential') return 'v4'
    if (name === 'Signature' || name === 'AWSAccessKeyId') return 'v2'
  }
  return undefined
}

const unsupportedMechanism = (): ApiError =>
  new ApiError(
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  )

/** There are no temporary credentials here, so a token can only be a mistake: better said than ignored. */
function refuseSessionToken({ headers }: HttpRequest, query: Query): void {
  if (headers['x-amz-security-token'] === undefined) {
    if (!query.parameters.some(([name]) => name.length === 20 && name.toLowerCase() === 'x-amz-security-token')) return
  }
  throw new ApiError('InvalidToken')
}

function payloadMode(claim: Claim, key?: Uint8Array): PayloadMode {
  switch (claim.payload) {
    case 'sha256':
      return { name: 'sha256', sha256: claim.payloadText.toLowerCase() }
    case 'UNSIGNED-PAYLOAD':
      return unsignedPayload
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return unsignedTrailerPayload
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { name: claim.payload, signing: chunkSigning(claim, key) }
  }
}

function chunkSigning(claim: Claim, key: Uint8Array | undefined): ChunkSigning {
  assert(key !== undefined && !isV2(claim), 'signed chunks belong to Version 4')
  return { key, seed: claim.signature, timestamp: claim.timestamp, scope: claim.scope }
}

/** Version 2 covers all x-amz-* headers and these three. */
const v2SignedHeaders = ({ headers }: HttpRequest): readonly string[] =>
  Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') || name === 'content-md5' || name === 'content-type' || name === 'date',
  )
