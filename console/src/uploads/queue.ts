/** Which uploads go on, and what people do with them: pause, go on, cancel, try again, answer. */
import { meQuery } from '../api/me.ts'
import { Problem } from '../api/problem.ts'
import { queryClient } from '../api/queries.ts'
import { uploads as words } from '../strings/uploads.ts'
import { connectionsMax } from './connections.ts'
import { contentTypeOf } from './content-type.ts'
import { numbered, Stopped, type Begun, type FileToSend, type Job } from './job.ts'
import { addUpload, allUploads, changeUpload, isActive, isOver, removeUpload, uploadOf, type Upload } from './store.ts'
import { tellPages } from './tell-pages.ts'
import { abort, isThere, send } from './transfer.ts'

/** What to do with files of which there is one already. */
export type IfThere = 'replace' | 'skip' | 'keep'

/** As many names with a number are tried. */
const copiesMax = 100

const jobs = new Map<number, Job>()
const answers = new Map<number, IfThere>()
/** In the order in which they came; the urgent ones before. */
const waiting = new Set<number>()
const urgent = new Set<number>()
let running = 0
let lastBatch = 0

export const newBatch = (): number => ++lastBatch

export interface Destination {
  readonly bucket: string
  /** The folder, with its slash; '' for none. */
  readonly prefix: string
}

/** Sends files that were chosen together. */
export function uploadFiles({ bucket, prefix }: Destination, files: readonly FileToSend[]): void {
  const batch = newBatch()
  for (const source of files) {
    addJob(
      { bucket, key: prefix + source.path, source, contentType: contentTypeOf(source.file), overwrite: false },
      batch,
    )
  }
}

interface Order {
  readonly bucket: string
  readonly key: string
  readonly source: FileToSend
  readonly contentType: string
  readonly overwrite: boolean
  readonly begun?: Begun
}

export function addJob(order: Order, batch = newBatch()): void {
  const { bucket, key, source } = order
  goOnWith(addUpload({ batch, bucket, key, size: source.file.size, sent: 0, state: 'waiting' }), order)
}

/** For an upload that is shown already. */
export function goOnWith(id: number, { begun, ...order }: Order): void {
  jobs.set(id, { ...order, id, keyChosen: order.key, copies: 0, begun, running: undefined })
  enqueue(id)
}

/** Of those in parts, the server's names. */
export const uploadsUnderway = (): readonly string[] =>
  [...jobs.values()].flatMap(({ begun }) => (begun === undefined ? [] : [begun.uploadId]))

function startMore(): void {
  while (running < connectionsMax) {
    const [id] = urgent.size > 0 ? urgent : waiting
    if (id === undefined) break
    urgent.delete(id)
    waiting.delete(id)
    const job = jobs.get(id)
    if (job !== undefined) void run(job)
  }
  watchLeaving()
}

async function run(job: Job): Promise<void> {
  const controller = new AbortController()
  job.running = controller
  running++
  changeUpload(job.id, { state: 'sending', error: undefined })
  try {
    await send(job, await whoAmI(), controller.signal)
    changeUpload(job.id, { state: 'done', sent: job.source.file.size, error: undefined })
    jobs.delete(job.id)
    tellPages(job.bucket)
  } catch (error) {
    if (isThere(error)) ifThere(job)
    else if (!(error instanceof Stopped)) failed(job, error)
  } finally {
    if (job.running === controller) job.running = undefined
    running--
    startMore()
  }
}

function failed(job: Job, error: unknown): void {
  const problem = error instanceof Problem ? error : new Problem('InternalError', String(error), 0, undefined)
  // What is no longer there begins anew when it is tried again.
  if (problem.code === 'NoSuchUpload') job.begun = undefined
  changeUpload(job.id, { state: 'failed', error: problem })
}

function ifThere(job: Job): void {
  const answer = answers.get(uploadOf(job.id)?.batch ?? 0)
  // A folder that is there is what was wanted.
  if (job.keyChosen.endsWith('/')) changeUpload(job.id, { state: 'done' })
  else if (answer === undefined)
    changeUpload(job.id, { state: 'asking', sent: job.begun === undefined ? 0 : job.source.file.size })
  else applyAnswer(job, answer)
}

function applyAnswer(job: Job, answer: IfThere): void {
  if (answer === 'skip') {
    changeUpload(job.id, { state: 'skipped', sent: 0 })
    jobs.delete(job.id)
    void abort(job).catch(() => undefined)
    return
  }
  if (answer === 'replace') {
    job.overwrite = true
  } else {
    if (++job.copies > copiesMax) {
      changeUpload(job.id, {
        state: 'failed',
        error: new Problem('PreconditionFailed', words.numberedMax, 412, undefined),
      })
      return
    }
    // Parts are of the key with which they were begun.
    void abort({ ...job }).catch(() => undefined)
    job.begun = undefined
    job.key = numbered(job.keyChosen, job.copies)
  }
  changeUpload(job.id, { key: job.key })
  enqueue(job.id, true)
}

/** The answer holds for what is found out later, too. */
export function answerIfThere(batch: number, answer: IfThere): void {
  answers.set(batch, answer)
  for (const { id, state, batch: of } of allUploads()) {
    const job = jobs.get(id)
    if (of === batch && state === 'asking' && job !== undefined) applyAnswer(job, answer)
  }
}

function enqueue(id: number, first = false): void {
  changeUpload(id, { state: 'waiting', error: undefined })
  ;(first ? urgent : waiting).add(id)
  startMore()
}

export function pause(id: number): void {
  const upload = uploadOf(id)
  if (upload === undefined || !isActive(upload)) return
  stop(id)
  const job = jobs.get(id)
  changeUpload(id, { state: 'paused', error: undefined, ...(job?.begun === undefined && { sent: 0 }) })
  watchLeaving()
}

export function resume(id: number): void {
  if (uploadOf(id)?.state === 'paused') enqueue(id)
}

export function retry(id: number): void {
  if (uploadOf(id)?.state === 'failed' && jobs.has(id)) enqueue(id)
}

/** Ends it, and deletes what was sent of it. */
export function cancel(id: number): void {
  stop(id, true)
  const job = jobs.get(id)
  jobs.delete(id)
  removeUpload(id)
  if (job !== undefined) void abort(job).catch(() => undefined)
  watchLeaving()
}

export const pauseAll = (): void => each(isActive, pause)
export const resumeAll = (): void => each(({ state }) => state === 'paused', resume)
export const retryAll = (): void => each(({ state }) => state === 'failed', retry)
export const cancelAll = (): void => each((upload) => !isOver(upload) && upload.state !== 'interrupted', cancel)
export const clearFinished = (): void => each(isOver, removeUpload)

function each(which: (upload: Upload) => boolean, task: (id: number) => void): void {
  for (const upload of allUploads()) if (which(upload)) task(upload.id)
}

/** Whoever signs out sends nothing more; what was begun in parts waits for them. */
export function stopAll(): void {
  for (const { id } of allUploads()) stop(id)
  jobs.clear()
  removeEventListener('beforeunload', askBeforeLeaving)
}

function stop(id: number, forGood = false): void {
  waiting.delete(id)
  urgent.delete(id)
  jobs.get(id)?.running?.abort(new Stopped(forGood))
}

/** Under whom uploads are remembered. */
export async function whoAmI(): Promise<string> {
  const { account, user } = await queryClient.query({ ...meQuery, staleTime: 'static' })
  return `${account.id}/${user?.id ?? ''}`
}

/** The browser asks whether to leave the page while something is sent. */
function watchLeaving(): void {
  if (running > 0 || waiting.size > 0) addEventListener('beforeunload', askBeforeLeaving)
  else removeEventListener('beforeunload', askBeforeLeaving)
}

const askBeforeLeaving = (event: BeforeUnloadEvent): void => event.preventDefault()
