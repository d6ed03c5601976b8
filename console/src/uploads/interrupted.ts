/** Uploads that a page before this one began and did not finish: they go on with the same file, and what is there is not sent again. */
import { Problem } from '../api/problem.ts'
import { formatBytes } from '../components/format.ts'
import { uploads as words } from '../strings/uploads.ts'
import { filesOfInput } from './collect.ts'
import type { FileToSend } from './job.ts'
import { areOf, fitting, partsThere } from './parts.ts'
import { addJob, goOnWith, newBatch, uploadsUnderway, whoAmI } from './queue.ts'
import { forget, rememberedOf, type RememberedUpload } from './remembered.ts'
import { addUpload, changeUpload, removeUpload } from './store.ts'
import { answerTabs, runningElsewhere } from './tabs.ts'
import { giveUp, partSizeFor } from './transfer.ts'

const interrupted = new Map<number, RememberedUpload>()
let looked = false

/** Once for each page that is loaded: adds them to the uploads. */
export async function findInterrupted(): Promise<void> {
  if (looked) return
  looked = true
  answerTabs(uploadsUnderway)
  const [remembered, elsewhere] = await Promise.all([rememberedOf(await whoAmI()), runningElsewhere()])
  const here = new Set(uploadsUnderway())
  for (const upload of remembered) {
    if (elsewhere.has(upload.uploadId) || here.has(upload.uploadId)) continue
    const { bucket, key, size } = upload
    const id = addUpload({ batch: newBatch(), bucket, key, size, sent: 0, state: 'interrupted' })
    interrupted.set(id, upload)
    void showSent(id, upload)
  }
}

async function showSent(id: number, { bucket, key, uploadId, size, partSize }: RememberedUpload): Promise<void> {
  try {
    const parts = fitting(await partsThere(bucket, key, uploadId), size, partSize)
    changeUpload(id, { sent: parts.reduce((sum, part) => sum + part.size, 0) })
  } catch (error) {
    // It was finished or given up elsewhere.
    if (isGone(error)) await drop(id)
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof Problem && (error.code === 'NoSuchUpload' || error.code === 'NoSuchBucket')

async function drop(id: number): Promise<void> {
  const upload = interrupted.get(id)
  interrupted.delete(id)
  removeUpload(id)
  if (upload !== undefined) await forget(upload.uploadId)
}

/** Whether the browser finds the file again by itself, once it is allowed to. */
export const hasHandle = (id: number): boolean => interrupted.get(id)?.handle !== undefined

/** Goes on; throws Problem where that is not the file, or where it may not be read. */
export async function continueInterrupted(id: number): Promise<void> {
  const upload = interrupted.get(id)
  if (upload === undefined) return
  const { handle } = upload
  if (handle === undefined) {
    const [chosen] = await askForFiles(false)
    if (chosen !== undefined) await goOn(id, upload, chosen)
    return
  }
  if (!(await mayRead(handle))) throw new Problem('AccessDenied', words.noPermission, 403, undefined)
  const file = await handle.getFile().catch(() => undefined)
  if (file === undefined) throw new Problem('FileChanged', words.changed, 400, undefined)
  await goOn(id, upload, { file, path: file.name, handle: () => Promise.resolve(handle) })
}

/** Many at once: each file goes to the upload that it is of. Throws Problem where one is of none. */
export async function continueWithChosen(): Promise<void> {
  for (const chosen of await askForFiles(true)) {
    const found = [...interrupted].find(([, upload]) => isSame(chosen.file, upload))
    if (found === undefined) throw new Problem('FileChanged', words.ofNone(chosen.file.name), 400, undefined)
    await goOn(...found, chosen)
  }
}

async function goOn(id: number, upload: RememberedUpload, source: FileToSend): Promise<void> {
  const { bucket, key, uploadId, partSize, contentType, overwrite } = upload
  const { file } = source
  if (!isSame(file, upload)) {
    throw new Problem('FileChanged', words.otherFile(upload.name, formatBytes(upload.size)), 400, undefined)
  }
  if ((await runningElsewhere()).has(uploadId)) throw new Problem('OperationAborted', words.inOtherTab, 409, undefined)
  let parts
  try {
    parts = fitting(await partsThere(bucket, key, uploadId), file.size, partSize)
  } catch (error) {
    if (isGone(error)) await drop(id)
    throw error
  }
  // Of the same size and time, and yet another: everything is sent anew.
  const kept = (await areOf(file, parts, partSize)) ? parts : []
  interrupted.delete(id)
  const begun = { uploadId, partSize, parts: new Map(kept.map(({ number, etag }) => [number, etag])) }
  goOnWith(id, { bucket, key, source, contentType, overwrite, begun })
}

const isSame = (file: File, { name, size, lastModified }: RememberedUpload): boolean =>
  file.name === name && file.size === size && file.lastModified === lastModified

/** Deletes what was sent of it. */
export async function giveUpInterrupted(id: number): Promise<void> {
  const upload = interrupted.get(id)
  if (upload === undefined) return
  try {
    await giveUp(upload.bucket, upload.key, upload.uploadId)
  } catch (error) {
    if (!isGone(error)) throw error
  }
  await drop(id)
}

interface UnknownUpload {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
}

/**
 * Goes on with an upload that this browser does not know, by asking for its file. Answers false where none was chosen; throws Problem where what is there
 * is not of that file. Must be called by a click.
 */
export async function continueUpload({ bucket, key, uploadId }: UnknownUpload): Promise<boolean> {
  const [source] = await askForFiles(false)
  if (source === undefined) return false
  const { file } = source
  const parts = await partsThere(bucket, key, uploadId)
  const partSize = Math.max(...parts.map(({ size }) => size), 0) || partSizeFor(file.size)
  const kept = fitting(parts, file.size, partSize)
  const isOther = parts.some(({ number }) => (number - 1) * partSize >= file.size)
  if (isOther || !(await areOf(file, kept, partSize))) {
    throw new Problem('InvalidPart', words.otherContent, 400, undefined)
  }
  const begun = { uploadId, partSize, parts: new Map(kept.map(({ number, etag }) => [number, etag])) }
  addJob({ bucket, key, source, contentType: file.type, overwrite: false, begun })
  return true
}

async function askForFiles(multiple: boolean): Promise<readonly FileToSend[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = multiple
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(filesOfInput(input.files ?? new DataTransfer().files)))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}

/** Chromium's own; where there are handles in another browser, they can be read. */
async function mayRead(handle: FileSystemFileHandle): Promise<boolean> {
  const asked = handle as FileSystemFileHandle & {
    requestPermission?: (options: { readonly mode: 'read' }) => Promise<PermissionState>
  }
  if (asked.requestPermission === undefined) return true
  return (await asked.requestPermission({ mode: 'read' })) === 'granted'
}
