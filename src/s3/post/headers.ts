/** What a form's fields say of the object, as the headers that PutObject takes for the same. */
import { ApiError } from '../../base/errors.ts'
import { parseXml } from '../xml.ts'

type Headers = Readonly<Record<string, string | undefined>>

/** Fields that are called as the header. */
const same: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-md5',
  'content-type',
  'expires',
])

/** `x-amz-*` fields that are about the form, or that as a header would be about how a body is sent or where it is taken from. */
const passedOver =
  /^x-amz-(?:algorithm|credential|date|signature|security-token|content-sha256|decoded-content-length|trailer|sdk-checksum-algorithm|copy-source.*)$/

/** Of the request: what policies may ask for. */
const kept = ['host', 'origin', 'referer', 'user-agent'] as const

/**
 * `fields` are by name in lower case; others than these are passed over, as AWS does. Values are one character a byte, as headers come.
 * Throws InvalidArgument for a value that no header can have, MalformedXML for bad tags.
 */
export function headersOf(fields: ReadonlyMap<string, string>, request: Headers): Headers {
  const headers: Record<string, string | undefined> = {}
  for (const name of kept) if (request[name] !== undefined) headers[name] = request[name]
  for (const [name, value] of fields) {
    if (name === 'acl') headers['x-amz-acl'] = headerText(name, value)
    else if (name === 'tagging') headers['x-amz-tagging'] = tagsOf(value)
    else if (same.has(name) || (name.startsWith('x-amz-') && !passedOver.test(name)))
      headers[name] = headerText(name, value)
  }
  return headers
}

function headerText(name: string, value: string): string {
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
    throw new ApiError('InvalidArgument', 'Header value cannot be represented using ISO-8859-1.', {
      details: { ArgumentName: name, ArgumentValue: value },
    })
  }
  return Buffer.from(value, 'utf8').toString('latin1')
}

/** A `<Tagging>` document, as the header has the same: `name=value&name=value`, percent-encoded. */
function tagsOf(document: string): string {
  const root = parseXml(document)
  const [set, ...more] = root.children
  if (root.name !== 'Tagging' || set?.name !== 'TagSet' || more.length > 0) throw new ApiError('MalformedXML')
  const pairs = set.children.map(({ name, children }) => {
    const textOf = (tag: string): string => {
      const [element, ...others] = children.filter((child) => child.name === tag)
      if (name !== 'Tag' || element === undefined || others.length > 0) throw new ApiError('MalformedXML')
      return encodeURIComponent(element.text.toWellFormed())
    }
    return `${textOf('Key')}=${textOf('Value')}`
  })
  return pairs.join('&')
}
