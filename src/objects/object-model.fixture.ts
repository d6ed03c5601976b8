/** A model of objects for upload-model.fixture.ts: each key's versions, and what they consist of and share. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Bucket } from './bucket.ts'
import type { Encryption } from './encryption/seal.ts'
import type { Extent, Piece } from './extent.ts'
import { etagOf, shownVersionId, type Head } from './head.ts'
import type { Located } from './objects.ts'
import { putOptions, type Bed } from './test-bed.ts'
import type { Size } from './upload-steps.fixture.ts'

/** Bytes written once, which several contents may have in common. */
export interface ModelPart {
  readonly bytes: Uint8Array
  /** Hex. */
  readonly md5: string
  readonly piece: Piece
}

/** What versions that are copies of one another have in common. */
export interface Content {
  readonly parts: readonly ModelPart[]
  readonly etag: string
  readonly extent: Extent
}

export interface ModelVersion {
  readonly key: string
  /** As clients know it. */
  readonly id: string
  /** What it was found as; undefined for a delete marker. */
  readonly head: Head | undefined
  readonly content: Content | undefined
  /** Of the upload that it was made of. */
  readonly uploadId: string | undefined
  gone: boolean
}

/** Bytes. */
export const partSizeMin = 5 * 1024 * 1024
/** No two stretches of it are alike. */
const whole = Buffer.from(Uint32Array.from({ length: partSizeMin / 4 }, (_, index) => index * 2_654_435_761).buffer)
const oneLess = whole.subarray(1)

const digests = new WeakMap<Uint8Array, string>()
export function md5Of(bytes: Uint8Array): string {
  const digest = digests.get(bytes) ?? createHash('md5').update(bytes).digest('hex')
  digests.set(bytes, digest)
  return digest
}
export const md5OfMd5s = (parts: readonly ModelPart[]): string =>
  `${md5Of(Buffer.concat(parts.map(({ md5 }) => Buffer.from(md5, 'hex'))))}-${parts.length}`

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

export class ObjectModel {
  readonly #bed: Bed
  readonly encryption: Encryption | undefined
  bucket: Bucket
  /** Newest first; what is gone keeps its place. */
  readonly #versions = new Map<string, ModelVersion[]>()
  #texts = 0

  constructor(bed: Bed, bucket: Bucket, encryption: Encryption | undefined) {
    this.#bed = bed
    this.bucket = bucket
    this.encryption = encryption
  }

  async setVersioning(versioning: 'Enabled' | 'Suspended'): Promise<void> {
    this.bucket = await this.#bed.buckets.update(this.bucket, (current) => ({ ...current, versioning }))
  }

  async put(key: string, size: Size): Promise<ModelVersion> {
    const bytes = this.newBytes(size)
    const options = { ...putOptions, sizeMax: partSizeMin, encryption: this.encryption }
    const head = await this.#bed.objects.put(this.bucket, key, once(bytes), options)
    assert(head.extent.kind !== 'manifest')
    const part = { bytes, md5: md5Of(bytes), piece: head.extent }
    return this.remember(key, head, { parts: [part], etag: part.md5, extent: head.extent })
  }

  async delete(key: string): Promise<void> {
    const { versionId: id } = await this.#bed.objects.delete(this.bucket, key)
    assert.equal(id === undefined, this.bucket.versioning === undefined)
    if (id === undefined || id === 'null') this.#end(key, 'null')
    if (id !== undefined) this.#add({ key, id, head: undefined, content: undefined, uploadId: undefined, gone: false })
  }

  async remove(key: string, which: number): Promise<void> {
    const id = this.ever(key, which)?.id ?? '0'.repeat(32)
    await this.#bed.objects.remove(this.bucket, key, id)
    this.#end(key, id)
  }

  async copy(key: string, which: number, to: string): Promise<void> {
    const version = this.ever(key, which)
    if (version?.content === undefined) return
    const isThere = this.isThere(version)
    const options = { system: {}, metadata: {}, checksum: undefined, encryption: this.encryption }
    const head = await this.#bed.objects.copy(this.locate(version), this.bucket, to, options)
    assert.equal(head !== undefined, isThere)
    if (head !== undefined) this.remember(to, head, version.content)
  }

  /** A version has become the current one. */
  remember(key: string, head: Head, content: Content, uploadId?: string): ModelVersion {
    const id = shownVersionId(head)
    assert.equal(id === 'null', this.bucket.versioning !== 'Enabled')
    assert.deepEqual([etagOf(head), head.size], [content.etag, sizeOf(content)])
    assert.deepEqual(head.extent, content.extent)
    if (id === 'null') this.#end(key, id)
    const version = { key, id, head, content, uploadId, gone: false }
    this.#add(version)
    return version
  }

  /** Present or gone, counted from the newest and again from there. */
  ever(key: string, which: number): ModelVersion | undefined {
    const versions = this.#versions.get(key) ?? []
    return versions[which % versions.length]
  }

  newest = (key: string): ModelVersion | undefined => this.#versions.get(key)?.find(({ gone }) => !gone)
  /** Undefined also where a delete marker hides the key. */
  current(key: string): ModelVersion | undefined {
    const newest = this.newest(key)
    return newest?.content === undefined ? undefined : newest
  }

  /** Whether what was found as this version is there still: it, or the same bytes in its place. */
  isThere({ key, id, content }: ModelVersion): boolean {
    const sameId = this.present().find((version) => version.key === key && version.id === id)
    return sameId?.content === content || this.newest(key)?.content === content
  }

  locate = ({ key, head }: ModelVersion): Located => ({ bucket: this.bucket, key, head: head! })

  present = (): readonly ModelVersion[] => [...this.#versions.values()].flat().filter(({ gone }) => !gone)

  newBytes(size: Size): Uint8Array {
    if (size === '5 MiB') return whole
    if (size === '5 MiB less 1') return oneLess
    return Buffer.from(`${this.#texts++};`.repeat(['none', 'few', '', 'some'].indexOf(size) ** 3))
  }

  /** Every version is what it is in the model, to the byte. */
  async verify(): Promise<void> {
    const read = new Set<Content>()
    for (const version of this.present()) {
      const { key, id, head, content } = version
      const finding = this.#bed.objects.find(this.bucket, key, id)
      if (content === undefined) {
        await assert.rejects(finding, { code: 'MethodNotAllowed' })
        continue
      }
      assert.deepEqual((await finding).extent, head!.extent)
      assert.equal((await finding).uploadId, version.uploadId)
      if (!read.has(content)) await this.#verifyBytes(version, content)
      read.add(content)
    }
    for (const key of this.#versions.keys()) {
      const finding = this.#bed.objects.find(this.bucket, key)
      const current = this.current(key)
      if (current === undefined) await assert.rejects(finding, { code: 'NoSuchKey' })
      else assert.equal(shownVersionId(await finding), current.id)
    }
  }

  async #verifyBytes(version: ModelVersion, { parts }: Content): Promise<void> {
    const located = this.locate(version)
    const bytes = await this.#bed.objects.read(located, { start: 0, end: located.head.size })
    assert(bytes !== undefined)
    const expected = Buffer.concat(parts.map((part) => part.bytes))
    let offset = 0
    for await (const chunk of bytes instanceof Uint8Array ? once(bytes) : bytes) {
      const isSame = expected.subarray(offset, offset + chunk.length).equals(chunk)
      assert(isSame, `${version.key} has other bytes from ${offset}`)
      offset += chunk.length
    }
    assert.equal(offset, expected.length)
  }

  #add(version: ModelVersion): void {
    this.#versions.set(version.key, [version, ...(this.#versions.get(version.key) ?? [])])
  }

  #end(key: string, id: string): void {
    for (const version of this.#versions.get(key) ?? []) if (version.id === id) version.gone = true
  }
}

const sizeOf = ({ parts }: Content): number => parts.reduce((sum, { bytes }) => sum + bytes.length, 0)
