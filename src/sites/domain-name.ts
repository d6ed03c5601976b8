/** Which names can be custom domains: fully qualified host names on the public DNS (RFC 1123 2.1), in their ASCII form. */
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { ApiError } from '../base/errors.ts'

/** Longest name, in characters (RFC 1035 2.3.4). */
const nameLengthMax = 253
/** Two characters less than a label, for `_entrepot.` must still fit in front of the name. */
const proofLabel = '_entrepot.'

/** Names that mean something on this machine or network alone (RFC 6761, 6762, 7686, 9476; ICANN's `internal`). */
const specialNames = ['localhost', 'localdomain', 'local', 'internal', 'invalid', 'onion', 'alt', 'arpa']

/**
 * The name in small letters, its labels in ASCII (`bücher.example` → `xn--bcher-kva.example`). Throws InvalidArgument for what is no fully
 * qualified name, an IP address in any notation, a wildcard, a name that is special, and one at or under the deployment's own domains.
 */
export function checkDomainName(text: string, ownDomains: readonly string[]): string {
  const refuse = (why: string): ApiError =>
    new ApiError('InvalidArgument', `${JSON.stringify(text.slice(0, nameLengthMax))} ${why}`, {
      details: { ArgumentName: 'name' },
    })
  const name = toAscii(text)
  if (name === undefined) throw refuse('is no domain name; write one such as media.example.com.')
  if (name.includes('*')) throw refuse('has a wildcard; a domain is one name.')
  const labels = name.split('.')
  if (looksLikeAddress(name, labels)) throw refuse('is an IP address; a domain is a name.')
  if (name.length > nameLengthMax - proofLabel.length) throw refuse('is too long for a domain name.')
  if (!labels.every(isLabel)) throw refuse('is no domain name; write one such as media.example.com.')
  if (isUnder(name, specialNames)) throw refuse('means something on this network alone; it cannot be a custom domain.')
  if (labels.length < 2) throw refuse('is not fully qualified; write a name such as media.example.com.')
  if (isUnder(name, ownDomains)) throw refuse("is one of this deployment's own names.")
  return name
}

/** Undefined where it has no ASCII form. The final dot that says that a name is fully qualified is taken off. */
function toAscii(text: string): string | undefined {
  if (text.length > nameLengthMax + 1) return undefined
  // domainToASCII would decode percent signs, and cut at slashes.
  if (!/^[a-zA-Z0-9.*\-\u0080-\u{10ffff}]+$/u.test(text)) return text.includes(':') ? text : undefined
  // eslint-disable-next-line no-control-regex
  const ascii = /^[\0-\x7f]*$/.test(text) ? text.toLowerCase() : domainToASCII(text)
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii
  return name === '' ? undefined : name
}

/** A name whose last label is a number is an address to browsers and resolvers, in decimal, octal or hexadecimal (WHATWG URL 3.5). */
const looksLikeAddress = (name: string, labels: readonly string[]): boolean =>
  isIP(name) !== 0 || name.includes(':') || name.includes('[') || /^(?:\d+|0x[\da-f]*)$/.test(labels.at(-1)!)

const isLabel = (label: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)

const isUnder = (name: string, domains: readonly string[]): boolean =>
  domains.some((domain) => name === domain || name.endsWith(`.${domain}`))
