/** Whose an access key is, whether it may sign or not: for explaining why it did not. Never what it signs with. */
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { accessKeyKey, decodeAccessKey } from './records.ts'

export interface KnownKey {
  readonly accountId: string
  readonly active: boolean
}

export const createFindKnownKey =
  (store: Pick<MetadataStore, 'get'>) =>
  async (accessKeyId: string): Promise<KnownKey | undefined> => {
    const value = await store.get(accessKeyKey(accessKeyId))
    if (value === undefined) return undefined
    const { accountId, active } = decodeAccessKey(value)
    return { accountId, active }
  }
