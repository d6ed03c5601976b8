/**
 * What an operation of the management API is: where it stands, who may call it, what it takes and answers, and what it does. Routes, checks and
 * openapi.json all follow from this.
 */
import type { z } from 'zod'
import type { Right } from '../access/rights.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { Principal } from './principal.ts'
import type { ManagementRequest, ManagementServices } from './services.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface ManagementContext<P = Principal> {
  readonly principal: P
  readonly services: ManagementServices
  readonly request: ManagementRequest
  /** Headers to send beside the answer: name, value, name, value … */
  readonly headers: string[]
}

type Object = z.ZodObject
/** JSON of the shape, or bytes that are kept as they come: their limits are those of what keeps them. */
type Body = Object | 'bytes'
/** An operation that takes no such part of the input has none. */
type InputOf<T extends Body | undefined> = T extends Object
  ? z.output<T>
  : T extends 'bytes'
    ? SentBytes
    : Record<never, never>

/** A body of bytes, which has not been read yet. */
export interface SentBytes {
  readonly body: AsyncIterable<Uint8Array>
  /** As declared. */
  readonly size: number
  /** The Content-Type. */
  readonly type: string | undefined
}

interface Definition<
  P extends Object | undefined,
  Q extends Object | undefined,
  B extends Body | undefined,
  A extends z.ZodType,
  R extends Right | 'anyone',
> {
  readonly method: Method
  /** `/v1/buckets/{bucket}`. */
  readonly path: string
  /** A few words, as the title of a page. */
  readonly summary: string
  /** Full sentences. */
  readonly description?: string
  readonly tag: string
  /** What the caller must have; `anyone`: no sign-in at all. */
  readonly right: R
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Of success; 200 unless given. */
  readonly status?: 200 | 201 | 202
  readonly answer: A
  /** Codes of the errors it is expected to answer with, beside those of every operation. */
  readonly errors?: readonly ErrorCode[]
  /** What a change is about, for the audit log: `bucket photos`. Operations that change nothing have none. */
  readonly target?: (input: Input<P, Q, B>) => string
  /** Why a change is not in the audit log. Those that change something have this or a target. */
  readonly unaudited?: string
  /** Whom a change concerns that a stranger asks for, for the audit log. */
  readonly concerns?: (input: Input<P, Q, B>, services: ManagementServices) => Promise<Concerned | undefined>
  handle(
    this: void,
    input: Input<P, Q, B>,
    context: ManagementContext<R extends 'anyone' ? Principal | undefined : Principal>,
  ): Promise<z.input<A>>
}

interface Input<P extends Object | undefined, Q extends Object | undefined, B extends Body | undefined> {
  readonly params: InputOf<P>
  readonly query: InputOf<Q>
  readonly body: InputOf<B>
}

/** An account, and what else is known of who asks in its name. */
export interface Concerned {
  readonly accountId: string
  readonly details: Readonly<Record<string, string>>
}

export interface AnyInput {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
}

export interface ManagementOperation {
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly tag: string
  readonly right: Right | 'anyone'
  readonly params?: Object | undefined
  readonly query?: Object | undefined
  readonly body?: Body | undefined
  readonly status: 200 | 201 | 202
  readonly answer: z.ZodType
  readonly errors: readonly ErrorCode[]
  readonly target?: ((input: AnyInput) => string) | undefined
  readonly unaudited?: string | undefined
  readonly concerns?: ((input: AnyInput, services: ManagementServices) => Promise<Concerned | undefined>) | undefined
  handle(this: void, input: AnyInput, context: ManagementContext<Principal | undefined>): Promise<unknown>
}

/** What is not declared is refused, unless what is declared is open. */
const strict = <T extends Body | undefined>(shape: T): T | Object =>
  typeof shape === 'object' && shape.def.catchall === undefined ? shape.strict() : shape

/** Types the handler by what is declared; the declaration itself is what routes and openapi.json are made of. */
export const operation = <
  A extends z.ZodType,
  const R extends Right | 'anyone',
  P extends Object | undefined = undefined,
  Q extends Object | undefined = undefined,
  B extends Body | undefined = undefined,
>(
  definition: Definition<P, Q, B, A, R>,
): ManagementOperation => {
  const { params, query, body } = definition
  const shapes = { params: strict(params), query: strict(query), body: strict(body) }
  return { status: 200, errors: [], ...definition, ...shapes } as unknown as ManagementOperation
}
