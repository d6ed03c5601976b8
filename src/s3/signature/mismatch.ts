/** What a client is told when its signature is not the one we compute: what we signed, and what most likely differs. */
import { ApiError } from '../../base/errors.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { Difference } from '../../http/refused.ts'
import { Query } from '../../http/query.ts'
import { canonicalQuery } from './canonical-request.ts'
import type { Reading } from './canonical-request.ts'
import { encodeText } from './percent-encoding.ts'
import { emptySha256 } from './payload-mode.ts'

export interface Mismatch {
  readonly accessKeyId: string
  readonly signature: string
  readonly stringToSign: string
  /** Version 4 only. */
  readonly canonicalRequest?: string
  readonly hint: string
  /** The one thing that differs, where it was found. */
  readonly difference?: Difference | undefined
}

/** SignatureDoesNotMatch, with what differs for those who explain it later. */
export class SignatureMismatch extends ApiError {
  readonly difference: Difference | undefined

  constructor(details: Readonly<Record<string, string>>, difference: Difference | undefined) {
    super('SignatureDoesNotMatch', undefined, { details })
    this.difference = difference
  }
}

/** AWS's SignatureDoesNotMatch, with a `Hint` of our own. */
export function signatureDoesNotMatch(mismatch: Mismatch): ApiError {
  const details: Record<string, string> = {
    AWSAccessKeyId: mismatch.accessKeyId,
    StringToSign: printable(mismatch.stringToSign),
    SignatureProvided: printable(mismatch.signature),
    StringToSignBytes: byteList(mismatch.stringToSign),
  }
  if (mismatch.canonicalRequest !== undefined) {
    details['CanonicalRequest'] = printable(mismatch.canonicalRequest)
    details['CanonicalRequestBytes'] = byteList(mismatch.canonicalRequest)
  }
  details['Hint'] = printable(mismatch.hint)
  return new SignatureMismatch(details, mismatch.difference)
}

/** XML cannot hold control characters; the list of bytes still shows them. */
const printable = (text: string): string => text.replaceAll(/[\0-\x08\x0b-\x1f\x7f\ufffe\uffff]/g, '\ufffd')

const byteList = (text: string): string =>
  Buffer.from(text)
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ')

export interface Mismatched {
  /** The request as it arrived. */
  readonly reading: Reading
  readonly request: HttpRequest
  readonly query: Query
  /** The one that the host names. */
  readonly bucket: string | undefined
  /** The parameter that no signature covers, since it is the signature. */
  readonly leftOut: string | undefined
  readonly signedHeaders: readonly string[]
  /** Whether the client signed that reading. */
  readonly matches: (reading: Reading) => boolean
}

const parametersTriedMax = 16

/** What most likely differs. */
type Guess = Pick<Mismatch, 'hint' | 'difference'>

/** Names the one change that would make the signature right, found by trying the usual ones; a matching guess is told, never accepted. */
export function guessOfReading({
  reading,
  request,
  query,
  bucket,
  leftOut,
  signedHeaders,
  matches,
}: Mismatched): Guess {
  for (const host of hostsBehindProxy(request)) {
    if (matches({ ...reading, host })) {
      return {
        hint: `The signature is right for host "${host}", but this server was asked as "${request.host}": a proxy in between changed the Host header. Let it pass Host on unchanged, or tell this server of the proxy or of its public host.`,
        difference: { name: 'host', sent: host, expected: request.host },
      }
    }
  }
  for (const method of ['GET', 'PUT', 'HEAD', 'POST', 'DELETE']) {
    if (method !== reading.method && matches({ ...reading, method })) {
      return {
        hint: `The request was signed for method ${method}, and sent with ${reading.method}.`,
        difference: { name: 'method', sent: method, expected: reading.method },
      }
    }
  }
  for (const payload of ['UNSIGNED-PAYLOAD', emptySha256]) {
    if (payload !== reading.payload && matches(withPayload(reading, payload))) {
      return {
        hint: `The request was signed with body hash ${payload}, and sent with x-amz-content-sha256: ${reading.payload}.`,
        difference: { name: 'x-amz-content-sha256', sent: payload, expected: reading.payload },
      }
    }
  }
  for (const [uri, cause] of otherUris(reading.uri, bucket)) {
    if (uri !== reading.uri && matches({ ...reading, uri }))
      return {
        hint: `The signature is right for path "${uri}": ${cause}.`,
        difference: { name: 'path', sent: uri, expected: reading.uri },
      }
  }
  for (const parameter of query.parameters.slice(0, parametersTriedMax)) {
    const rest = new Query(query.parameters.filter((other) => other !== parameter))
    if (matches({ ...reading, query: canonicalQuery(rest, leftOut) })) {
      return {
        hint: `The query parameter "${parameter[0]}" was not signed; it was added later.`,
        difference: { name: `query parameter ${parameter[0]}`, sent: 'absent', expected: 'present' },
      }
    }
  }
  if (reading.query !== '' && matches({ ...reading, query: '' }))
    return {
      hint: 'The query was not signed; it was added later.',
      difference: { name: 'query', sent: 'absent', expected: 'present' },
    }
  return { hint: usualCauses(request, signedHeaders) }
}

const withPayload = (reading: Reading, payload: string): Reading => ({
  ...reading,
  payload,
  headers: { ...reading.headers, 'x-amz-content-sha256': payload },
})

/** Hosts that a proxy we don't trust names, and Host without its port. */
function hostsBehindProxy({ headers, host }: HttpRequest): Set<string> {
  const named = [headers['x-forwarded-host'], headers['x-original-host'], host.replace(/:\d+$/, '')]
  const port = headers['x-forwarded-port']
  if (port !== undefined) named.push(`${host.replace(/:\d+$/, '')}:${port}`)
  const hosts = new Set<string>()
  for (const name of named) if (name !== undefined) hosts.add(name.split(',', 1)[0]!.trim())
  return hosts
}

function otherUris(uri: string, bucket: string | undefined): readonly (readonly [uri: string, cause: string])[] {
  const other: [string, string][] = [
    [uri.split('/').map(encodeText).join('/'), 'it was encoded twice before signing, which S3 does not do'],
    [uri.endsWith('/') ? uri.slice(0, -1) : `${uri}/`, 'the slash at the end differs'],
    [uri.replaceAll(/\/{2,}/g, '/'), 'slashes were merged before signing'],
  ]
  const second = uri.indexOf('/', 1)
  if (bucket === undefined && second > 0) other.push([uri.slice(second), 'it was signed without the bucket'])
  if (bucket !== undefined)
    other.push([`/${bucket}${uri}`, 'it was signed with the bucket, which the host names already'])
  return other
}

const changedByProxies = ['accept-encoding', 'connection', 'content-length', 'expect', 'te', 'transfer-encoding']

/** Where no guess fits. */
export function usualCauses({ host }: HttpRequest, signedHeaders: readonly string[]): string {
  const altered = changedByProxies.filter((name) => signedHeaders.includes(name))
  const proxies = altered.length === 0 ? '' : ` Proxies often change headers that you signed: ${altered.join(', ')}.`
  return `The secret access key differs, or the request changed on its way: compare what you signed with what this server received, shown here. It was asked as host "${host}".${proxies}`
}
