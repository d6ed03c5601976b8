/**
 * All current objects below a prefix as the entries of an archive, one after the other, each read when its turn comes. What cannot be read is not passed
 * over in silence: a last entry tells of it.
 */
import { ApiError } from '../../base/errors.ts'
import type { HttpResponse } from '../../http/message.ts'
import type { ObjectsOf } from '../objects-of.ts'
import { ArchiveNames } from './archive-names.ts'
import { headerOf } from './headers.ts'
import { folderOf } from './link.ts'
import { entriesMax, type ZipEntry } from './zip.ts'

export interface ArchiveSource {
  readonly objects: ObjectsOf
  /** Throws ApiError for what cannot be read. */
  read(key: string): Promise<HttpResponse>
}

const pageSize = 1000
/** Lines about what is not included. */
const missingMax = 10_000
const missingName = 'NOT-INCLUDED.txt'

interface Listed {
  readonly Key: string
  readonly Size: number
  readonly LastModified: string
}

export async function* archiveEntries(
  prefix: string,
  source: ArchiveSource,
  limit = entriesMax,
): AsyncGenerator<ZipEntry> {
  const names = new ArchiveNames(folderOf(prefix))
  const missing: string[] = []
  let missed = 0
  let count = 0
  let modifiedMs = 0
  let isTaken = false
  const miss = (key: string, why: string): void => {
    missed++
    if (missing.length < missingMax) missing.push(`${JSON.stringify(key)}: ${why}`)
  }
  for await (const listed of listedUnder(prefix, source.objects)) {
    if (count >= limit) {
      miss(listed.Key, 'the archive is full')
      continue
    }
    modifiedMs = Math.max(modifiedMs, Date.parse(listed.LastModified))
    // The folder itself.
    if (listed.Key === folderOf(prefix) && listed.Size === 0) continue
    const read = await entryOf(listed, names, source)
    if (read instanceof ApiError) {
      miss(listed.Key, `${read.code}: ${read.message}`)
      continue
    }
    count++
    isTaken ||= read.entry.name.toLowerCase() === missingName.toLowerCase()
    try {
      yield read.entry
    } finally {
      await read.close()
    }
  }
  if (missed === 0) return
  const more = missed > missing.length ? [`And ${missed - missing.length} more.`] : []
  const input = ['These objects are not in this archive:', '', ...missing, ...more, ''].join('\n')
  yield { name: isTaken ? `NOT-INCLUDED~${'0'.repeat(16)}.txt` : missingName, modifiedMs, input }
}

async function* listedUnder(prefix: string, { s3 }: ObjectsOf): AsyncGenerator<Listed> {
  let ContinuationToken: string | undefined
  do {
    const page = await s3('ListObjectsV2', { Prefix: prefix, MaxKeys: pageSize, ContinuationToken })
    yield* page.Contents ?? []
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken !== undefined)
}

interface Opened {
  readonly entry: ZipEntry
  /** Lets go of what was not read to its end. */
  close(): Promise<void>
}

async function entryOf(listed: Listed, names: ArchiveNames, source: ArchiveSource): Promise<Opened | ApiError> {
  const { Key, Size, LastModified } = listed
  const modifiedMs = Date.parse(LastModified)
  if (Key.endsWith('/') && Size === 0) {
    const entry = { name: names.nameOf(Key, 'folder'), modifiedMs, input: undefined }
    return { entry, close: () => Promise.resolve() }
  }
  try {
    const response = await source.read(Key)
    const chunks = chunksOf(response.body)
    const size = Number(headerOf(response, 'content-length'))
    const entry = { name: names.nameOf(Key, 'file'), modifiedMs, input: { [Symbol.asyncIterator]: () => chunks }, size }
    return { entry, close: async () => void (await chunks.return?.()) }
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

function chunksOf(body: HttpResponse['body']): AsyncIterator<Uint8Array> {
  if (typeof body === 'object' && !(body instanceof Uint8Array)) return body[Symbol.asyncIterator]()
  return (async function* () {
    yield Buffer.from(body ?? '')
  })()
}
