/** Domains and certificates over a store in memory, for tests: with a DNS that is a table, and certificates made to measure. */
import { generateKeyPairSync, webcrypto, type KeyObject } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { MasterKey } from '../access/sealing.ts'
import type { Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { createMemoryStore, type MemoryStore } from '../metadata/memory.ts'
import type { PemPair } from './certificate-pair.ts'
import { Certificates } from './certificates.ts'
import { Domains, type Domain } from './domains.ts'
import type { NameResolver } from './name-resolver.ts'

x509.cryptoProvider.set(webcrypto)

interface TestClock extends Clock {
  ms: number
}

/** Names to answers; a text instead of an answer is the code of a failure. */
export interface FakeDns extends NameResolver {
  readonly txt: Map<string, string[][] | string>
  readonly cname: Map<string, string[] | string>
  /** All questions so far, `TXT a.com`. */
  readonly asked: string[]
}

export const dayMs = 86_400_000
export const accountA = 'a'.repeat(64)
export const accountB = 'b'.repeat(64)
export const ownDomains = ['s3.test', 'media-storage.us-east-1.test']

export function fakeDns(): FakeDns {
  const txt = new Map<string, string[][] | string>()
  const cname = new Map<string, string[] | string>()
  const asked: string[] = []
  const answerOf = async <T>(answers: Map<string, T | string>, name: string): Promise<T> => {
    const answer = answers.get(name) ?? 'ENOTFOUND'
    if (typeof answer === 'string') throw Object.assign(new Error(`query ${answer}`), { code: answer })
    return answer
  }
  return {
    txt,
    cname,
    asked,
    async resolveTxt(name) {
      asked.push(`TXT ${name}`)
      return answerOf(txt, name)
    },
    async resolveCname(name) {
      asked.push(`CNAME ${name}`)
      return answerOf(cname, name)
    },
  }
}

export function makeBed(store: MemoryStore = createMemoryStore()) {
  const random = systemRandom
  const clock: TestClock = { ms: Date.UTC(2026, 10, 20), now: () => clock.ms, monotonic: () => clock.ms }
  const masterKey = new MasterKey(new Secret('5a'.repeat(32)), random)
  const dns = fakeDns()
  const domains = new Domains({ store, clock, random, resolver: dns, ownDomains })
  const certificates = new Certificates({ store, masterKey, clock })
  return { store, clock, random, masterKey, dns, domains, certificates }
}

export type Bed = ReturnType<typeof makeBed>

/** A domain of account A that shows all its buckets, not verified. */
export const claim = ({ domains }: Bed, name = 'media.example.com', accountId = accountA): Promise<Domain> =>
  domains.create({ name, type: 'storage', accountId, cnameTarget: 'media-storage.us-east-1.test' })

export const proveByTxt = ({ dns }: Bed, { verification: { txtName, txtValue } }: Domain): void =>
  void dns.txt.set(txtName, [[txtValue]])

export async function verified(bed: Bed, name?: string, accountId?: string): Promise<Domain> {
  const domain = await claim(bed, name, accountId)
  proveByTxt(bed, domain)
  return bed.domains.verify(domain.id)
}

type Kind = 'p256' | 'p384' | 'p521' | 'rsa1024' | 'rsa2048' | 'rsa4160' | 'ed25519'

export interface PairOptions {
  readonly key?: Kind
  readonly notBefore?: number
  readonly notAfter?: number
  readonly issuer?: TestIssuer
  readonly usage?: x509.ExtendedKeyUsage
  /** Put into the subject; no client looks there. */
  readonly commonName?: string
}

export interface TestIssuer {
  readonly pem: string
  readonly subject: string
  readonly key: webcrypto.CryptoKey
}

const algorithms = {
  p256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  p384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-256' },
  p521: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-256' },
  rsa1024: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024 },
  rsa2048: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 },
  rsa4160: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 4160 },
  ed25519: { name: 'Ed25519', hash: 'SHA-256' },
} as const

function keyPair(kind: Kind): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519')
  const algorithm = algorithms[kind]
  return 'namedCurve' in algorithm ? generateKeyPairSync('ec', algorithm) : generateKeyPairSync('rsa', algorithm)
}

async function make(names: readonly string[], isAuthority: boolean, options: PairOptions) {
  const { key = 'p256', issuer, usage = x509.ExtendedKeyUsage.serverAuth, commonName = 'test' } = options
  const { notBefore = Date.UTC(2026, 10, 1), notAfter = Date.UTC(2027, 0, 30) } = options
  const keys = keyPair(key)
  const algorithm = algorithms[key]
  const privateKey = await webcrypto.subtle.importKey(
    'pkcs8',
    keys.privateKey.export({ type: 'pkcs8', format: 'der' }),
    algorithm,
    true,
    ['sign'],
  )
  const publicKey = await webcrypto.subtle.importKey(
    'spki',
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    algorithm,
    true,
    ['verify'],
  )
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `01${systemRandom.bytes(8).toString('hex')}`,
    subject: `CN=${commonName}`,
    issuer: issuer?.subject ?? `CN=${commonName}`,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    publicKey,
    signingKey: issuer?.key ?? privateKey,
    signingAlgorithm: issuer === undefined ? algorithm : algorithms.p256,
    extensions: isAuthority
      ? [new x509.BasicConstraintsExtension(true, undefined, true)]
      : [
          new x509.ExtendedKeyUsageExtension([usage]),
          ...(names.length === 0
            ? []
            : [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value })))]),
        ],
  })
  return { pem: `${certificate.toString('pem')}\n`, privateKey, keys, subject: certificate.subject }
}

/** A certificate for the names, that signs itself unless there is an issuer, and its key. */
export async function makePair(names: readonly string[], options: PairOptions = {}): Promise<PemPair> {
  const { pem, keys } = await make(names, false, options)
  const privateKeyPem = new Secret(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  return { certificatePem: pem, privateKeyPem }
}

export async function makeIssuer(commonName: string, issuer?: TestIssuer): Promise<TestIssuer> {
  const { pem, privateKey, subject } = await make([], true, { commonName, ...(issuer && { issuer }) })
  return { pem, subject, key: privateKey }
}

/** All records as text, to look for what must not be there. */
export const recordsText = ({ store }: Bed): string =>
  store.records
    .scan(Buffer.of(0), Buffer.of(0xff), { limit: 10_000 })
    .map(([key, value]) => `${Buffer.from(key).toString('latin1')} ${Buffer.from(value).toString('latin1')}`)
    .join('\n')
