/**
 * A model of listings: what a bucket holds, and what AWS's documentation of ListObjects, ListObjectsV2 and ListObjectVersions says is listed of
 * it, found by looking at every key. What they answer, page after page, is compared with that.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Bucket } from '../objects/bucket.ts'
import type { Listing, ListingStep, SomeText } from './listing-steps.fixture.ts'
import { readListing } from './listing-answer.fixture.ts'
import type { makeFront } from './test-bed.ts'

export type ListingKind = 'ListObjects' | 'ListObjectsV2' | 'ListObjectVersions'

interface ModelVersion {
  readonly key: string
  readonly id: string
  /** Undefined for a delete marker. */
  readonly body: string | undefined
  gone: boolean
}

interface Marker {
  readonly key: string
  readonly versionId?: string | undefined
}

type Item = { readonly prefix: string } | { readonly version: ModelVersion }

interface Page {
  readonly kind: ListingKind
  readonly listing: Listing
  readonly prefix: string
  /** What was shown last, or where the client would begin. */
  readonly after: Marker | undefined
  /** Of the page before. */
  readonly token: string | undefined
}

const keysMax = 1000

/** What `encoding-type=url` encodes besides the keys and common prefixes listed. */
const encodedElements = {
  // Not the prefix, which clients that ask for the encoding by themselves (botocore) do not decode.
  ListObjects: ['Delimiter', 'Marker', 'NextMarker'],
  ListObjectsV2: ['Delimiter', 'Prefix', 'StartAfter'],
  ListObjectVersions: ['Delimiter', 'Prefix', 'KeyMarker', 'NextKeyMarker'],
} as const satisfies Record<ListingKind, readonly string[]>

export class ListingModel {
  readonly #front: Awaited<ReturnType<typeof makeFront>>
  #bucket: Bucket
  readonly #keys: readonly string[]
  /** Newest first; what is gone keeps its place. */
  readonly #versions = new Map<string, ModelVersion[]>()
  #bodies = 0

  /** `keys` are all that the bucket may come to hold. */
  constructor(front: Awaited<ReturnType<typeof makeFront>>, bucket: Bucket, keys: readonly string[]) {
    this.#front = front
    this.#bucket = bucket
    this.#keys = keys
  }

  async take(step: ListingStep): Promise<void> {
    const key = this.#key(step.key)
    const line = `/${this.#bucket.name}/${encodeURIComponent(key)}`
    switch (step.do) {
      case 'put': {
        const body = `${this.#bodies++}`
        const { outcome, headers } = await this.#front.send(`PUT ${line}`, { body })
        assert.equal(outcome, '200')
        return this.#add(key, headers['x-amz-version-id'] ?? 'null', body)
      }
      case 'delete': {
        const { outcome, headers } = await this.#front.send(`DELETE ${line}`)
        assert.equal(outcome, '204')
        const id = headers['x-amz-version-id']
        return id === undefined ? this.#end(key, 'null') : this.#add(key, id, undefined)
      }
      case 'remove': {
        const id = this.#ever(key, step.which)?.id ?? 'null'
        assert.equal((await this.#front.send(`DELETE ${line}?versionId=${id}`)).outcome, '204')
        return this.#end(key, id)
      }
      case 'versioning': {
        const { versioning } = step
        this.#bucket = await this.#front.buckets.update(this.#bucket, (current) => ({ ...current, versioning }))
      }
    }
  }

  /** Lists to the end, page by page. Between two of them, the bucket may change. */
  async list(kind: ListingKind, listing: Listing): Promise<void> {
    const prefix = this.#text(listing.prefix)
    const start = this.#start(kind, listing)
    const changes = [...listing.changes]
    const isUnchanged = changes.length === 0
    const shown: Item[] = []
    let page: Page | undefined = { kind, listing, prefix, after: start, token: undefined }
    while (page !== undefined) {
      const { items, next }: { items: readonly Item[]; next: Page | undefined } = await this.#page(page)
      shown.push(...items)
      page = next
      const change = changes.shift()
      const last = shown.at(-1)
      const isOfLast = listing.changesLast && last !== undefined && 'version' in last
      if (change !== undefined)
        await this.take(isOfLast ? { ...change, key: this.#keys.indexOf(last.version.key) } : change)
    }
    const isWhole = isUnchanged && listing.limit !== 0
    if (isWhole) assert.deepEqual(shown, this.#listed({ kind, listing, prefix, after: start, token: undefined }))
  }

  async #page(page: Page): Promise<{ readonly items: readonly Item[]; readonly next: Page | undefined }> {
    const { kind, listing } = page
    const answer = await this.#front.send(`GET /${this.#bucket.name}?${this.#query(page)}`)
    assert.equal(answer.outcome, '200')
    const all = this.#listed(page)
    const items = all.slice(0, Math.min(listing.limit ?? keysMax, keysMax))
    const { rows, prefixes, told } = readListing(answer.text, listing.encoded ? encodedElements[kind] : undefined)
    assert.deepEqual(
      rows,
      items.flatMap((item) => ('version' in item ? [this.#row(kind, item.version)] : [])),
    )
    assert.deepEqual(
      prefixes,
      items.flatMap((item) => ('prefix' in item ? [item.prefix] : [])),
    )
    const last = all.length > items.length ? items.at(-1) : undefined
    const after = last && markerAt(kind, last)
    const token = told['NextContinuationToken']
    assert.deepEqual(told, this.#told(page, items.length, after, token))
    return { items, next: after && { ...page, after, token } }
  }

  /** What a page tells of itself, besides what it lists. */
  #told({ kind, listing, prefix, after, token }: Page, count: number, next: Marker | undefined, nextToken?: string) {
    const { delimiter, limit = keysMax, encoded } = listing
    const common = {
      Name: this.#bucket.name,
      Prefix: prefix,
      MaxKeys: `${Math.min(limit, keysMax)}`,
      IsTruncated: `${next !== undefined}`,
      ...(delimiter === '' ? {} : { Delimiter: delimiter }),
      ...(encoded ? { EncodingType: 'url' } : {}),
    }
    switch (kind) {
      case 'ListObjects': {
        // Without a delimiter the last key is the next marker.
        const more = next === undefined || delimiter === '' ? {} : { NextMarker: next.key }
        return { ...common, Marker: after?.key ?? '', ...more }
      }
      case 'ListObjectsV2': {
        assert.equal(nextToken !== undefined, next !== undefined)
        const start = this.#start(kind, listing)
        return {
          ...common,
          KeyCount: `${count}`,
          ...(start === undefined ? {} : { StartAfter: start.key }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
          ...(nextToken === undefined ? {} : { NextContinuationToken: nextToken }),
        }
      }
      case 'ListObjectVersions':
        return {
          ...common,
          KeyMarker: after?.key ?? '',
          VersionIdMarker: after?.versionId ?? '',
          ...(next === undefined ? {} : { NextKeyMarker: next.key }),
          ...(next?.versionId === undefined ? {} : { NextVersionIdMarker: next.versionId }),
        }
    }
  }

  #query({ kind, listing, prefix, after, token }: Page): string {
    const { delimiter, limit, encoded } = listing
    const start = this.#start(kind, listing)?.key
    const own = {
      ListObjects: { marker: after?.key },
      // A client that goes on may repeat where it began.
      ListObjectsV2: { 'list-type': '2', 'start-after': start, 'continuation-token': token },
      ListObjectVersions: { versions: '', 'key-marker': after?.key, 'version-id-marker': after?.versionId },
    }[kind]
    const parameters = { prefix, delimiter, 'max-keys': limit, 'encoding-type': encoded ? 'url' : undefined, ...own }
    return Object.entries(parameters)
      .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`))
      .join('&')
  }

  /**
   * Every key that begins with the prefix and comes after the marker, in the order of UTF-8; those that have the delimiter after the prefix as one
   * common prefix, up to the delimiter's end; and none of a common prefix that is itself the marker.
   */
  #listed({ kind, listing: { delimiter }, prefix, after }: Page): Item[] {
    const items: Item[] = []
    for (const version of kind === 'ListObjectVersions' ? this.#allVersions() : this.#objects()) {
      const { key } = version
      if (!key.startsWith(prefix) || (after !== undefined && !this.#isAfter(version, after))) continue
      const [, ...rest] = delimiter === '' ? [] : key.slice(prefix.length).split(delimiter)
      if (rest.length === 0) {
        items.push({ version })
        continue
      }
      const common = key.slice(0, key.length - [...rest].join(delimiter).length)
      const isKnown = items.some((item) => 'prefix' in item && item.prefix === common)
      if (!isKnown && common !== after?.key) items.push({ prefix: common })
    }
    return items
  }

  #isAfter(version: ModelVersion, { key, versionId }: Marker): boolean {
    const order = byBytes(version.key, key)
    if (order !== 0 || versionId === undefined) return order > 0
    const ofKey = this.#versions.get(key) ?? []
    // Where a null version that is gone stood, nobody knows; then all versions of the key come after it.
    const at = ofKey.findIndex(({ id, gone }) => id === versionId && !(gone && id === 'null'))
    return ofKey.indexOf(version) > at
  }

  #row(kind: ListingKind, version: ModelVersion): readonly string[] {
    const { key, id, body } = version
    const content =
      body === undefined ? ['', ''] : [`${body.length}`, `"${createHash('md5').update(body).digest('hex')}"`]
    if (kind !== 'ListObjectVersions') return ['Contents', key, '', '', ...content]
    const isLatest = this.#present(key)[0] === version
    return [body === undefined ? 'DeleteMarker' : 'Version', key, id, `${isLatest}`, ...content]
  }

  #start(kind: ListingKind, { after, version }: Listing): Marker | undefined {
    if (after === undefined) return undefined
    const key = this.#text(after)
    if (kind !== 'ListObjectVersions') return { key }
    const present = this.#present(key)
    // An empty marker is none.
    return key === ''
      ? undefined
      : { key, versionId: version === undefined ? undefined : present[version % present.length]?.id }
  }

  /** Newest first of each key. */
  #allVersions = (): ModelVersion[] => this.#keys.toSorted(byBytes).flatMap((key) => this.#present(key))
  #objects = (): ModelVersion[] =>
    this.#keys
      .toSorted(byBytes)
      .flatMap((key) => this.#present(key)[0] ?? [])
      .filter(({ body }) => body !== undefined)
  #present = (key: string): readonly ModelVersion[] => (this.#versions.get(key) ?? []).filter(({ gone }) => !gone)
  #ever = (key: string, which: number): ModelVersion | undefined => this.#versions.get(key)?.[which]

  #key = (index: number): string => this.#keys[index % this.#keys.length]!
  #text = (text: SomeText): string =>
    typeof text === 'string' ? text : Array.from(this.#key(text.of)).slice(0, text.length).join('')

  #add(key: string, id: string, body: string | undefined): void {
    assert.equal(id === 'null', this.#bucket.versioning !== 'Enabled')
    if (id === 'null') this.#end(key, id)
    this.#versions.set(key, [{ key, id, body, gone: false }, ...(this.#versions.get(key) ?? [])])
  }

  #end(key: string, id: string): void {
    for (const version of this.#versions.get(key) ?? []) if (version.id === id) version.gone = true
  }
}

function markerAt(kind: ListingKind, last: Item): Marker {
  if ('prefix' in last) return { key: last.prefix }
  const { key, id: versionId } = last.version
  return kind === 'ListObjectVersions' ? { key, versionId } : { key }
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
