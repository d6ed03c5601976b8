/** Output → answer. Each shape is compiled once into functions that write its headers and its document. */
import type { HttpResponse } from '../http/message.ts'
import { formatHttpDate, formatIsoSeconds } from './codec-timestamp.ts'
import type { Binding, Shape, Type } from './shape.ts'
import { escapeXml, xmlDeclaration, xmlInstanceNamespace, xmlNamespace } from './xml.ts'

type Values = Readonly<Record<string, unknown>>
/** `encodes` says whether the text of keys is percent-encoded. */
type Writer = (value: unknown, encodes: boolean) => string

interface Encoder {
  readonly headers: readonly {
    readonly member: string
    readonly wireName: string
    readonly format: (value: unknown) => string
  }[]
  readonly prefix: { readonly member: string; readonly prefix: string } | undefined
  /** The member whose value is the body as it is. */
  readonly body: string | undefined
  /** Where the body is a text: of this media type. */
  readonly textType: string | undefined
  readonly document: ((output: Values) => string) | undefined
}

export interface CompiledEncoder {
  answer(output: Values): HttpResponse
  /** The document alone, without its declaration; undefined where the operation answers with none. */
  readonly document: ((output: Values) => string) | undefined
}

/** What writes the answers of an operation. */
export function encoderOf(shape: Shape): CompiledEncoder {
  const encoder = compile(shape)
  const isPartial = shape.status === 200 && 'ContentRange' in shape.output
  return {
    document: encoder.document,
    answer: (output) => {
      const headers: string[] = []
      for (const { member, wireName, format } of encoder.headers) {
        const value = output[member]
        if (value !== undefined) headers.push(wireName, format(value))
      }
      if (encoder.prefix !== undefined) pushMap(headers, encoder.prefix.prefix, output[encoder.prefix.member])
      let body: HttpResponse['body']
      if (encoder.body !== undefined) {
        body = output[encoder.body] as HttpResponse['body']
        if (encoder.textType !== undefined) headers.push('content-type', encoder.textType)
      } else if (encoder.document !== undefined) {
        headers.push('content-type', 'application/xml')
        body = xmlDeclaration + encoder.document(output)
      }
      // 206 for a part of an object (RFC 9110 15.3.7).
      return { status: isPartial && output['ContentRange'] !== undefined ? 206 : shape.status, headers, body }
    },
  }
}

/** User metadata. A name that is no header's name is left out and counted, as S3 does (x-amz-missing-meta). */
function pushMap(headers: string[], prefix: string, map: unknown): void {
  if (map === undefined) return
  let missing = 0
  for (const [name, value] of Object.entries(map as Record<string, string>)) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) headers.push(prefix + name, headerText(value))
    else missing++
  }
  if (missing > 0) headers.push('x-amz-missing-meta', String(missing))
}

const notInHeader = /[^\t\x20-\x7e\x80-\xff]/

/** One character a byte goes out as those bytes; text beyond that as UTF-8. Control characters, which could begin another header, are spaces. */
export function headerText(text: string): string {
  if (!notInHeader.test(text)) return text
  const bytes = /[^\0-\xff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
  return bytes.replace(/[\0-\x08\x0a-\x1f\x7f]/g, ' ')
}

function formatterOf(type: Type): (value: unknown) => string {
  switch (type.kind) {
    case 'timestamp':
      return (value) => formatHttpDate(value as number)
    case 'dateTime':
      return (value) => new Date(value as number).toISOString()
    case 'etag':
      return (value) => `"${headerText(value as string)}"`
    case 'string':
    case 'enumeration':
    case 'keyText':
      return (value) => headerText(value as string)
    case 'number':
    case 'boolean':
      return String
    case 'stringMap':
    case 'requestBody':
    case 'responseBody':
    case 'list':
    case 'structure':
      throw new Error(`No header of an answer is a ${type.kind}`)
  }
}

function compile(shape: Shape): Encoder {
  const members = Object.entries(shape.output)
  const at = (location: string): readonly [string, Binding] | undefined =>
    members.find(([, binding]) => binding.location === location)
  const prefix = at('prefixHeaders')
  const payload = at('payload')
  return {
    headers: members
      .filter(([, { location }]) => location === 'header')
      .map(([member, { wireName = member, type }]) => ({ member, wireName, format: formatterOf(type) })),
    prefix: prefix === undefined ? undefined : { member: prefix[0], prefix: prefix[1].wireName ?? '' },
    body: payload !== undefined && isBody(payload) ? payload[0] : undefined,
    // The one text that S3 answers is a policy.
    textType: payload?.[1].type.kind === 'string' ? 'application/json' : undefined,
    document: documentOf(shape, payload),
  }
}

const isBody = ([, { type }]: readonly [string, Binding]): boolean =>
  type.kind === 'responseBody' || type.kind === 'string'

function documentOf(
  { name, root, output: members }: Shape,
  payload: readonly [string, Binding] | undefined,
): Encoder['document'] {
  // The root is the one element, and not its parent.
  if (name === 'GetBucketLocation')
    return ({ LocationConstraint = '' }) => rootOf('LocationConstraint', escapeXml(String(LocationConstraint)))
  if (payload !== undefined) {
    if (isBody(payload)) return undefined
    const [member, { type, wireName = member }] = payload
    const write = contentWriter(type)
    return (output) => rootOf(wireName, output[member] === undefined ? '' : write(output[member], false))
  }
  if (root === undefined) return undefined
  const elements = Object.entries(members).filter(
    ([, { location }]) => location === 'element' || location === 'flattened',
  )
  const write = structureWriter(elements)
  return (output) => rootOf(root, write(output, output['EncodingType'] === 'url'))
}

const rootOf = (tag: string, content: string): string => `<${tag} xmlns="${xmlNamespace}">${content}</${tag}>`

function structureWriter(elements: readonly (readonly [string, Binding])[]): Writer {
  const fields = elements
    .filter(([, { location }]) => location !== 'attribute')
    .map(([member, binding]) => ({ member, write: elementWriter(binding.wireName ?? member, binding) }))
  return (value, encodes) => {
    let text = ''
    for (const field of fields) {
      const child = (value as Values)[field.member]
      if (child !== undefined) text += field.write(child, encodes)
    }
    return text
  }
}

function elementWriter(tag: string, { location, type }: Binding): Writer {
  const open = `<${tag}>`
  const close = `</${tag}>`
  if (location !== 'flattened' || type.kind !== 'list') {
    const write = contentWriter(type)
    const attributes = type.kind === 'structure' ? attributesWriter(Object.entries(type.members)) : undefined
    if (attributes === undefined) return (value, encodes) => open + write(value, encodes) + close
    return (value, encodes) => `<${tag}${attributes(value as Values)}>${write(value, encodes)}${close}`
  }
  return listWriter(contentWriter(type.item), open, close)
}

/** Undefined for a structure that has none. */
function attributesWriter(members: readonly (readonly [string, Binding])[]): ((value: Values) => string) | undefined {
  const attributes = members.filter(([, { location }]) => location === 'attribute')
  if (attributes.length === 0) return undefined
  return (value) => {
    let text = ` xmlns:xsi="${xmlInstanceNamespace}"`
    for (const [member, { wireName = member }] of attributes) {
      const given = value[member]
      if (given !== undefined) text += ` ${wireName}="${escapeXml(given as string)}"`
    }
    return text
  }
}

function listWriter(write: Writer, open: string, close: string): Writer {
  return (items, encodes) => {
    let text = ''
    for (const item of items as readonly unknown[]) text += open + write(item, encodes) + close
    return text
  }
}

function contentWriter(type: Type): Writer {
  switch (type.kind) {
    case 'structure':
      return structureWriter(Object.entries(type.members))
    case 'list':
      return listWriter(contentWriter(type.item), `<${type.itemTag}>`, `</${type.itemTag}>`)
    case 'timestamp':
      return (value) => formatIsoSeconds(value as number)
    case 'dateTime':
      return (value) => new Date(value as number).toISOString()
    case 'etag':
      return (value) => `&quot;${escapeXml(value as string)}&quot;`
    case 'keyText':
      return (value, encodes) => (encodes ? percentEncode(value as string) : escapeXml(value as string))
    case 'string':
    case 'enumeration':
      return (value) => escapeXml(value as string)
    case 'number':
    case 'boolean':
      return String
    case 'stringMap':
    case 'requestBody':
    case 'responseBody':
      throw new Error(`No element is a ${type.kind}`)
  }
}

/**
 * The text of a key as `encoding-type=url` gives it. A space is `%20` and a plus `%2B`, which clients that take `+` for a space and those
 * that do not read alike; `/` stays, as in AWS.
 */
export function percentEncode(text: string): string {
  if (!/[^\w.~/-]/.test(text)) return text
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed())
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
