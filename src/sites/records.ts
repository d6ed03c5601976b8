/** The records of sites/: their keys, and their values as JSON with a version. */
import assert from 'node:assert/strict'
import type { Sealed } from '../access/sealing.ts'
import { afterPrefix } from '../base/bytes.ts'
import { keyspace } from '../metadata/keyspace.ts'
import type { Key, Value } from '../metadata/metadata-store.ts'

/** One account's claim to a name, verified or not. */
export interface DomainRecord {
  readonly version: 1
  readonly id: string
  readonly name: string
  readonly type: string
  readonly accountId: string
  readonly bucket?: { readonly id: string; readonly name: string } | undefined
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
  readonly token: string
  /** What the name must be a CNAME of, for that to be a proof. */
  readonly cname: string
  readonly verifiedAt?: number | undefined
  readonly issuing?: Issuing | undefined
}

/** How it goes with a certificate authority; absent before the first attempt and after a success. */
export interface Issuing {
  readonly state: 'pending' | 'failed'
  /** Since the last success. */
  readonly attempts: number
  /** Not before this time is it tried again. */
  readonly retryAt: number
  readonly reason?: string | undefined
}

/** Which claim to a name is the verified one, and what it shows. */
export interface SiteRecord {
  readonly version: 1
  readonly domainId: string
  readonly accountId: string
  readonly bucket?: { readonly id: string; readonly name: string } | undefined
}

export interface CertificateRecord {
  readonly version: 1
  readonly name: string
  /** The domain that it was uploaded or issued for. */
  readonly domainId: string
  readonly source: 'uploaded' | 'acme'
  /** PEM, the leaf first. */
  readonly chain: string
  readonly key: Sealed
  readonly issuer: string
  readonly names: readonly string[]
  readonly serialNumber: string
  /** SHA-256 of the leaf, in hex with colons. */
  readonly fingerprint: string
  readonly notBefore: number
  readonly notAfter: number
  readonly createdAt: number
}

/** What is known of the certificate authority. */
export interface AcmeRecord {
  readonly version: 1
  readonly directoryUrl: string
  readonly account?: { readonly url: string; readonly email: string | undefined; readonly key: Sealed } | undefined
  /** It asked for a pause, or does not work. */
  readonly pause?: { readonly until: number; readonly attempts: number; readonly reason: string } | undefined
}

/** What a certificate authority is answered when it asks for a token (RFC 8555 8.3). */
export interface ChallengeRecord {
  readonly version: 1
  readonly answer: string
  readonly createdAt: number
}

type SitesRecord = DomainRecord | SiteRecord | CertificateRecord | AcmeRecord | ChallengeRecord

export const encodeRecord = (record: SitesRecord): Value => Buffer.from(JSON.stringify(record))

export const decodeDomain = (value: Value): DomainRecord => decode(value) as DomainRecord
export const decodeSite = (value: Value): SiteRecord => decode(value) as SiteRecord
export const decodeCertificate = (value: Value): CertificateRecord => decode(value) as CertificateRecord
export const decodeAcme = (value: Value): AcmeRecord => decode(value) as AcmeRecord
export const decodeChallenge = (value: Value): ChallengeRecord => decode(value) as ChallengeRecord

function decode(value: Value): { readonly version: number } {
  const record = JSON.parse(textOf(value)) as { version: number }
  assert(record.version <= 1, 'a record was written by a newer version of entrepot')
  return record
}

const textOf = (value: Uint8Array): string =>
  Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')

const key = (start: readonly number[], ...texts: readonly string[]): Key =>
  Buffer.concat([Buffer.from(start), ...texts.map((text) => Buffer.from(text))])

/** Under the domains' byte: 0 and an id → the claim; 1 and a name → which claim is verified; 2 is a guard alone. */
export const domainKey = (id: string): Key => key([keyspace.domain, 0], id)
export const siteKey = (name: string): Key => key([keyspace.domain, 1], name)
export const sitesStart = key([keyspace.domain, 1])
export const sitesEnd = afterPrefix(sitesStart)!
/** The name in a site's key. */
export const nameOfSite = (siteKey: Key): string => textOf(siteKey.subarray(2))
/** Guards nothing but is stamped whenever a domain becomes verified, or its certificate goes. */
export const verifiedGuard = key([keyspace.domain, 2])

/** Which names an account claims; the value is the domain's id. */
export const domainOfAccountKey = (accountId: string, name: string): Key =>
  Buffer.concat([domainsOfAccount(accountId), Buffer.from(name)])
/** The start of them. */
export const domainsOfAccount = (accountId: string): Buffer =>
  Buffer.concat([Buffer.of(keyspace.domainOfAccount), Buffer.from(accountId, 'hex')])
/** In such a record's value. */
export const idOfDomain = (value: Value): string => textOf(value)

export const certificateKey = (name: string): Key => key([keyspace.certificate], name)
export const certificatesStart = key([keyspace.certificate])
export const certificatesEnd = afterPrefix(certificatesStart)!

export const acmeKey = key([keyspace.acme, 0])
export const challengeKey = (token: string): Key => key([keyspace.acme, 1], token)
export const challengesStart = key([keyspace.acme, 1])
export const challengesEnd = afterPrefix(challengesStart)!
