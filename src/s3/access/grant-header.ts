/** The headers that grant permissions, `x-amz-grant-read: id="…", uri="…"` (Amazon S3 API Reference, PutObjectAcl). */
import { invalidArgument } from '../codec-argument.ts'

/** Whom a request names, as it names them. */
export type NamedGrantee =
  | { readonly type: 'CanonicalUser'; readonly ID: string }
  | { readonly type: 'AmazonCustomerByEmail'; readonly EmailAddress: string }
  | { readonly type: 'Group'; readonly URI: string }

/** Takes the header's value; `name` is for what AWS says of a bad one. Throws InvalidArgument. */
export function parseGrantHeader(name: string, value: string): NamedGrantee[] {
  return split(value).map((part) => {
    const equals = part.indexOf('=')
    const grantee = equals < 0 ? undefined : granteeOf(part.slice(0, equals).trim(), unquote(part.slice(equals + 1)))
    if (grantee === undefined) throw invalidArgument(name, value, 'Argument format not recognized')
    return grantee
  })
}

/** At commas outside quotes. */
function split(value: string): string[] {
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let at = 0; at < value.length; at++) {
    const character = value[at]
    if (character === '"') quoted = !quoted
    else if (character === ',' && !quoted) {
      parts.push(value.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, value.slice(start)]
}

function unquote(text: string): string {
  const trimmed = text.trim()
  return trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed
}

function granteeOf(type: string, value: string): NamedGrantee | undefined {
  switch (type.toLowerCase()) {
    case 'id':
      return { type: 'CanonicalUser', ID: value }
    case 'emailaddress':
      return { type: 'AmazonCustomerByEmail', EmailAddress: value }
    case 'uri':
      return { type: 'Group', URI: value }
    default:
      return undefined
  }
}
