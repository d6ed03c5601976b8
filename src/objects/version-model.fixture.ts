/**
 * A model of versions, in memory: for each key, the list of all that it ever had. It takes each step on the domain and on itself, and asserts
 * that both come to the same.
 */
import assert from 'node:assert/strict'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from './bucket.ts'
import { shownVersionId } from './head.ts'
import { checkLedger } from './ledger.ts'
import { requireRetentionChange, type Retention } from './lock.ts'
import { bodyOf, collect, putOptions, type Bed } from './test-bed.ts'
import { listVersions, type Marker } from './version-listing.ts'
import { keys, type Step } from './version-steps.fixture.ts'

interface Remembered {
  /** As clients know it. */
  readonly id: string
  /** Undefined for a delete marker. */
  readonly text: string | undefined
  tags: Readonly<Record<string, string>> | undefined
  retention: Retention | undefined
  legalHold: boolean | undefined
  gone: boolean
  /** Counts steps. */
  readonly begun: number
  ended: number
}

const dayMs = 86_400_000

export class VersionModel {
  readonly #bed: Bed
  #bucket: Bucket
  readonly #isLocked: boolean
  /** Newest first; what is gone keeps its place. */
  readonly #versions = new Map<string, Remembered[]>()
  #texts = 0
  #steps = 0

  constructor(bed: Bed, bucket: Bucket) {
    this.#bed = bed
    this.#bucket = bucket
    this.#isLocked = bucket.objectLock !== undefined
  }

  async take(taken: Step): Promise<void> {
    this.#steps++
    switch (taken.do) {
      case 'put':
        return this.#put(taken.key, taken.large)
      case 'put locked':
        return this.#putLocked(taken)
      case 'delete':
        return this.#delete(taken.key)
      case 'remove':
        return this.#remove(taken)
      case 'copy':
        return this.#copy(taken)
      case 'tag':
        return this.#tag(taken)
      case 'retain':
        return this.#retain(taken)
      case 'hold':
        return this.#hold(taken)
      case 'version':
        // A locked bucket stays as it is.
        if (!this.#isLocked) {
          const versioning = taken.state
          this.#bucket = await this.#bed.buckets.update(this.#bucket, (current) => ({ ...current, versioning }))
        }
        return
      case 'wait':
        this.#bed.clock.ms += taken.ms
        return
      case 'list': {
        const { prefix, delimiter, limit } = taken
        await this.#page({
          prefix,
          delimiter,
          limit,
          after: taken.after === null ? undefined : this.#marker(taken.after),
        })
      }
    }
  }

  async #put(key: string, large: boolean): Promise<void> {
    const text = this.#newText(large)
    const head = await this.#bed.objects.put(this.#bucket, key, bodyOf(text), putOptions)
    this.#remember(key, { id: shownVersionId(head), text })
  }

  async #putLocked({ key, retention: asked, legalHold }: Extract<Step, { do: 'put locked' }>): Promise<void> {
    const text = this.#newText(false)
    const retention = asked && this.#retentionOf(asked)
    const putting = this.#bed.objects.put(this.#bucket, key, bodyOf(text), { ...putOptions, retention, legalHold })
    if (!this.#isLocked && (retention !== undefined || legalHold !== undefined)) {
      return assert.rejects(putting, isError('InvalidRequest'))
    }
    this.#remember(key, { id: shownVersionId(await putting), text, retention, legalHold })
  }

  async #delete(key: string): Promise<void> {
    const { versionId, deleteMarker } = await this.#bed.objects.delete(this.#bucket, key)
    if (this.#bucket.versioning === undefined) {
      assert.deepEqual([versionId, deleteMarker], [undefined, false])
      return this.#end(key, 'null')
    }
    assert.equal(deleteMarker, true)
    this.#remember(key, { id: versionId!, text: undefined })
  }

  async #remove({ key, which: index, bypass: bypassGovernance }: Extract<Step, { do: 'remove' }>): Promise<void> {
    const version = this.#ever(key, index)
    const id = version?.id ?? '0'.repeat(32)
    const there = this.#present(key).find((present) => present.id === id)
    const removing = this.#bed.objects.remove(this.#bucket, key, id, { bypassGovernance })
    if (there !== undefined && this.#isKept(there, bypassGovernance)) {
      return assert.rejects(removing, isError('AccessDenied'))
    }
    const deleteMarker = there !== undefined && there.text === undefined
    assert.deepEqual(await removing, { versionId: id, deleteMarker })
    this.#end(key, id)
  }

  async #copy({ key, which: index, to }: Extract<Step, { do: 'copy' }>): Promise<void> {
    const version = this.#ever(key, index)
    if (version === undefined || version.gone || version.text === undefined) return
    const head = await this.#bed.objects.find(this.#bucket, key, version.id)
    const { system, metadata, checksum, tags } = head
    const described = { system, metadata, checksum, tags }
    const copied = await this.#bed.objects.copy({ bucket: this.#bucket, key, head }, this.#bucket, to, described)
    this.#remember(to, { id: shownVersionId(copied!), text: version.text, tags: version.tags })
  }

  async #tag({ key, which: index, tag }: Extract<Step, { do: 'tag' }>): Promise<void> {
    const tags = { tag: String(tag) }
    await this.#amend(key, index, { tags }, (version) => (version.tags = tags))
  }

  async #retain({ key, which: index, retention: asked, bypass }: Extract<Step, { do: 'retain' }>): Promise<void> {
    if (!this.#isLocked) return
    const retention = asked && this.#retentionOf(asked)
    const allowed = ({ retention: current }: Remembered): boolean => {
      const isOver = current === undefined || current.untilMs <= this.#bed.clock.ms
      if (isOver || (current.mode === 'GOVERNANCE' && bypass)) return true
      return retention?.mode === current.mode && retention.untilMs >= current.untilMs
    }
    const version = this.#ever(key, index)
    if (version === undefined || version.gone || version.text === undefined) return
    const amending = this.#bed.objects.amend(this.#bucket, key, version.id, (head) => {
      requireRetentionChange(head.retention, retention, this.#bed.versions.lockNow(), bypass)
      return { ...head, retention }
    })
    if (!allowed(version)) return assert.rejects(amending, isError('AccessDenied'))
    await amending
    version.retention = retention
  }

  async #hold({ key, which: index, on: legalHold }: Extract<Step, { do: 'hold' }>): Promise<void> {
    if (this.#isLocked) await this.#amend(key, index, { legalHold }, (version) => (version.legalHold = legalHold))
  }

  async #amend(
    key: string,
    index: number,
    more: { readonly tags?: Record<string, string>; readonly legalHold?: boolean },
    remember: (version: Remembered) => unknown,
  ): Promise<void> {
    const version = this.#ever(key, index)
    const id = version?.id ?? '0'.repeat(32)
    const there = this.#present(key).find((present) => present.id === id)
    const amending = this.#bed.objects.amend(this.#bucket, key, id, (head) => ({ ...head, ...more }))
    if (there === undefined) return assert.rejects(amending, isError('NoSuchVersion'))
    if (there.text === undefined) return assert.rejects(amending, isError('MethodNotAllowed'))
    await amending
    remember(there)
  }

  /** All that there is, in pages and by id; and the ledger of storage. */
  async verify(): Promise<void> {
    for (const limit of [1, 3, 1000]) {
      for (const delimiter of ['', '/']) {
        let after: Marker | undefined
        do after = await this.#page({ prefix: '', delimiter, limit, after })
        while (after !== undefined)
      }
    }
    for (const key of keys) await this.#verifyKey(key)
    const { faults } = await checkLedger(this.#bed.metadata, this.#bed.blobs, [1])
    assert.deepEqual(faults, [])
  }

  async #verifyKey(key: string): Promise<void> {
    const present = this.#present(key)
    for (const { id, text, tags, retention, legalHold } of present) {
      if (text === undefined) {
        await assert.rejects(this.#bed.objects.find(this.#bucket, key, id), isError('MethodNotAllowed'))
        continue
      }
      const head = await this.#bed.objects.find(this.#bucket, key, id)
      const bytes = await this.#bed.objects.read({ bucket: this.#bucket, key, head }, { start: 0, end: head.size })
      assert.equal(await collect(bytes!), text)
      assert.deepEqual([head.tags, head.retention, head.legalHold], [tags, retention, legalHold])
    }
    const current = this.#bed.objects.find(this.#bucket, key)
    if (present[0]?.text === undefined) await assert.rejects(current, isError('NoSuchKey'))
    else assert.equal(shownVersionId(await current), present[0].id)
  }

  /** Lists a page, and gives where the next one goes on. */
  async #page(options: Parameters<typeof listVersions>[2]): Promise<Marker | undefined> {
    const { versions, prefixes, next } = await listVersions(this.#bed.metadata, this.#bucket, options)
    const items = this.#listed(options)
    const expected = items.slice(0, options.limit)
    assert.deepEqual(
      versions.map(({ key, versionId, isLatest, deleteMarker, size }) => [
        key,
        versionId,
        isLatest,
        deleteMarker,
        size,
      ]),
      expected.flatMap((item) => ('prefix' in item ? [] : [item.row])),
    )
    assert.deepEqual(
      prefixes,
      expected.flatMap((item) => ('prefix' in item ? [item.prefix] : [])),
    )
    const last = expected.at(-1)
    const marker = last && ('prefix' in last ? { key: last.prefix } : { key: last.row[0], versionId: last.row[1] })
    assert.deepEqual(next, items.length > options.limit ? marker : undefined)
    return next
  }

  #listed({ prefix, delimiter, after }: Parameters<typeof listVersions>[2]) {
    const rollUp = (key: string): string | undefined => {
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      return at < 0 ? undefined : key.slice(0, at + 1)
    }
    const shown = after !== undefined && after.key.startsWith(prefix) && rollUp(after.key) === after.key
    const items: ({ prefix: string } | { row: [key: string, id: string, ...rest: unknown[]] })[] = []
    const sorted = [...this.#versions.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    for (const key of sorted) {
      if (!key.startsWith(prefix) || (shown && rollUp(key) === after.key)) continue
      const present = this.#present(key)
      for (const version of this.#after(key, after)) {
        const common = rollUp(key)
        if (common !== undefined) {
          const last = items.at(-1)
          if (last === undefined || !('prefix' in last) || last.prefix !== common) items.push({ prefix: common })
          continue
        }
        const { id, text } = version
        items.push({ row: [key, id, version === present[0], text === undefined, text?.length ?? 0] })
      }
    }
    return items
  }

  /** The key's versions after the marker. */
  #after(key: string, after: Marker | undefined): readonly Remembered[] {
    if (after === undefined) return this.#present(key)
    const order = Buffer.compare(Buffer.from(key), Buffer.from(after.key))
    if (order !== 0) return order < 0 ? [] : this.#present(key)
    if (after.versionId === undefined) return []
    const all = this.#versions.get(key) ?? []
    const isNull = after.versionId === 'null'
    const at = all.findIndex(({ id, gone }) => id === after.versionId && !(isNull && gone))
    return all.slice(at + 1).filter(({ gone }) => !gone)
  }

  #marker({ key, which: index }: { readonly key: string; readonly which: number | null }): Marker {
    const version = index === null ? undefined : this.#ever(key, index)
    // What was put after it had gone may stand in the very place.
    const isPassed = this.#versions.get(key)?.some(({ begun }) => version?.gone === true && begun >= version.ended)
    return version === undefined || isPassed
      ? { key }
      : { key, versionId: version.id as Exclude<Marker['versionId'], undefined> }
  }

  #remember(key: string, { id, ...rest }: Partial<Remembered> & Pick<Remembered, 'id' | 'text'>): void {
    assert.equal(id === 'null', this.#bucket.versioning !== 'Enabled')
    if (id === 'null') this.#end(key, id)
    assert.equal(
      this.#present(key).some((present) => present.id === id),
      false,
    )
    const none = {
      tags: undefined,
      retention: undefined,
      legalHold: undefined,
      gone: false,
      begun: this.#steps,
      ended: 0,
    }
    this.#versions.set(key, [{ ...none, ...rest, id }, ...(this.#versions.get(key) ?? [])])
  }

  #end(key: string, id: string): void {
    for (const version of this.#present(key)) {
      if (version.id !== id) continue
      version.gone = true
      version.ended = this.#steps
    }
  }

  #ever = (key: string, index: number): Remembered | undefined => this.#versions.get(key)?.[index]
  #present = (key: string): readonly Remembered[] => (this.#versions.get(key) ?? []).filter(({ gone }) => !gone)

  #isKept({ retention, legalHold }: Remembered, bypass: boolean): boolean {
    if (legalHold === true) return true
    if (retention === undefined || retention.untilMs <= this.#bed.clock.ms) return false
    return retention.mode === 'COMPLIANCE' || !bypass
  }

  #retentionOf = ({ mode, days }: { mode: Retention['mode']; days: number }): Retention => ({
    mode,
    untilMs: this.#bed.clock.ms + days * dayMs,
  })

  #newText(large: boolean): string {
    return `${this.#texts++};`.repeat(large ? 30 : 1)
  }
}

const isError = (code: string) => (error: unknown) => error instanceof ApiError && error.code === code
