/** What the page of domains asks. */
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'

export type Domain = Schema<'Domain'>

export const domainsKey = ['domains'] as const

export async function domainsPage(after: string | undefined) {
  const query = after === undefined ? {} : { after }
  const { domains: items, next } = await dataOf(api.GET('/v1/domains', { params: { query } }))
  return { items, next }
}
