/**
 * Signing keys: RSA keys, each of one bucket, by which delivery tokens are made and verified.
 *
 * A customer's key is given out once, when it is made, and only its public half is kept. A bucket may have one more which the server itself
 * signs with, when it is asked to make a link: the private half of that one is kept, sealed.
 */
import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import type { MetadataStore, Snapshot, Transaction } from '../metadata/metadata-store.ts'
import type { MasterKey } from './sealing.ts'
import {
  decodeSigningKey,
  encodeRecord,
  endOf,
  signingKeyKey,
  signingKeyOfBucketKey,
  signingKeysOfBucket,
} from './signing-key-records.ts'
import type { SigningKeyRecord, SigningKeyTarget } from './signing-key-records.ts'
import { revokeToken, type RevokedToken } from './revoke-token.ts'
import { idIn, signingKeysIn, signingKeysMax, type BucketPresence } from './tokens-of-bucket.ts'

/** A signing key without its private half. */
export interface SigningKey {
  /** A UUID; what a token's header says as `kid`. */
  readonly id: string
  readonly bucketId: string
  readonly accountId: string
  /** A label for people; null where it has none. */
  readonly name: string | null
  /** How the bucket was named when the key was made. */
  readonly target: SigningKeyTarget
  /** It is the one that the server itself signs with. */
  readonly managed: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKeyPem: string
}

/** A signing key just made. Its private half is kept nowhere. */
export interface NewSigningKey extends SigningKey {
  /** PKCS#1: `-----BEGIN RSA PRIVATE KEY-----`. */
  readonly privateKeyPem: Secret
}

/** The key that the server itself signs with. */
export interface ServerSigningKey extends SigningKey {
  readonly privateKey: KeyObject
}

export interface SigningKeyRequest {
  readonly bucketId: string
  readonly accountId: string
  readonly name?: string | null | undefined
  readonly target: SigningKeyTarget
  readonly presence: BucketPresence
}

/** Longest name of a key, in bytes of UTF-8. */
export const signingKeyNameLengthMax = 256

interface Parts {
  readonly store: MetadataStore
  readonly clock: Clock
  readonly random: Random
  readonly masterKey: MasterKey
}

export class SigningKeys {
  readonly #store: MetadataStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #masterKey: MasterKey

  constructor({ store, clock, random, masterKey }: Parts) {
    this.#store = store
    this.#clock = clock
    this.#random = random
    this.#masterKey = masterKey
  }

  /**
   * Makes a key. That the bucket's owner is the one who asks is for the caller to see to. Throws InvalidArgument for a bad name, NoSuchBucket
   * where the bucket has gone meanwhile, LimitExceeded where it has as many keys as it may.
   */
  async create({ name = null, presence, ...request }: SigningKeyRequest): Promise<NewSigningKey> {
    checkName(name)
    // Making a key takes a tenth of a second: not for nothing.
    await this.#store.read((snapshot) => refuseOneMore(snapshot, request.bucketId))
    const { record, privateKeyPem } = await this.#plan({ ...request, name })
    await this.#store.transact({ ...guardsOf(record), shared: [presence.guard] }, async (transaction) => {
      await presence.require()
      await refuseOneMore(transaction, request.bucketId)
      insert(transaction, record)
    })
    return { ...withoutPrivateKey(record), privateKeyPem }
  }

  /** The keys of one bucket, the server's own included, in order of id: those after `after`, at most `limit`. */
  list(bucketId: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<SigningKey[]> {
    const first = signingKeysOfBucket(bucketId)
    const start = after === undefined ? first : Buffer.concat([first, Buffer.from(after), Buffer.of(0)])
    return this.#store.read(async (snapshot) => {
      const keys: SigningKey[] = []
      for (const [key] of await snapshot.scan(start, endOf(first), { limit })) {
        const value = await snapshot.get(signingKeyKey(idIn(key, first)))
        if (value !== undefined) keys.push(withoutPrivateKey(decodeSigningKey(value)))
      }
      return keys
    })
  }

  async get(id: string): Promise<SigningKey | undefined> {
    const value = await this.#store.get(signingKeyKey(id))
    return value === undefined ? undefined : withoutPrivateKey(decodeSigningKey(value))
  }

  /** Throws NoSuchEntity, InvalidArgument. */
  rename(id: string, name: string | null): Promise<SigningKey> {
    checkName(name)
    const key = signingKeyKey(id)
    return this.#store.transact({ exclusive: [key] }, async (transaction) => {
      const record = { ...(await existing(transaction, id)), name }
      transaction.set(key, encodeRecord(record))
      return withoutPrivateKey(record)
    })
  }

  /** From now on no token of this key opens anything. Throws NoSuchEntity. */
  async delete(id: string): Promise<SigningKey> {
    const known = await existing(this.#store, id)
    return this.#store.transact(guardsOf(known), async (transaction) => {
      const record = await existing(transaction, id)
      transaction.delete(signingKeyKey(id))
      transaction.delete(signingKeyOfBucketKey(record.bucketId, id))
      return withoutPrivateKey(record)
    })
  }

  /**
   * The key of the bucket that the server itself signs with, made when it is first asked for; `target` is how it is then shown. To delete
   * it revokes every link made with it. Throws SealBroken, and NoSuchBucket where the bucket has gone meanwhile.
   */
  async serverKey({ presence, ...request }: Omit<SigningKeyRequest, 'name'>): Promise<ServerSigningKey> {
    const known = await this.#store.read((snapshot) => serverKeyOf(snapshot, request.bucketId))
    if (known !== undefined) return this.#open(known)
    const { record, privateKeyPem } = await this.#plan({ ...request, name: 'entrepot' })
    const privateKey = this.#masterKey.seal(purpose(record.id), privateKeyPem.reveal())
    const kept = await this.#store.transact({ ...guardsOf(record), shared: [presence.guard] }, async (transaction) => {
      await presence.require()
      // Somebody else may have asked at the same moment.
      const other = await serverKeyOf(transaction, request.bucketId)
      if (other !== undefined) return other
      const mine = { ...record, privateKey }
      insert(transaction, mine)
      return mine
    })
    return this.#open(kept)
  }

  /**
   * From now on no token of the bucket with this `jti` opens anything. `untilMs` is when the token expires, after which this need not be
   * remembered. Throws InvalidArgument, NoSuchBucket where the bucket has gone meanwhile, and LimitExceeded where it has 10,000 revoked tokens
   * that have not expired.
   */
  revokeToken(token: RevokedToken): Promise<void> {
    return revokeToken(this.#store, this.#clock, token)
  }

  async #plan(
    request: Required<Omit<SigningKeyRequest, 'presence'>>,
  ): Promise<{ record: SigningKeyRecord; privateKeyPem: Secret }> {
    const { publicKey, privateKey } = await newKeyPair()
    const { bucketId, accountId, name, target } = request
    const id = newUuid(this.#random)
    const createdAt = this.#clock.now()
    return {
      record: { version: 1, id, bucketId, accountId, name: name ?? null, target, createdAt, publicKey },
      privateKeyPem: new Secret(privateKey),
    }
  }

  #open(record: SigningKeyRecord): ServerSigningKey {
    const pem = this.#masterKey.open(purpose(record.id), record.privateKey!)
    return { ...withoutPrivateKey(record), privateKey: createPrivateKey(pem) }
  }
}

const newKeyPair = () =>
  promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicExponent: 65_537,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })

const purpose = (id: string) => ({ kind: 'signing key', name: id })

const guardsOf = ({ id, bucketId }: SigningKeyRecord) => ({
  exclusive: [signingKeyKey(id), signingKeysOfBucket(bucketId)],
})

function insert(transaction: Transaction, record: SigningKeyRecord): void {
  transaction.set(signingKeyKey(record.id), encodeRecord(record))
  const mark = record.privateKey === undefined ? Buffer.alloc(0) : Buffer.of(1)
  transaction.set(signingKeyOfBucketKey(record.bucketId, record.id), mark)
}

async function refuseOneMore(snapshot: Snapshot, bucketId: string): Promise<void> {
  const count = (await signingKeysIn(snapshot, bucketId)).filter(({ managed }) => !managed).length
  if (count < signingKeysMax) return
  throw new ApiError('LimitExceeded', `The bucket may have ${signingKeysMax} signing keys, and has ${count}.`)
}

async function serverKeyOf(snapshot: Snapshot, bucketId: string): Promise<SigningKeyRecord | undefined> {
  const entry = (await signingKeysIn(snapshot, bucketId)).find(({ managed }) => managed)
  const value = entry && (await snapshot.get(signingKeyKey(entry.id)))
  return value && decodeSigningKey(value)
}

async function existing(records: Pick<Transaction, 'get'>, id: string): Promise<SigningKeyRecord> {
  const value = await records.get(signingKeyKey(id))
  if (value === undefined) throw new ApiError('NoSuchEntity', `There is no signing key ${JSON.stringify(id)}.`)
  return decodeSigningKey(value)
}

const withoutPrivateKey = ({ version: _, publicKey, privateKey, ...rest }: SigningKeyRecord): SigningKey => ({
  ...rest,
  managed: privateKey !== undefined,
  publicKeyPem: publicKey,
})

/** Version 4 (RFC 9562 5.4). */
function newUuid(random: Random): string {
  const bytes = random.bytes(16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function checkName(name: string | null): void {
  if (name === null) return
  const fault =
    Buffer.byteLength(name) > signingKeyNameLengthMax
      ? `must have at most ${signingKeyNameLengthMax} bytes`
      : /\p{C}/u.test(name)
        ? 'must have no control characters'
        : undefined
  if (fault !== undefined) throw new ApiError('InvalidArgument', `The key's name ${fault}.`)
}
