/** Pages of uploads and of parts, asked of the S3 front and compared with what a model of uploads says. */
import assert from 'node:assert/strict'
import type { Send } from '../s3/test-bed.ts'
import type { ModelPart } from './object-model.fixture.ts'
import type { Upload } from './upload.ts'

export interface ModelUpload {
  readonly upload: Upload
  /** By their numbers. */
  readonly parts: Map<number, ModelPart>
  /** ETags that parts had which have been replaced, by number. */
  readonly former: Map<number, string>
  isOpen: boolean
}

/** A common prefix has no upload id. */
export type UploadMarker = readonly [key: string, uploadId: string]

export interface UploadPage {
  readonly prefix: string
  /** '' for none. */
  readonly delimiter: string
  readonly limit: number
  readonly after: UploadMarker
}

/** Gives where the next page goes on; undefined where there is none. Of the bucket `uploads`. */
export async function pageOfUploads(
  send: Send,
  uploads: readonly ModelUpload[],
  page: UploadPage,
): Promise<UploadMarker | undefined> {
  const { prefix, delimiter, limit, after } = page
  const names = ['prefix', 'delimiter', 'key-marker', 'upload-id-marker', 'max-uploads']
  const values = [prefix, delimiter, ...after, String(limit)]
  const query = names.map((name, index) => `${name}=${encodeURIComponent(values[index]!)}`)
  const { status, text, element, elements } = await send(`GET /uploads?uploads&${query.join('&')}`)
  assert.equal(status, 200, text)
  const items = listed(uploads, page)
  const expected = items.slice(0, limit)
  const shown = expected.filter(([, uploadId]) => uploadId !== '')
  const keys = elements('Key')
  assert.deepEqual(
    elements('UploadId').map((uploadId, index) => [keys[index], uploadId]),
    shown,
  )
  const prefixes = expected.filter(([, uploadId]) => uploadId === '')
  assert.deepEqual(
    elements('CommonPrefixes'),
    prefixes.map(([common]) => `<Prefix>${common}</Prefix>`),
  )
  const last = items.length > limit ? expected.at(-1) : undefined
  assert.equal(element('IsTruncated'), String(last !== undefined))
  assert.deepEqual([element('NextKeyMarker'), element('NextUploadIdMarker')], last ?? ['', ''])
  return last
}

/** In order of key, then of their beginning, as ListMultipartUploads documents them. */
function listed(
  uploads: readonly ModelUpload[],
  { prefix, delimiter, after: [keyMarker, idMarker] }: UploadPage,
): UploadMarker[] {
  const sorted = uploads
    .flatMap(({ isOpen, upload }) => (isOpen && upload.key.startsWith(prefix) ? [upload] : []))
    .toSorted((a, b) => byBytes(a.key, b.key) || a.initiatedMs - b.initiatedMs || byBytes(a.uploadId, b.uploadId))
  const items: UploadMarker[] = []
  for (const { key, uploadId } of sorted) {
    const order = byBytes(key, keyMarker)
    if (keyMarker !== '' && (order < 0 || (order === 0 && (idMarker === '' || uploadId <= idMarker)))) continue
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const common = key.slice(0, at + delimiter.length)
    if (at < 0) items.push([key, uploadId])
    else if (common !== keyMarker && common !== items.at(-1)?.[0]) items.push([common, ''])
  }
  return items
}

/** Gives the number with which the next page goes on; undefined where there is none, or no such upload. */
export async function pageOfParts(
  send: Send,
  { upload: { key, uploadId }, parts, isOpen }: ModelUpload,
  marker: number,
  limit: number,
): Promise<number | undefined> {
  const query = `uploadId=${uploadId}&part-number-marker=${marker}&max-parts=${limit}`
  const { outcome, element, elements } = await send(`GET /uploads/${encodeURIComponent(key)}?${query}`)
  assert.equal(outcome, isOpen ? '200' : '404 NoSuchUpload')
  if (!isOpen) return undefined
  const after = [...parts].filter(([number]) => number > marker).toSorted(([a], [b]) => a - b)
  const expected = after.slice(0, limit)
  const [etags, sizes] = [elements('ETag'), elements('Size')]
  assert.deepEqual(
    elements('PartNumber').map((number, index) => [number, etags[index], sizes[index]]),
    expected.map(([number, { md5, bytes }]) => [`${number}`, `&quot;${md5}&quot;`, `${bytes.length}`]),
  )
  const last = after.length > limit ? expected.at(-1)?.[0] : undefined
  assert.equal(element('IsTruncated'), String(last !== undefined))
  if (last !== undefined) assert.equal(element('NextPartNumberMarker'), String(last))
  return last
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
