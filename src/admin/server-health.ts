/** How the server is: what management tells operators, for people to look at. `/health/ready` is for machines. */
import { z } from 'zod'
import { timestamp } from './schemas.ts'

export const serverHealth = z
  .strictObject({
    status: z.enum(['ok', 'degraded']).meta({ description: '`ok` where no check is worse than that.' }),
    version: z.string(),
    node: z.string(),
    started: timestamp,
    uptime_seconds: z.number().min(0),
    threads: z.int().min(1).meta({ description: 'That answer requests.' }),
    memory_bytes: z.int().min(0).meta({ description: 'Of the whole process.' }),
    disk: z.array(
      z.strictObject({
        name: z.string().meta({ description: '`data`, or a region.' }),
        path: z.string().optional(),
        total: z.int().min(0),
        free: z.int().min(0),
      }),
    ),
    checks: z.array(
      z.strictObject({ name: z.string(), status: z.enum(['ok', 'warning', 'failure']), detail: z.string() }),
    ),
  })
  .meta({ id: 'ServerHealth' })

export type ServerHealth = z.infer<typeof serverHealth>
