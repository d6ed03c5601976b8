/** Orders of an operator by the command line, in the audit log: before they are carried out, and how they ended, as those of management are. */
import type { AuditLog } from '../access/audit-log.ts'
import { ApiError } from '../base/errors.ts'

type Parameters = Readonly<Record<string, string>>

/** What changes nothing, or is written down where it is performed. */
const reading = /^(?:manage\.perform|audit\.\w+|\w+\.list|encryption\.status)$/

/** Runs the command, and writes it down if it changes anything. Throws what the command throws. */
export async function audited(
  auditLog: Pick<AuditLog, 'append'>,
  name: string,
  parameters: Parameters,
  run: () => Promise<object>,
): Promise<object> {
  if (!changes(name, parameters)) return run()
  const target = ['account', 'name', 'accessKeyId', 'policyName'].flatMap((part) => parameters[part] ?? []).join('/')
  const actor = { kind: 'operator', id: '', name: 'command line' } as const
  const write = (outcome: string, details: Parameters = {}): Promise<unknown> =>
    auditLog.append({ actor, action: name, target, outcome, details })
  await write('begun', parameters)
  let result: object
  try {
    result = await run()
  } catch (error) {
    await write(error instanceof ApiError ? error.code : 'InternalError')
    throw error
  }
  await write('done')
  return result
}

/** Settings are shown by the same command that changes them. */
const changes = (name: string, { profile, toggles }: Parameters): boolean =>
  !reading.test(name) && (!name.endsWith('.settings') || profile !== undefined || toggles !== undefined)
