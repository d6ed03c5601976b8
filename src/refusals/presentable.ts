/** What is kept of a refusal's texts: of bounded length, and without what opens something. */
import type { Explanation } from '../http/refused.ts'
import { redacted, redactUrl } from '../observe/redact.ts'
import type { Refusal } from './refusal.ts'

type KeptExplanation = Pick<Refusal, 'checks' | 'differences' | 'advice' | 'canonicalRequest' | 'stringToSign'>

const textLengthMax = 1024
const signedLengthMax = 4096
const listLengthMax = 24

/** Redacted first, so that no secret is cut in two and no longer known for one. */
export const presentable = (text: string, lengthMax = textLengthMax): string => shortened(redactUrl(text), lengthMax)

const shortened = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : `${text.slice(0, lengthMax).toWellFormed()}…`

export function presentableExplanation(explanation: Explanation): KeptExplanation {
  const { checks, differences, advice, canonicalRequest, stringToSign } = explanation
  return {
    checks: checks.slice(0, listLengthMax).map((check) => ({ ...check, detail: presentable(check.detail) })),
    differences: differences.slice(0, listLengthMax).map(({ name, sent, expected }) => ({
      ...{ name, sent: presentable(sent), expected: presentable(expected) },
    })),
    advice: advice.slice(0, listLengthMax).map((each) => ({ ...each, text: presentable(each.text) })),
    canonicalRequest: canonicalRequest && presentableSigned(canonicalRequest),
    stringToSign: stringToSign && presentableSigned(stringToSign),
  }
}

/** Headers whose values open something, or are part of what does. */
const secretHeader = /^(?:authorization|proxy-authorization|cookie|x-csrf-token|x-amz-security-token|.*customer-key.*)$/

/** A canonical request, or what Version 2 signs: lines that are a path, a query, or a header and its value. */
const presentableSigned = (text: string): string =>
  shortened(text.split('\n').map(presentableLine).join('\n'), signedLengthMax)

function presentableLine(line: string): string {
  const [, name, value = ''] = /^([a-z0-9-]+):(.*)$/s.exec(line) ?? []
  if (name !== undefined) return `${name}:${secretHeader.test(name) ? redacted : redactUrl(value)}`
  // A query stands there without its question mark.
  return line.startsWith('/') || !line.includes('=') ? redactUrl(line) : redactUrl(`?${line}`).slice(1)
}
