/** How a refusal is told: to whom it concerns, and of what other accounts' policies decide, only that they do. */
import { z } from 'zod'
import type { Refusal } from '../refusals/refusal.ts'
import type { Principal } from './principal.ts'
import { showTime, timestamp } from './schemas.ts'

const text = z.string()

const summaryShape = {
  request_id: text,
  time: timestamp,
  front: z.enum(['s3', 'delivery', 'management']),
  method: text,
  host: text,
  path: text.meta({ description: 'Path and query as sent, without what opens something.' }),
  status: z.int(),
  code: text,
  message: text,
  operation: text.nullable(),
  bucket: text.nullable(),
  key: text.nullable(),
  access_key_id: text.nullable().meta({ description: 'As the request says, whether it proved that or not.' }),
  address: text,
}

export const refusalSummary = z.strictObject(summaryShape).meta({ id: 'RefusalSummary' })

export const refusal = z
  .strictObject({
    ...summaryShape,
    checks: z
      .array(
        z.strictObject({
          name: text,
          outcome: z.enum(['passed', 'failed', 'not reached']),
          detail: text,
        }),
      )
      .meta({ description: 'In the order in which they are made.' }),
    differences: z
      .array(z.strictObject({ name: text, sent: text, expected: text }))
      .meta({ description: 'What was sent or signed, and what the server received or expects.' }),
    canonical_request: text.nullable().meta({ description: 'As the server computed it, without what is secret.' }),
    string_to_sign: text.nullable(),
    advice: z.array(text),
  })
  .meta({ id: 'Refusal' })

/** Whose refusals the principal may see: undefined for all. */
export const seenBy = ({ rights, account }: Principal): string | undefined =>
  rights.has('operator') ? undefined : account.id

export const showSummary = (kept: Refusal): z.input<typeof refusalSummary> => ({
  request_id: kept.requestId,
  time: showTime(kept.atMs),
  front: kept.front,
  method: kept.method,
  host: kept.host,
  path: kept.path,
  status: kept.status,
  code: kept.code,
  message: kept.message,
  operation: kept.operation ?? null,
  bucket: kept.bucket ?? null,
  key: kept.key ?? null,
  access_key_id: kept.accessKeyId ?? null,
  address: kept.address,
})

export function showRefusal(kept: Refusal, principal: Principal): z.input<typeof refusal> {
  const viewer = seenBy(principal)
  const may = (only: string | undefined): boolean => viewer === undefined || only === undefined || only === viewer
  return {
    ...showSummary(kept),
    checks: kept.checks.map(({ name, outcome, detail, only }) => ({
      ...{ name, outcome },
      detail: may(only) ? detail : 'What decides it is the affair of another account.',
    })),
    differences: kept.differences.map(({ name, sent, expected }) => ({ name, sent, expected })),
    canonical_request: kept.canonicalRequest ?? null,
    string_to_sign: kept.stringToSign ?? null,
    advice: kept.advice.filter(({ only }) => may(only)).map((each) => each.text),
  }
}
