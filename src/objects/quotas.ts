/**
 * Keeps buckets and accounts within their quotas. Whatever writes into a bucket does so through `Buckets.transact`, which asks here, when all
 * that the transaction adds and takes away is known, whether it may be added: its sum, so that completing an upload, whose bytes are counted already, or
 * replacing an object by one that is no larger, is always possible. What only takes away is never refused.
 *
 * Counters are read as they are then, not under a guard, because a guard would let one writer at a time into a bucket. So writers whose
 * transactions run at the same moment do not see each other: n of them may together exceed a quota by what n - 1 of them add. Whoever begins after
 * one has been answered sees what that one added. A quota set on an account holds for every transaction that begins after it has been set.
 */
import assert from 'node:assert/strict'
import type { Quota } from '../access/quota.ts'
import { accountKey, decodeAccount } from '../access/records.ts'
import { ApiError } from '../base/errors.ts'
import type {
  Awaitable,
  Entry,
  Key,
  MetadataStore,
  ScanOptions,
  Transaction,
  Value,
} from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import { usagePrefix } from './keys.ts'
import { bytesIn, noUsage, objectsIn, usageIn, type Usage } from './usage.ts'

/** The quotas that hold for a bucket, of which there is one at least. */
interface Limits {
  readonly bucket: Quota | undefined
  readonly account: Quota | undefined
}

/** How many bytes may go as a body comes; asked only where that matters. */
export type Replaced = () => Awaitable<number>

interface AccountEntry {
  readonly key: Key
  readonly stamp: number
  readonly quota: Quota | undefined
}

const accountsMax = 10_000

export class Quotas {
  readonly #metadata: MetadataStore
  readonly #accounts = new Map<string, AccountEntry>()

  /** Needs a store that reads synchronously. */
  constructor(metadata: MetadataStore) {
    this.#metadata = metadata
  }

  /** Undefined where neither the bucket nor its account has one: then there is nothing to keep. */
  limitsOf({ quota: bucket, accountId }: Bucket): Limits | undefined {
    const account = this.#ofAccount(accountId)
    return bucket === undefined && account === undefined ? undefined : { bucket, account }
  }

  #ofAccount(accountId: string): Quota | undefined {
    const known = this.#accounts.get(accountId)
    if (known !== undefined && this.#metadata.stamp(known.key) === known.stamp) return known.quota
    const key = known?.key ?? accountKey(accountId)
    const stamp = this.#metadata.stamp(key)
    const value = this.#metadata.get(key)
    assert(value === undefined || value instanceof Uint8Array, 'the quota of an account is read synchronously')
    const quota = value && decodeAccount(value).quota
    if (this.#accounts.size >= accountsMax) this.#accounts.clear()
    this.#accounts.set(accountId, { key, stamp, quota })
    return quota
  }

  /** Runs the body of a transaction, and throws QuotaExceeded where what it has added is more than may be added. */
  async within<T>(
    limits: Limits,
    bucket: Bucket,
    transaction: Transaction,
    body: (transaction: Transaction) => Awaitable<T>,
  ): Promise<T> {
    const counting = new CountingTransaction(transaction, bucket)
    const result = await body(counting)
    const { added } = counting
    const [bytes, objects] = [bytesIn(added), objectsIn(added)]
    if (bytes > 0 || objects > 0) await this.#require(limits, bucket, bytes, objects)
    return result
  }

  /** As Buckets.admit. Only a body that does not declare its size is looked at as it comes. */
  async admit(
    limits: Limits,
    bucket: Bucket,
    body: AsyncIterable<Uint8Array>,
    size: number | undefined,
    replaced: Replaced,
  ): Promise<AsyncIterable<Uint8Array>> {
    let left = Infinity
    let exceeded: ApiError | undefined
    for (const { of, quota, usage } of await this.#quoted(limits, bucket)) {
      const { bytesMax = Infinity } = quota
      // What is as large as what it replaces may be written though the quota is exceeded.
      const leftOf = Math.max(bytesMax - bytesIn(usage), 0)
      if (leftOf >= left) continue
      left = leftOf
      exceeded = quotaExceeded(of, 'bytes', bytesMax, bytesIn(usage))
    }
    if (exceeded === undefined || (size !== undefined && size <= left)) return body
    left += await replaced()
    if (size === undefined) return upTo(body, left, exceeded)
    if (size > left) throw exceeded
    return body
  }

  /** Throws QuotaExceeded. */
  async #require(limits: Limits, bucket: Bucket, bytes: number, objects: number): Promise<void> {
    for (const { of, quota, usage } of await this.#quoted(limits, bucket)) {
      const { bytesMax = Infinity, objectsMax = Infinity } = quota
      if (bytes > 0 && bytesIn(usage) + bytes > bytesMax) throw quotaExceeded(of, 'bytes', bytesMax, bytesIn(usage))
      if (objects > 0 && objectsIn(usage) + objects > objectsMax)
        throw quotaExceeded(of, 'objects', objectsMax, objectsIn(usage))
    }
  }

  #quoted(limits: Limits, { id, accountId }: Bucket): Promise<readonly Quoted[]> {
    // Not by the transaction's own reads: it may have added to the counters.
    return this.#metadata.read(async (snapshot) => {
      const quoted: Quoted[] = []
      const { bucket, account } = limits
      if (bucket !== undefined)
        quoted.push({ of: 'bucket', quota: bucket, usage: await usageIn(snapshot, 'bucket', id) })
      if (account !== undefined)
        quoted.push({ of: 'account', quota: account, usage: await usageIn(snapshot, 'account', accountId) })
      return quoted
    })
  }
}

interface Quoted {
  readonly of: 'bucket' | 'account'
  readonly quota: Quota
  readonly usage: Usage
}

/** Passes a transaction on, and sums up what is added to the counters of a bucket: whoever adds need not know that it is watched. */
class CountingTransaction implements Transaction {
  readonly #base: Transaction
  readonly #prefix: Buffer
  readonly #added: Record<string, number> = { ...noUsage }

  constructor(base: Transaction, { id }: Bucket) {
    this.#base = base
    this.#prefix = usagePrefix('bucket', id)
  }

  /** What was added, less what was taken away; the account's counters get the same. */
  get added(): Usage {
    return this.#added as Usage
  }

  get(key: Key): Awaitable<Value | undefined> {
    return this.#base.get(key)
  }

  scan(start: Key, end: Key, options: ScanOptions): Awaitable<readonly Entry[]> {
    return this.#base.scan(start, end, options)
  }

  set(key: Key, value: Value): void {
    this.#base.set(key, value)
  }

  delete(key: Key): void {
    this.#base.delete(key)
  }

  deleteRange(start: Key, end: Key): void {
    this.#base.deleteRange(start, end)
  }

  add(key: Key, delta: number): void {
    this.#base.add(key, delta)
    const size = this.#prefix.length
    if (key.length < size || this.#prefix.compare(key, 0, size) !== 0) return
    const count = Buffer.from(key).toString('utf8', size)
    this.#added[count] = (this.#added[count] ?? 0) + delta
  }
}

async function* upTo(body: AsyncIterable<Uint8Array>, sizeMax: number, exceeded: ApiError): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > sizeMax) throw exceeded
    yield chunk
  }
}

function quotaExceeded(of: 'bucket' | 'account', what: 'bytes' | 'objects', max: number, used: number): ApiError {
  const left = Math.max(max - used, 0)
  return new ApiError(
    'QuotaExceeded',
    `The quota of the ${of} is ${max} ${what}, of which ${left} are left. Delete something, or have the quota raised.`,
    { details: { Quota: `${of}/${what}`, QuotaMax: String(max), QuotaUsed: String(used), QuotaLeft: String(left) } },
  )
}
