/**
 * Which credential belongs to an access key: asked for each request, and answered from memory while the records are the same.
 *
 * The stamp of the key's record tells whether it is, and that of the user's where the key is a user's: a change on any thread of this
 * process shows at the next request. Keys that do not exist are remembered too, apart from the others, so that asking for them neither
 * takes longer nor pushes the others out.
 */
import assert from 'node:assert/strict'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { openAccessKey } from './access-keys.ts'
import type { OpenedAccessKey } from './access-keys.ts'
import type { Credential, FindCredential } from './credential.ts'
import { accessKeyKey, userKey } from './records.ts'
import type { MasterKey } from './sealing.ts'
import { policiesOf } from './users.ts'

/** A record, and its stamp from before it was read. */
interface Seen {
  readonly guard: Uint8Array
  readonly stamp: number
}

interface Entry {
  readonly key: Seen
  /** Undefined where the key is no user's. */
  readonly user: Seen | undefined
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

  const isCurrent = ({ guard, stamp }: Seen): boolean => store.stamp(guard) === stamp

  function remember(accessKeyId: string, entry: Entry): Credential | undefined {
    const [entries, others, max] = entry.credential ? [found, missing, foundMax] : [missing, found, missingMax]
    others.delete(accessKeyId)
    if (entries.size >= max && !entries.has(accessKeyId)) entries.delete(entries.keys().next().value!)
    entries.set(accessKeyId, entry)
    return entry.credential
  }

  function read(accessKeyId: string, key: Seen, value: Uint8Array | undefined): ReturnType<FindCredential> {
    const opened = value && openAccessKey(masterKey, value)
    if (opened?.active !== true) return remember(accessKeyId, { key, user: undefined, credential: undefined })
    if (opened.userId === undefined) {
      return remember(accessKeyId, { key, user: undefined, credential: credentialOf(opened) })
    }
    return readUser(opened, key, opened.userId)
  }

  function readUser(opened: OpenedAccessKey, key: Seen, userId: string): ReturnType<FindCredential> {
    const guard = userKey(userId)
    const user = { guard, stamp: store.stamp(guard) }
    const conclude = (value: Uint8Array | undefined): Credential | undefined => {
      // Its keys are deleted with a user; between the two reads it may have gone.
      if (value === undefined) return undefined
      return remember(opened.accessKeyId, { key, user, credential: credentialOf(opened, value) })
    }
    const value = store.get(guard)
    return value === undefined || value instanceof Uint8Array ? conclude(value) : Promise.resolve(value).then(conclude)
  }

  return (accessKeyId) => {
    const entry = found.get(accessKeyId) ?? missing.get(accessKeyId)
    if (entry !== undefined && isCurrent(entry.key) && (entry.user === undefined || isCurrent(entry.user))) {
      return entry.credential
    }
    if (accessKeyId === '' || accessKeyId.length > idLengthMax) return undefined
    const guard = accessKeyKey(accessKeyId)
    const key = { guard, stamp: store.stamp(guard) }
    const value = store.get(guard)
    return value === undefined || value instanceof Uint8Array
      ? read(accessKeyId, key, value)
      : Promise.resolve(value).then((later) => read(accessKeyId, key, later))
  }
}

function credentialOf(opened: OpenedAccessKey, user?: Uint8Array): Credential {
  const { accessKeyId, accountId, secretAccessKey, previous } = opened
  const former = previous && { previous: { secret: previous.secret.reveal(), untilMs: previous.untilMs } }
  const credential: Credential = { accessKeyId, accountId, secret: secretAccessKey.reveal(), ...former }
  if (user === undefined) return credential
  const { accountId: itsAccountId, ...rest } = policiesOf(user)
  assert.equal(itsAccountId, accountId, 'a key belongs to a user of another account')
  return { ...credential, user: rest }
}
