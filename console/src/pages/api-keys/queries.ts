/** What the page of API keys asks. */
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'

export type ApiKey = Schema<'ApiKey'>

export const apiKeysKey = ['api-keys'] as const

export async function apiKeysPage(after: string | undefined) {
  const query = after === undefined ? {} : { after }
  const { api_keys: items, next } = await dataOf(api.GET('/v1/api-keys', { params: { query } }))
  return { items, next }
}
