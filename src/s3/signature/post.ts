/**
 * Who signed a form: Version 4 or Version 2 in its fields, over the text of its policy (Amazon S3 API Reference, "Browser-based uploads using
 * POST"). The policy is what is signed, so what it says is checked by its reader, and only after this.
 */
import { createHmac } from 'node:crypto'
import { previousSecretOf, type Credential } from '../../access/credential.ts'
import { ApiError } from '../../base/errors.ts'
import type { AuthenticatorOptions } from './authenticate.ts'
import { sign } from './canonical-request.ts'
import { signatureDoesNotMatch } from './mismatch.ts'
import { sameSignature } from './same-signature.ts'
import { SigningKeys } from './signing-key.ts'
import { errorTime, parseBasicTime } from './signing-time.ts'
import { malformedCredential, parseCredential, unknownAccessKey, v4Algorithm, type Scope } from './v4-claim.ts'

/** Names in lower case. */
type Fields = ReadonlyMap<string, string>

export interface FormAuthentication {
  readonly credential: Credential
  readonly method: 'v4-post' | 'v2-post'
}

/** What the signature of a form may be. */
export interface FormRules {
  /** The names of regions that it may bear; the first is told to clients that name another. */
  readonly regions: readonly string[]
  /** Whether Version 2 is taken. */
  readonly v2: boolean
}

/**
 * Who signed the form; undefined where nobody did: it has neither policy nor signature. Throws, or rejects with, InvalidArgument where a part of a
 * signature is missing, AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch.
 */
export type AuthenticateForm = (
  fields: Fields,
  rules: FormRules,
) => FormAuthentication | undefined | Promise<FormAuthentication>

export type FormAuthenticatorOptions = Pick<AuthenticatorOptions, 'findCredential' | 'clock' | 'skewSeconds' | 'random'>

interface Claim {
  readonly accessKeyId: string
  readonly policy: string
  readonly signature: string
  /** Undefined in Version 2. */
  readonly scope: Scope | undefined
}

/** "The signing key is valid for up to seven days." */
const signingKeySeconds = 604_800
const accessKeyIdSizeMax = 128

export function createFormAuthenticator(options: FormAuthenticatorOptions): AuthenticateForm {
  const keys = new SigningKeys()
  const nobody = { accessKeyId: '', secret: options.random.bytes(30).toString('base64') }

  function isSigned(claim: Claim, accessKeyId: string, secret: string, which?: 'previous'): boolean {
    const { policy, scope } = claim
    const computed =
      scope === undefined
        ? createHmac('sha1', secret).update(policy).digest('base64')
        : sign(keys.get(accessKeyId, secret, scope, which), policy)
    return sameSignature(computed, claim.signature)
  }

  function conclude(claim: Claim, found: Credential | undefined): FormAuthentication {
    const { accessKeyId, policy, scope } = claim
    // An unknown key takes as long as a wrong signature.
    const { accessKeyId: known, secret } = found ?? nobody
    const previous = found && previousSecretOf(found, options.clock)
    const same =
      isSigned(claim, known, secret) || (previous !== undefined && isSigned(claim, known, previous, 'previous'))
    if (found === undefined) throw unknownAccessKey(accessKeyId)
    if (same) return { credential: found, method: scope === undefined ? 'v2-post' : 'v4-post' }
    throw signatureDoesNotMatch({
      accessKeyId,
      signature: claim.signature,
      stringToSign: policy,
      hint: 'The secret access key differs, or the policy of the form is not the text that was signed: its base64, character for character.',
    })
  }

  return (fields, rules) => {
    const claim = readClaim(fields, rules, options)
    if (claim === undefined) return undefined
    const found = options.findCredential(claim.accessKeyId)
    if (found === undefined || !('then' in found)) return conclude(claim, found)
    return Promise.resolve(found).then((credential) => conclude(claim, credential))
  }
}

const v4Fields = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-date', 'x-amz-signature']
const v2Fields = ['awsaccesskeyid', 'signature']

function readClaim(fields: Fields, rules: FormRules, options: FormAuthenticatorOptions): Claim | undefined {
  const isV4 = v4Fields.some((name) => fields.has(name))
  const isV2 = v2Fields.some((name) => fields.has(name))
  if (!isV4 && !isV2 && !fields.has('policy')) return undefined
  // There are no temporary credentials here.
  if (fields.has('x-amz-security-token')) throw new ApiError('InvalidToken')
  if (isV4 && isV2) throw new ApiError('InvalidArgument', 'Only one auth mechanism allowed')
  return isV4 ? readV4(fields, rules, options) : readV2(fields, rules)
}

function readV4(fields: Fields, { regions }: FormRules, options: FormAuthenticatorOptions): Claim {
  const policy = required(fields, 'policy')
  const algorithm = required(fields, 'X-Amz-Algorithm')
  const credential = required(fields, 'X-Amz-Credential')
  const timestamp = required(fields, 'X-Amz-Date')
  const signature = required(fields, 'X-Amz-Signature')
  if (algorithm !== v4Algorithm)
    throw fault('X-Amz-Algorithm', algorithm, `X-Amz-Algorithm only supports "${v4Algorithm}"`)
  const { clock, skewSeconds = 900 } = options
  const scope = parseCredential(credential, { clock, regions, skewSeconds }, malformedCredential)
  const time = parseBasicTime(timestamp)
  if (time === undefined || !timestamp.startsWith(scope.date))
    throw fault(
      'X-Amz-Date',
      timestamp,
      'X-Amz-Date must be in the ISO8601 Long Format, of the date in X-Amz-Credential',
    )
  checkAge(time, clock.now(), skewSeconds)
  return { accessKeyId: scope.accessKeyId, policy, signature, scope }
}

/** From its date, less the skew, until its signing key has ended; the policy says for how long of that. */
function checkAge(time: number, now: number, skewSeconds: number): void {
  const early = time - now > skewSeconds * 1000
  if (!early && now - time <= signingKeySeconds * 1000) return
  throw new ApiError('AccessDenied', early ? 'Request is not yet valid' : 'Request has expired', {
    details: { 'X-Amz-Date': errorTime(time), ServerTime: errorTime(now) },
  })
}

function readV2(fields: Fields, { v2 }: FormRules): Claim {
  const accessKeyId = required(fields, 'AWSAccessKeyId')
  const signature = required(fields, 'Signature')
  const policy = required(fields, 'policy')
  if (!v2) {
    throw new ApiError(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    )
  }
  if (accessKeyId.length > accessKeyIdSizeMax) throw unknownAccessKey(accessKeyId)
  return { accessKeyId, policy, signature, scope: undefined }
}

function required(fields: Fields, name: string): string {
  const value = fields.get(name.toLowerCase())
  if (value !== undefined && value !== '') return value
  throw missingField(name)
}

/** AWS's words. */
export const missingField = (name: string): ApiError =>
  fault(
    name,
    '',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
  )

const fault = (ArgumentName: string, ArgumentValue: string, message: string): ApiError =>
  new ApiError('InvalidArgument', message, { details: { ArgumentName, ArgumentValue } })
