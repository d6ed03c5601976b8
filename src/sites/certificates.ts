/** The certificates of custom domains: uploaded by their owners or issued by a certificate authority, with their keys sealed. */
import type { MasterKey } from '../access/sealing.ts'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import type { Awaitable, MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import {
  CertificateFault,
  checkPair,
  timeFault,
  type CertificateFacts,
  type CheckedPair,
  type PemPair,
} from './certificate-pair.ts'
import type { VerifiedDomain } from './domains.ts'
import {
  certificateKey,
  certificatesEnd,
  certificatesStart,
  decodeCertificate,
  decodeSite,
  encodeRecord,
  siteKey,
  verifiedGuard,
  type CertificateRecord,
} from './records.ts'

export interface CertificateInfo extends CertificateFacts {
  /** The host name. */
  readonly name: string
  readonly domainId: string
  readonly source: 'uploaded' | 'acme'
  /** When it was stored, in milliseconds since 1970. */
  readonly createdAt: number
}

interface Parts {
  readonly store: MetadataStore
  readonly masterKey: MasterKey
  readonly clock: Pick<Clock, 'now'>
}

export class Certificates {
  readonly #store: MetadataStore
  readonly #masterKey: MasterKey
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, masterKey, clock }: Parts) {
    this.#store = store
    this.#masterKey = masterKey
    this.#clock = clock
  }

  /**
   * Stores a certificate for a verified domain, in place of the one it has. Throws MalformedCertificate for what is no chain, is for other
   * names or out of date, KeyPairMismatch, InvalidArgument for a bad key, DomainNotVerified.
   */
  async upload(domain: VerifiedDomain, pair: PemPair): Promise<CertificateInfo> {
    const checked = this.#checked(pair, domain.name)
    const record = this.#sealed(domain, checked, 'uploaded')
    await this.#store.transact(guardsOf(domain), async (transaction) => {
      await requireVerified(transaction, domain)
      transaction.set(certificateKey(domain.name), encodeRecord(record))
    })
    return toInfo(record)
  }

  /**
   * Stores what a certificate authority has issued; answers false, and changes nothing, where the domain is not verified any more or its
   * owner has uploaded a certificate meanwhile. Throws as upload.
   */
  async keepIssued(domain: VerifiedDomain, pair: PemPair): Promise<boolean> {
    const record = this.#sealed(domain, this.#checked(pair, domain.name, clockSkewMaxMs), 'acme')
    return this.#store.transact(guardsOf(domain), async (transaction) => {
      const value = await transaction.get(certificateKey(domain.name))
      const uploaded = value !== undefined && decodeCertificate(value).source === 'uploaded'
      if (uploaded || !(await isVerified(transaction, domain))) return false
      transaction.set(certificateKey(domain.name), encodeRecord(record))
      return true
    })
  }

  /** Of the host name. */
  async get(name: string): Promise<CertificateInfo | undefined> {
    const value = await this.#store.get(certificateKey(name))
    return value && toInfo(decodeCertificate(value))
  }

  /** In order of host name, at most `limit`; those after the name `after` where it is given. */
  async list({ after, limit }: { after?: string | undefined; limit: number }): Promise<CertificateInfo[]> {
    const start = after === undefined ? certificatesStart : Buffer.concat([certificateKey(after), Buffer.of(0)])
    const entries = await this.#store.read((snapshot) => snapshot.scan(start, certificatesEnd, { limit }))
    return entries.map(([, value]) => toInfo(decodeCertificate(value)))
  }

  /** Throws NoSuchEntity where the domain has none. */
  async delete(domain: VerifiedDomain): Promise<void> {
    await this.#store.transact(guardsOf(domain), async (transaction) => {
      const value = await transaction.get(certificateKey(domain.name))
      if (value === undefined || decodeCertificate(value).domainId !== domain.id) {
        throw new ApiError('NoSuchEntity', `The domain ${domain.name} has no certificate.`)
      }
      transaction.delete(certificateKey(domain.name))
    })
  }

  /** Changes whenever the host name's certificate does; to be read before `open`. */
  stamp(name: string): number {
    return this.#store.stamp(certificateKey(name))
  }

  /** The pair of a host name, for TLS. Throws SealBroken. */
  open(name: string): Awaitable<PemPair | undefined> {
    const value = this.#store.get(certificateKey(name))
    if (value === undefined || value instanceof Uint8Array) return this.#opened(value)
    return Promise.resolve(value).then((later) => this.#opened(later))
  }

  #opened(value: Uint8Array | undefined): PemPair | undefined {
    if (value === undefined) return undefined
    const { name, chain, key } = decodeCertificate(value)
    return { certificatePem: chain, privateKeyPem: new Secret(this.#masterKey.open(purposeOf(name), key)) }
  }

  #checked(pair: PemPair, name: string, behindMs = 0): CheckedPair {
    try {
      const checked = checkPair(pair, name)
      const late = timeFault(checked.facts, this.#clock.now(), behindMs)
      if (late === undefined) return checked
      throw new CertificateFault('certificate', late)
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error
      if (error.kind === 'key') throw new ApiError('InvalidArgument', `The private key ${error.message}.`)
      const code = error.kind === 'pair' ? 'KeyPairMismatch' : 'MalformedCertificate'
      throw new ApiError(code, `The certificate ${error.message}.`, { cause: error })
    }
  }

  #sealed({ id, name }: VerifiedDomain, pair: CheckedPair, source: 'uploaded' | 'acme'): CertificateRecord {
    return {
      version: 1,
      name,
      domainId: id,
      source,
      chain: pair.certificatePem,
      key: this.#masterKey.seal(purposeOf(name), pair.privateKeyPem.reveal()),
      ...pair.facts,
      createdAt: this.#clock.now(),
    }
  }
}

/** So far may our clock be behind the authority's. */
const clockSkewMaxMs = 3_600_000

const purposeOf = (name: string) => ({ kind: 'certificate key', name })

const guardsOf = ({ name }: VerifiedDomain) => ({
  exclusive: [certificateKey(name), verifiedGuard],
  shared: [siteKey(name)],
})

async function isVerified(transaction: Transaction, { id, name }: VerifiedDomain): Promise<boolean> {
  const value = await transaction.get(siteKey(name))
  return value !== undefined && decodeSite(value).domainId === id
}

async function requireVerified(transaction: Transaction, domain: VerifiedDomain): Promise<void> {
  if (await isVerified(transaction, domain)) return
  throw new ApiError('DomainNotVerified', `The domain ${domain.name} has to be verified before it gets a certificate.`)
}

function toInfo(record: CertificateRecord): CertificateInfo {
  const { version: _, chain: __, key: ___, ...info } = record
  return info
}
