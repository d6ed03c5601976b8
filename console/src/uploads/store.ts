/** The uploads of this page, outside of React, so that they go on while one looks at other pages. */
import { useSyncExternalStore } from 'react'
import type { Problem } from '../api/problem.ts'

export type UploadState =
  | 'waiting'
  | 'sending'
  /** What failed on the way is tried again in a moment. */
  | 'retrying'
  /** There is an object of this key: what to do with it is asked. */
  | 'asking'
  | 'paused'
  /** Of a page before this one: the file is needed again. */
  | 'interrupted'
  | 'failed'
  | 'done'
  | 'skipped'

export interface Upload {
  readonly id: number
  /** Those that were chosen together; what exists already is asked once for all. */
  readonly batch: number
  readonly bucket: string
  readonly key: string
  readonly size: number
  readonly sent: number
  readonly state: UploadState
  readonly error?: Problem | undefined
}

export interface UploadTotals {
  readonly files: number
  readonly active: number
  readonly done: number
  readonly failed: number
  readonly bytes: number
  readonly sent: number
  readonly bytesPerSecond: number
  readonly secondsLeft: number | undefined
}

export interface UploadsSnapshot {
  readonly uploads: readonly Upload[]
  readonly totals: UploadTotals
}

/** In these, something goes on by itself. */
export const isActive = ({ state }: Upload): boolean =>
  state === 'waiting' || state === 'sending' || state === 'retrying'
/** In these, nothing will happen any more. */
export const isOver = ({ state }: Upload): boolean => state === 'done' || state === 'skipped'

const emitMs = 150
/** Speed is of the last seconds. */
const windowMs = 6000

const uploads = new Map<number, Upload>()
const listeners = new Set<() => void>()
let lastId = 0
let scheduled = false
let transferred = 0
let samples: (readonly [time: number, transferred: number])[] = []
let snapshot: UploadsSnapshot = { uploads: [], totals: totalsOf([]) }

export const useUploads = (): UploadsSnapshot => useSyncExternalStore(onUploads, () => snapshot)

/** As they are at this moment. */
export const uploadOf = (id: number): Upload | undefined => uploads.get(id)
export const allUploads = (): readonly Upload[] => [...uploads.values()]

export function addUpload(upload: Omit<Upload, 'id'>): number {
  const id = ++lastId
  uploads.set(id, { ...upload, id })
  changed()
  return id
}

export function changeUpload(id: number, change: Partial<Omit<Upload, 'id' | 'batch'>>): void {
  const before = uploads.get(id)
  if (before === undefined) return
  if (change.sent !== undefined && change.sent > before.sent) transferred += change.sent - before.sent
  uploads.set(id, { ...before, ...change })
  changed()
}

export function removeUpload(id: number): void {
  if (uploads.delete(id)) changed()
}

/** Told of changes, many at once. */
export function onUploads(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function changed(): void {
  if (scheduled) return
  scheduled = true
  setTimeout(() => {
    scheduled = false
    const now = [...uploads.values()]
    snapshot = { uploads: now, totals: totalsOf(now) }
    for (const listener of listeners) listener()
  }, emitMs)
}

function totalsOf(now: readonly Upload[]): UploadTotals {
  const totals = { files: 0, active: 0, done: 0, failed: 0, bytes: 0, sent: 0 }
  let left = 0
  for (const upload of now) {
    if (upload.state === 'skipped' || upload.state === 'interrupted') continue
    totals.files++
    totals.bytes += upload.size
    totals.sent += upload.sent
    if (upload.state === 'done') totals.done++
    else if (upload.state === 'failed') totals.failed++
    if (!isActive(upload)) continue
    totals.active++
    left += upload.size - upload.sent
  }
  const bytesPerSecond = totals.active === 0 ? 0 : speed()
  return { ...totals, bytesPerSecond, secondsLeft: bytesPerSecond > 0 ? left / bytesPerSecond : undefined }
}

function speed(): number {
  const now = performance.now()
  samples = [...samples.filter(([time]) => now - time <= windowMs), [now, transferred]]
  const [first] = samples
  if (first === undefined || now - first[0] < 500) return 0
  return ((transferred - first[1]) * 1000) / (now - first[0])
}
