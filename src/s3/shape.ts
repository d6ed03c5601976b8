/**
 * The vocabulary in which S3's wire format is declared: what type a member has, and where in the HTTP message it travels. TypeScript
 * types are inferred from the declarations, so a shape is written once. The terms are Smithy's
 * (https://smithy.io/2.0/spec/http-bindings.html).
 */

export type Type<T = unknown> = Scalar<T> | Enumeration<T> | List<T> | Structure<T>

/** What the codec does with text. `infer` is never there: it carries the TypeScript type. */
export interface Scalar<T = unknown> {
  readonly kind:
    | 'string'
    | 'number'
    | 'boolean'
    | 'timestamp'
    | 'dateTime'
    | 'etag'
    | 'keyText'
    | 'stringMap'
    | 'requestBody'
    | 'responseBody'
  readonly infer?: T
}

export interface Enumeration<T = unknown> {
  readonly kind: 'enumeration'
  readonly values: readonly string[]
  readonly infer?: T
}

export interface List<T = unknown> {
  readonly kind: 'list'
  readonly item: Type
  /** The tag of an item, where the list is not flattened. */
  readonly itemTag: string
  /** More items than this are MalformedXML. */
  readonly sizeMax: number | undefined
  readonly infer?: T
}

export interface Structure<T = unknown> {
  readonly kind: 'structure'
  readonly members: Members
  readonly infer?: T
}

export const string: Type<string> = { kind: 'string' }
/** An integer, not negative: S3 has no others. */
export const number: Type<number> = { kind: 'number' }
export const boolean: Type<boolean> = { kind: 'boolean' }
/** Milliseconds since 1970-01-01T00:00:00Z, as the Clock gives them: an HTTP-date in headers, ISO 8601 in XML. */
export const timestamp: Type<number> = { kind: 'timestamp' }
/** The same, but ISO 8601 in headers too. */
export const dateTime: Type<number> = { kind: 'dateTime' }
/** An entity tag without its quotes, which are added and taken off on the wire. */
export const etag: Type<string> = { kind: 'etag' }
/** A key or a part of one in a listing: percent-encoded if the listing's EncodingType is `url`. */
export const keyText: Type<string> = { kind: 'keyText' }
export const stringMap: Type<Readonly<Record<string, string>>> = { kind: 'stringMap' }
export const requestBody: Type<AsyncIterable<Uint8Array>> = { kind: 'requestBody' }
export const responseBody: Type<Uint8Array | AsyncIterable<Uint8Array>> = { kind: 'responseBody' }

export const enumeration = <const V extends readonly string[]>(...values: V): Type<V[number]> => ({
  kind: 'enumeration',
  values,
})

export const list = <T>(item: Type<T>, itemTag = 'member', sizeMax?: number): Type<readonly T[]> => ({
  kind: 'list',
  item,
  itemTag,
  sizeMax,
})

export const structure = <const M extends Members>(members: M): Type<Infer<M>> => ({ kind: 'structure', members })

export type Location =
  | 'label'
  | 'query'
  | 'header'
  | 'prefixHeaders'
  | 'payload'
  | 'element'
  | 'flattened'
  | 'attribute'

export interface Binding<T = unknown, Required extends boolean = boolean> {
  readonly location: Location
  readonly type: Type<T>
  /**
   * The name on the wire, where it is not the member's own: in lower case for headers, the root's tag for a document as payload, with its
   * prefix for an attribute.
   */
  readonly wireName: string | undefined
  readonly required: Required
}

interface RequiredBinding<T> extends Binding<T, true> {
  readonly optional: Binding<T, false>
}

export interface Members {
  readonly [name: string]: Binding
}

const binding = <T>(location: Location, type: Type<T>, wireName: string | undefined): RequiredBinding<T> => ({
  location,
  type,
  wireName,
  required: true,
  optional: { location, type, wireName, required: false },
})

export const label = <T>(type: Type<T>) => binding('label', type, undefined)
export const query = <T>(wireName: string, type: Type<T>) => binding('query', type, wireName)
export const header = <T>(wireName: string, type: Type<T>) => binding('header', type, wireName)
export const prefixHeaders = (prefix: string) => binding('prefixHeaders', stringMap, prefix)
export const payload = <T>(type: Type<T>, wireName?: string) => binding('payload', type, wireName)
export const element = <T>(type: Type<T>, wireName?: string) => binding('element', type, wireName)
/** An attribute of the element whose members it is among; of XML Schema's instance namespace, which alone S3 has attributes of. */
export const attribute = <T>(wireName: string, type: Type<T>) => binding('attribute', type, wireName)
export const flattened = <T>(type: Type<T>, wireName?: string) => binding('flattened', type, wireName)

/** What a request is about: the account, a bucket or an object. */
export type Level = 'service' | 'bucket' | 'object'

export interface Shape<I extends Members = Members, O extends Members = Members> {
  readonly name: string
  readonly method: string
  readonly level: Level
  /** The query parameters that tell the operation, as a query string: `uploads`, `list-type=2`; '' where there are none. */
  readonly query: string
  /** The HTTP status of success. */
  readonly status: number
  readonly input: I
  readonly output: O
  /** The root tag of the answer's document, where members of the output are elements of it. */
  readonly root: string | undefined
}

export const shape = <const I extends Members, const O extends Members>(declared: Shape<I, O>): Shape<I, O> => declared

/** The TypeScript type of members. */
export type Infer<M extends Members> = Simplify<
  { readonly [K in keyof M as M[K]['required'] extends true ? K : never]: ValueOf<M[K]> } & {
    readonly [K in keyof M as M[K]['required'] extends true ? never : K]?: ValueOf<M[K]> | undefined
  }
>
export type Output<S extends Shape> = Infer<S['output']>

type ValueOf<B extends Binding> = B extends Binding<infer T> ? T : never
type Simplify<T> = { [K in keyof T]: T[K] } & {}
