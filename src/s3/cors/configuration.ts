/** A CORS configuration as it is put: checked, with AWS's words for what is wrong, and made into rules. */
import { ApiError } from '../../base/errors.ts'
import type { CorsRule } from '../../objects/cors-rule.ts'

/** A rule as the document says it. */
export interface PutRule {
  readonly ID?: string | undefined
  readonly AllowedHeaders?: readonly string[] | undefined
  readonly AllowedMethods: readonly string[]
  readonly AllowedOrigins: readonly string[]
  readonly ExposeHeaders?: readonly string[] | undefined
  readonly MaxAgeSeconds?: number | undefined
}

const rulesMax = 100
const idSizeMax = 255
/** Bytes of the document, and of all that its rules say. */
export const corsDocumentSizeMax = 64 * 1024
const maxAgeSecondsMax = 2_147_483_647

const methods: ReadonlySet<string> = new Set(['GET', 'PUT', 'POST', 'DELETE', 'HEAD'])
/** RFC 9110 5.6.2, with the `*` that stands for any text. */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** An origin goes back into a header: it is of visible ASCII, as browsers send it. */
const origin = /^[\x21-\x7e]+$/

/** The rules. Throws InvalidRequest or MalformedXML for what AWS or the syntax of headers does not allow. */
export function corsRulesOf(put: readonly PutRule[]): readonly CorsRule[] {
  if (put.length === 0) throw new ApiError('MalformedXML')
  if (put.length > rulesMax)
    throw invalid(`The number of CORS rules should not exceed allowed limit of ${rulesMax} rules.`)
  const rules = put.map(ruleOf)
  if (Buffer.byteLength(JSON.stringify(rules)) > corsDocumentSizeMax) throw tooLarge()
  return rules
}

export const tooLarge = (): ApiError =>
  new ApiError('MalformedXML', 'The size of CORS configuration should not exceed 64 KB')

function ruleOf(rule: PutRule): CorsRule {
  const { ID: id, AllowedHeaders: allowedHeaders = [], ExposeHeaders: exposeHeaders = [], MaxAgeSeconds } = rule
  const allowedMethods = rule.AllowedMethods.map((method) => method.trim())
  const { AllowedOrigins: allowedOrigins } = rule
  if (allowedMethods.length === 0 || allowedOrigins.length === 0) throw new ApiError('MalformedXML')
  if (id !== undefined) checkId(id)
  for (const method of allowedMethods) {
    if (!methods.has(method))
      throw invalid(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`)
  }
  checkEach('AllowedOrigin', allowedOrigins, origin)
  checkEach('AllowedHeader', allowedHeaders, headerName)
  checkEach('ExposeHeader', exposeHeaders, headerName)
  const wild = exposeHeaders.find((name) => name.includes('*'))
  if (wild !== undefined)
    throw invalid(`ExposeHeader "${wild}" contains wildcard. We currently do not support wildcard for ExposeHeader.`)
  if (MaxAgeSeconds !== undefined && MaxAgeSeconds > maxAgeSecondsMax) throw new ApiError('MalformedXML')
  return { id, allowedOrigins, allowedMethods, allowedHeaders, exposeHeaders, maxAgeSeconds: MaxAgeSeconds }
}

function checkId(id: string): void {
  if (id.length > idSizeMax)
    throw new ApiError('InvalidArgument', `ID length should not exceed allowed limit of ${idSizeMax}`)
  if (/[\0-\x1f\x7f]/.test(id)) throw invalid('ID contains a control character.')
}

/** What would be no header, or part of none, is refused when it is put, and so never met when it is answered. */
function checkEach(element: string, values: readonly string[], allowed: RegExp): void {
  for (const value of values) {
    if (!allowed.test(value)) throw invalid(`${element} "${value}" contains a character that is not allowed.`)
    if (value.indexOf('*') !== value.lastIndexOf('*'))
      throw invalid(`${element} "${value}" can not have more than one wildcard.`)
  }
}

const invalid = (message: string): ApiError => new ApiError('InvalidRequest', message)
