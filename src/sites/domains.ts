/**
 * Custom domains: names of their owners' own, under which buckets are shown.
 *
 * Anybody may claim a name, and several accounts the same one; a claim alone has no effect. It becomes the name's site once its owner has
 * put the proof into the DNS, and from then on the name is taken, for as long as that proof stands: when another claim is proven, the
 * former is looked up again, so that a name that changed hands is not lost to its new owner.
 */
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Key, MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from '../objects/bucket.ts'
import { afterPrefix } from '../base/bytes.ts'
import { checkDomainName } from './domain-name.ts'
import type { NameResolver } from './name-resolver.ts'
import { lookUpProof, txtNameOf } from './proof.ts'
import {
  certificateKey,
  decodeCertificate,
  decodeDomain,
  decodeSite,
  domainKey,
  domainOfAccountKey,
  domainsOfAccount,
  encodeRecord,
  idOfDomain,
  nameOfSite,
  siteKey,
  sitesEnd,
  sitesStart,
  verifiedGuard,
  type DomainRecord,
  type Issuing,
} from './records.ts'

export type DomainType = 'storage' | 'media-storage' | 'media_storage'

export interface Domain {
  /** A UUID. */
  readonly id: string
  /** In small letters and ASCII, without a final dot. */
  readonly name: string
  /** As it was given. */
  readonly type: DomainType
  readonly accountId: string
  /** The bucket that it shows; absent where it shows all buckets of the account, `/bucket/path`. */
  readonly bucketId?: string | undefined
  readonly bucketName?: string | undefined
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
  readonly verification: Verification
  readonly verifiedAt?: number | undefined
  readonly certificate: DomainCertificate
}

/** Either is a proof: TXT records of `txtName`, of which one is `txtValue`; or the domain's CNAME is `cname`. */
export interface Verification {
  readonly token: string
  readonly txtName: string
  readonly txtValue: string
  readonly cname: string
}

export interface DomainCertificate {
  readonly state: 'none' | 'uploaded' | 'acme' | 'pending' | 'failed'
  /** Why the last attempt to get one failed, in the words of the certificate authority. */
  readonly reason?: string | undefined
  /** When it is tried again. */
  readonly retryAt?: number | undefined
  readonly notAfter?: number | undefined
}

export interface NewDomain {
  readonly name: string
  readonly type: string
  readonly accountId: string
  readonly bucket?: Pick<Bucket, 'id' | 'name' | 'accountId'> | undefined
  /**
   * The host name that the domain's DNS is to point at. Where it is not the bucket's own, `<bucket>.media-storage.…`, a label of this claim's
   * own is put in front of it: what several accounts point at is no proof of whose a domain is.
   */
  readonly cnameTarget: string
}

/** Only such a one has a certificate: anybody else's would be shown to its visitors. */
export interface VerifiedDomain {
  readonly id: string
  readonly name: string
}

interface Parts {
  readonly store: MetadataStore
  readonly clock: Pick<Clock, 'now'>
  readonly random: Random
  readonly resolver: NameResolver
  /** In small letters; no domain is one of them or under one. */
  readonly ownDomains?: readonly string[]
}

const types: readonly string[] = ['storage', 'media-storage', 'media_storage'] satisfies DomainType[]
/** An account has at most so many. */
export const domainsMax = 100

export class Domains {
  readonly #store: MetadataStore
  readonly #clock: Pick<Clock, 'now'>
  readonly #random: Random
  readonly #resolver: NameResolver
  readonly #ownDomains: readonly string[]

  constructor({ store, clock, random, resolver, ownDomains = [] }: Parts) {
    this.#store = store
    this.#clock = clock
    this.#random = random
    this.#resolver = resolver
    this.#ownDomains = ownDomains
  }

  /**
   * Claims a name. The same claim again answers the one that is there. Throws InvalidArgument, NotImplemented for `live`, AccessDenied for
   * another account's bucket, EntityAlreadyExists where the account claims the name for something else, LimitExceeded.
   */
  async create({ name: text, type, accountId, bucket, cnameTarget }: NewDomain): Promise<Domain> {
    checkType(type)
    if (bucket !== undefined && bucket.accountId !== accountId) throw new ApiError('AccessDenied')
    const name = checkDomainName(text, this.#ownDomains)
    const token = this.#random.bytes(20).toString('hex')
    const record: DomainRecord = {
      version: 1,
      id: newUuid(this.#random),
      name,
      type,
      accountId,
      bucket: bucket && { id: bucket.id, name: bucket.name },
      createdAt: this.#clock.now(),
      token,
      cname: proofTarget(cnameTarget.toLowerCase(), bucket?.name.toLowerCase(), token),
    }
    const named = domainOfAccountKey(accountId, name)
    // One at a time for each account, so that its domains are counted as they are.
    return this.#store.transact({ exclusive: [named, domainsOfAccount(accountId)] }, async (transaction) => {
      const existing = await this.#claimOf(transaction, accountId, name)
      if (existing !== undefined) return this.#repeated(transaction, existing, record)
      await requireRoom(transaction, accountId)
      transaction.set(domainKey(record.id), encodeRecord(record))
      transaction.set(named, Buffer.from(record.id))
      return toDomain(transaction, record)
    })
  }

  #repeated(snapshot: Snapshot, existing: DomainRecord, wanted: DomainRecord): Promise<Domain> {
    if (existing.type === wanted.type && existing.bucket?.id === wanted.bucket?.id) return toDomain(snapshot, existing)
    throw new ApiError(
      'EntityAlreadyExists',
      `The account has the domain ${wanted.name} already, for something else; delete that first.`,
    )
  }

  async #claimOf(snapshot: Snapshot, accountId: string, name: string): Promise<DomainRecord | undefined> {
    const id = await snapshot.get(domainOfAccountKey(accountId, name))
    const value = id && (await snapshot.get(domainKey(idOfDomain(id))))
    return value && decodeDomain(value)
  }

  /** An account's domains in order of name, at most `limit`; those after the name `after` where it is given. */
  async list(accountId: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<Domain[]> {
    const start: Key =
      after === undefined
        ? domainsOfAccount(accountId)
        : Buffer.concat([domainOfAccountKey(accountId, after), Buffer.of(0)])
    const end = afterPrefix(domainsOfAccount(accountId))!
    return this.#store.read(async (snapshot) => {
      const domains: Domain[] = []
      for (const [, id] of await snapshot.scan(start, end, { limit })) {
        const value = await snapshot.get(domainKey(idOfDomain(id)))
        if (value !== undefined) domains.push(await toDomain(snapshot, decodeDomain(value)))
      }
      return domains
    })
  }

  async get(id: string): Promise<Domain | undefined> {
    return this.#store.read(async (snapshot) => {
      const value = await snapshot.get(domainKey(id))
      return value && toDomain(snapshot, decodeDomain(value))
    })
  }

  /** With its certificate. Throws NoSuchEntity. */
  async delete(id: string): Promise<void> {
    const { accountId, name } = await this.#existing(id)
    const exclusive = [...verificationGuards({ id, name }), domainsOfAccount(accountId)]
    await this.#store.transact({ exclusive }, async (transaction) => {
      if ((await transaction.get(domainKey(id))) === undefined) throw noSuchDomain(id)
      transaction.delete(domainKey(id))
      transaction.delete(domainOfAccountKey(accountId, name))
      if ((await holderOf(transaction, name)) === id) deleteSite(transaction, name)
    })
  }

  /**
   * Looks for the proof in the DNS and nowhere else; the host itself is not asked. Throws NoSuchEntity; DomainNotVerified, which says what
   * was looked up, found and expected; EntityAlreadyExists where another claim to the name is verified and its proof still stands.
   */
  async verify(id: string): Promise<Domain> {
    const claim = await this.#existing(id)
    if (claim.verifiedAt !== undefined) return this.#shown(id)
    const proof = await lookUpProof(this.#resolver, claim)
    if (proof.holds !== 'yes') throw new ApiError('DomainNotVerified', `The domain is not proven. ${proof.told}`)
    const lapsed = await this.#lapsedHolder(claim)
    const exclusive = [...verificationGuards(claim), ...(lapsed === undefined ? [] : [domainKey(lapsed)])]
    return this.#store.transact({ exclusive }, async (transaction) => {
      const value = await transaction.get(domainKey(id))
      if (value === undefined) throw noSuchDomain(id)
      const holder = await holderOf(transaction, claim.name)
      if (holder !== undefined && holder !== id) {
        if (holder !== lapsed) throw nameTaken(claim.name)
        await displace(transaction, holder, claim.name)
      }
      const record: DomainRecord = { ...decodeDomain(value), verifiedAt: this.#clock.now() }
      const { accountId, bucket } = record
      transaction.set(domainKey(id), encodeRecord(record))
      transaction.set(siteKey(claim.name), encodeRecord({ version: 1, domainId: id, accountId, bucket }))
      return toDomain(transaction, record)
    })
  }

  /** The verified claim of somebody else to the name, where its proof is gone; throws EntityAlreadyExists where it is not known to be. */
  async #lapsedHolder({ id, name }: DomainRecord): Promise<string | undefined> {
    const holder = await this.#store.read(async (snapshot) => {
      const holderId = await holderOf(snapshot, name)
      const value = holderId === undefined || holderId === id ? undefined : await snapshot.get(domainKey(holderId))
      return value && decodeDomain(value)
    })
    if (holder === undefined) return undefined
    if ((await lookUpProof(this.#resolver, holder)).holds !== 'no') throw nameTaken(name)
    return holder.id
  }

  /** All verified domains of all accounts, in order of name, at most `limit`; those after the name `after` where it is given. */
  async verified({ after, limit }: { after?: string | undefined; limit: number }): Promise<VerifiedDomain[]> {
    const start = after === undefined ? sitesStart : Buffer.concat([siteKey(after), Buffer.of(0)])
    const entries = await this.#store.read((snapshot) => snapshot.scan(start, sitesEnd, { limit }))
    return entries.map(([key, value]) => ({ id: decodeSite(value).domainId, name: nameOfSite(key) }))
  }

  /** Changes when a domain becomes verified, goes, or its certificate changes. */
  verifiedStamp(): number {
    return this.#store.stamp(verifiedGuard)
  }

  /** How it goes with the certificate authority; undefined where the domain is gone or nothing is under way. */
  async issuing(id: string): Promise<Issuing | undefined> {
    const value = await this.#store.get(domainKey(id))
    return value && decodeDomain(value).issuing
  }

  /** Keeps how it goes with the certificate authority, as long as the domain is there and verified; answers whether it is. */
  async setIssuing(id: string, issuing: Issuing | undefined): Promise<boolean> {
    return this.#store.transact({ exclusive: [domainKey(id)] }, async (transaction) => {
      const value = await transaction.get(domainKey(id))
      const record = value && decodeDomain(value)
      if (record?.verifiedAt === undefined) return false
      transaction.set(domainKey(id), encodeRecord({ ...record, issuing }))
      return true
    })
  }

  async #existing(id: string): Promise<DomainRecord> {
    const value = await this.#store.get(domainKey(id))
    if (value === undefined) throw noSuchDomain(id)
    return decodeDomain(value)
  }

  async #shown(id: string): Promise<Domain> {
    const domain = await this.get(id)
    if (domain === undefined) throw noSuchDomain(id)
    return domain
  }
}

const proofTarget = (target: string, bucketName: string | undefined, token: string): string =>
  bucketName !== undefined && target.startsWith(`${bucketName}.media-storage.`)
    ? target
    : `${token.slice(0, 32)}.${target}`

/** What the deletion and the verification of a claim change. */
const verificationGuards = ({ id, name }: { readonly id: string; readonly name: string }): Key[] => [
  domainKey(id),
  siteKey(name),
  certificateKey(name),
  verifiedGuard,
]

/** The id of the verified claim. */
async function holderOf(snapshot: Snapshot, name: string): Promise<string | undefined> {
  const value = await snapshot.get(siteKey(name))
  return value && decodeSite(value).domainId
}

/** The name and the certificate's key are not the former holder's to give to the next. */
function deleteSite(transaction: Transaction, name: string): void {
  transaction.delete(siteKey(name))
  transaction.delete(certificateKey(name))
}

async function displace(transaction: Transaction, holderId: string, name: string): Promise<void> {
  deleteSite(transaction, name)
  const value = await transaction.get(domainKey(holderId))
  if (value === undefined) return
  const { verifiedAt: _, issuing: __, ...record } = decodeDomain(value)
  transaction.set(domainKey(holderId), encodeRecord(record))
}

async function requireRoom(snapshot: Snapshot, accountId: string): Promise<void> {
  const start = domainsOfAccount(accountId)
  const entries = await snapshot.scan(start, afterPrefix(start)!, { limit: domainsMax })
  if (entries.length < domainsMax) return
  throw new ApiError('LimitExceeded', `An account has at most ${domainsMax} domains.`)
}

async function toDomain(snapshot: Snapshot, record: DomainRecord): Promise<Domain> {
  const { id, name, type, accountId, bucket, createdAt, token, cname, verifiedAt } = record
  return {
    id,
    name,
    type: type as DomainType,
    accountId,
    ...(bucket && { bucketId: bucket.id, bucketName: bucket.name }),
    createdAt,
    verification: { token, txtName: txtNameOf(name), txtValue: token, cname },
    ...(verifiedAt !== undefined && { verifiedAt }),
    certificate: await certificateOf(snapshot, record),
  }
}

async function certificateOf(snapshot: Snapshot, record: DomainRecord): Promise<DomainCertificate> {
  const { id, name, verifiedAt, issuing } = record
  if (verifiedAt === undefined) return { state: 'none' }
  const failure = issuing?.state === 'failed' ? { reason: issuing.reason, retryAt: issuing.retryAt } : {}
  const value = await snapshot.get(certificateKey(name))
  const certificate = value && decodeCertificate(value)
  if (certificate?.domainId !== id) return { state: issuing?.state ?? 'none', ...failure }
  return { state: certificate.source, notAfter: certificate.notAfter, ...failure }
}

function checkType(type: string): asserts type is DomainType {
  if (types.includes(type)) return
  if (type === 'live') throw new ApiError('NotImplemented', 'Domains for live streams are not served.')
  throw new ApiError(
    'InvalidArgument',
    `There is no type of domain ${JSON.stringify(type.slice(0, 100))}; there are ${types.join(', ')}.`,
    { details: { ArgumentName: 'type' } },
  )
}

/** RFC 9562 5.4. */
function newUuid(random: Random): string {
  const bytes = random.bytes(16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const nameTaken = (name: string): ApiError =>
  new ApiError('EntityAlreadyExists', `Another account has proven that ${name} is its own, and its proof still stands.`)

const noSuchDomain = (id: string): ApiError =>
  new ApiError('NoSuchEntity', `There is no domain ${JSON.stringify(id.slice(0, 100))}.`)
