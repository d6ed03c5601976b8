// The audit log as a whole: after every crash its chain holds, from the first entry to the last, and it has every entry that it had before.

import type { Feature } from '../feature.ts'
import { Desk } from '../management/desk.ts'
import type { Managers } from '../management/managers.ts'

interface Verification {
  readonly whole: boolean
  readonly entries: number | null
  readonly head: string | null
  readonly broken: { readonly seq: number; readonly why: string } | null
}

/** Has no writers: the others' changes are what it is about. */
export function auditLog(managers: Managers): Feature {
  let head: string | undefined
  return {
    name: 'audit-log',
    writers: 0,
    reading: { none: true },
    prepare: () => Promise.resolve(),
    step: () => Promise.resolve(),
    async check(client) {
      const desk = new Desk(client, managers, { name: 'audit-log', holder: await managers.operator() })
      const query = head === undefined ? '' : `?head=${encodeURIComponent(head)}`
      const found = await desk.ask<Verification>(`GET /v1/audit/verify${query}`)
      if (!found.whole) return [`the audit log is not whole: entry ${found.broken?.seq} is ${found.broken?.why}`]
      head = found.head ?? undefined
      return []
    },
  }
}
