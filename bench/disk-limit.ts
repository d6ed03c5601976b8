// How fast the disk below a folder is, without any server: sequential write and read, and small durable appends.

import { closeSync, constants, fdatasyncSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { randomFillSync } from 'node:crypto'

const BLOCK = 2 ** 20

/** What is used of WebAssembly here; its types come only with a browser's. */
declare const WebAssembly: { Memory: new (descriptor: { initial: number }) => { buffer: ArrayBuffer } }

/** MB are 10^6 bytes. */
export interface DiskSpeeds {
  /** Writing a file in blocks of a MiB, ended by fdatasync. */
  writeMegabytesPerSecond: number
  /** Reading it back out of the page cache. */
  cachedReadMegabytesPerSecond: number
  /** Reading it back past the page cache; undefined where the file system has no O_DIRECT. */
  directReadMegabytesPerSecond: number | undefined
  /** Appends of 4 KiB, each followed by fdatasync. */
  durableAppendsPerSecond: number
}

/** Measures in a temporary folder inside `folder`, with a file of `size` bytes, which must be whole MiB. */
export function diskSpeeds(folder: string, size: number): DiskSpeeds {
  const own = mkdtempSync(join(folder, 'disk-limit-'))
  try {
    const path = join(own, 'file')
    return {
      writeMegabytesPerSecond: write(path, size),
      cachedReadMegabytesPerSecond: read(path, size, constants.O_RDONLY),
      directReadMegabytesPerSecond: directRead(path, size),
      durableAppendsPerSecond: appends(join(own, 'log'), 1),
    }
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

function write(path: string, size: number): number {
  const block = alignedBlock()
  randomFillSync(block)
  const file = openSync(path, 'w')
  const start = performance.now()
  for (let written = 0; written < size; written += BLOCK) writeSync(file, block)
  fdatasyncSync(file)
  const speed = perSecond(size / 1e6, start)
  closeSync(file)
  return speed
}

function read(path: string, size: number, flags: number): number {
  const block = alignedBlock()
  const file = openSync(path, flags)
  try {
    const start = performance.now()
    let total = 0
    for (let length = readSync(file, block); length > 0; length = readSync(file, block)) total += length
    if (total !== size) throw new Error(`read ${total} bytes of ${size}`)
    return perSecond(size / 1e6, start)
  } finally {
    closeSync(file)
  }
}

function directRead(path: string, size: number): number | undefined {
  const direct: number | undefined = constants.O_DIRECT
  if (direct === undefined) return undefined
  try {
    return read(path, size, constants.O_RDONLY | direct)
  } catch {
    return undefined
  }
}

function appends(path: string, seconds: number): number {
  const block = alignedBlock().subarray(0, 4096)
  const file = openSync(path, 'a')
  const start = performance.now()
  let count = 0
  for (; performance.now() - start < seconds * 1000; count++) {
    writeSync(file, block)
    fdatasyncSync(file)
  }
  const speed = perSecond(count, start)
  closeSync(file)
  return speed
}

/** A MiB that starts on a page, as O_DIRECT wants; WebAssembly's memory does. */
function alignedBlock(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new WebAssembly.Memory({ initial: BLOCK / 65536 }).buffer)
}

function perSecond(amount: number, start: number): number {
  return amount / ((performance.now() - start) / 1000)
}
