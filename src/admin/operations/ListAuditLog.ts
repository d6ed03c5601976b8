import { z } from 'zod'
import { ApiError } from '../../base/errors.ts'
import { day } from '../days.ts'
import { operation } from '../operation.ts'
import { flag } from '../schemas.ts'

export default operation({
  method: 'GET',
  path: '/v1/audit',
  summary: 'What was changed through management',
  description:
    "Newest first. Every change is written down before it is made (`begun`), and how it ended after. Of one's own account; an operator sees all with `all`.",
  tag: 'Audit log',
  right: 'audit',
  query: z.object({
    limit: z.coerce.number().int().min(1).max(1000).default(100),
    before: z.coerce.number().int().min(1).optional().meta({ description: 'The `next` of the page before.' }),
    action: z.string().max(128).optional(),
    actor: z.string().max(256).optional().meta({ description: 'Id or name of the one who did it.' }),
    from: day.optional(),
    to: day.optional().meta({ description: 'The last day; entries of it are shown, too.' }),
    all: flag,
  }),
  answer: z.strictObject({
    entries: z.array(
      z.strictObject({
        seq: z.int(),
        time: z.string(),
        actor: z.strictObject({ kind: z.string(), id: z.string(), name: z.string() }),
        account_id: z.string().nullable(),
        action: z.string(),
        target: z.string(),
        outcome: z.string(),
        request_id: z.string().nullable(),
        address: z.string().nullable(),
        details: z.record(z.string(), z.unknown()),
        hash: z.string(),
      }),
    ),
    next: z.int().nullable(),
  }),
  async handle({ query: { limit, before, action, actor, all, from, to } }, { principal, services }) {
    if (all && !principal.rights.has('operator'))
      throw new ApiError('AccessDenied', 'Only an operator sees all accounts.')
    const accountId = all ? undefined : principal.account.id
    const { entries, next: following } = await services.auditLog.list({
      ...{ accountId, before, limit, action, actor },
      fromMs: from === undefined ? undefined : Date.parse(from),
      untilMs: to === undefined ? undefined : Date.parse(to) + 86_400_000,
    })
    return {
      entries: entries.map((entry) => ({
        seq: entry.seq,
        time: new Date(entry.at).toISOString(),
        actor: { ...entry.actor },
        account_id: entry.accountId ?? null,
        action: entry.action,
        target: entry.target,
        outcome: entry.outcome,
        request_id: entry.requestId ?? null,
        address: entry.address ?? null,
        details: { ...entry.details },
        hash: entry.hash,
      })),
      next: following ?? null,
    }
  },
})
