/**
 * Where the master key comes from, and the check that it is the right one.
 *
 * It is given by the operator, or read from a file, or made at the very first start. The store keeps a text sealed under it: with another
 * key that text does not open, and the server refuses to start before it has changed anything.
 */
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Random } from '../base/random.ts'
import { Refusal } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { masterKeyCheckKey } from './records.ts'
import { MasterKey, SealBroken } from './sealing.ts'
import type { Sealed } from './sealing.ts'
import { masterKeyFault } from './weak-secrets.ts'

export interface MasterKeySource {
  /** 64 hex digits; then the file is not looked at. */
  readonly key: Secret | undefined
  /** Path of the file that holds 64 hex digits. */
  readonly file: string
}

interface Parts {
  readonly store: MetadataStore
  readonly source: MasterKeySource
  readonly random: Random
}

const purpose = { kind: 'check', name: 'master key' }
const checkText = 'This is the right master key.'
const fileSizeMax = 1024

/** Throws Refusal where the key is absent, bad, readable by others, or not the one that the store's secrets are sealed under. */
export async function openMasterKey({ store, source, random }: Parts): Promise<MasterKey> {
  const check = await readCheck(store)
  const { key, origin } = await readKey(source, check, random)
  const fault = masterKeyFault(key.reveal())
  if (fault !== undefined) throw new Refusal(`The master key in ${origin} ${fault}.`)
  const masterKey = new MasterKey(key, random)
  if (check !== undefined) verify(masterKey, check, origin)
  else await writeCheck(store, masterKey)
  return masterKey
}

async function readCheck(store: MetadataStore): Promise<Sealed | undefined> {
  const value = await store.get(masterKeyCheckKey)
  return value === undefined ? undefined : (JSON.parse(Buffer.from(value).toString()) as { sealed: Sealed }).sealed
}

function verify(masterKey: MasterKey, check: Sealed, origin: string): void {
  try {
    if (masterKey.open(purpose, check) === checkText) return
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
  }
  throw new Refusal(
    `The master key in ${origin} is not the one that this data folder's secrets are sealed under (its id is ${masterKey.id}, ` +
      `theirs is ${check.masterKeyId}). Nothing has been changed. Start with the master key that the folder was made with.`,
  )
}

async function writeCheck(store: MetadataStore, masterKey: MasterKey): Promise<void> {
  const value = Buffer.from(JSON.stringify({ version: 1, sealed: masterKey.seal(purpose, checkText) }))
  await store.transact({ exclusive: [masterKeyCheckKey] }, (transaction) => transaction.set(masterKeyCheckKey, value))
}

async function readKey(
  { key, file }: MasterKeySource,
  check: Sealed | undefined,
  random: Random,
): Promise<{ key: Secret; origin: string }> {
  if (key !== undefined) return { key, origin: 'the setting masterKey (ENTREPOT_MASTER_KEY)' }
  let found = await readKeyFile(file)
  if (found === undefined) {
    if (check !== undefined) {
      throw new Refusal(
        `The master key file ${file} is not there, and this data folder's secrets are sealed under the master key ${check.masterKeyId}. ` +
          'Put the file back, or say where it is with --master-key-file (ENTREPOT_MASTER_KEY_FILE).',
      )
    }
    await makeKeyFile(file, random)
    found = await readKeyFile(file)
  }
  if (found === undefined) throw new Refusal(`The master key file ${file} vanished while it was made.`)
  return { key: found, origin: file }
}

/** The file's text, or undefined where there is no file. Throws Refusal where others could read it. */
async function readKeyFile(file: string): Promise<Secret | undefined> {
  try {
    const { mode, size } = await stat(file)
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      throw new Refusal(
        `Others can read or change the master key file ${file} (its mode is ${octal}). Run: chmod 600 ${file}`,
      )
    }
    if (size > fileSizeMax)
      throw new Refusal(`The master key file ${file} must hold 64 hexadecimal digits and nothing else.`)
    return new Secret((await readFile(file, 'latin1')).trim())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof Refusal) throw error
    throw new Refusal(`The master key file ${file} cannot be read: ${(error as Error).message}.`, { cause: error })
  }
}

/** Makes the file, durably, unless somebody else just has: it is either whole or not there. */
async function makeKeyFile(file: string, random: Random): Promise<void> {
  const folder = dirname(file)
  const temporary = `${file}.${random.bytes(6).toString('hex')}.tmp`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(`${random.bytes(32).toString('hex')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await link(temporary, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
    await unlink(temporary)
    await syncFolder(folder)
    await syncFolder(dirname(folder))
  } catch (error) {
    throw new Refusal(`The master key file ${file} cannot be made: ${(error as Error).message}.`, { cause: error })
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
