/** Days of UTC, in which usage is told. */
import { z } from 'zod'

export const day = z.iso.date().meta({ id: 'Day', description: 'A day of UTC: `2026-11-20`' })

const dayMs = 86_400_000

/** The days asked for; the last thirty unless given. */
export function lastDays(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): { readonly fromDay: string; readonly toDay: string } {
  const toDay = to ?? dayOf(nowMs)
  return { fromDay: from ?? dayOf(Date.parse(toDay) - 29 * dayMs), toDay }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
