/** Walks the folders of folders.ts in order of id. */
import { join } from 'node:path'

import { foldersOf, isBlobId } from './blob-id.ts'
import type { Blob, BlobId } from './blob-store.ts'
import { type Files, systemCode } from './files.ts'

/** Files that are looked at together. */
const batchSize = 64

/**
 * All blobs below the root, from after the given id, in order. Whatever does not bear a blob's name in the folder where it belongs, or is
 * no regular file, is passed over. Holds the names of one folder: a 256th of an epoch's.
 */
export async function* walk(files: Files, root: string, after: BlobId | undefined): AsyncGenerator<Blob> {
  const [epochAfter, fanOutAfter] = after === undefined ? ['', ''] : foldersOf(after)
  for (const epoch of await namesIn(files, root, /^[0-9]{10}$/)) {
    if (epoch < epochAfter || !(await isFolder(files, join(root, epoch)))) continue
    for (const fanOut of await namesIn(files, join(root, epoch), /^[0-9a-f]{2}$/, true)) {
      if (epoch === epochAfter && fanOut < fanOutAfter) continue
      const folder = join(root, epoch, fanOut)
      if (await isFolder(files, folder)) yield* blobsIn(files, folder, epoch, fanOut, after)
    }
  }
}

async function* blobsIn(
  files: Files,
  folder: string,
  epoch: string,
  fanOut: string,
  after: BlobId | undefined,
): AsyncGenerator<Blob> {
  const ids: BlobId[] = []
  for (const name of await namesIn(files, folder, /^/, true)) {
    if (!isBlobId(name) || (after !== undefined && name <= after)) continue
    const [epochOfName, fanOutOfName] = foldersOf(name)
    if (epochOfName === epoch && fanOutOfName === fanOut) ids.push(name)
  }
  for (let start = 0; start < ids.length; start += batchSize) {
    const batch = ids.slice(start, start + batchSize)
    const blobs = await Promise.all(batch.map((id) => blobAt(files, join(folder, id), id)))
    for (const blob of blobs) if (blob !== undefined) yield blob
  }
}

async function blobAt(files: Files, path: string, id: BlobId): Promise<Blob | undefined> {
  const status = await unlessGone(files.lstat(path))
  return status?.isFile === true ? { id, size: status.size } : undefined
}

async function isFolder(files: Files, path: string): Promise<boolean> {
  return (await unlessGone(files.lstat(path)))?.isFolder === true
}

/** The names that fit, in order. That the root is gone is an error; that a folder below it is, is not: it was emptied meanwhile. */
async function namesIn(files: Files, folder: string, pattern: RegExp, canBeGone = false): Promise<string[]> {
  const names = canBeGone ? ((await unlessGone(files.readdir(folder))) ?? []) : await files.readdir(folder)
  return names.filter((name) => pattern.test(name)).sort()
}

async function unlessGone<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
