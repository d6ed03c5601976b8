/** What an S3 operation is: its shape, the action that a policy must allow, what it does not honour, and what it does. */
import { ApiError } from '../base/errors.ts'
import type { HttpResponse } from '../http/message.ts'
import type { Context } from './context.ts'
import type { Infer, Members, Shape } from './shape.ts'

export type Action = `s3:${string}`

/** An answer that the handler has encoded itself, for those that are given again and again. */
export class Prepared {
  readonly response: HttpResponse
  /** What is told in JSON to those who call without the wire; undefined where bytes are all there is to tell. */
  readonly told: (() => Readonly<Record<string, unknown>>) | undefined

  constructor(response: HttpResponse, told?: Prepared['told']) {
    this.response = response
    this.told = told
  }
}

/** Members that are honoured only with these values. */
type Only<I extends Members> = { readonly [K in keyof I]?: readonly Infer<I>[K & keyof Infer<I>][] }

interface Definition<I extends Members, O extends Members> {
  /** The action that a policy must allow; a function where it depends on the input (`s3:GetObjectVersion`). */
  readonly action: Action | ((input: Infer<I>) => Action)
  /** Input members that are not honoured: a request that has one is answered NotImplemented. */
  readonly refuses?: readonly (keyof I & string)[]
  /** Input members of which only these values are honoured: with another the request is answered NotImplemented. */
  readonly honours?: Only<I>
  handle(this: void, input: Infer<I>, context: Context): Promise<Infer<O> | Prepared> | Infer<O> | Prepared
}

export interface Operation<I extends Members = Members, O extends Members = Members> {
  readonly shape: Shape<I, O>
  action(this: void, input: Infer<I>): Action
  readonly refuses: readonly string[]
  readonly honours: readonly (readonly [member: string, values: readonly unknown[]])[]
  /** Both: the values that are honoured, none for what is refused. */
  readonly honoured: ReadonlyMap<string, readonly unknown[]>
  handle(this: void, input: Infer<I>, context: Context): Promise<Infer<O> | Prepared> | Infer<O> | Prepared
}

export function operation<const I extends Members, const O extends Members>(
  shape: Shape<I, O>,
  { action, refuses = [], honours = {}, handle }: Definition<I, O>,
): Operation<I, O> {
  const limited = Object.entries<readonly unknown[] | undefined>(honours).map(
    ([member, values = []]): [string, readonly unknown[]] => [member, values],
  )
  return {
    shape,
    action: typeof action === 'function' ? action : () => action,
    refuses,
    honours: limited,
    honoured: new Map([...refuses.map((member): [string, readonly unknown[]] => [member, []]), ...limited]),
    handle,
  }
}

/** Throws NotImplemented, naming the header or parameter, if the input has what the operation does not honour. */
export function refuseUnhonoured(operation: Operation, input: Infer<Members>): void {
  // The input has few members, the lists many.
  for (const member in input) {
    const honoured = operation.honoured.get(member)
    if (honoured !== undefined && !honoured.includes(input[member])) throw notHonoured(operation, member)
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
