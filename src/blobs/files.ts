/**
 * The calls of the file system that the disk store makes, as an interface, so that a test can let the Nth of them fail. On descriptors
 * the callback functions of node:fs are used: they cost a third less than a FileHandle's.
 */
import fs, { constants } from 'node:fs'
import { lstat, mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises'

export interface FileStatus {
  /** Bytes. */
  readonly size: number
  /** A regular file: no folder, symbolic link, pipe or device. */
  readonly isFile: boolean
  readonly isFolder: boolean
}

export interface Files {
  open(path: string, flags: number, mode?: number): Promise<number>
  close(fd: number): Promise<void>
  /**
   * Closes a file that was only read: at once, which spares a fifth of a small get, unless it has been unlinked meanwhile; then this
   * frees its blocks, which can take long.
   */
  closeReader(fd: number): Promise<void> | undefined
  /** Of an open file; needs no disk, so it is synchronous. */
  status(fd: number): FileStatus
  /** How many bytes were read: fewer than asked for at any time, none at the end. */
  read(fd: number, buffer: Buffer, offset: number, length: number, position: number): Promise<number>
  /** How many bytes were written: perhaps fewer than given. */
  write(fd: number, buffers: readonly Uint8Array[], position: number): Promise<number>
  /** The bytes, and what is needed to read them back, are on the disk. */
  fdatasync(fd: number): Promise<void>
  fsync(fd: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  mkdir(path: string, mode: number): Promise<void>
  rmdir(path: string): Promise<void>
  /** Names, in no order. */
  readdir(path: string): Promise<string[]>
  /** Of what the path names, a symbolic link being itself. */
  lstat(path: string): Promise<FileStatus>
}

/** Never through a symbolic link, never onto what exists. */
export const createExclusive = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
/** Never through a symbolic link; a planted pipe does not block. */
export const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
export const readFolder = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY

export const nodeFiles: Files = {
  open: (path, flags, mode = 0) =>
    new Promise((resolve, reject) => {
      fs.open(path, flags, mode, (error, fd) => (error === null ? resolve(fd) : reject(error)))
    }),
  close: (fd) => new Promise((resolve, reject) => fs.close(fd, settle(resolve, reject))),
  closeReader(fd) {
    if (fs.fstatSync(fd).nlink === 0) return nodeFiles.close(fd)
    fs.closeSync(fd)
    return undefined
  },
  status: (fd) => statusOf(fs.fstatSync(fd)),
  read: (fd, buffer, offset, length, position) =>
    new Promise((resolve, reject) => {
      fs.read(fd, buffer, offset, length, position, (error, size) => (error === null ? resolve(size) : reject(error)))
    }),
  write: (fd, buffers, position) =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, size: number): void => (error === null ? resolve(size) : reject(error))
      const only = buffers[0]
      if (buffers.length === 1 && only !== undefined) fs.write(fd, only, 0, only.length, position, done)
      else fs.writev(fd, buffers, position, done)
    }),
  fdatasync: (fd) => new Promise((resolve, reject) => fs.fdatasync(fd, settle(resolve, reject))),
  fsync: (fd) => new Promise((resolve, reject) => fs.fsync(fd, settle(resolve, reject))),
  rename,
  unlink,
  mkdir: async (path, mode) => {
    await mkdir(path, { mode })
  },
  rmdir,
  readdir: (path) => readdir(path),
  lstat: async (path) => statusOf(await lstat(path)),
}

const settle =
  (resolve: () => void, reject: (error: Error) => void) =>
  (error: Error | null): void =>
    error === null || error === undefined ? resolve() : reject(error)

const statusOf = (stats: fs.Stats): FileStatus => ({
  size: stats.size,
  isFile: stats.isFile(),
  isFolder: stats.isDirectory(),
})

/** The system's name of what went wrong, `ENOENT`; undefined where it was not the system that failed. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
