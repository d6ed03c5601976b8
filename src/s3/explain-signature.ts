/** Why a request's signature was not taken: what it claims, held against what this server has. */
import type { KnownKey } from '../access/find-known-key.ts'
import type { ApiError } from '../base/errors.ts'
import type { HttpRequest } from '../http/message.ts'
import type { Difference } from '../http/refused.ts'
import type { ToldClaim } from './claim-of-request.ts'
import { SignatureMismatch } from './signature/mismatch.ts'
import { errorTime, parseBasicTime, parseTime } from './signature/signing-time.ts'

export interface SignatureFacts {
  readonly request: HttpRequest
  readonly claim: ToldClaim
  readonly error: ApiError
  readonly key: KnownKey | undefined
  /** As URLs. */
  readonly publicOrigins: readonly string[]
}

export interface SignatureFault {
  /** The check that failed. */
  readonly name: string
  readonly detail: string
  readonly differences: readonly Difference[]
  readonly advice: readonly string[]
}

export const signatureChecks = [
  ...(['signature form', 'credential scope', 'signing time', 'signed headers'] as const),
  ...(['access key', 'signature'] as const),
] as const

/** Undefined where the error is about none of it. */
export const signatureFault = (facts: SignatureFacts): SignatureFault | undefined =>
  (faultOfCode[facts.error.code] ?? otherFault)(facts)

type FindFault = (facts: SignatureFacts) => SignatureFault | undefined

const malformedFault: FindFault = (facts) => scopeFault(facts) ?? fault('signature form', facts.error.message)

const faultOfCode: Readonly<Partial<Record<string, FindFault>>> = {
  AuthorizationHeaderMalformed: malformedFault,
  AuthorizationQueryParametersError: malformedFault,
  InvalidToken: () =>
    fault('signature form', 'It bears a session token, and there are no temporary credentials here.', [
      'Sign with a lasting access key, without x-amz-security-token.',
    ]),
  RequestTimeTooSkewed: timeFault,
  HeadersNotSigned: headersFault,
  InvalidAccessKeyId: keyFault,
  SignatureDoesNotMatch: mismatchFault,
}

function otherFault(facts: SignatureFacts): SignatureFault | undefined {
  const { error, claim } = facts
  if (error.details['HeadersNotSigned'] !== undefined) return headersFault(facts)
  if (error.details['ServerTime'] !== undefined) return timeFault(facts)
  if (error.code === 'AccessDenied' && /\bdate\b/i.test(error.message)) return fault('signing time', error.message)
  if (error.code === 'InvalidRequest' && /authorization mechanism/.test(error.message)) {
    const version = claim.form.startsWith('v2') ? '2' : '4'
    return fault(
      'signature form',
      `Signature Version ${version} is not taken here for this request.`,
      [
        'Have the client sign with Signature Version 4, or switch on sig.v2.header or sig.v2.query for the bucket or the account.',
      ],
      [{ name: 'signature version', sent: version, expected: '4' }],
    )
  }
  if (error.code === 'InvalidArgument' && error.details['ArgumentName'] === 'Authorization')
    return fault('signature form', error.message)
  return undefined
}

const fault = (
  name: (typeof signatureChecks)[number],
  detail: string,
  advice: readonly string[] = [],
  differences: readonly Difference[] = [],
): SignatureFault => ({ name, detail, advice, differences })

function scopeFault({ error, claim }: SignatureFacts): SignatureFault | undefined {
  const { scope, time = '' } = claim
  if (scope === undefined) return undefined
  const region = error.details['Region'] ?? scope.region
  const differences: Difference[] = []
  if (region !== scope.region) differences.push({ name: 'region', sent: scope.region, expected: region })
  if (scope.service !== 's3') differences.push({ name: 'service', sent: scope.service, expected: 's3' })
  const day = /^\d{8}/.exec(time)?.[0] ?? scope.date
  if (day !== scope.date) differences.push({ name: 'date', sent: scope.date, expected: day })
  if (differences.length === 0) return undefined
  const advice = region === scope.region ? [] : [`Set the client's region to ${region}.`]
  return fault('credential scope', error.message, advice, differences)
}

function timeFault({ error, claim }: SignatureFacts): SignatureFault {
  const { time = '' } = claim
  const { ServerTime: ours = '', Expires: end, Hint: hint } = error.details
  const sentMs = parseBasicTime(time) ?? parseTime(time)
  const sent = sentMs === undefined ? time : errorTime(sentMs)
  if (error.code === 'RequestTimeTooSkewed')
    return fault(
      'signing time',
      error.message,
      [hint ?? 'Set the clock of the client, or of this server, right.'],
      [{ name: 'time', sent, expected: ours }],
    )
  const differences = [{ name: 'time', sent, expected: ours }]
  if (end !== undefined) differences.push({ name: 'end of validity', sent: end, expected: `after ${ours}` })
  return fault('signing time', error.message, ['Make the link anew, or let it be valid for longer.'], differences)
}

function headersFault({ error }: SignatureFacts): SignatureFault {
  const names = error.details['HeadersNotSigned'] ?? ''
  const differences = names
    .split(', ')
    .map((name) => ({ name: `header ${name}`, sent: 'not signed', expected: 'signed' }))
  return fault(
    'signed headers',
    error.message,
    [`Sign ${names} too (SignedHeaders), or do not send it. A proxy that adds x-amz-* headers breaks signatures.`],
    differences,
  )
}

function keyFault({ key }: SignatureFacts): SignatureFault {
  if (key === undefined)
    return fault('access key', 'There is no access key of this id here.', [
      'Look for a mistake in the access key id, and whether the client asks the server that it is meant for.',
    ])
  return fault('access key', key.active ? 'The access key is not to be used now.' : 'The access key is switched off.', [
    'Switch the access key on, or use another.',
  ])
}

function mismatchFault({ error, claim, request, publicOrigins }: SignatureFacts): SignatureFault {
  const differences: Difference[] = []
  const advice: string[] = []
  const found = error instanceof SignatureMismatch ? error.difference : undefined
  if (found !== undefined) differences.push(found)
  if (found?.name === 'host') {
    advice.push(
      `The client signed for host ${found.sent}; the server got ${found.expected}: add http://${found.sent} (or https://) to publicOrigins, let the proxy pass Host on, or let the client use ${found.expected}.`,
    )
  }
  for (const name of claim.signedHeaders.slice(0, headersMax)) {
    if (request.headers[name] !== undefined || name === 'host') continue
    differences.push({ name: `header ${name}`, sent: 'signed', expected: 'absent' })
    advice.push(`The client signed the header ${name}, which did not arrive: a proxy in between took it away.`)
  }
  const { Hint: hint } = error.details
  if (hint !== undefined && advice.length === 0) advice.push(hint)
  if (differences.length === 0) {
    const known = publicOrigins.length === 0 ? 'none is configured' : publicOrigins.join(', ')
    advice.push(`Clients that use another host than ${request.host} need it among publicOrigins (${known}).`)
  }
  return fault('signature', 'The signature is not the one that this server computes.', advice, differences)
}

/** Signed headers that are looked at. */
const headersMax = 64
