/** Sends one file: a small one in one request, a larger one in parts, several at once. Parts that are there already are not sent again. */
import { api, dataOf } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { formatBytes } from '../components/format.ts'
import { uploads as words } from '../strings/uploads.ts'
import { connectionsMax, withConnection } from './connections.ts'
import { Stopped, type Begun, type Job } from './job.ts'
import { md5Hex, md5OfParts } from './md5.ts'
import { put } from './put.ts'
import { forget, remember } from './remembered.ts'
import { retrying } from './retrying.ts'
import { changeUpload } from './store.ts'

const MiB = 1024 * 1024
/** Up to this, in one request; it is the size of parts, too, where ten thousand of them are enough. */
export const wholeSizeMax = 8 * MiB

/** Sends what is missing. Throws Problem for what was refused (PreconditionFailed: there is an object of the key), and Stopped. */
export async function send(job: Job, who: string, signal: AbortSignal): Promise<void> {
  if (!job.key.isWellFormed()) throw new Problem('InvalidURI', words.notUnicode, 400, undefined)
  const { file } = job.source
  if (file.size <= wholeSizeMax && job.begun === undefined) return sendWhole(job, signal)
  await sendParts(job, who, signal)
}

async function sendWhole(job: Job, signal: AbortSignal): Promise<void> {
  const { file } = job.source
  const query = `key=${encodeURIComponent(job.key)}&overwrite=${job.overwrite}`
  const path = `/buckets/${encodeURIComponent(job.bucket)}/object?${query}`
  const options = { type: job.contentType, signal, onProgress: (sent: number) => changeUpload(job.id, { sent }) }
  await withConnection(signal, () =>
    retrying(
      async (attempt) => {
        try {
          await whole(file, () => put(path, file, options))
        } catch (error) {
          // The answer to the attempt before may be all that was lost.
          if (attempt > 0 && isThere(error) && (await etagOf(job)) === md5Hex(await bytesOf(file))) return
          throw error
        }
      },
      waiting(job, signal),
    ),
  )
}

async function sendParts(job: Job, who: string, signal: AbortSignal): Promise<void> {
  const { file } = job.source
  if (job.begun === undefined) {
    if (!job.overwrite && (await etagOf(job)) !== undefined) throw thereAlready()
    job.begun = await retrying(() => begin(job, who), waiting(job, signal))
    if (signal.reason instanceof Stopped && signal.reason.forGood) await abort(job)
    signal.throwIfAborted()
  }
  const { begun } = job
  const partsCount = Math.max(1, Math.ceil(file.size / begun.partSize))
  const partOf = (number: number): Blob => file.slice((number - 1) * begun.partSize, number * begun.partSize)
  const underway = new Map<number, number>()
  let there = [...begun.parts.keys()].reduce((sum, number) => sum + partOf(number).size, 0)
  const tell = (): void => {
    changeUpload(job.id, { sent: there + [...underway.values()].reduce((sum, sent) => sum + sent, 0) })
  }
  tell()

  let next = 1
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const worker = async (): Promise<void> => {
    for (let number = next++; number <= partsCount; number = next++) {
      if (begun.parts.has(number)) continue
      const body = partOf(number)
      const onProgress = (sent: number): void => {
        underway.set(number, sent)
        tell()
      }
      const etag = await withConnection(either, () =>
        retrying(() => whole(file, () => putPart(job, begun, number, body, either, onProgress)), waiting(job, either)),
      )
      underway.delete(number)
      begun.parts.set(number, etag)
      there += body.size
      tell()
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(connectionsMax, partsCount) }, worker))
  } finally {
    // One part that is refused for good ends the others.
    failed.abort(new Stopped())
  }
  await retrying((attempt) => complete(job, begun, attempt), waiting(job, signal))
  await forget(begun.uploadId)
}

async function begin(job: Job, who: string): Promise<Begun> {
  const { file, handle } = job.source
  const upload = await dataOf(
    api.POST('/v1/buckets/{bucket}/uploads', {
      params: { path: { bucket: job.bucket } },
      body: { key: job.key, content_type: job.contentType },
    }),
  )
  const partSize = partSizeFor(file.size, upload.part_size_min, upload.parts_max)
  if (partSize > upload.part_size_max) {
    throw new Problem(
      'EntityTooLarge',
      words.tooLarge(upload.parts_max, formatBytes(upload.part_size_max)),
      400,
      undefined,
    )
  }
  await remember({
    ...{ uploadId: upload.upload_id, bucket: job.bucket, key: job.key, who, partSize, overwrite: job.overwrite },
    ...{ name: file.name, size: file.size, lastModified: file.lastModified, contentType: job.contentType },
    ...{ begun: Date.now(), handle: await handle?.() },
  })
  return { uploadId: upload.upload_id, partSize, parts: new Map() }
}

/** As few as the number of parts allows. */
export function partSizeFor(size: number, partSizeMin = 0, partsMax = 10_000): number {
  return Math.ceil(Math.max(wholeSizeMax, partSizeMin, Math.ceil(size / partsMax)) / MiB) * MiB
}

async function putPart(
  job: Job,
  begun: Begun,
  number: number,
  body: Blob,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<string> {
  const upload = encodeURIComponent(begun.uploadId)
  const query = `key=${encodeURIComponent(job.key)}`
  const path = `/buckets/${encodeURIComponent(job.bucket)}/uploads/${upload}/parts/${number}?${query}`
  const answer = await put(path, body, { type: 'application/octet-stream', signal, onProgress })
  const { etag } = (answer ?? {}) as { etag?: unknown }
  if (typeof etag !== 'string') throw new Problem('InternalError', words.lost, 0, undefined)
  return etag
}

async function complete(job: Job, begun: Begun, attempt: number): Promise<void> {
  const parts = [...begun.parts].toSorted(([a], [b]) => a - b).map(([number, etag]) => ({ number, etag }))
  try {
    await api.POST('/v1/buckets/{bucket}/uploads/{upload_id}/complete', {
      params: { path: { bucket: job.bucket, upload_id: begun.uploadId } },
      body: { key: job.key, parts, overwrite: job.overwrite },
    })
  } catch (error) {
    // The answer to the attempt before may be all that was lost.
    const gone = isThere(error) || (error instanceof Problem && error.code === 'NoSuchUpload')
    if (attempt > 0 && gone && (await etagOf(job)) === md5OfParts(parts.map(({ etag }) => etag))) return
    throw error
  }
}

/** Gives up what was begun on the server. */
export async function abort(job: Job): Promise<void> {
  const { begun } = job
  if (begun === undefined) return
  job.begun = undefined
  await forget(begun.uploadId)
  await giveUp(job.bucket, job.key, begun.uploadId)
}

export async function giveUp(bucket: string, key: string, uploadId: string): Promise<void> {
  await api.DELETE('/v1/buckets/{bucket}/uploads/{upload_id}', {
    params: { path: { bucket, upload_id: uploadId }, query: { key } },
  })
}

/** Of the object that is there; undefined where there is none, or where one may not know. */
async function etagOf({ bucket, key }: Job): Promise<string | undefined> {
  try {
    const { object } = await dataOf(
      api.GET('/v1/buckets/{bucket}/object', { params: { path: { bucket }, query: { key } } }),
    )
    return object.etag
  } catch (error) {
    if (error instanceof Problem && error.status >= 400 && error.status < 500) return undefined
    throw error
  }
}

export const isThere = (error: unknown): boolean => error instanceof Problem && error.code === 'PreconditionFailed'
const thereAlready = (): Problem => new Problem('PreconditionFailed', words.states.asking, 412, undefined)

/** A browser says of a file that was changed since, and of a connection that broke, the same: nothing. */
async function whole<T>(file: File, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (error instanceof Problem && error.status === 0) await bytesOf(file.slice(0, 1))
    throw error
  }
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer())
  } catch {
    throw new Problem('FileChanged', words.changed, 400, undefined)
  }
}

const waiting = ({ id }: Job, signal: AbortSignal) => ({
  signal,
  onWait: (error: Problem) => changeUpload(id, { state: 'retrying', error }),
  onGo: () => changeUpload(id, { state: 'sending', error: undefined }),
})
