/**
 * Headers that a presigned URL carries in its query, where SDKs put them so that whoever has the URL need not send them. S3 takes them
 * as if they had been sent.
 */
import type { Query } from '../http/query.ts'
import type { WireRequest } from './codec.ts'
import { invalidArgument } from './codec-argument.ts'

type Headers = WireRequest['headers']

/**
 * The headers sent, and those in the query that are not. Only for a request whose signature is in its query, which covers these parameters
 * (all of the query in Version 4, all `x-amz-*` in Version 2): with another, whoever has a URL could add to it. Throws InvalidArgument for
 * a value that no header can have. Checksums are passed over unless they are asked for.
 */
export function withHoistedHeaders(query: Query, headers: Headers, checksumsToo = false): Headers {
  let all: Record<string, string | undefined> | undefined
  for (const [parameter, value] of query.parameters) {
    const name = parameter.toLowerCase()
    if (!name.startsWith('x-amz-') || isPassedOver(name, checksumsToo) || headers[name] !== undefined) continue
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
      throw invalidArgument(parameter, value, 'Header value cannot be represented using ISO-8859-1.')
    }
    // One character a byte, as headers come.
    ;(all ??= { ...headers })[name] = Buffer.from(value, 'utf8').toString('latin1')
  }
  return all ?? headers
}

const isPassedOver = (name: string, checksumsToo: boolean): boolean =>
  passedOver.test(name) && !(checksumsToo && name.includes('checksum-'))

/**
 * The signature's own parameters, and checksums: SDKs put that of an empty body into the URL of an upload, and S3 passes it over
 * (https://github.com/localstack/localstack/issues/12169).
 */
const passedOver =
  /^x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256|(?:sdk-)?checksum-.*)$/
