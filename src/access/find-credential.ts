/**
 * Which credential belongs to an access key: asked for each request, and answered from memory while the record is the same.
 *
 * The stamp of the key's record tells whether it is: a change on any thread of this process shows at the next request. Keys that do not
 * exist are remembered too, apart from the others, so that asking for them neither takes longer nor pushes the others out.
 */
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { openAccessKey } from './access-keys.ts'
import type { Credential, FindCredential } from './credential.ts'
import { accessKeyKey } from './records.ts'
import type { MasterKey } from './sealing.ts'

interface Entry {
  readonly guard: Uint8Array
  readonly stamp: number
  readonly credential: Credential | undefined
}

/** Longest access key id that is looked for, in characters. */
const idLengthMax = 128

export function createFindCredential(
  store: MetadataStore,
  masterKey: MasterKey,
  { foundMax = 10_000, missingMax = 1000 }: { foundMax?: number; missingMax?: number } = {},
): FindCredential {
  const found = new Map<string, Entry>()
  const missing = new Map<string, Entry>()

  function remember(
    accessKeyId: string,
    guard: Uint8Array,
    stamp: number,
    value: Uint8Array | undefined,
  ): Credential | undefined {
    const credential = value && toCredential(masterKey, value)
    const [entries, others, max] = credential ? [found, missing, foundMax] : [missing, found, missingMax]
    others.delete(accessKeyId)
    if (entries.size >= max && !entries.has(accessKeyId)) entries.delete(entries.keys().next().value!)
    entries.set(accessKeyId, { guard, stamp, credential })
    return credential
  }

  return (accessKeyId) => {
    const entry = found.get(accessKeyId) ?? missing.get(accessKeyId)
    if (entry !== undefined && store.stamp(entry.guard) === entry.stamp) return entry.credential
    if (accessKeyId === '' || accessKeyId.length > idLengthMax) return undefined
    const guard = accessKeyKey(accessKeyId)
    const stamp = store.stamp(guard)
    const value = store.get(guard)
    return value === undefined || value instanceof Uint8Array
      ? remember(accessKeyId, guard, stamp, value)
      : Promise.resolve(value).then((later) => remember(accessKeyId, guard, stamp, later))
  }
}

function toCredential(masterKey: MasterKey, value: Uint8Array): Credential | undefined {
  const { accessKeyId, accountId, active, secretAccessKey } = openAccessKey(masterKey, value)
  return active ? { accessKeyId, accountId, secret: secretAccessKey.reveal() } : undefined
}
