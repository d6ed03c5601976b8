/** The first account and its access key, which exist before anybody could ask for them. */
import { Refusal } from '../base/refusal.ts'
import type { Secret } from '../base/secret.ts'
import { accessKeyGuards } from './access-keys.ts'
import type { AccessKeys, NewAccessKey } from './access-keys.ts'
import { accountGuards, insertAccount } from './accounts.ts'
import type { Accounts } from './accounts.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { accessKeyKey, decodeAccessKey, firstAccountKey } from './records.ts'

/** Display name of the account that is made at the first start. */
export const firstAccountName = 'first'

export interface ChosenKey {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
}

interface Parts {
  readonly store: MetadataStore
  readonly accounts: Accounts
  readonly accessKeys: AccessKeys
  /** The operator's choice, which is put in place at every start; undefined to have a key made at the first start. */
  readonly chosen: ChosenKey | undefined
}

export interface FirstAccount {
  readonly accountId: string
  /** The key that was made just now: its secret is never to be had again. Undefined where none was made, or the operator chose it. */
  readonly madeKey: NewAccessKey | undefined
}

/** Makes the first account and its key where they are not there. Throws Refusal where another account has the chosen key's id. */
export async function ensureFirstAccount({ store, accounts, accessKeys, chosen }: Parts): Promise<FirstAccount> {
  const accountId = await firstAccountId(store)
  if (accountId === undefined) return makeFirstAccount({ store, accounts, accessKeys, chosen })
  if (chosen !== undefined) await ensureKey(store, accessKeys, accountId, chosen)
  return { accountId, madeKey: undefined }
}

/** Undefined before the first start. */
export async function firstAccountId(store: MetadataStore): Promise<string | undefined> {
  const value = await store.get(firstAccountKey)
  return value && Buffer.from(value).toString('hex')
}

async function makeFirstAccount({ store, accounts, accessKeys, chosen }: Parts): Promise<FirstAccount> {
  const account = accounts.plan(firstAccountName)
  const key = accessKeys.plan(account.id, 'first key', chosen)
  const guards = [firstAccountKey, ...accountGuards(account), ...accessKeyGuards(key)]
  await store.transact({ exclusive: guards }, async (transaction) => {
    await insertAccount(transaction, account)
    accessKeys.insert(transaction, key)
    transaction.set(firstAccountKey, Buffer.from(account.id, 'hex'))
  })
  return { accountId: account.id, madeKey: chosen === undefined ? key : undefined }
}

/** Changes nothing where the key is there, is active and has this secret. */
async function ensureKey(
  store: MetadataStore,
  accessKeys: AccessKeys,
  accountId: string,
  chosen: ChosenKey,
): Promise<void> {
  const existing = await accessKeys.open(chosen.accessKeyId)
  if (existing?.accountId === accountId && existing.active) {
    if (existing.secretAccessKey.reveal() === chosen.secretAccessKey.reveal()) return
  }
  const planned = accessKeys.plan(accountId, existing?.name ?? 'first key', chosen)
  const key = existing === undefined ? planned : { ...planned, createdAt: existing.createdAt }
  await store.transact({ exclusive: accessKeyGuards(key) }, async (transaction) => {
    const value = await transaction.get(accessKeyKey(key.accessKeyId))
    if (value !== undefined && decodeAccessKey(value).accountId !== accountId) {
      throw new Refusal(
        `The access key ${key.accessKeyId} (accessKey, ENTREPOT_ACCESS_KEY) belongs to another account than the first; choose another id.`,
      )
    }
    accessKeys.insert(transaction, key)
  })
}
