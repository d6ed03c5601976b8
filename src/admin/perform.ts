/**
 * Performs an operation for a principal: may they, is it written down, does what it answers fit its declaration. Every change is in the audit log
 * before it is made, and how it ended follows, so that a crash between them leaves a `begun`, never a change of which the log knows nothing.
 */
import type { AuditEvent } from '../access/audit-entry.ts'
import { ApiError } from '../base/errors.ts'
import type { AnyInput, ManagementContext, ManagementOperation } from './operation.ts'
import type { Principal } from './principal.ts'

/** What an audit entry says of whoever asked. */
export type Context = ManagementContext<Principal | undefined>

/** Throws Unauthorized, AccessDenied, and what the operation throws. */
export async function performOperation(
  name: string,
  operation: ManagementOperation,
  input: AnyInput,
  context: Context,
): Promise<unknown> {
  requireRight(operation, context.principal)
  if (operation.target === undefined) return operation.answer.parse(await operation.handle(input, context))
  const { details, ...entry } = await entryOf(name, operation, input, context)
  const write = (outcome: string, more: Pick<AuditEvent, 'details'> = {}): Promise<unknown> =>
    context.services.auditLog.append({ ...entry, outcome, ...more })
  // What strangers try in vain must not fill the log: they have one entry for all, and none for what was refused unseen.
  const isStranger = context.principal === undefined
  if (!isStranger) await write('begun', { details })
  const end = (outcome: string): Promise<unknown> => write(outcome, isStranger ? { details } : {})
  let answer: unknown
  try {
    answer = await operation.handle(input, context)
  } catch (error) {
    const code = error instanceof ApiError ? error.code : 'InternalError'
    if (!isStranger || !unseen.includes(code)) await end(code)
    throw error
  }
  await end('done')
  return operation.answer.parse(answer)
}

/** What tells a stranger that nothing was looked at. */
const unseen: readonly string[] = ['TooManyRequests', 'SlowDown']

/** Throws Unauthorized where nobody signed in, AccessDenied where their role does not give the right. */
export function requireRight({ right }: ManagementOperation, principal: Principal | undefined): void {
  if (right === 'anyone') return
  if (principal === undefined) throw new ApiError('Unauthorized')
  if (principal.rights.has(right)) return
  throw new ApiError('AccessDenied', `This needs the right ${right}, which the role ${principal.role} does not give.`)
}

/** What the entries about it say. What strangers send is not kept: they may have typed anything anywhere. */
async function entryOf(
  action: string,
  operation: ManagementOperation,
  input: AnyInput,
  { principal, request, services }: Context,
): Promise<Omit<AuditEvent, 'outcome'>> {
  const about = {
    actor: actorOf(principal),
    action,
    target: operation.target!(input),
    requestId: request.id,
    address: request.remoteAddress,
  }
  if (principal !== undefined) {
    return { ...about, accountId: principal.account.id, details: shown(input.body) }
  }
  return { ...about, ...(await operation.concerns?.(input, services)) }
}

function actorOf(principal: Principal | undefined) {
  if (principal === undefined) return { kind: 'anonymous', id: '', name: '' } as const
  const { via, user, account } = principal
  const name = user?.name ?? account.displayName
  return via.kind === 'session'
    ? ({ kind: 'user', id: user?.id ?? '', name } as const)
    : ({ kind: via.kind, id: via.id, name } as const)
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** As JSON, in which what is a `Secret` is not to be seen. */
const shown = (body: AnyInput['body']): Record<string, Json> => JSON.parse(JSON.stringify(body)) as Record<string, Json>
