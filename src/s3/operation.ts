/** What an S3 operation is: its shape, the action that a policy must allow, what it does not honour, and what it does. */
import { ApiError } from '../base/errors.ts'
import type { Context } from './context.ts'
import type { Infer, Members, Shape } from './shape.ts'

export type Action = `s3:${string}`

/** Members that are honoured only with these values. */
type Only<I extends Members> = { readonly [K in keyof I]?: readonly Infer<I>[K & keyof Infer<I>][] }

interface Definition<I extends Members, O extends Members> {
  /** The action that a policy must allow; a function where it depends on the input (`s3:GetObjectVersion`). */
  readonly action: Action | ((input: Infer<I>) => Action)
  /** What the action is on, as in an ARN: `bucket/key`. By default the bucket and key that the request addresses. */
  readonly resource?: (input: Infer<I>) => string
  /** Input members that are not honoured: a request that has one is answered NotImplemented. */
  readonly refuses?: readonly (keyof I & string)[]
  /** Input members of which only these values are honoured: with another the request is answered NotImplemented. */
  readonly honours?: Only<I>
  handle(this: void, input: Infer<I>, context: Context): Promise<Infer<O>> | Infer<O>
}

export interface Operation<I extends Members = Members, O extends Members = Members> {
  readonly shape: Shape<I, O>
  action(this: void, input: Infer<I>): Action
  resource(this: void, input: Infer<I>): string
  readonly refuses: readonly string[]
  readonly honours: readonly (readonly [member: string, values: readonly unknown[]])[]
  handle(this: void, input: Infer<I>, context: Context): Promise<Infer<O>> | Infer<O>
}

export function operation<const I extends Members, const O extends Members>(
  shape: Shape<I, O>,
  { action, resource = addressed, refuses = [], honours = {}, handle }: Definition<I, O>,
): Operation<I, O> {
  return {
    shape,
    action: typeof action === 'function' ? action : () => action,
    resource,
    refuses,
    honours: Object.entries<readonly unknown[] | undefined>(honours).map(([member, values = []]) => [member, values]),
    handle,
  }
}

function addressed(input: { readonly Bucket?: unknown; readonly Key?: unknown }): string {
  const { Bucket, Key } = input
  if (typeof Bucket !== 'string') return '*'
  return typeof Key === 'string' ? `${Bucket}/${Key}` : Bucket
}

/** Throws NotImplemented, naming the header or parameter, if the input has what the operation does not honour. */
export function refuseUnhonoured(operation: Operation, input: Infer<Members>): void {
  for (const member of operation.refuses) if (input[member] !== undefined) throw notHonoured(operation, member)
  for (const [member, values] of operation.honours) {
    const value = input[member]
    if (value !== undefined && !values.includes(value)) throw notHonoured(operation, member)
  }
}

function notHonoured({ shape }: Operation, member: string): ApiError {
  const { location, wireName = member } = shape.input[member]!
  const what = location === 'query' ? 'query parameter' : location === 'header' ? 'header' : 'element'
  return new ApiError(
    'NotImplemented',
    `The ${what} ${wireName} that you provided implies functionality that is not implemented.`,
    {
      details: { [location === 'header' ? 'Header' : 'Parameter']: wireName },
    },
  )
}
