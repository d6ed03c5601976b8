/**
 * A certificate authority of this deployment's own, for trying out: it signs one certificate for the deployment's names, and whoever
 * trusts it (`curl --cacert`) can speak TLS with the deployment. Both are kept in a folder, in which only the owner reads the keys.
 */
import { webcrypto, X509Certificate, createPrivateKey } from 'node:crypto'
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { isIP, isIPv6 } from 'node:net'
import { dirname, join } from 'node:path'
import type { Extension } from '@peculiar/x509'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Refusal } from '../base/refusal.ts'
import type { CertificateFilePair } from './certificate-files.ts'

export interface SelfSigned {
  /** PEM of the authority, for clients to trust. */
  readonly caFile: string
  /** The certificate for the deployment's names, and its key: one file. */
  readonly files: CertificateFilePair
  /** Makes what is missing, was damaged, is for other names or ends soon; answers whether there is another certificate now. */
  renew(): Promise<boolean>
}

interface Options {
  /** Made where it is not there. */
  readonly folder: string
  /** Host names, wildcards and IP addresses. `localhost` and its addresses are added. */
  readonly names: readonly string[]
  readonly clock: Pick<Clock, 'now'>
  readonly random: Random
}

const dayMs = 86_400_000
const authorityDays = 3650
/** Longer ones are not taken by all clients. */
const leafDays = 397
const renewDays = 30
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const triesMax = 3
const localNames = ['localhost', '127.0.0.1', '::1']

/**
 * Throws Refusal where the folder cannot be used. Threads may open the same folder at the same time: a certificate and its key are one
 * file, which is there whole or not at all, and of two authorities that are made at once the first stays.
 */
export async function openSelfSigned({ folder, names, clock, random }: Options): Promise<SelfSigned> {
  const [authorityFile, caFile, file] = ['ca.key', 'ca.pem', 'server.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const wanted = [...new Set([...names, ...localNames].map(canonical))]

  async function renewOnce(): Promise<boolean> {
    const nowMs = clock.now()
    const authority = await openAuthority(authorityFile, nowMs, random)
    const { certificate } = authority
    if ((await readText(caFile)) !== certificate) await replaceFile(caFile, certificate, 0o644, random)
    if (isUsableLeaf(await readPair(file), authority, wanted, nowMs)) return false
    await replaceFile(file, textOf(await makeLeaf(wanted, authority, nowMs, random)), 0o600, random)
    return true
  }

  async function renew(): Promise<boolean> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      let renewed = false
      // Looked at again, since another thread may have changed the authority meanwhile.
      for (let tries = 0; tries < triesMax && (await renewOnce()); tries++) renewed = true
      return renewed
    } catch (cause) {
      if (cause instanceof Refusal) throw cause
      throw new Refusal(`No certificate can be kept in ${folder}: ${(cause as Error).message}.`, { cause })
    }
  }

  await renew()
  return { caFile, files: { certificate: file, key: file }, renew }
}

/** The one that there is, or a new one where there is none, it is damaged, or it would end before a certificate that it signs now. */
async function openAuthority(file: string, nowMs: number, random: Random): Promise<Pair> {
  const former = await readPair(file)
  if (former?.x509.ca === true && Date.parse(former.x509.validTo) - nowMs > leafDays * dayMs) return former
  const made = textOf(await makeAuthority(nowMs, random))
  const text = await readText(file)
  if (text === undefined) await makeFile(file, made, random)
  else await replaceFile(file, made, 0o600, random)
  return (await readPair(file))!
}

function isUsableLeaf(pair: Pair | undefined, authority: Pair, names: readonly string[], nowMs: number): boolean {
  if (pair === undefined) return false
  const { x509: leaf } = pair
  if (!leaf.checkIssued(authority.x509) || !leaf.verify(authority.x509.publicKey)) return false
  if (Date.parse(leaf.validTo) - nowMs < renewDays * dayMs) return false
  const its = (leaf.subjectAltName ?? '').split(', ').map((name) => canonical(name.slice(name.indexOf(':') + 1)))
  return its.length === names.length && names.every((name) => its.includes(name))
}

/** One form for each name: `0:0:0:0:0:0:0:1` is `::1`. */
const canonical = (name: string): string =>
  isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase()

/** A certificate and its key, which fit, in PEM. */
interface Pair {
  readonly certificate: string
  readonly key: string
  readonly x509: X509Certificate
}

const textOf = ({ certificate, key }: Omit<Pair, 'x509'>): string => certificate + key

/** Undefined where there is none, or it is damaged. Throws Refusal where others can read it. */
async function readPair(file: string): Promise<Pair | undefined> {
  const text = await readText(file)
  if (text === undefined) return undefined
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) {
    throw new Refusal(`Others can read or change the private key ${file}. Run: chmod 600 ${file}`)
  }
  const keyStart = text.indexOf('-----BEGIN PRIVATE KEY-----')
  const [certificate, key] = [text.slice(0, keyStart), text.slice(keyStart)]
  try {
    const x509 = new X509Certificate(certificate)
    return x509.checkPrivateKey(createPrivateKey(key)) ? { certificate, key, x509 } : undefined
  } catch {
    // Cut off, or nothing of ours.
    return undefined
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function makeAuthority(nowMs: number, random: Random) {
  const { x509, keys } = await newKeys()
  const name = `CN=entrepot local authority ${random.bytes(4).toString('hex')}`
  return makeCertificate(
    {
      subject: name,
      issuer: name,
      days: authorityDays,
      signingKey: keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    },
    { keys, nowMs, random },
  )
}

async function makeLeaf(names: readonly string[], authority: Pair, nowMs: number, random: Random) {
  const { x509, keys } = await newKeys()
  const signer = new x509.X509Certificate(authority.certificate)
  return makeCertificate(
    {
      subject: 'CN=entrepot',
      issuer: signer.subject,
      days: leafDays,
      signingKey: await importKey(authority.key),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      ],
    },
    { keys, nowMs, random },
  )
}

interface CertificateParts {
  readonly subject: string
  readonly issuer: string
  readonly days: number
  readonly signingKey: webcrypto.CryptoKey
  readonly extensions: Extension[]
}

async function newKeys() {
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto)
  return { x509, keys: await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) }
}

async function makeCertificate(
  { subject, issuer, days, signingKey, extensions }: CertificateParts,
  { keys, nowMs, random }: { keys: webcrypto.CryptoKeyPair; nowMs: number; random: Random },
) {
  const x509 = await import('@peculiar/x509')
  const certificate = await x509.X509CertificateGenerator.create({
    // A first byte from 1 to 127 keeps it positive, and without a zero in front.
    serialNumber: Buffer.concat([Buffer.of(1), random.bytes(15)]).toString('hex'),
    ...{ subject, issuer, signingKey },
    // Clients whose clock is a little behind take it too.
    notBefore: new Date(nowMs - 3_600_000),
    notAfter: new Date(nowMs + days * dayMs),
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [...extensions, await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)],
  })
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { certificate: `${certificate.toString('pem')}\n`, key: `${key}\n` }
}

const importKey = (pem: string) =>
  webcrypto.subtle.importKey(
    'pkcs8',
    createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' }),
    algorithm,
    false,
    ['sign'],
  )

/** Makes a file for its owner alone, unless somebody else just has. */
async function makeFile(file: string, text: string, random: Random): Promise<void> {
  const temporary = await writeBeside(file, text, 0o600, random)
  await link(temporary, file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  })
  await unlink(temporary)
  await syncFolder(dirname(file))
}

async function replaceFile(file: string, text: string, mode: number, random: Random): Promise<void> {
  await rename(await writeBeside(file, text, mode, random), file)
  await syncFolder(dirname(file))
}

async function writeBeside(file: string, text: string, mode: number, random: Random): Promise<string> {
  const temporary = `${file}.${random.bytes(6).toString('hex')}.tmp`
  const handle = await open(temporary, 'wx', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return temporary
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
