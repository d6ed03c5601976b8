/**
 * The folders that blobs lie in: `blobs/<epoch>/<first two hex digits of the uuid>/<id>`. The epoch comes first so that walking folders
 * and names in order is walking ids in order, with the names of one folder in memory. Those of this store's epoch are made at first use.
 */
import { join } from 'node:path'

import { foldersOf } from './blob-id.ts'
import type { BlobId } from './blob-store.ts'
import { type Files, readFolder, systemCode } from './files.ts'

/** Folders that are remembered to be folders and no symbolic links. */
const knownMax = 65_536

export class Folders {
  #files: Files
  #root: string
  #epoch: string
  /** Those of this epoch that are made, or being made. */
  #made = new Map<string, Promise<void>>()
  #known = new Set<string>()
  #syncs = new Map<string, { running: Promise<void>; next: Promise<void> | undefined }>()

  /** The root exists; the epoch is written as in an id. */
  constructor(files: Files, root: string, epoch: string) {
    this.#files = files
    this.#root = root
    this.#epoch = epoch
  }

  folderOf(id: BlobId): string {
    return join(this.#root, ...foldersOf(id))
  }

  pathOf(id: BlobId): string {
    return join(this.folderOf(id), id)
  }

  /** Makes, durably, the folder of a blob of this epoch. */
  make(id: BlobId): Promise<void> {
    const [epoch, fanOut] = foldersOf(id)
    return this.#once(join(epoch, fanOut), () => this.#once(epoch, () => Promise.resolve()))
  }

  /** The folder was found to be gone: it is made again when it is next needed. */
  forget(): void {
    this.#made.clear()
    this.#known.clear()
  }

  /** Throws if the blob's folder is not one but, say, a symbolic link; or the system's ENOENT. */
  async check(id: BlobId): Promise<void> {
    const [epoch, fanOut] = foldersOf(id)
    const folder = join(epoch, fanOut)
    if (this.#known.has(folder)) return
    await this.#checkFolder(epoch)
    await this.#checkFolder(folder)
    if (this.#known.size >= knownMax) this.#known.clear()
    this.#known.add(folder)
  }

  /**
   * What was renamed or unlinked in the folder before the call is durable when it resolves. Calls that come while the folder is being
   * made durable share the next time.
   */
  sync(folder: string): Promise<void> {
    const entry = this.#syncs.get(folder)
    if (entry === undefined) return this.#startSync(folder)
    entry.next ??= entry.running.then(ignore, ignore).then(() => this.#startSync(folder))
    return entry.next
  }

  /** Removes the blob's folder, and its epoch's, if they are empty. Only for epochs in which nobody writes any more. */
  async prune(id: BlobId): Promise<void> {
    const [epoch, fanOut] = foldersOf(id)
    if (await this.#removeIfEmpty(join(epoch, fanOut))) await this.#removeIfEmpty(epoch)
  }

  /** Removes what is empty of this epoch's folders, at the end of it. */
  async pruneMine(): Promise<void> {
    await Promise.allSettled(this.#made.values())
    const folders = [...this.#made.keys()].filter((folder) => folder !== this.#epoch)
    const removed = await Promise.all(folders.map((folder) => this.#removeIfEmpty(folder)))
    if (removed.length > 0) await this.#removeIfEmpty(this.#epoch)
    this.forget()
  }

  #once(folder: string, makeParent: () => Promise<void>): Promise<void> {
    let making = this.#made.get(folder)
    if (making === undefined) {
      making = makeParent().then(() => this.#makeFolder(folder))
      this.#made.set(folder, making)
      making.catch(() => this.#made.delete(folder))
    }
    return making
  }

  async #makeFolder(folder: string): Promise<void> {
    const path = join(this.#root, folder)
    try {
      await this.#files.mkdir(path, 0o700)
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
      await this.#checkFolder(folder)
    }
    await this.sync(join(path, '..'))
  }

  async #checkFolder(folder: string): Promise<void> {
    const path = join(this.#root, folder)
    if (!(await this.#files.lstat(path)).isFolder) throw new Error(`not a folder: ${path}`)
  }

  #startSync(folder: string): Promise<void> {
    const running = syncFolder(this.#files, folder)
    const entry = { running, next: undefined }
    this.#syncs.set(folder, entry)
    const ended = (): void => {
      if (this.#syncs.get(folder) === entry && entry.next === undefined) this.#syncs.delete(folder)
    }
    running.then(ended, ended)
    return running
  }

  async #removeIfEmpty(folder: string): Promise<boolean> {
    try {
      await this.#files.rmdir(join(this.#root, folder))
      return true
    } catch (error) {
      const code = systemCode(error)
      if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT') return false
      throw error
    }
  }
}

/** Makes durable what is named in a folder. */
export async function syncFolder(files: Files, folder: string): Promise<void> {
  const fd = await files.open(folder, readFolder)
  try {
    await files.fsync(fd)
  } finally {
    await files.close(fd)
  }
}

const ignore = (): void => {}
