/** The document of ComposeObject: XML with the names of Google Cloud Storage, or JSON. */
import { ApiError } from '../base/errors.ts'
import { sourcesMax } from '../objects/compose.ts'
import { parseXml, type XmlElement } from './xml.ts'

export interface ComposeComponent {
  readonly key: string
  readonly versionId: string | undefined
  /** As in the header If-Match. */
  readonly ifMatch: string | undefined
}

/** Each component has at most three children. */
const nodesMax = 4 * sourcesMax + 16

/** Throws MalformedXML, InvalidRequest for what is no list of 1 to 10,000 components, NotImplemented for what a component has besides. */
export function readComposeRequest(text: string): readonly ComposeComponent[] {
  const components = text.trimStart().startsWith('{') ? ofJson(text) : ofXml(parseXml(text, nodesMax))
  if (components.length === 0) throw malformed('names no object.')
  if (components.length > sourcesMax) throw malformed(`names more than ${sourcesMax} objects.`)
  return components
}

function ofXml({ name, children }: XmlElement): readonly ComposeComponent[] {
  if (name !== 'ComposeRequest') throw new ApiError('MalformedXML')
  return children.map((child) => {
    if (child.name !== 'Component') throw notImplemented(child.name)
    const given = new Map<string, string>()
    for (const { name: member, text } of child.children) {
      if (!members.has(member)) throw notImplemented(member)
      if (given.has(member)) throw new ApiError('MalformedXML')
      given.set(member, text)
    }
    const key = given.get('Name')
    if (!key) throw new ApiError('MalformedXML')
    return { key, versionId: given.get('VersionId'), ifMatch: given.get('IfMatch') }
  })
}

const members: ReadonlySet<string> = new Set(['Name', 'VersionId', 'IfMatch'])

function ofJson(text: string): readonly ComposeComponent[] {
  const sources = propertiesOf(parseJson(text), ['sources'])['sources']
  if (!Array.isArray(sources)) throw malformed('has no list "sources".')
  return sources.map((source: unknown) => {
    const { key, versionId, ifMatch } = propertiesOf(source, ['key', 'versionId', 'ifMatch'])
    if (typeof key !== 'string' || key === '') throw malformed('has a source without a key.')
    return { key, versionId: textOf(versionId), ifMatch: textOf(ifMatch) }
  })
}

function parseJson(text: string): unknown {
  refuseExcess(text)
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new ApiError('InvalidRequest', 'The document that you provided is not JSON.', { cause })
  }
}

/** A list of objects in an object. */
const depthMax = 3

/** Before anything is made of it: what is nested deeper, or has more members than such a document can have, takes seconds to read. */
function refuseExcess(text: string): void {
  let depth = 0
  let commas = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') inString = !inString
    else if (character === '\\') at++
    else if (inString) continue
    else if (character === '{' || character === '[') {
      if (++depth > depthMax) throw malformed('is nested too deep.')
    } else if (character === '}' || character === ']') depth--
    else if (character === ',' && ++commas > nodesMax) throw malformed('has too many members.')
  }
}

function propertiesOf(value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw malformed('is not what it should be.')
  for (const name of Object.keys(value)) if (!known.includes(name)) throw notImplemented(name)
  return value as Record<string, unknown>
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw malformed('has a value that is no text.')
  return value
}

const malformed = (what: string): ApiError => new ApiError('InvalidRequest', `The document that you provided ${what}`)
const notImplemented = (name: string): ApiError =>
  new ApiError('NotImplemented', `${name} in a request to compose is not implemented.`)
