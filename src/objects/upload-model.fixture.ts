/**
 * A model of multipart uploads, in memory. It takes each step on the domain and on itself, and asserts that both come to the same; what is
 * listed, it asks of the S3 front.
 */
import assert from 'node:assert/strict'
import { ApiError } from '../base/errors.ts'
import { garbageJob } from '../jobs/garbage.ts'
import { makeFront } from '../s3/test-bed.ts'
import type { Bucket } from './bucket.ts'
import type { NamedPart } from './complete-upload.ts'
import { headEncryptionOf } from './encryption/seal.ts'
import { shownVersionId } from './head.ts'
import { checkLedger, type Ledger } from './ledger.ts'
import {
  md5Of,
  md5OfMd5s,
  ObjectModel,
  once,
  partSizeMin,
  type ModelPart,
  type ModelVersion,
} from './object-model.fixture.ts'
import { makeBucket } from './test-bed.ts'
import { pageOfParts, pageOfUploads, type ModelUpload, type UploadMarker } from './upload-listings.fixture.ts'
import { elsewhere as sizesElsewhere, type Step } from './upload-steps.fixture.ts'

/** What is dear to make, and is as it was after every run that does not fail. */
export interface UploadGround {
  readonly front: Front
  /** Where large parts are shared from. */
  readonly elsewhere: ObjectModel
}

type Front = Awaited<ReturnType<typeof makeFront>>
type Taken<Do extends Step['do']> = Extract<Step, { do: Do }>

export async function makeUploadGround(encrypted: boolean): Promise<UploadGround> {
  const front = await makeFront()
  const encryption = encrypted ? ({ kind: 'AES256' } as const) : undefined
  const elsewhere = new ObjectModel(front, await makeBucket(front, 'elsewhere'), encryption)
  for (const size of sizesElsewhere) await elsewhere.put(size, size)
  return { front, elsewhere }
}

export class UploadModel {
  readonly #front: Front
  readonly #elsewhere: ObjectModel
  readonly #objects: ObjectModel
  /** Newest first. */
  readonly #uploads: ModelUpload[] = []

  /** In a bucket `uploads` with nothing in it. */
  constructor({ front, elsewhere }: UploadGround, bucket: Bucket) {
    this.#front = front
    this.#elsewhere = elsewhere
    this.#objects = new ObjectModel(front, bucket, elsewhere.encryption)
  }

  async take(taken: Step): Promise<unknown> {
    switch (taken.do) {
      case 'begin':
        return this.#begin(taken)
      case 'part':
        return this.#putPart(taken)
      case 'share':
        return this.#share(taken)
      case 'abort':
        return this.#abort(taken.upload)
      case 'complete':
        return this.#complete(taken)
      case 'list uploads':
        return this.#listUploads(taken)
      case 'list parts':
        return this.#listParts(taken)
      case 'put':
        return this.#objects.put(taken.key, taken.size)
      case 'delete':
        return this.#objects.delete(taken.key)
      case 'remove':
        return this.#objects.remove(taken.key, taken.which)
      case 'copy':
        return this.#objects.copy(taken.key, taken.which, taken.to)
      case 'version':
        // A bucket that begins without versions stays so.
        return this.#objects.bucket.versioning && this.#objects.setVersioning(taken.state)
      case 'wait':
        return (this.#front.clock.ms += taken.ms)
      case 'collect':
        return this.#collect()
    }
  }

  async #begin({ key, filled }: Taken<'begin'>): Promise<void> {
    const { bucket, encryption } = this.#objects
    const described = { system: {}, metadata: {}, encryption: headEncryptionOf(encryption) }
    const upload = await this.#front.uploads.create(bucket, { key, accountId: bucket.accountId, ...described })
    this.#uploads.unshift({ upload, parts: new Map(), former: new Map(), isOpen: true })
    for (let number = 1; number <= filled; number++) {
      await this.#share({ do: 'share', upload: 0, number, from: '5 MiB' })
    }
  }

  async #putPart({ upload: which, number, size }: Taken<'part'>): Promise<void> {
    const to = this.#ever(which)
    if (to === undefined) return
    const bytes = this.#objects.newBytes(size)
    const { bucket, encryption } = this.#objects
    const options = { sizeMax: partSizeMin, encryption }
    const putting = this.#front.uploads.putPart(bucket, to.upload, number, once(bytes), options)
    if (!to.isOpen) return assert.rejects(putting, isError('NoSuchUpload'))
    const { md5, piece } = await putting
    assert.equal(md5, md5Of(bytes))
    this.#keepPart(to, number, { bytes, md5, piece })
  }

  async #share({ upload: which, number: partNumber, from }: Taken<'share'>): Promise<void> {
    const to = this.#ever(which)
    const [objects, wanted] =
      typeof from === 'string' ? [this.#elsewhere, { key: from, which: 0, part: 0 }] : [this.#objects, from]
    const source = objects.ever(wanted.key, wanted.which)
    const parts = source?.content?.parts ?? []
    const part = parts[wanted.part % parts.length]
    if (to === undefined || source === undefined || part === undefined) return
    const { bytes, md5, piece } = part
    const sharing = this.#front.uploads.sharePart(this.#objects.bucket, to.upload, objects.locate(source), {
      ...{ partNumber, size: bytes.length, md5, piece },
    })
    if (!objects.isThere(source)) return assert.equal(await sharing, undefined)
    if (!to.isOpen) return assert.rejects(sharing, isError('NoSuchUpload'))
    assert.deepEqual((await sharing)?.piece, piece)
    this.#keepPart(to, partNumber, part)
  }

  #keepPart({ parts, former }: ModelUpload, number: number, part: ModelPart): void {
    const replaced = parts.get(number)
    if (replaced !== undefined) former.set(number, replaced.md5)
    parts.set(number, part)
  }

  async #abort(which: number): Promise<void> {
    const aborted = this.#ever(which)
    if (aborted === undefined) return
    const { key, uploadId } = aborted.upload
    const aborting = this.#front.uploads.abort(this.#objects.bucket, key, uploadId)
    if (!aborted.isOpen) return assert.rejects(aborting, isError('NoSuchUpload'))
    await aborting
    aborted.isOpen = false
  }

  async #complete(taken: Taken<'complete'>): Promise<void> {
    const completed = this.#ever(taken.upload)
    if (completed === undefined) return
    const { uploadId, key: ownKey } = completed.upload
    const key = taken.elsewhere ? `${ownKey}x` : ownKey
    const named = this.#name(completed, taken)
    const refused = this.#refusal(completed, key, named, taken.onlyNew)
    const completing = this.#front.completer.complete(this.#objects.bucket, key, uploadId, {
      parts: named.map(({ partNumber, etag }) => ({ partNumber, etag: taken.form.replace('%', etag) })),
      condition: taken.onlyNew ? requireNone : undefined,
    })
    if (refused !== undefined) return assert.rejects(completing, isError(refused))
    const head = await completing
    if (!completed.isOpen) {
      // Told the same again.
      const current = this.#objects.current(key)!
      return assert.deepEqual([shownVersionId(head), head.extent], [current.id, current.head!.extent])
    }
    const chosen = chosenBy(named).map(({ partNumber }) => completed.parts.get(partNumber)!)
    completed.isOpen = false
    assert.equal(head.extent.kind, 'manifest')
    const content = { parts: chosen, etag: md5OfMd5s(chosen), extent: head.extent }
    this.#objects.remember(key, head, content, uploadId)
  }

  #name({ parts, former }: ModelUpload, { numbers, wrong }: Taken<'complete'>): NamedPart[] {
    const taken = numbers === 'all' ? [...parts.keys()].toSorted((a, b) => a - b) : numbers
    return taken.map((partNumber, index) => {
      const etag = parts.get(partNumber)?.md5 ?? '0'.repeat(32)
      if (index !== wrong?.index) return { partNumber, etag }
      const other = wrong.etagOf === 'former' ? former.get(partNumber) : parts.get(wrong.etagOf)?.md5
      return { partNumber, etag: other ?? `${etag.slice(0, -1)}g` }
    })
  }

  /** The code of the error that completing an upload comes to, as CompleteMultipartUpload documents them. */
  #refusal({ upload, parts, isOpen }: ModelUpload, key: string, named: readonly NamedPart[], onlyNew: boolean) {
    if (named.length === 0) return 'MalformedXML'
    if (named.some(({ partNumber }, index) => partNumber < (named[index - 1]?.partNumber ?? 0)))
      return 'InvalidPartOrder'
    const current = this.#objects.current(key)
    if (!isOpen && current?.uploadId === upload.uploadId) return undefined
    if (!isOpen || key !== upload.key) return 'NoSuchUpload'
    const chosen = chosenBy(named)
    if (chosen.some(({ partNumber, etag }) => parts.get(partNumber)?.md5 !== etag)) return 'InvalidPart'
    const butLast = chosen.slice(0, -1)
    if (butLast.some(({ partNumber }) => parts.get(partNumber)!.bytes.length < partSizeMin)) return 'EntityTooSmall'
    return onlyNew && current !== undefined ? 'PreconditionFailed' : undefined
  }

  async #listUploads({ prefix, delimiter, limit, keyMarker, upload }: Taken<'list uploads'>): Promise<void> {
    const ofKey = upload === null ? undefined : this.#uploads.filter(({ upload: { key } }) => key === keyMarker)[upload]
    const after = [keyMarker, ofKey?.upload.uploadId ?? ''] as const
    await pageOfUploads(this.#front.send, this.#uploads, { prefix, delimiter, limit, after })
  }

  async #listParts({ upload, marker, limit }: Taken<'list parts'>): Promise<void> {
    const listed = this.#ever(upload)
    if (listed !== undefined) await pageOfParts(this.#front.send, listed, marker, limit)
  }

  /** All that there is; that garbage takes nothing of it and leaves nothing else; and that nothing is left when all of it is deleted. */
  async verify(): Promise<void> {
    await this.#verifyListings()
    await this.#ledger()
    await this.#collect()
    await this.#objects.verify()
    this.#verifyLeft((await this.#ledger()).facts)
    assert.equal(await this.#front.extensions.emptier.empty(this.#objects.bucket, 1000), true)
    await this.#collect()
    const { bodies, manifests, onDisk, parts } = (await this.#ledger()).facts
    assert.deepEqual([bodies, manifests, onDisk, parts], [0, 0, sizesElsewhere.length, 0])
  }

  async #verifyListings(): Promise<void> {
    const { send } = this.#front
    for (const delimiter of ['', '/', '!b']) {
      let after: UploadMarker | undefined = ['', '']
      while (after !== undefined) {
        after = await pageOfUploads(send, this.#uploads, { prefix: '', delimiter, limit: 2, after })
      }
    }
    for (const upload of this.#uploads) {
      for (let marker: number | undefined = 0; marker !== undefined;) {
        marker = await pageOfParts(send, upload, marker, 2)
      }
    }
  }

  /** No bytes are kept but the model's. */
  #verifyLeft({ parts, objects, bodies, manifests, onDisk, queued }: Ledger['facts']): void {
    const open = this.#uploads.filter(({ isOpen }) => isOpen).flatMap((upload) => [...upload.parts.values()])
    const present = [...this.#objects.present(), ...this.#elsewhere.present()]
    const contents = new Set(present.flatMap(({ content }) => content ?? []))
    const pieces = [...open, ...[...contents].flatMap((content) => content.parts)].map(({ piece }) => piece)
    const idsOf = (kind: string) => new Set(pieces.flatMap((piece) => (piece.kind === kind ? piece.id : []))).size
    const inParts = [...contents].filter(({ extent }) => extent.kind === 'manifest').length
    const current = present.filter((version) => this.#isCurrent(version)).length
    assert.deepEqual(
      { parts, bodies, manifests, onDisk, queued, objects },
      {
        parts: open.length,
        bodies: idsOf('body'),
        manifests: inParts,
        onDisk: idsOf('blob'),
        queued: 0,
        objects: current,
      },
    )
  }

  #isCurrent = (version: ModelVersion): boolean =>
    [this.#objects, this.#elsewhere].some((objects) => objects.current(version.key) === version)

  async #ledger(): Promise<Ledger> {
    const ledger = await checkLedger(this.#front.metadata, this.#front.blobs, [])
    assert.deepEqual(ledger.faults, [])
    return ledger
  }

  async #collect(): Promise<void> {
    const { metadata, blobs, uploads, clock, random } = this.#front
    const job = garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds: 0 })
    for (let round = 0; round < 3; round++) {
      clock.ms += 1
      while ((await job.work(new AbortController().signal)) === 'busy');
    }
  }

  /** Open or not, counted from the newest and again from there. */
  #ever = (which: number): ModelUpload | undefined => this.#uploads[which % this.#uploads.length]
}

/** Of a number that is named twice, the last. */
const chosenBy = (named: readonly NamedPart[]): readonly NamedPart[] =>
  named.filter(({ partNumber }, index) => named[index + 1]?.partNumber !== partNumber)

function requireNone(head: unknown): void {
  if (head !== undefined) throw new ApiError('PreconditionFailed')
}

const isError = (code: string) => (error: unknown) => error instanceof ApiError && error.code === code
