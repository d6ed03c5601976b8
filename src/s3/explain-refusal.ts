/** Why S3 refused a request: which of its checks failed, and what to do about it. Asked for when the request is over. */
import { Denied, type Question } from '../access/authorize.ts'
import { decisionOn } from '../access/decision.ts'
import type { KnownKey } from '../access/find-known-key.ts'
import { arnOf } from '../access/policy/principals.ts'
import type { ApiError } from '../base/errors.ts'
import type { HttpRequest, Served } from '../http/message.ts'
import { checksTo, type Advice, type Explanation, type Failure } from '../http/refused.ts'
import { toldClaimOf } from './claim-of-request.ts'
import { signatureChecks, signatureFault } from './explain-signature.ts'

export interface ExplainOptions {
  /** Whose access key it is, active or not; undefined where there is none. */
  findKey(accessKeyId: string): Promise<KnownKey | undefined>
  /** As URLs. */
  readonly publicOrigins: readonly string[]
}

const before = ['transport'] as const
const after = ['permission', 'request'] as const

const anonymousChecks: readonly string[] = [...before, ...after]
const signedChecks: readonly string[] = [...before, ...signatureChecks, ...after]

export async function explainRefusal(
  error: ApiError,
  request: HttpRequest,
  served: Served,
  { findKey, publicOrigins }: ExplainOptions,
): Promise<Explanation> {
  const claim = toldClaimOf(request)
  const names = claim === undefined ? anonymousChecks : signedChecks
  const ends = { checks: [], differences: [], advice: [] }
  if (error.code === 'InsecureTransport')
    return { ...ends, ...explained(names, { name: 'transport', detail: error.message }, ['Ask by HTTPS.']) }
  if (claim !== undefined && served.accountId === undefined) {
    const { accessKeyId } = claim
    const key = accessKeyId === undefined ? undefined : await findKey(accessKeyId)
    const fault = signatureFault({ request, claim, error, key, publicOrigins })
    const claimed = accessKeyId === undefined ? undefined : { accessKeyId, accountId: key?.accountId }
    if (fault !== undefined) {
      const { CanonicalRequest: canonicalRequest, StringToSign: stringToSign } = error.details
      const { differences, advice } = fault
      return { ...explained(names, fault, advice), differences, claimed, canonicalRequest, stringToSign }
    }
    return { ...explained(names, requestFailure(error), adviceOn(error)), claimed }
  }
  // A form's signature is in its fields.
  const { AWSAccessKeyId: inForm } = error.details
  if (inForm !== undefined && served.accountId === undefined) {
    const key = await findKey(inForm)
    const claimed = key && { accessKeyId: inForm, accountId: key.accountId }
    return { ...explained(names, requestFailure(error), adviceOn(error)), claimed }
  }
  if (error instanceof Denied) return explainDenial(names, error.question, served)
  return explained(names, requestFailure(error), adviceOn(error), differencesOf(error))
}

function explained(
  names: readonly string[],
  failure: Failure,
  advice: readonly string[],
  differences: Explanation['differences'] = [],
): Explanation {
  return { checks: checksTo(names, failure), differences, advice: advice.map((text) => ({ text })) }
}

/** Told to the owner of the bucket alone: of another account's requests, even which action was asked for says whether an object is there. */
function explainDenial(names: readonly string[], question: Question, { key }: Served): Explanation {
  const { allowed, because } = decisionOn(question)
  const { identity, action, resource, bucketOwnerId = question.ownerId } = question
  const who = identity === undefined ? 'Nobody signed the request' : `${arnOf(identity)} asked`
  const asked = `${who}: ${action} on ${resource}.`
  const only = bucketOwnerId ?? identity?.accountId
  const missing =
    action === 's3:ListBucket' && key !== undefined
      ? ' The object is not there, which only those are told who may list the bucket.'
      : ''
  const detail = (allowed ? `${asked} It would be allowed by now.` : `${asked} ${because}`) + missing
  const advice: Advice[] =
    identity === undefined
      ? [{ text: `Sign the request, or let everyone do ${action} by the bucket policy.`, only }]
      : [
          {
            text: `Let a policy allow ${action} on arn:aws:s3:::${resource} to ${arnOf(identity)}, or take away what denies it.`,
            only,
          },
        ]
  return { checks: checksTo(names, { name: 'permission', detail, only }), differences: [], advice }
}

/** What was refused once it was allowed, or where nobody had to be asked. */
const requestFailure = ({ message }: ApiError): Failure => ({ name: 'request', detail: message })

function differencesOf({ details }: ApiError): Explanation['differences'] {
  const { ClientComputedContentSHA256: sent, S3ComputedContentSHA256: expected } = details
  return sent === undefined || expected === undefined ? [] : [{ name: 'x-amz-content-sha256', sent, expected }]
}

function adviceOn({ code, message }: ApiError): readonly string[] {
  if (/Object Lock/.test(message))
    return ['Wait until the lock has ended; GOVERNANCE can be bypassed by who has s3:BypassGovernanceRetention.']
  if (/GetObject is disabled/.test(message))
    return ['Read by the delivery URL, or set the toggle s3.getObject to enabled.']
  if (/switched off here/.test(message)) return ['A toggle of the profile switches it off: see docs/profiles.md.']
  return adviceOfCode[code] ?? []
}

const adviceOfCode: Readonly<Record<string, readonly string[]>> = {
  XAmzContentSHA256Mismatch: [
    'The body is not the one that was hashed: it changed on its way, or the client hashed something else.',
  ],
  BadDigest: ['The body is not the one that was summed: it changed on its way, or the client summed something else.'],
  QuotaExceeded: ['Delete something, or raise the quota of the bucket or the account.'],
  SlowDown: ['Ask again, later and less often.'],
  NotImplemented: ['What this server serves is in docs/s3-support.md.'],
  AccessControlListNotSupported: ['Send no ACL, or switch on ACLs of the bucket (ownership controls).'],
}
