/** What the tests of the disk store share. */
import { readdirSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { systemRandom } from '../base/random.ts'
import { foldersOf } from './blob-id.ts'
import type { Blob, BlobId, BlobStore } from './blob-store.ts'
import { openDiskStore } from './disk.ts'
import { type Files, nodeFiles } from './files.ts'
import { bytesOf, chunks } from './suite-bodies.ts'

export const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'blobs-'))

export const pathOf = (folder: string, id: BlobId): string => join(folder, 'blobs', ...foldersOf(id), id)

export const openIn = (folder: string, epoch = 1, files: Files = nodeFiles): Promise<BlobStore> =>
  openDiskStore({ folder, epoch, random: systemRandom, files })

/** All files, in `tmp/` too. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
}

/** A test with a folder that is removed after it. */
export const folderTest = (title: string, run: (folder: string) => Promise<void>): void => {
  test(title, async () => {
    const folder = await newFolder()
    try {
      await run(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

export const openDescriptors = (): number => readdirSync('/proc/self/fd').length
export const linuxOnly = { skip: process.platform === 'linux' ? false : 'needs /proc' }
export const put = (store: BlobStore, size = 1000): Promise<Blob> => store.put(chunks(bytesOf(size), 64 * 1024))
