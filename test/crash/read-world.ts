// Reads all there is in a bucket: versions with their contents and locks, unfinished uploads, what can be had back. What the server says in
// one place is compared with what it says in another.

import { headerOf, sha256, type Answer } from '../../bench/load/endpoint.ts'
import { etagOf, unquote, type Client } from './client.ts'
import type { Item, World } from './world.ts'

/** Not 1,000, so that listings have several pages. */
const PAGE = 40

export interface Reading {
  /** Object lock is on: retention and legal hold are asked for too. */
  locks?: boolean
  uploads?: boolean
  /** Soft delete is on. */
  deleted?: boolean
  /** Under this key, the versioning state is an item. */
  versioningKey?: string
  /** Lifecycle is on, so that something may go between two requests. */
  changes?: boolean
  /** Nobody puts objects, and none are looked for. */
  none?: boolean
  /** Headers without which an object cannot be read. */
  headersFor?: (key: string) => Record<string, string>
}

export interface Found {
  world: World
  /** Contradictions. */
  faults: string[]
}

interface Listed {
  key: string
  id: string
  marker: boolean
  isLatest: boolean
  size: number
  etag: string
}

/** The clients work side by side. Throws on answers that no reader should get. */
export async function readWorld(clients: readonly Client[], reading: Reading): Promise<Found> {
  const [client] = clients
  if (client === undefined) throw new Error('a client is needed')
  const faults: string[] = []
  const world: Record<string, Item[]> = {}
  if (reading.none === true) return { world, faults }
  const listed = await listVersions(client, faults)
  const items = new Map<Listed, Item | undefined>()
  let next = 0
  await Promise.all(
    clients.map(async (one) => {
      for (let version = listed[next++]; version !== undefined; version = listed[next++]) {
        items.set(version, await readVersion(one, version, reading, faults))
      }
    }),
  )
  for (const version of listed) {
    const item = items.get(version)
    if (item !== undefined) (world[version.key] ??= []).push(item)
  }
  if (reading.changes !== true) await compareObjects(client, listed, faults)
  if (reading.uploads === true) await readUploads(client, world, reading)
  if (reading.deleted === true) await readDeleted(client, world)
  if (reading.versioningKey !== undefined) await readVersioning(client, world, reading.versioningKey)
  return { world, faults }
}

/** All pages of ListObjectVersions. Keys out of order, and a wrong newest version, are faults. */
async function listVersions(client: Client, faults: string[]): Promise<Listed[]> {
  const listed: Listed[] = []
  for await (const xml of pages(
    client,
    'versions',
    ['NextKeyMarker', 'key-marker'],
    ['NextVersionIdMarker', 'version-id-marker'],
  )) {
    for (const [, tag, text = ''] of xml.matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)) {
      const marker = tag === 'DeleteMarker'
      const key = element(text, 'Key')
      const last = listed.at(-1)?.key ?? ''
      const isLatest = element(text, 'IsLatest') === 'true'
      if (key < last) faults.push(`the listing of versions has ${key} after ${last}`)
      if (isLatest !== key > last) faults.push(`the listing of versions has ${key} with IsLatest ${isLatest}`)
      const etag = unquote(element(text, 'ETag'))
      listed.push({ key, id: element(text, 'VersionId'), marker, isLatest, size: Number(element(text, 'Size')), etag })
    }
  }
  return listed
}

async function readVersion(
  client: Client,
  version: Listed,
  reading: Reading,
  faults: string[],
): Promise<Item | undefined> {
  const { key, id, marker, isLatest } = version
  if (marker) {
    if (isLatest) expectStatus(await client.call({ method: 'GET', key }), 404, `GET ${key}, which a marker hides,`)
    return { is: 'marker', by: '', id }
  }
  const headers = reading.headersFor?.(key) ?? {}
  const query: [string, string][] = [['versionId', id]]
  const answer = await client.call({ method: 'GET', key, query, headers })
  if (reading.changes === true && answer.status === 404) return undefined
  const item = itemOf(answer, key, id)
  if (item.size !== version.size || item.etag !== version.etag) {
    faults.push(
      `${key} ${id} is listed with ${version.size} bytes and etag ${version.etag}, but has ${item.size} and ${item.etag}`,
    )
  }
  await compareRange(client, { key, query, headers, whole: answer.body, mayGo: reading.changes === true }, faults)
  if (isLatest && reading.changes !== true) {
    const current = itemOf(await client.call({ method: 'GET', key, headers }), key, id)
    if (JSON.stringify(current) !== JSON.stringify(item)) faults.push(`${key} is not its newest version, ${id}`)
  }
  if (reading.locks !== true) return item
  const lock = await readLock(client, key, id)
  if (lock !== undefined) compareLock(item, lock, key, faults)
  else if (reading.changes === true) return undefined
  else faults.push(`${key} ${id} has gone while nobody wrote`)
  return item
}

function itemOf(answer: Answer, key: string, id: string): Item {
  expectStatus(answer, 200, `GET ${key} ${id}`)
  const shownId = headerOf(answer, 'x-amz-version-id') ?? 'null'
  if (shownId !== id) throw new Error(`GET ${key} ${id} answered version ${shownId}`)
  const until = headerOf(answer, 'x-amz-object-lock-retain-until-date')
  return {
    is: 'object',
    by: '',
    id,
    sha256: sha256(answer.body),
    size: answer.body.length,
    etag: etagOf(answer),
    op: headerOf(answer, 'x-amz-meta-op') ?? '',
    encryption:
      headerOf(answer, 'x-amz-server-side-encryption') ??
      headerOf(answer, 'x-amz-server-side-encryption-customer-key-md5'),
    retainUntil: until === undefined ? undefined : Date.parse(until),
    hold: headerOf(answer, 'x-amz-object-lock-legal-hold') === 'ON' || undefined,
  }
}

interface Ranged {
  key: string
  query: [string, string][]
  headers: Record<string, string>
  whole: Buffer
  /** Lifecycle may remove it before it is asked for again. */
  mayGo: boolean
}

/** The second half by itself, of what is large enough to be in several pieces or segments. */
async function compareRange(client: Client, ranged: Ranged, faults: string[]): Promise<void> {
  const { key, query, headers, whole, mayGo } = ranged
  if (whole.length < 50_000) return
  const from = whole.length >> 1
  const answer = await client.call({ method: 'GET', key, query, headers: { ...headers, range: `bytes=${from}-` } })
  if (mayGo && answer.status === 404) return
  if (answer.status !== 206 || !answer.body.equals(whole.subarray(from))) {
    faults.push(`the second half of ${key} is not that of the whole, by ${answer.status}`)
  }
}

type Lock = Pick<Item, 'retainUntil' | 'hold'>

/** Undefined where the version is not there any more. */
async function readLock(client: Client, key: string, id: string): Promise<Lock | undefined> {
  const documents: string[] = []
  for (const name of ['retention', 'legal-hold']) {
    const query: [string, string][] = [
      [name, ''],
      ['versionId', id],
    ]
    const answer = await client.call({ method: 'GET', key, query })
    const xml = answer.body.toString('utf8')
    if (xml.includes('<Code>NoSuchVersion</Code>')) return undefined
    if (!xml.includes('<Code>NoSuchObjectLockConfiguration</Code>'))
      expectStatus(answer, 200, `${name} of ${key} ${id}`)
    documents.push(xml)
  }
  const until = element(documents[0] ?? '', 'RetainUntilDate')
  const isHeld = element(documents[1] ?? '', 'Status') === 'ON'
  return { retainUntil: until === '' ? undefined : Date.parse(until), hold: isHeld || undefined }
}

function compareLock(item: Item, lock: Lock, key: string, faults: string[]): void {
  if (item.retainUntil === lock.retainUntil && item.hold === lock.hold) return
  faults.push(
    `${key} ${item.id}: GET says ${item.retainUntil} ${item.hold}, but its lock is ${lock.retainUntil} ${lock.hold}`,
  )
}

/** ListObjectsV2 has every newest version that is no marker, and nothing else. */
async function compareObjects(client: Client, versions: readonly Listed[], faults: string[]): Promise<void> {
  const row = (key: string, size: number, etag: string): string => `${key} ${size} ${etag}`
  const rows = new Set<string>()
  for await (const xml of pages(client, 'list-type', ['NextContinuationToken', 'continuation-token'])) {
    for (const [, text = ''] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      rows.add(row(element(text, 'Key'), Number(element(text, 'Size')), unquote(element(text, 'ETag'))))
    }
  }
  for (const { key, size, etag, isLatest, marker } of versions) {
    if (isLatest && !marker && !rows.delete(row(key, size, etag)))
      faults.push(`${key} is not listed as its newest version`)
  }
  for (const rest of rows) faults.push(`${rest} is listed, but is no newest version`)
}

async function readUploads(client: Client, world: Record<string, Item[]>, { headersFor }: Reading): Promise<void> {
  for await (const xml of pages(
    client,
    'uploads',
    ['NextKeyMarker', 'key-marker'],
    ['NextUploadIdMarker', 'upload-id-marker'],
  )) {
    for (const [, text = ''] of xml.matchAll(/<Upload>(.*?)<\/Upload>/gs)) {
      const [key, id] = [element(text, 'Key'), element(text, 'UploadId')]
      ;(world[`${key}?upload`] ??= []).push({ is: 'upload', by: '', id })
      const answer = await client.call({
        method: 'GET',
        key,
        query: [['uploadId', id]],
        headers: headersFor?.(key) ?? {},
      })
      expectStatus(answer, 200, `ListParts of ${key}`)
      for (const [, part = ''] of answer.body.toString('utf8').matchAll(/<Part>(.*?)<\/Part>/gs)) {
        const item: Item = { is: 'part', by: '', id: element(part, 'PartNumber'), size: Number(element(part, 'Size')) }
        ;(world[`${key}?parts`] ??= []).push({ ...item, etag: unquote(element(part, 'ETag')) })
      }
    }
  }
}

async function readDeleted(client: Client, world: Record<string, Item[]>): Promise<void> {
  for await (const xml of pages(
    client,
    'deleted',
    ['NextMarker', 'marker'],
    ['NextDeletedIdMarker', 'deleted-id-marker'],
  )) {
    for (const [, text = ''] of xml.matchAll(/<DeletedObject>(.*?)<\/DeletedObject>/gs)) {
      const [id, etag] = [element(text, 'DeletedId'), unquote(element(text, 'ETag'))]
      const item: Item = { is: 'deleted', by: '', id, size: Number(element(text, 'Size')), etag }
      ;(world[`${element(text, 'Key')}?deleted`] ??= []).push(item)
    }
  }
}

/** Nothing where it was never set. */
async function readVersioning(client: Client, world: Record<string, Item[]>, key: string): Promise<void> {
  const answer = await client.call({ method: 'GET', query: [['versioning', '']] })
  expectStatus(answer, 200, 'GetBucketVersioning')
  const id = element(answer.body.toString('utf8'), 'Status')
  if (id !== '') world[key] = [{ is: 'setting', by: '', id }]
}

type Marker = [element: string, parameter: string]

/** All pages of a listing, as XML. */
async function* pages(client: Client, subresource: string, ...markers: Marker[]): AsyncGenerator<string> {
  const value = subresource === 'list-type' ? '2' : ''
  const limit: [string, string] = [subresource === 'uploads' ? 'max-uploads' : 'max-keys', String(PAGE)]
  let query: [string, string][] = [[subresource, value], limit]
  for (;;) {
    const answer = await client.call({ method: 'GET', query })
    expectStatus(answer, 200, `GET ?${subresource}`)
    const xml = answer.body.toString('utf8')
    yield xml
    if (!xml.includes('<IsTruncated>true</IsTruncated>')) return
    query = [[subresource, value], limit, ...markers.map(([name, to]): [string, string] => [to, element(xml, name)])]
  }
}

function expectStatus(answer: Answer, status: number, what: string): void {
  if (answer.status === status) return
  throw new Error(`${what} answered ${answer.status} ${answer.body.toString('utf8').slice(0, 300)}`)
}

/** The text of an element, or '' when there is none; keys here need no unescaping. */
export function element(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? ''
}
