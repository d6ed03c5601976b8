/**
 * Certificates in files, as certbot and others keep them: read at the start, and again when a file changes, is replaced, or a symbolic
 * link to it is. A pair that does not fit, because it is half written or wrong, is told of once and the former one stays in use.
 */
import { readFile, stat } from 'node:fs/promises'
import type { SecureContext } from 'node:tls'
import type { Clock } from '../base/clock.ts'
import { Refusal } from '../base/refusal.ts'
import { Secret } from '../base/secret.ts'
import {
  CertificateFault,
  checkPair,
  pemSizeMax,
  timeFault,
  type CheckedPair,
  type PemPair,
} from './certificate-pair.ts'

/** Paths, which may be the same file's; symbolic links are followed. */
export interface CertificateFilePair {
  readonly certificate: string
  readonly key: string
}

export interface CertificateFiles {
  /** The pair that is for the name itself, else one with a wildcard for it. The name is in small letters. */
  find(name: string): SecureContext | undefined
  /** The first pair, for clients that name no host; undefined where there are no files. */
  readonly first: CheckedPair | undefined
  /** Looks now whether a file has changed, and resolves when what has is in use. */
  look(): Promise<void>
  close(): void
}

interface Options {
  readonly clock: Pick<Clock, 'now'>
  /** What is wrong with files that were good at the start, or with a date; a full sentence. Told once for each state of the files. */
  onFault(message: string): void
  /** Another pair is in use from now on. */
  onReload?(files: CertificateFilePair): void
}

const everyMs = 5000

/** What files were loaded, by which a change is noticed. */
interface Loaded {
  readonly files: CertificateFilePair
  readonly state: string
  readonly pair: CheckedPair
}

/** Throws Refusal where pairs cannot be read, do not fit, or others can read their keys: it says so of each of them, a line each. */
export async function openCertificateFiles(
  pairs: readonly CertificateFilePair[],
  { clock, onFault, onReload }: Options,
): Promise<CertificateFiles> {
  const loaded = await loadAll(pairs)
  for (const { files, pair } of loaded) tellDates(files, pair)
  let index = indexOf(loaded)
  let looking: Promise<void> | undefined
  const faulty = new Map<CertificateFilePair, { readonly state: string | undefined; readonly message: string }>()

  function tellDates({ certificate }: CertificateFilePair, { facts }: CheckedPair): void {
    const late = timeFault(facts, clock.now())
    if (late !== undefined) onFault(`The certificate in ${certificate} ${late}.`)
  }

  async function lookAt(at: number): Promise<void> {
    const { files, state: before } = loaded[at]!
    const former = faulty.get(files)
    let state: string | undefined
    try {
      state = await stateOf(files)
      if (state === before) return void faulty.delete(files)
      if (former?.state === state) return
      loaded[at] = await load(files, state)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { message } = error
      if (former?.state !== state || former?.message !== message) {
        onFault(`${message} The former certificate stays in use.`)
      }
      return void faulty.set(files, { state, message })
    }
    faulty.delete(files)
    index = indexOf(loaded)
    tellDates(files, loaded[at].pair)
    onReload?.(files)
  }

  async function lookAtAll(): Promise<void> {
    for (let at = 0; at < loaded.length; at++) await lookAt(at)
  }

  const look = (): Promise<void> => (looking ??= lookAtAll().finally(() => (looking = undefined)))
  const timer = setInterval(() => look().catch((error: unknown) => onFault(String(error))), everyMs)
  timer.unref()

  return {
    find: (name) => index.get(name) ?? index.get(`*${name.slice(name.indexOf('.'))}`),
    get first() {
      return loaded[0]?.pair
    },
    look,
    close: () => clearInterval(timer),
  }
}

/** By each name that a pair is for, wildcards as they stand; the pair named first wins. */
function indexOf(loaded: readonly Loaded[]): ReadonlyMap<string, SecureContext> {
  const index = new Map<string, SecureContext>()
  for (const { pair } of loaded) {
    for (const name of pair.facts.names) if (!index.has(name)) index.set(name, pair.context)
  }
  return index
}

/** Differs where either file was written, replaced, or linked elsewhere, or who may read the key changed. Throws Refusal. */
async function stateOf({ certificate, key }: CertificateFilePair): Promise<string> {
  const states: string[] = []
  for (const file of [certificate, key]) {
    const { ino, size, mtimeMs, ctimeMs, mode } = await orRefuse(file, stat(file))
    if (size > pemSizeMax) throw new Refusal(`The file ${file} is longer than ${pemSizeMax} bytes.`)
    if (file === key) refuseOpenMode(file, mode)
    states.push(`${ino}/${size}/${mtimeMs}/${ctimeMs}/${mode}`)
  }
  return states.join(' ')
}

/** A group may read it, as Debian's ssl-cert; nobody else may, and nobody may change it but its owner. */
function refuseOpenMode(file: string, mode: number): void {
  if ((mode & 0o027) === 0) return
  const octal = (mode & 0o777).toString(8).padStart(4, '0')
  throw new Refusal(`Others can read or change the private key ${file} (its mode is ${octal}). Run: chmod 600 ${file}`)
}

async function loadAll(pairs: readonly CertificateFilePair[]): Promise<Loaded[]> {
  const loaded: Loaded[] = []
  const refusals: Refusal[] = []
  for (const files of pairs) {
    try {
      loaded.push(await load(files, await stateOf(files)))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusals.push(error)
    }
  }
  if (refusals.length === 0) return loaded
  throw new Refusal(refusals.map(({ message }) => message).join('\n'), { cause: refusals[0] })
}

/** `state` is from before the files are read, so that a change meanwhile is noticed at the next look. */
async function load(files: CertificateFilePair, state: string): Promise<Loaded> {
  const certificatePem = await orRefuse(files.certificate, readFile(files.certificate, 'latin1'))
  const sameFile = files.key === files.certificate
  const key = sameFile ? certificatePem : await orRefuse(files.key, readFile(files.key, 'latin1'))
  const pem: PemPair = { certificatePem, privateKeyPem: new Secret(key) }
  try {
    return { files, state, pair: checkPair(pem) }
  } catch (error) {
    if (!(error instanceof CertificateFault)) throw error
    const what = error.kind === 'key' ? `The private key in ${files.key}` : `The certificate in ${files.certificate}`
    throw new Refusal(`${what} ${error.message}.`, { cause: error })
  }
}

async function orRefuse<T>(file: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (cause) {
    throw new Refusal(`The file ${file} cannot be read: ${(cause as Error).message}.`, { cause })
  }
}
