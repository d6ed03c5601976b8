/** What lists of a bucket are made of, and where each of the four lists comes from. */
import { api, dataOf } from '../../../api/client.ts'
import type { ObjectsSearch } from '../../../router.tsx'
import { compareKeys } from '../names.ts'

export type View = 'current' | NonNullable<ObjectsSearch['show']>

export interface Row {
  /** Like no other row's of the list. */
  readonly id: string
  readonly kind: 'folder' | 'object' | 'marker' | 'deleted' | 'upload'
  /** The key; of a folder the prefix. */
  readonly name: string
  readonly size?: number
  /** When it was written, deleted or begun. */
  readonly time?: string
  /** Of a version; null where the bucket has had none. */
  readonly versionId?: string | null
  readonly latest?: boolean
  readonly uploadId?: string
  readonly purgeAfter?: string | null
}

export interface RowPage {
  readonly rows: readonly Row[]
  readonly next: string | null
}

/** One page of a list, after the place that the page before named. */
export type RowSource = (after: string | undefined, limit: number, signal: AbortSignal) => Promise<RowPage>

interface Place {
  readonly bucket: string
  readonly prefix: string
  /** Keys below a further slash are told as folders; unless set, all keys are told. */
  readonly folders?: boolean
}

/** As many as the server gives at once. */
export const pageSizeMax = 1000

export function rowSource(view: View, place: Place): RowSource {
  if (view === 'deleted') return deletedRows(place)
  if (view === 'uploads') return uploadRows(place)
  return objectRows(place, view === 'versions')
}

const objectRows =
  ({ bucket, prefix, folders = false }: Place, versions: boolean): RowSource =>
  async (after, limit, signal) => {
    const query = {
      ...{ prefix, limit },
      ...(folders && { delimiter: '/' }),
      ...(versions && { versions: 'true' as const }),
      ...(after !== undefined && { after }),
    }
    const page = await dataOf(api.GET('/v1/buckets/{bucket}/objects', { params: { path: { bucket }, query }, signal }))
    const objects = page.objects
      // The folder itself, as an empty object: it is where one is already.
      .filter(({ key, size }) => versions || !folders || key !== prefix || size > 0)
      .map((object): Row => ({
        id: `o${object.key}\n${versions ? object.version_id : ''}`,
        kind: object.delete_marker ? 'marker' : 'object',
        ...{ name: object.key, size: object.size, time: object.modified },
        ...{ versionId: object.version_id, latest: object.is_latest },
      }))
    const prefixes = page.prefixes.map((name): Row => ({ id: `f${name}`, kind: 'folder', name }))
    return { rows: merged(objects, prefixes), next: page.next }
  }

const deletedRows =
  ({ bucket, prefix }: Place): RowSource =>
  async (after, limit, signal) => {
    const query = { prefix, limit, ...(after !== undefined && { after }) }
    const page = await dataOf(
      api.GET('/v1/buckets/{bucket}/deleted-objects', { params: { path: { bucket }, query }, signal }),
    )
    const rows = page.objects.map((object): Row => ({
      ...{ id: `d${object.key}\n${object.version_id}`, kind: 'deleted', name: object.key, size: object.size },
      ...{ time: object.deleted, versionId: object.version_id, purgeAfter: object.purge_after },
    }))
    return { rows, next: page.next }
  }

const uploadRows =
  ({ bucket, prefix }: Place): RowSource =>
  async (after, limit, signal) => {
    const query = { prefix, limit, ...(after !== undefined && { after }) }
    const page = await dataOf(api.GET('/v1/buckets/{bucket}/uploads', { params: { path: { bucket }, query }, signal }))
    const rows = page.uploads.map((upload): Row => ({
      ...{ id: `u${upload.upload_id}`, kind: 'upload', name: upload.key },
      ...{ time: upload.initiated, uploadId: upload.upload_id },
    }))
    return { rows, next: page.next }
  }

/** Both are in order already. */
function merged(one: readonly Row[], other: readonly Row[]): readonly Row[] {
  if (other.length === 0) return one
  const rows: Row[] = []
  let at = 0
  for (const row of one) {
    while (at < other.length && compareKeys(other[at]!.name, row.name) < 0) rows.push(other[at++]!)
    rows.push(row)
  }
  return [...rows, ...other.slice(at)]
}
