/** Request → input. What a shape says is laid out once in maps by wire name, so that a request costs what it has, not what it could have. */
import { ApiError } from '../base/errors.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { Query } from '../http/query.ts'
import { invalidArgument, readElementText, readerOf } from './codec-argument.ts'
import type { Reader } from './codec-argument.ts'
import type { WireRequest } from './codec.ts'
import type { Binding, Shape, Structure, Type } from './shape.ts'
import { parseXml } from './xml.ts'
import type { XmlElement } from './xml.ts'

interface Slot {
  readonly member: string
  readonly read: Reader
}

interface Decoder {
  readonly takesBucket: boolean
  readonly takesKey: boolean
  readonly queries: ReadonlyMap<string, Slot>
  readonly headers: ReadonlyMap<string, Slot>
  readonly prefix: { readonly prefix: string; readonly member: string } | undefined
  readonly required: readonly (readonly [member: string, binding: Binding])[]
  readonly payload: { readonly member: string; readonly binding: Binding } | undefined
  readonly documentSizeMax: number
  /** Undefined for what most documents may have. */
  readonly documentNodesMax: number | undefined
  readonly documentFault: ErrorCode
}

const documentSizeMax = 1024 * 1024

/** The documents that S3's own limits allow to be larger. */
const documentSizesMax: Readonly<Record<string, number>> = {
  // PutBucketCors: 64 KB.
  PutBucketCors: 64 * 1024,
  // Amazon S3 User Guide, "Bucket policies": 20 KB.
  PutBucketPolicy: 20 * 1024,
  // 1,000 keys of 1,024 bytes, each byte written as a reference of six, and as much again for the elements.
  DeleteObjects: 8 * 1024 * 1024,
  // 10,000 keys of 1,024 bytes, and as much again for the elements; keys that are mostly references are fewer.
  ComposeObject: 16 * 1024 * 1024,
  // 10,000 parts with an entity tag and a checksum or two.
  CompleteMultipartUpload: 4 * 1024 * 1024,
}

/** Elements and attributes of the documents that S3's own limits allow to have more of them than most. */
const documentNodesMax: Readonly<Record<string, number>> = {
  // 10,000 parts with number, entity tag and ten checksums.
  CompleteMultipartUpload: 150_000,
  // 1,000 rules with their filters.
  PutBucketLifecycleConfiguration: 60_000,
}

/** What a document is that is not well formed, does not validate against the schema or is too large, where it is not MalformedXML. */
const documentFaults: Readonly<Record<string, ErrorCode>> = {
  PutBucketAcl: 'MalformedACLError',
  PutBucketPolicy: 'MalformedPolicy',
  PutObjectAcl: 'MalformedACLError',
}

/** Names that clients give the root of a document, besides the model's. */
const rootAliases: Readonly<Record<string, readonly string[]>> = {
  CompleteMultipartUpload: ['CompletedMultipartUpload'],
  CreateBucketConfiguration: ['CreateBucketConstraint'],
}

/** What decodes the requests of an operation into its input; a promise where it takes a document, which is then read whole. */
export function decoderOf(
  shape: Shape,
): (request: WireRequest) => Record<string, unknown> | Promise<Record<string, unknown>> {
  const decoder = compile(shape)
  const { payload, required } = decoder
  return (request) => {
    const input: Record<string, unknown> = {}
    if (decoder.takesBucket) input['Bucket'] = request.bucket
    if (decoder.takesKey) input['Key'] = request.key
    decodeQuery(decoder, request.query, input)
    decodeHeaders(decoder, request.headers, input)
    for (const [member, binding] of required) if (input[member] === undefined) throw missing(binding)
    if (payload === undefined) return input
    if (payload.binding.type.kind !== 'requestBody') return decodeDocument(decoder, payload, request.body, input)
    input[payload.member] = request.body
    return input
  }
}

function decodeQuery({ queries }: Decoder, query: Query, input: Record<string, unknown>): void {
  for (const [name, value] of query.parameters) {
    const slot = queries.get(name)
    // Of parameters sent twice the first counts, as in Query.get().
    if (slot !== undefined && input[slot.member] === undefined) input[slot.member] = slot.read(value)
  }
}

function decodeHeaders(
  { headers, prefix }: Decoder,
  sent: WireRequest['headers'],
  input: Record<string, unknown>,
): void {
  let map: Record<string, string> | undefined
  for (const name in sent) {
    const value = sent[name]
    if (value === undefined) continue
    const slot = headers.get(name)
    if (slot !== undefined) input[slot.member] = slot.read(value)
    else if (prefix !== undefined && name.startsWith(prefix.prefix)) {
      define((map ??= {}), name.slice(prefix.prefix.length), value)
    }
  }
  if (map !== undefined) input[prefix!.member] = map
}

/** Assigns an own property even to `__proto__`. */
function define(map: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(map, name, { value, enumerable: true, writable: true, configurable: true })
  else map[name] = value
}

function missing({ location, wireName = '' }: Binding): ApiError {
  if (location === 'header')
    return new ApiError('InvalidRequest', `Missing required header for this request: ${wireName}`)
  return invalidArgument(wireName, '', `Missing required query parameter for this request: ${wireName}`)
}

async function decodeDocument(
  decoder: Decoder,
  { member, binding }: { readonly member: string; readonly binding: Binding },
  body: AsyncIterable<Uint8Array>,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const text = await readText(body, decoder)
  if (text.trim() === '') {
    if (binding.required) throw new ApiError('MissingRequestBodyError')
    return input
  }
  // A document that is no XML is for the operation to read.
  input[member] = binding.type.kind === 'string' ? text : parseDocument(decoder, binding, text, member)
  return input
}

function parseDocument(decoder: Decoder, { type, wireName = '' }: Binding, text: string, member: string): unknown {
  try {
    const root = parseXml(text, decoder.documentNodesMax)
    if (root.name !== wireName && rootAliases[wireName]?.includes(root.name) !== true)
      throw new ApiError('MalformedXML')
    return decodeElement(type, root, member)
  } catch (cause) {
    const renamed = cause instanceof ApiError && cause.code === 'MalformedXML' && decoder.documentFault !== cause.code
    throw renamed ? new ApiError(decoder.documentFault, undefined, { cause }) : cause
  }
}

async function readText(
  body: AsyncIterable<Uint8Array>,
  { documentSizeMax: sizeMax, documentFault }: Decoder,
): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > sizeMax) {
      throw new ApiError(documentFault, `The document that you provided is larger than ${sizeMax} bytes.`)
    }
    // Copied: a chunk is valid only until the next is asked for.
    chunks.push(Buffer.from(chunk))
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size),
    )
  } catch (cause) {
    throw new ApiError(documentFault, 'The document that you provided is not UTF-8.', { cause })
  }
}

function decodeElement(type: Type, element: XmlElement, member: string): unknown {
  if (type.kind === 'structure') return decodeStructure(type, element)
  if (type.kind !== 'list') return readElementText(type, element.text, member)
  const items = element.children.filter(({ name }) => name === type.itemTag)
  return items.map((item) => decodeElement(type.item, item, member))
}

function decodeStructure(type: Structure, element: XmlElement): Record<string, unknown> {
  const { byTag, attributes, required } = tagsOf(type)
  const value: Record<string, unknown> = {}
  for (const [name, [member, binding]] of attributes) {
    const text = element.attributes?.get(name)
    if (text !== undefined) value[member] = readElementText(binding.type, text, member)
  }
  for (const child of element.children) {
    const tagged = byTag.get(child.name)
    if (tagged === undefined) continue
    const [member, binding] = tagged
    if (binding.location === 'flattened' && binding.type.kind === 'list') {
      const items = (value[member] ??= []) as unknown[]
      if (items.length === binding.type.sizeMax) throw new ApiError('MalformedXML')
      items.push(decodeElement(binding.type.item, child, member))
    } else {
      if (value[member] !== undefined) throw new ApiError('MalformedXML')
      value[member] = decodeElement(binding.type, child, member)
    }
  }
  for (const member of required) if (value[member] === undefined) throw new ApiError('MalformedXML')
  return value
}

type Member = readonly [member: string, binding: Binding]

interface Tags {
  readonly byTag: ReadonlyMap<string, Member>
  /** By local name. */
  readonly attributes: readonly (readonly [name: string, member: Member])[]
  readonly required: readonly string[]
}
const tags = new WeakMap<Structure, Tags>()

function tagsOf(type: Structure): Tags {
  const known = tags.get(type)
  if (known !== undefined) return known
  const members = Object.entries(type.members)
  const isAttribute = ([, { location }]: Member): boolean => location === 'attribute'
  const named = (member: Member): readonly [string, Member] => [member[1].wireName ?? member[0], member]
  const compiled = {
    byTag: new Map(members.filter((member) => !isAttribute(member)).map(named)),
    attributes: members
      .filter(isAttribute)
      .map(named)
      .map(([name, member]) => [name.slice(name.indexOf(':') + 1), member] as const),
    required: members.filter(([, { required }]) => required).map(([member]) => member),
  }
  tags.set(type, compiled)
  return compiled
}

function compile(shape: Shape): Decoder {
  const members = Object.entries(shape.input)
  const slotsAt = (location: string): Map<string, Slot> =>
    new Map(
      members
        .filter(([, binding]) => binding.location === location)
        .map(([member, binding]) => [binding.wireName ?? member, { member, read: readerOf(binding) }]),
    )
  const at = (location: string): readonly [string, Binding] | undefined =>
    members.find(([, binding]) => binding.location === location)
  const prefix = at('prefixHeaders')
  const payload = at('payload')
  return {
    takesBucket: 'Bucket' in shape.input,
    takesKey: 'Key' in shape.input,
    queries: slotsAt('query'),
    headers: slotsAt('header'),
    prefix: prefix === undefined ? undefined : { member: prefix[0], prefix: prefix[1].wireName ?? '' },
    required: members.filter(
      ([, { required, location }]) => required && (location === 'query' || location === 'header'),
    ),
    payload: payload === undefined ? undefined : { member: payload[0], binding: payload[1] },
    documentSizeMax: documentSizesMax[shape.name] ?? documentSizeMax,
    documentNodesMax: documentNodesMax[shape.name],
    documentFault: documentFaults[shape.name] ?? 'MalformedXML',
  }
}
