/**
 * Which toggles hold: those of the server's profile, changed by what is set for the server, then for the listener, then for the account that owns the
 * bucket (or, where there is no bucket, that asks), then for the bucket. A profile in a later layer replaces all that came before it.
 */
import assert from 'node:assert/strict'
import { decodeAccount, accountKey } from '../access/records.ts'
import type { Key, MetadataStore } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import { isProfileName, isToggleName, togglesOfProfile } from './profile.ts'
import type { SetToggles, Toggles } from './profile.ts'

/** What one layer sets: a profile, single toggles, both or nothing. */
export interface ToggleLayer {
  readonly profile?: string | undefined
  readonly toggles?: SetToggles | undefined
}

/** The toggles in force for a bucket, or for what an account does without one, or for neither. Costs nothing worth counting. */
export type FindToggles = (bucket?: Bucket, accountId?: string) => Toggles

/** The toggles that the layers leave, the first of which is the server's. Throws for names that this version does not know. */
export function layToggles(layers: readonly ToggleLayer[]): Toggles {
  return layers.reduce(over, togglesOfProfile('aws'))
}

function over(base: Toggles, { profile, toggles }: ToggleLayer): Toggles {
  if (profile === undefined && toggles === undefined) return base
  if (profile !== undefined && !isProfileName(profile)) throw new Error(`There is no profile ${profile}`)
  for (const name in toggles) if (!isToggleName(name)) throw new Error(`There is no toggle ${name}`)
  return { ...(profile === undefined ? base : togglesOfProfile(profile)), ...toggles }
}

interface AccountEntry {
  readonly key: Key
  readonly stamp: number
  readonly toggles: Toggles
}

interface BucketEntry {
  readonly account: AccountEntry
  readonly toggles: Toggles
}

const accountsMax = 10_000

/** `fixed` are the layers of the server and of a listener. Needs a store that reads synchronously. */
export function createFindToggles(metadata: MetadataStore, fixed: readonly ToggleLayer[]): FindToggles {
  const base = layToggles(fixed)
  const accounts = new Map<string, AccountEntry>()
  const ofBuckets = new WeakMap<Bucket, BucketEntry>()

  function ofAccount(accountId: string): Toggles {
    const entry = accounts.get(accountId)
    if (entry !== undefined && metadata.stamp(entry.key) === entry.stamp) return entry.toggles
    const key = entry?.key ?? accountKey(accountId)
    const stamp = metadata.stamp(key)
    const value = metadata.get(key)
    assert(value === undefined || value instanceof Uint8Array, 'the toggles of an account are read synchronously')
    const toggles = value === undefined ? base : over(base, decodeAccount(value))
    if (accounts.size >= accountsMax) accounts.clear()
    accounts.set(accountId, { key, stamp, toggles })
    return toggles
  }

  function ofBucket(bucket: Bucket): Toggles {
    const toggles = over(ofAccount(bucket.accountId), bucket)
    ofBuckets.set(bucket, { account: accounts.get(bucket.accountId)!, toggles })
    return toggles
  }

  return (bucket, accountId) => {
    if (bucket === undefined) return accountId === undefined ? base : ofAccount(accountId)
    const known = ofBuckets.get(bucket)
    // The account's own toggles are as they were while the stamp of its record is the same.
    if (known !== undefined && metadata.stamp(known.account.key) === known.account.stamp) return known.toggles
    return ofBucket(bucket)
  }
}
