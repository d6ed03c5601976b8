// A writer's multipart uploads: begun, sometimes left lying, taken up again (after a crash too), completed or aborted.

import { sha256 } from '../../bench/load/endpoint.ts'
import { bodyOf, md5, multipartEtag } from './bodies.ts'
import type { Upload } from './model.ts'
import type { Writer } from './writer.ts'

/** All parts but the last must have 5 MiB (AWS, multipart limits). */
const PART_SIZE = 5 * 2 ** 20
const LAST_PART_SIZE = 200_000

/** Takes up the upload of a key that is open, or begins one; goes on until it is complete, aborted, or left lying. */
export async function stepUpload(writer: Writer, key: string): Promise<void> {
  const { dice, history, stopped } = writer.options
  const open = [...history.model.uploads.values()].find((one) => one.key === key && one.state === 'open')
  let upload = open ?? (await create(writer, key))
  // Two parts now and then: large ones take most of a cycle.
  const parts = dice.chance(25) ? 2 : 1
  for (let number = 1; number <= parts; number++) {
    if (upload === undefined || stopped() || dice.chance(12)) return
    if (upload.parts.has(number)) continue
    await uploadPart(writer, upload, number, number === parts ? 1 + dice.below(LAST_PART_SIZE) : PART_SIZE)
    upload = history.model.uploads.get(upload.uploadId)
  }
  if (upload === undefined || stopped()) return
  if (dice.chance(15)) await abort(writer, upload)
  else await complete(writer, upload)
}

async function create(writer: Writer, key: string): Promise<Upload | undefined> {
  const { history } = writer.options
  const id = writer.nextId()
  const headers = { 'x-amz-meta-op': id }
  await writer.perform(
    { id, kind: 'createUpload', key, effects: [] },
    { method: 'POST', key, query: [['uploads', '']], headers },
  )
  return [...history.model.uploads.values()].find((one) => one.op === id)
}

async function uploadPart(writer: Writer, upload: Upload, number: number, size: number): Promise<void> {
  const { key, uploadId } = upload
  const body = bodyOf(partName(upload, number, size), size)
  const query: [string, string][] = [
    ['partNumber', String(number)],
    ['uploadId', uploadId],
  ]
  await writer.perform(
    { id: writer.nextId(), kind: 'uploadPart', key, effects: [], uploadId, part: { number, size, etag: md5(body) } },
    { method: 'PUT', key, query, body },
  )
}

async function abort(writer: Writer, { key, uploadId }: Upload): Promise<void> {
  await writer.perform(
    { id: writer.nextId(), kind: 'abortUpload', key, effects: [], uploadId },
    { method: 'DELETE', key, query: [['uploadId', uploadId]] },
  )
}

async function complete(writer: Writer, upload: Upload): Promise<void> {
  const { key, uploadId, op } = upload
  const parts = [...upload.parts].sort(([a], [b]) => a - b)
  // A part whose answer was lost may or may not have replaced one before it: such an upload is given up.
  const unsure = parts.some(([number]) => upload.unansweredParts.has(number))
  const short = parts.slice(0, -1).some(([, part]) => part.size < PART_SIZE)
  if (parts.length === 0 || unsure || short) return abort(writer, upload)
  const content = Buffer.concat(parts.map(([number, { size }]) => bodyOf(partName(upload, number, size), size)))
  const xml = parts.map(([number, { etag }]) => `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag></Part>`)
  const state = {
    sha256: sha256(content),
    size: content.length,
    op,
    etag: multipartEtag(parts.map(([, { etag }]) => etag)),
  }
  await writer.perform(
    { id: writer.nextId(), kind: 'completeUpload', key, effects: [{ key, state }], uploadId },
    {
      method: 'POST',
      key,
      query: [['uploadId', uploadId]],
      body: Buffer.from(`<CompleteMultipartUpload>${xml.join('')}</CompleteMultipartUpload>`),
    },
  )
}

/** Names a part's bytes, so that they can be made again. */
function partName(upload: Upload, number: number, size: number): string {
  return `${upload.op}.${number}.${size}`
}
