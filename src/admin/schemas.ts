/** Pieces of what operations take and answer. */
import { z } from 'zod'
import { Secret } from '../base/secret.ts'

/** As the seeds' vendors write times: `2023-06-12 15:00:40`, in UTC. */
export const timestamp = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .meta({ id: 'Timestamp', description: 'UTC: `2023-06-12 15:00:40`' })

/** Milliseconds since 1970 → a timestamp. */
export const showTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

export const done = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Done' })

/** What operations answer that have nothing else to say. */
export const ok = { status: 'ok' } as const

export const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)

/** What lists take: how many, and after which. */
export const page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().max(2048).optional().meta({ description: 'The `next` of the page before.' }),
})

/** What lists answer beside their items: null where that was all. */
export const next = z.string().nullable()

/** In a query: there or not. `?all` is as `?all=true`. */
export const flag = z
  .enum(['true', 'false', ''])
  .default('false')
  .transform((text) => text !== 'false')

const labelSizeMax = 256

/** A label for people. */
export const label = z
  .string()
  .max(labelSizeMax)
  .refine((text) => Buffer.byteLength(text) <= labelSizeMax, `must have at most ${labelSizeMax} bytes`)
  .refine((text) => !/\p{C}/u.test(text), 'must have no control characters')

/** What no log shows: from the moment it is read it is a `Secret`. */
export const secret = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .meta({ format: 'password' })
    .transform((text) => new Secret(text))

export const password = secret(256)

/** Bytes or a number of things. */
export const count = z.int().min(0)

/** A page of what is all in memory, in the order of its places, none of which two have. What is gone since the page before does no harm. */
export function pageOf<T>(
  all: readonly T[],
  placeOf: (item: T) => string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): { readonly items: readonly T[]; readonly next: string | null } {
  const rest = after === undefined ? all : all.filter((item) => placeOf(item) > after)
  const items = rest.slice(0, limit)
  return { items, next: items.length < rest.length ? placeOf(items.at(-1)!) : null }
}
