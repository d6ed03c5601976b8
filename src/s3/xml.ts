/** XML as S3 speaks it: a document read whole into elements, its text escaped on the way out. The only file that knows the parser. */
import { SaxesParser } from 'saxes'
import { ApiError } from '../base/errors.ts'

/** Names are local, namespaces are passed over: S3's documents do not need them. */
export interface XmlElement {
  readonly name: string
  /** By local name. Absent where there are none but declarations of namespaces. */
  readonly attributes?: ReadonlyMap<string, string> | undefined
  /** The element's own text, white space included. */
  readonly text: string
  readonly children: readonly XmlElement[]
}

interface OpenElement extends XmlElement {
  text: string
  readonly children: OpenElement[]
}

const depthMax = 32
/** Elements and attributes together: enough for 1,000 keys with all that can be said of each. */
const nodesMaxDefault = 16_384

/**
 * The root of a document, in linear time. Throws MalformedXML for what is not well formed, has a DOCTYPE, is nested deeper than 32, or has
 * more than `nodesMax` elements and attributes, each of which costs far more than its bytes.
 */
export function parseXml(text: string, nodesMax = nodesMaxDefault): XmlElement {
  try {
    return parse(text, nodesMax)
  } catch (cause) {
    throw cause instanceof ApiError ? cause : new ApiError('MalformedXML', undefined, { cause })
  }
}

function parse(text: string, nodesMax: number): XmlElement {
  const parser = new SaxesParser({ xmlns: false, position: false, defaultXMLVersion: '1.0', forceXMLVersion: true })
  const open: OpenElement[] = []
  let root: XmlElement | undefined
  let nodes = 0
  const append = (piece: string): void => {
    const element = open.at(-1)
    if (element !== undefined) element.text += piece
  }
  const refuse = (): never => {
    throw new ApiError('MalformedXML')
  }
  const count = (): void => {
    if (++nodes > nodesMax) refuse()
  }
  parser.on('doctype', refuse)
  parser.on('processinginstruction', refuse)
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') refuse()
  })
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('attribute', count)
  parser.on('opentag', (tag) => {
    count()
    if (open.length === depthMax) refuse()
    const attributes = attributesOf(tag.attributes)
    const bare = { name: localName(tag.name), text: '', children: [] }
    const element = attributes === undefined ? bare : { ...bare, attributes }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => {
    root = open.pop()
  })
  parser.write(text.startsWith('\ufeff') ? text.slice(1) : text).close()
  return root ?? refuse()
}

const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1)

function attributesOf(given: Readonly<Record<string, string>>): XmlElement['attributes'] {
  let attributes: Map<string, string> | undefined
  for (const name in given) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue
    attributes ??= new Map()
    attributes.set(localName(name), given[name]!)
  }
  return attributes
}

// Quotes as in AWS. XML 1.0 has no way to write the other control characters; AWS writes references all the same, and so lenient readers
// still see the key. Clients that care ask for encoding-type=url.
const special = /[&<>"\0-\x08\x0b-\x1f\ufffe\uffff]/
const specials = /[&<>"\0-\x08\x0b-\x1f\ufffe\uffff]/g

const references: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text fit to stand in an element or an attribute. */
export const escapeXml = (text: string): string => (special.test(text) ? text.replace(specials, referenceOf) : text)

const referenceOf = (character: string): string =>
  references[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
export const xmlNamespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
/** Of the attributes that S3's documents have. */
export const xmlInstanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance'
