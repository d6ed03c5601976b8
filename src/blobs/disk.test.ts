import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'node:test'

import { systemRandom } from '../base/random.ts'
import { foldersOf, makeBlobId } from './blob-id.ts'
import { type BlobId, BlobMissing } from './blob-store.ts'
import { filesIn, folderTest, linuxOnly, newFolder, openDescriptors, openIn, pathOf, put } from './disk-testing.ts'
import { openDiskStore } from './disk.ts'
import { nodeFiles } from './files.ts'
import { bytesOf, read } from './suite-bodies.ts'
import { type BlobPlace, blobStoreSuite } from './suite.ts'

const placeIn = (folder: string, remove: () => Promise<void>): BlobPlace => ({
  // The suite has stores of several epochs open at a time.
  open: (epoch) =>
    openDiskStore({ folder, epoch, epochsOpen: Array.from({ length: epoch }, (_, e) => e), random: systemRandom }),
  truncate: (id, size) => truncate(pathOf(folder, id), size),
  count: async () => (await filesIn(folder)).length,
  remove,
})

async function makePlace(): Promise<BlobPlace> {
  const folder = await newFolder()
  return placeIn(folder, () => rm(folder, { recursive: true }))
}

/** A file system of its own, which only root can mount. */
async function makeSmallPlace(size: number): Promise<BlobPlace | string> {
  const folder = await newFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    await rm(folder, { recursive: true })
    return `no small file system can be mounted here: ${error instanceof Error ? error.message : String(error)}`
  }
  return placeIn(folder, async () => {
    execFileSync('umount', [folder])
    await rm(folder, { recursive: true })
  })
}

blobStoreSuite('on disk', { makePlace, makeSmallPlace })

describe('what lies in the folder', () => {
  folderTest('a symbolic link with a blob’s name is neither followed nor listed', async (folder) => {
    const secret = join(folder, 'secret')
    await writeFile(secret, 'secret')
    const store = await openIn(folder)
    const { id } = await put(store)
    await rm(pathOf(folder, id))
    await symlink(secret, pathOf(folder, id))
    await assert.rejects(read(store, id), { code: 'ELOOP' })
    for await (const blob of store.list()) assert.fail(blob.id)
    await store.close()
  })

  for (const levels of [0, 1]) {
    folderTest(
      `a symbolic link in place of a folder ${levels} above is neither followed nor listed`,
      async (folder) => {
        const first = await openIn(folder)
        const { id } = await put(first)
        await first.close()
        const names = foldersOf(id).slice(0, 2 - levels)
        const linked = join(folder, 'blobs', ...names)
        const elsewhere = join(folder, 'elsewhere')
        execFileSync('mv', [linked, elsewhere])
        await symlink(elsewhere, linked)
        const store = await openIn(folder, 2)
        await assert.rejects(read(store, id), /not a folder/)
        await assert.rejects(store.delete(id), /not a folder/)
        for await (const blob of store.list()) assert.fail(blob.id)
        await store.close()
        assert.equal((await filesIn(elsewhere)).length, 1)
      },
    )
  }

  folderTest('a folder or a pipe with a blob’s name is an error, and does not block', async (folder) => {
    const store = await openIn(folder)
    for (const plant of [(path: string) => mkdir(path), async (path: string) => execFileSync('mkfifo', [path])]) {
      const { id } = await put(store)
      await rm(pathOf(folder, id))
      await plant(pathOf(folder, id))
      await assert.rejects(read(store, id), /no regular file/)
    }
    await store.close()
  })

  folderTest('files with odd names are passed over', async (folder) => {
    const store = await openIn(folder)
    const { id } = await put(store)
    const [epoch, fanOut] = foldersOf(id)
    const other = makeBlobId('0000000001', systemRandom)
    const elsewhere = makeBlobId('0000000002', systemRandom)
    const blobs = join(folder, 'blobs')
    for (const name of ['lost+found', '0000000000', '00000000010', 'zz']) await mkdir(join(blobs, name))
    await mkdir(join(blobs, epoch, 'gg'))
    await mkdir(join(blobs, epoch, 'x'))
    await writeFile(join(blobs, '0000000003'), 'a file in place of a folder')
    await writeFile(join(blobs, epoch, `${fanOut}~`), '')
    for (const name of ['.DS_Store', `${id}.bak`, id.toUpperCase(), elsewhere, `${id}\n`]) {
      await writeFile(join(blobs, epoch, fanOut, name), 'odd')
    }
    await writeFile(join(blobs, epoch, 'gg', other), 'odd')
    const listed: BlobId[] = []
    for await (const blob of store.list()) listed.push(blob.id)
    assert.deepEqual(listed, [id])
    await store.close()
  })

  for (const name of ['../../etc/passwd', '', '.', '0000000001-x', `0000000001-${'0'.repeat(36)}`, '0000000001-\0']) {
    folderTest(`${JSON.stringify(name)} is no name of a blob`, async (folder) => {
      const touched: string[] = []
      const files = {
        ...nodeFiles,
        open: (path: string, flags: number) => (touched.push(path), nodeFiles.open(path, flags)),
      }
      const store = await openIn(folder, 1, files)
      touched.length = 0
      await assert.rejects(read(store, name as BlobId), /not the name of a blob/)
      await assert.rejects(store.delete(name as BlobId), /not the name of a blob/)
      assert.deepEqual(touched, [])
      await store.close()
    })
  }

  folderTest('tmp/ is emptied at the start, but for what epochs that are open write', async (folder) => {
    await (await openIn(folder)).close()
    const [ended, open] = ['0000000001', '0000000002'].map((epoch) => makeBlobId(epoch, systemRandom))
    for (const name of [ended!, open!, 'odd']) await writeFile(join(folder, 'tmp', name), 'left')
    await mkdir(join(folder, 'tmp', 'folder'))
    await symlink('/etc', join(folder, 'tmp', 'link'))
    const store = await openDiskStore({ folder, epoch: 3, epochsOpen: [2], random: systemRandom })
    assert.deepEqual(await readdir(join(folder, 'tmp')), [open])
    await store.close()
  })

  folderTest('a symbolic link in place of tmp/ is not used', async (folder) => {
    await mkdir(join(folder, 'elsewhere'))
    await writeFile(join(folder, 'elsewhere', 'precious'), '')
    await symlink('elsewhere', join(folder, 'tmp'))
    await assert.rejects(openIn(folder), /not a folder/)
    assert.deepEqual(await readdir(join(folder, 'elsewhere')), ['precious'])
  })

  folderTest('folders that became empty in an epoch that has ended are removed', async (folder) => {
    const first = await openIn(folder)
    const blobs = [await put(first), await put(first)]
    await first.close()
    const store = await openIn(folder, 2)
    const mine = await put(store)
    for (const { id } of blobs) await store.delete(id)
    await store.delete(mine.id)
    assert.deepEqual(await readdir(join(folder, 'blobs')), ['0000000002'])
    await put(store)
    await store.delete((await put(store)).id)
    await store.close()
    assert.equal((await readdir(join(folder, 'blobs', '0000000002'))).length, 1)
  })

  folderTest('that the whole folder is gone is an error, and not a blob missing or an empty list', async (folder) => {
    const store = await openIn(folder)
    const { id } = await put(store)
    await rm(folder, { recursive: true })
    await assert.rejects(put(store), { code: 'ENOENT' })
    await assert.rejects(read(store, id), (error) => !(error instanceof BlobMissing))
    await assert.rejects(store.delete(id), { code: 'ENOENT' })
    await assert.rejects(async () => {
      for await (const blob of store.list()) assert.fail(blob.id)
    })
    await assert.rejects(put(store), { code: 'ENOENT' })
    await store.close()
  })

  folderTest('that one folder of it is gone is mended by the second put at the latest', async (folder) => {
    const store = await openIn(folder)
    for (let time = 0; time < 3; time++) {
      await put(store)
      await rm(join(folder, 'blobs', '0000000001'), { recursive: true })
      await put(store).catch(() => {})
      await put(store)
    }
    await store.close()
  })
})

describe('descriptors', linuxOnly, () => {
  folderTest('are closed, however a get or put ends', async (folder) => {
    const store = await openIn(folder)
    const { id } = await put(store, 1_500_000)
    const before = openDescriptors()
    for (let time = 0; time < 10; time++) {
      await read(store, id)
      for await (const chunk of store.get(id)) if (chunk.length > 0) break
      const iterator = store.get(id)[Symbol.asyncIterator]()
      await iterator.next()
      await iterator.next()
      await iterator.return?.()
      store.get(id)
      await assert.rejects(read(store, id, { start: 0, end: 1_500_001 }))
      await assert.rejects(
        store.put(
          (async function* () {
            yield bytesOf(700_000)
            throw new Error('the client went away')
          })(),
        ),
      )
      await put(store, 700_000)
    }
    assert.equal(openDescriptors(), before)
    await store.close()
  })
})
