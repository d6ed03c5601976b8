// What the audit log says of what one writer did since the last check, compared with what the ledger says.

import type { CrashedScene } from '../feature.ts'
import { settle } from '../world.ts'
import type { Desk } from './desk.ts'

interface AuditEntry {
  readonly seq: number
  readonly action: string
  readonly outcome: string
  readonly request_id: string | null
}

/** Entries of the desk's holder after one of a number, the oldest first; `count` is how many there will be at most, if all is well. */
export async function entriesSince(desk: Desk, seq: number, count: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = []
  let before: number | null = null
  do {
    const from: string = before === null ? '' : `&before=${before}`
    // One more, which was there before, so that the server need not look for it further back.
    const line = `GET /v1/audit?limit=${Math.min(count + 1, 1000)}&actor=${desk.holder.keyId}${from}`
    const page: { entries: AuditEntry[]; next: number | null } = await desk.ask(line)
    entries.push(...page.entries)
    before = page.next
  } while (before !== null && (entries.at(-1)?.seq ?? seq + 1) > seq)
  return entries.filter((entry) => entry.seq > seq).toReversed()
}

/**
 * What is wrong. Whatever was answered has `begun` and how it ended, in order, by the request's id; what was not answered has neither, the first, or both:
 * without the first nothing has changed, with both everything has.
 */
export function auditFaults(
  entries: readonly AuditEntry[],
  { asked, possible, found }: Omit<CrashedScene, 'writer'>,
): string[] {
  const faults: string[] = []
  const rest = [...entries]
  const take = (action: string, outcome?: string): AuditEntry | undefined => {
    const [next] = rest
    if (next?.action !== action || (outcome === undefined ? next.outcome === 'begun' : next.outcome !== outcome))
      return undefined
    return rest.shift()
  }
  for (const { action, answered } of asked) {
    const begun = take(action, 'begun')
    const ended = begun && take(action, answered?.outcome)
    if (answered === undefined) faults.push(...unansweredFaults(action, begun, ended, { possible, found }))
    else if (begun === undefined || ended === undefined)
      faults.push(`the audit log lacks ${begun ? answered.outcome : 'begun'} of ${action}, which was answered`)
    else if ([begun, ended].some(({ request_id }) => request_id !== answered.requestId))
      faults.push(`the audit log has ${action} by another request than the one that was answered`)
  }
  for (const { seq, action, outcome } of rest)
    faults.push(`the audit log has ${action} ${outcome} as number ${seq}, which nobody asked for`)
  return faults
}

function unansweredFaults(
  action: string,
  begun: AuditEntry | undefined,
  ended: AuditEntry | undefined,
  { possible, found }: Pick<CrashedScene, 'possible' | 'found'>,
): string[] {
  const isFound = (world = {}): boolean => settle([world], found, 0).faults.length === 0
  if (begun === undefined)
    return isFound(possible[0]) ? [] : [`${action} has changed something of which the audit log knows nothing`]
  if (ended === undefined) return []
  const isDone = ended.outcome === 'done'
  if (isFound(isDone ? possible.at(-1) : possible[0])) return []
  return [`the audit log says ${ended.outcome} of ${action}, but it is ${isDone ? 'not' : 'nevertheless'} done`]
}
