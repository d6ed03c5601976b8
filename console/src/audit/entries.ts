/** Entries of the audit log, with what was begun and how it ended put together. */
import { api, dataOf } from '../api/client.ts'

export interface AuditFilters {
  readonly actor?: string
  readonly action?: string
  /** Days of UTC, both within. */
  readonly from?: string
  readonly to?: string
  readonly all?: 'true'
}

export const fetchAudit = (query: AuditFilters & { readonly limit: number; readonly before?: number }) =>
  dataOf(api.GET('/v1/audit', { params: { query } }))

export type AuditEntry = Awaited<ReturnType<typeof fetchAudit>>['entries'][number]

/** Something that was done, or tried: one entry where it was begun and one for its end. */
export interface Deed {
  /** Its newest entry. */
  readonly entry: AuditEntry
  /** How it began, where that is another entry and is known. */
  readonly begun: AuditEntry | undefined
}

/** Of entries, the newest first. */
export function deedsOf(entries: readonly AuditEntry[]): Deed[] {
  const deeds: { entry: AuditEntry; begun: AuditEntry | undefined }[] = []
  const ended = new Map<string, { begun: AuditEntry | undefined }>()
  for (const entry of entries) {
    const name = `${entry.request_id} ${entry.action} ${entry.target}`
    const end = entry.request_id === null ? undefined : ended.get(name)
    if (entry.outcome === 'begun' && end !== undefined) {
      end.begun = entry
      ended.delete(name)
      continue
    }
    const deed = { entry, begun: undefined }
    deeds.push(deed)
    if (entry.outcome !== 'begun') ended.set(name, deed)
  }
  return deeds
}

/** What was sent with it. */
export const detailsOf = ({ entry, begun }: Deed): AuditEntry['details'] => ({ ...begun?.details, ...entry.details })
