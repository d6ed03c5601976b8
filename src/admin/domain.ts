/** Custom domains as management shows them (Qencode, "Domain Management"). */
import { z } from 'zod'
import { ApiError } from '../base/errors.ts'
import type { Domain } from '../sites/domains.ts'
import type { Principal } from './principal.ts'
import { showTime, timestamp, uuid } from './schemas.ts'
import type { ManagementServices } from './services.ts'

export const domain = z
  .strictObject({
    id: uuid,
    domain_name: z.string(),
    type: z.enum(['storage', 'media-storage', 'media_storage']),
    created: timestamp,
    bucket: z.string().nullable().meta({ description: "Null: all of the account's buckets, `/bucket/path`." }),
    verified: timestamp.nullable(),
    verification: z
      .strictObject({ cname: z.string(), txt_name: z.string(), txt_value: z.string() })
      .meta({ description: 'Either will do: a CNAME of the domain to `cname`, or a TXT record.' }),
    certificate: z.strictObject({
      state: z.enum(['none', 'uploaded', 'acme', 'pending', 'failed']),
      reason: z.string().nullable(),
      retry: timestamp.nullable(),
      not_after: timestamp.nullable(),
    }),
  })
  .meta({ id: 'Domain' })

export function showDomain({ id, name, type, createdAt, bucketName, verifiedAt, verification, certificate }: Domain) {
  const time = (ms: number | undefined): string | null => (ms === undefined ? null : showTime(ms))
  const { state, reason = null, retryAt, notAfter } = certificate
  return {
    id,
    domain_name: name,
    type,
    created: showTime(createdAt),
    bucket: bucketName ?? null,
    verified: time(verifiedAt),
    verification: { cname: verification.cname, txt_name: verification.txtName, txt_value: verification.txtValue },
    certificate: { state, reason, retry: time(retryAt), not_after: time(notAfter) },
  }
}

/** The domain, if it is the caller's. Throws NoSuchEntity. */
export async function domainOf(id: string, { account }: Principal, { domains }: ManagementServices): Promise<Domain> {
  const found = await domains.get(id)
  if (found?.accountId === account.id) return found
  throw new ApiError('NoSuchEntity', `There is no domain ${JSON.stringify(id)}.`)
}
