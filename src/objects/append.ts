/**
 * Appends to objects: what is added becomes a piece of its own, and the object a manifest of the pieces there were and the new one. Nothing that is
 * there is rewritten, and who began to read before reads what was there then.
 *
 * Where the bucket keeps versions, the object as it was stays one, and the new version's manifest mentions its pieces again. Elsewhere nothing
 * of the object is lost, so that it grows in place: its manifest gets one more part, or, where it was in one piece, what mentions that
 * piece is now a manifest. That costs the same however long the object is; but only where nobody else mentions the manifest.
 */
import { createChecksum, type Checksum, type ChecksumAlgorithm } from '../base/checksum/checksum.ts'
import type { Clock } from '../base/clock.ts'
import { ApiError } from '../base/errors.ts'
import { decodeCounter } from '../metadata/counter.ts'
import type { Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import { objectSizeMax } from './complete-upload.ts'
import { decodeManifest, encodeManifest } from './content-reader.ts'
import type { ContentWriter, WriteOptions, Written } from './content-writer.ts'
import { headEncryptionOf, type Encryption } from './encryption/seal.ts'
import type { Manifest, ManifestExtent, ManifestPart } from './extent.ts'
import { shownVersionId, type Checksummed, type Head } from './head.ts'
import { sameContent } from './heads.ts'
import {
  isCombinable,
  joinChecksums,
  md5OfParts,
  partsMax,
  renumbered,
  shareParts,
  singlePart,
  tooManyParts,
  type SharedParts,
} from './joined-parts.ts'
import { manifestKey, ownersKey } from './keys.ts'
import { requireUnlocked } from './lock.ts'
import type { LockClock } from './lock-clock.ts'
import { addUsage, keepWritten, mentionAgain } from './mentions.ts'
import type { Numbers } from './numbers.ts'
import type { Described, Objects } from './objects.ts'
import { isRefusal } from './refusal.ts'
import type { Condition } from './versions.ts'

export interface AppendOptions extends Omit<WriteOptions, 'encryption'> {
  /** Bytes that the object must have; 0: it is made where it is not there. */
  readonly offset?: number | undefined
  /** What is thrown where the object has another size. */
  readonly misplaced: (size: number) => ApiError
  readonly condition?: Condition | undefined
  /** What is said of the object where it is made. */
  readonly created: Described
  /** What the bytes are encrypted with, which is what the object is; or a new object, where there is none. Throws what it throws. */
  readonly encryption: (current: Head | undefined) => Encryption | undefined
}

/** What was written, with its digest by the algorithm of the object's checksum, where that can be combined. */
interface Added {
  readonly written: Written
  readonly encryption: Encryption | undefined
  readonly checksum: Checksummed | undefined
}

/** What an append to a version that is kept mentions again, found before the transaction that does. */
interface Plan extends SharedParts {
  readonly head: Head
}

/** How often others may be quicker. */
const attemptsMax = 100

export class Appender {
  readonly #objects: Objects
  readonly #writer: ContentWriter
  readonly #numbers: Numbers
  readonly #clock: Clock
  readonly #lockClock: Pick<LockClock, 'now'>

  constructor(parts: {
    readonly objects: Objects
    readonly writer: ContentWriter
    readonly numbers: Numbers
    readonly clock: Clock
    readonly lockClock: Pick<LockClock, 'now'>
  }) {
    this.#objects = parts.objects
    this.#writer = parts.writer
    this.#numbers = parts.numbers
    this.#clock = parts.clock
    this.#lockClock = parts.lockClock
  }

  /**
   * Adds the body to the end of the current version, and answers what became of it. Two at once both get their bytes in, one after the other, unless
   * they say where. Throws NoSuchKey, AccessDenied where the object is locked, TooManyParts, EntityTooLarge, what `misplaced` gives, and what
   * the condition, the body and `verify` throw; then nothing has changed.
   */
  async append(bucket: Bucket, key: string, body: AsyncIterable<Uint8Array>, options: AppendOptions): Promise<Head> {
    const { heads } = this.#objects
    if (options.offset === 0 && (await heads.find(bucket, key)) === undefined) {
      return this.#create(bucket, key, body, options)
    }
    const head = await heads.get(bucket, key)
    this.#check(head, options)
    const encryption = options.encryption(head)
    const algorithm = algorithmOfWhole(head)
    const tap = algorithm === undefined || algorithm === options.algorithm ? undefined : createChecksum(algorithm)
    const { region } = bucket
    const admitted = await this.#objects.admit(bucket, key, body, options.sizeExpected, 'added')
    const bytes = tap === undefined ? admitted : tapped(admitted, tap)
    const written = await this.#writer.write(bytes, { ...options, encryption, region })
    const digest = tap === undefined ? written.checksum : tap.digest()
    const checksum = algorithm && digest && fullObject(algorithm, digest)
    return this.#keep(bucket, key, { written, encryption, checksum }, options)
  }

  #create(bucket: Bucket, key: string, body: AsyncIterable<Uint8Array>, options: AppendOptions): Promise<Head> {
    const { created, condition, misplaced, sizeExpected, sizeMax, algorithm, verify, signal } = options
    return this.#objects.put(bucket, key, body, {
      ...{ sizeExpected, sizeMax, algorithm, verify, signal },
      ...created,
      encryption: options.encryption(undefined),
      condition: (current) => {
        condition?.(current)
        if (current !== undefined && current.deleteMarker !== true) throw misplaced(current.size)
      },
    })
  }

  #check(head: Head, { offset, misplaced, condition }: AppendOptions): void {
    condition?.(head)
    if (offset !== undefined && offset !== head.size) throw misplaced(head.size)
    requireUnlocked(head, this.#lockClock.now())
    if (head.extent.kind === 'manifest' && head.extent.parts >= partsMax) throw tooManyParts()
  }

  async #keep(bucket: Bucket, key: string, added: Added, options: AppendOptions): Promise<Head> {
    const id = await this.#numbers.take()
    let plan: Plan | undefined
    try {
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        const extents = plan?.mentions ?? []
        const head = await this.#objects.change(bucket, key, { extents }, (transaction, current) =>
          this.#attempt(transaction, current, key, { added, options, plan, id }),
        )
        if (head !== undefined) return head
        plan = await this.#plan(bucket, key)
      }
      throw new ApiError('SlowDown')
    } catch (error) {
      if (isRefusal(error)) await this.#writer.discard(added.written)
      throw error
    }
  }

  /** Undefined where the object is not as it was planned for, or it has to be planned for. */
  async #attempt(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    { added, options, plan, id }: { added: Added; options: AppendOptions; plan: Plan | undefined; id: number },
  ): Promise<Head | undefined> {
    const head = await this.#objects.heads.current(transaction, bucket, key)
    if (head === undefined) throw new ApiError('NoSuchKey', undefined, { details: { Key: key } })
    this.#check(head, options)
    requireSameEncryption(head, added.encryption)
    if (added.written.size === 0) return head
    if (await growsInPlace(transaction, bucket, head)) {
      const known = head.extent.kind === 'manifest' ? head.extent.id : id
      const whole = appended(head, await partsIn(transaction, head), added, known)
      return this.#grow(transaction, bucket, key, head, added, whole)
    }
    if (plan === undefined || !sameContent(plan.head, head)) return undefined
    for (const extent of plan.mentions) mentionAgain(transaction, extent)
    const { manifest, ...whole } = appended(head, plan.parts, added, id)
    transaction.set(manifestKey(id), encodeManifest(manifest))
    keepWritten(transaction, added.written)
    const { system, metadata, tags, acl, ownerId, encryption } = head
    const described = { system, metadata, tags, acl, ownerId, encryption, appends: (head.appends ?? 0) + 1 }
    // What is appended to is not replaced: nothing of it is kept to be had back.
    const forGood = { ...bucket, softDeleteDays: undefined }
    return this.#objects.versions.put(transaction, forGood, key, { ...described, ...whole })
  }

  /** The pieces there are become the larger manifest's: it takes over their mentions. */
  async #grow(
    transaction: Transaction,
    bucket: Bucket,
    key: string,
    { size: former, ...head }: Head,
    { written }: Added,
    { manifest, ...whole }: Appended,
  ): Promise<Head> {
    transaction.set(manifestKey(whole.extent.id), encodeManifest(manifest))
    keepWritten(transaction, written)
    addUsage(transaction, bucket, 'bytes', whole.size - former)
    // A repeated CompleteMultipartUpload would be told of an object that it did not make.
    const told = { modifiedMs: this.#clock.now(), appends: (head.appends ?? 0) + 1, uploadId: undefined }
    return this.#objects.versions.amend(transaction, bucket, key, undefined, () => ({ ...head, ...whole, ...told }))
  }

  /** What is mentioned again of the current version. */
  async #plan(bucket: Bucket, key: string): Promise<Plan | undefined> {
    const head = await this.#objects.heads.find(bucket, key)
    if (head === undefined) return undefined
    if (head.extent.kind !== 'manifest') return { head, ...shareParts(head, undefined) }
    const manifest = await this.#objects.reader.manifest(head.extent)
    return manifest && { head, ...shareParts(head, manifest) }
  }
}

/** Whether the current version may become the longer one: where it would otherwise end, and nobody else has its manifest. */
async function growsInPlace(transaction: Transaction, bucket: Bucket, head: Head): Promise<boolean> {
  if (bucket.versioning === 'Enabled' || shownVersionId(head) !== 'null') return false
  // A copy that came to mention it had the head as a shared guard.
  return head.extent.kind !== 'manifest' || decodeCounter(await transaction.get(ownersKey(head.extent))) === 0
}

async function partsIn(transaction: Transaction, head: Head): Promise<readonly ManifestPart[]> {
  const { extent } = head
  if (extent.kind !== 'manifest') return [singlePart(head)]
  const value = await transaction.get(manifestKey(extent.id))
  if (value === undefined) throw new Error(`Manifest ${extent.id} is missing`)
  return decodeManifest(value, extent.parts).parts
}

/** What an object is when more has been added to it. */
interface Appended extends Pick<Head, 'size' | 'md5' | 'parts' | 'checksum'> {
  readonly manifest: Manifest
  readonly extent: ManifestExtent
}

/** `id` is the manifest's. */
function appended(
  head: Head,
  parts: readonly ManifestPart[],
  { written: { size, md5, piece }, checksum: digest }: Added,
  id: number,
): Appended {
  if (parts.length >= partsMax) throw tooManyParts()
  const whole = head.size + size
  if (whole > objectSizeMax) throw new ApiError('EntityTooLarge')
  const checksum = joinChecksums([head, { size, checksum: digest }])
  const partNumber = parts.at(-1)!.partNumber + 1
  const added = { partNumber, size, md5: md5.toString('hex'), checksum: checksum && digest?.value, piece }
  const all = [...parts, added]
  return {
    manifest: { parts: partNumber > partsMax ? renumbered(all, checksum) : all },
    size: whole,
    md5: md5OfParts(all),
    parts: all.length,
    checksum,
    extent: { kind: 'manifest', id, size: whole, parts: all.length },
  }
}

/** That of the object's checksum, where the checksum of a longer object can be had of it. */
const algorithmOfWhole = ({ checksum }: Head): ChecksumAlgorithm | undefined =>
  checksum?.type === 'FULL_OBJECT' && isCombinable(checksum.algorithm) ? checksum.algorithm : undefined

const fullObject = (algorithm: ChecksumAlgorithm, digest: Buffer): Checksummed => ({
  algorithm,
  type: 'FULL_OBJECT',
  value: digest.toString('base64'),
})

async function* tapped(body: AsyncIterable<Uint8Array>, checksum: Checksum): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    checksum.update(chunk)
    yield chunk
  }
}

/** Throws OperationAborted where the object was replaced, while the body came, by one that is encrypted otherwise. */
function requireSameEncryption({ encryption: now }: Head, encryption: Encryption | undefined): void {
  const written = headEncryptionOf(encryption)
  const same =
    now?.kind === written?.kind &&
    (now?.kind !== 'SSE-C' || (written?.kind === 'SSE-C' && now.keyMd5 === written.keyMd5))
  if (!same) throw new ApiError('OperationAborted')
}
