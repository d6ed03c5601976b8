/**
 * Composes an object of others of its bucket: a manifest of all their pieces, which it mentions again. No byte is moved, except where sources are
 * encrypted otherwise than the object is to be.
 *
 * One transaction guards what it shares. Of very many sources, manifests are made in steps first, each of a part of them; those are in
 * the garbage queue from the beginning, due long after the object has come to mention them, so that nothing is left of what a crash cuts short.
 */
import { asStream } from '../base/bytes.ts'
import { ApiError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { MetadataStore, Transaction } from '../metadata/metadata-store.ts'
import type { Bucket } from './bucket.ts'
import {
  distinctExtents,
  distinctSources,
  guardCount,
  stepsOf,
  together,
  type Prepared,
  type Together,
} from './composed-sources.ts'
import { objectSizeMax } from './complete-upload.ts'
import { encodeManifest } from './content-reader.ts'
import type { ContentWriter, Written } from './content-writer.ts'
import { headEncryptionOf, type CustomerKey, type Encryption, type HeadEncryption } from './encryption/seal.ts'
import type { Extent, ManifestExtent, ManifestPart } from './extent.ts'
import { garbageOf } from './garbage.ts'
import type { Head } from './head.ts'
import { joinChecksums, md5OfParts, partsMax, renumbered, shareParts, tooManyParts } from './joined-parts.ts'
import { bucketKey, headKey, manifestKey, ownersKey } from './keys.ts'
import { keepWritten, mentionAgain } from './mentions.ts'
import type { Numbers } from './numbers.ts'
import { noBody, type Described, type Located, type Objects } from './objects.ts'
import { isRefusal } from './refusal.ts'
import type { Condition, NewHead } from './versions.ts'

export interface ComposeSource {
  readonly key: string
  readonly versionId?: string | undefined
  /** Throws where the version is not the one that is meant. */
  readonly check?: ((head: Head) => void) | undefined
}

export interface ComposeOptions {
  readonly condition?: Condition | undefined
  /** What is said of the object, given its first source. */
  readonly describe: (first: Head) => Described
  /** What the object is to be encrypted with. Throws what it throws. */
  readonly encryption: (sources: readonly Head[]) => Encryption | undefined
  /** With which sources under a customer's key are read. */
  readonly customerKey?: CustomerKey | undefined
  readonly signal?: AbortSignal | undefined
}

/** How many objects one may be composed of. */
export const sourcesMax = 10_000
/** Bytes that may be written anew, because their encryption differs: as many as one PUT may bring. */
const rewrittenSizeMax = 5 * 1024 ** 3
/** How often sources may be replaced between being found and being composed. */
const attemptsMax = 20
/** Guards of one transaction, of which the store takes some more. */
const guardsMax = 2000
/** For how long a manifest that is made in a step waits to be mentioned. */
const stepMs = 3_600_000

export class Composer {
  readonly #metadata: MetadataStore
  readonly #objects: Objects
  readonly #writer: ContentWriter
  readonly #numbers: Numbers
  readonly #clock: Clock
  readonly #random: Random
  readonly #guardsMax: number

  constructor(parts: {
    readonly metadata: MetadataStore
    readonly objects: Objects
    readonly writer: ContentWriter
    readonly numbers: Numbers
    readonly clock: Clock
    readonly random: Random
    /** For tests. */
    readonly guardsMax?: number | undefined
  }) {
    this.#metadata = parts.metadata
    this.#objects = parts.objects
    this.#writer = parts.writer
    this.#numbers = parts.numbers
    this.#clock = parts.clock
    this.#random = parts.random
    this.#guardsMax = parts.guardsMax ?? guardsMax
  }

  /**
   * The object under the key becomes the sources one after the other; it may be among them, and one may be there twice. Throws NoSuchKey,
   * NoSuchVersion, TooManyParts, EntityTooLarge, QuotaExceeded, InvalidRequest where too much would have to be encrypted anew, and what `check` and the
   * condition throw.
   */
  async compose(
    bucket: Bucket,
    key: string,
    sources: readonly ComposeSource[],
    options: ComposeOptions,
  ): Promise<Head> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const found = await this.#find(bucket, sources)
      const head = await this.#attempt(bucket, key, found, options)
      if (head !== undefined) return head
    }
    throw new ApiError('SlowDown')
  }

  /** Each version once, though it may be there several times. */
  async #find(bucket: Bucket, sources: readonly ComposeSource[]): Promise<readonly Located[]> {
    const known = new Map<string, Located>()
    const found: Located[] = []
    for (const { key, versionId, check } of sources) {
      const name = `${key}\0${versionId ?? ''}`
      let located = known.get(name)
      if (located === undefined) {
        located = { bucket, key, head: await this.#objects.find(bucket, key, versionId) }
        known.set(name, located)
      }
      check?.(located.head)
      found.push(located)
    }
    return found
  }

  async #attempt(
    bucket: Bucket,
    key: string,
    found: readonly Located[],
    options: ComposeOptions,
  ): Promise<Head | undefined> {
    const heads = found.map(({ head }) => head)
    if (heads.reduce((sum, { parts }) => sum + Math.max(parts, 1), 0) > partsMax) throw tooManyParts()
    const size = heads.reduce((sum, head) => sum + head.size, 0)
    if (size > objectSizeMax) throw new ApiError('EntityTooLarge')
    const encryption = options.encryption(heads)
    // Before bytes are written that there is no room for.
    await this.#objects.admit(bucket, key, noBody, size, 'replaces')
    const unkept = new Set<Written>()
    try {
      const prepared = await this.#prepare(found, encryption, options, unkept)
      if (prepared === undefined) return await this.#discard(unkept)
      const sources = found.map((located) => prepared.get(located)!)
      const described = { ...options.describe(heads[0]!), encryption: headEncryptionOf(encryption) }
      const head = await this.#keep(bucket, key, sources, { ...described, unkept }, options.condition)
      return head ?? (await this.#discard(unkept))
    } catch (error) {
      if (isRefusal(error)) await this.#discard(unkept)
      throw error
    }
  }

  async #discard(unkept: ReadonlySet<Written>): Promise<undefined> {
    for (const written of unkept) await this.#writer.discard(written)
  }

  /** What is written anew is added to `unkept`. Undefined where the content of a source is gone, because it has been replaced. */
  async #prepare(
    found: readonly Located[],
    encryption: Encryption | undefined,
    options: ComposeOptions,
    unkept: Set<Written>,
  ): Promise<ReadonlyMap<Located, Prepared> | undefined> {
    const distinct = new Set(found)
    const to = headEncryptionOf(encryption)
    let size = 0
    for (const { head } of distinct) if (!sameEncryption(head.encryption, to)) size += head.size
    if (size > rewrittenSizeMax) throw tooMuchToEncrypt()
    const prepared = new Map<Located, Prepared>()
    for (const located of distinct) {
      const { head } = located
      const manifest = head.extent.kind === 'manifest' ? await this.#objects.reader.manifest(head.extent) : undefined
      if (manifest === undefined && head.extent.kind === 'manifest') return undefined
      const shared = shareParts(head, manifest)
      if (sameEncryption(head.encryption, to)) prepared.set(located, { located, ...shared, written: [] })
      else {
        const written = await this.#writeAnew(shared.parts, located.bucket, { ...options, to: encryption }, unkept)
        if (written === undefined) return undefined
        const parts = shared.parts.map((part, index) => partOf(part, written[index]!))
        prepared.set(located, { located, parts, mentions: [], written })
      }
    }
    return prepared
  }

  async #writeAnew(
    parts: readonly ManifestPart[],
    { region }: Bucket,
    { to: encryption, customerKey, signal }: ComposeOptions & { readonly to: Encryption | undefined },
    unkept: Set<Written>,
  ): Promise<readonly Written[] | undefined> {
    const written: Written[] = []
    const write = { encryption, region, signal }
    for (const { size, piece } of parts) {
      const bytes = await this.#objects.reader.read(piece, { start: 0, end: size }, customerKey)
      if (bytes === undefined) return undefined
      const made = await this.#writer.write(asStream(bytes), { sizeExpected: size, sizeMax: size, ...write })
      written.push(made)
      unkept.add(made)
    }
    return written
  }

  /** Undefined where a source is no longer what it was. */
  async #keep(
    bucket: Bucket,
    key: string,
    sources: readonly Prepared[],
    { unkept, ...described }: Described & Pick<NewHead, 'encryption'> & { readonly unkept: Set<Written> },
    condition: Condition | undefined,
  ): Promise<Head | undefined> {
    const size = sources.reduce((sum, { located }) => sum + located.head.size, 0)
    const checksum = joinChecksums(sources.map(({ located }) => located.head))
    const inSteps = guardCount(sources) > this.#guardsMax
    const shared = inSteps ? await this.#inSteps(bucket, key, sources, unkept) : together(sources)
    if (shared === undefined) return undefined
    const parts = renumbered(shared.parts, checksum)
    const id = await this.#numbers.take()
    const extent: ManifestExtent = { kind: 'manifest', id, size, parts: parts.length }
    const head = { size, md5: md5OfParts(parts), parts: parts.length, checksum, extent, ...described }
    const guarded = { sources: shared.sources, extents: distinctExtents(shared.mentions) }
    return this.#objects.change(bucket, key, guarded, async (transaction, current) => {
      if (!(await this.#share(transaction, shared))) return undefined
      transaction.set(manifestKey(id), encodeManifest({ parts }))
      return this.#objects.versions.put(transaction, current, key, head, condition)
    })
  }

  async #share(transaction: Transaction, { sources, mentions, written }: Together): Promise<boolean> {
    for (const source of sources) if (!(await this.#objects.heads.isThere(transaction, source))) return false
    for (const made of written) keepWritten(transaction, made)
    for (const extent of mentions) mentionAgain(transaction, extent)
    return true
  }

  /** Each step's manifest is mentioned in place of what it mentions. */
  async #inSteps(
    bucket: Bucket,
    key: string,
    sources: readonly Prepared[],
    unkept: Set<Written>,
  ): Promise<Together | undefined> {
    const parts: ManifestPart[] = []
    const mentions: Extent[] = []
    const kept = new Set<Prepared>()
    for (const step of stepsOf(sources, this.#guardsMax)) {
      const shared = together(step, kept)
      const id = await this.#numbers.take()
      const extent: ManifestExtent = { kind: 'manifest', id, size: 0, parts: shared.parts.length }
      if (!(await this.#keepStep(bucket, shared, extent))) return undefined
      for (const made of shared.written) unkept.delete(made)
      for (const part of shared.parts) parts.push({ ...part, of: id })
      mentions.push(extent)
    }
    // The object itself is looked at again as it is replaced, so that nothing is lost that was added to it meanwhile.
    const itself = distinctSources(sources).filter((located) => located.key === key)
    return { parts, mentions, written: [], sources: itself }
  }

  #keepStep(bucket: Bucket, shared: Together, extent: ManifestExtent): Promise<boolean> {
    const { sources, mentions } = shared
    const heads = sources.map(({ key }) => headKey(bucket.id, key))
    const guards = {
      exclusive: [ownersKey(extent)],
      shared: [bucketKey(bucket.name), ...heads, ...distinctExtents(mentions).map(ownersKey)],
    }
    return this.#metadata.transact(guards, async (transaction) => {
      if (!(await this.#share(transaction, shared))) return false
      transaction.set(manifestKey(extent.id), encodeManifest({ parts: shared.parts }))
      const nonce = this.#random.bytes(8).toString('hex')
      transaction.set(...garbageOf({ ended: extent }, this.#clock.now() + stepMs, nonce))
      return true
    })
  }
}

const partOf = (part: ManifestPart, { md5, piece }: Written): ManifestPart => ({
  ...part,
  of: undefined,
  md5: md5.toString('hex'),
  piece,
})

const sameEncryption = (a: HeadEncryption | undefined, b: HeadEncryption | undefined): boolean =>
  a?.kind === b?.kind && (a?.kind !== 'SSE-C' || (b?.kind === 'SSE-C' && a.keyMd5 === b.keyMd5))

const tooMuchToEncrypt = (): ApiError =>
  new ApiError(
    'InvalidRequest',
    `The sources are encrypted otherwise than the object is to be, and have more than ${rewrittenSizeMax} bytes. Copy them to the same encryption first.`,
  )
