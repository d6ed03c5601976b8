import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'

import { systemRandom } from '../base/random.ts'
import { foldersOf, makeBlobId } from './blob-id.ts'
import { type BlobId, BlobMissing, type BlobStore } from './blob-store.ts'
import { openDiskStore } from './disk.ts'
import { createExclusive, type Files, nodeFiles } from './files.ts'
import { type BlobPlace, blobStoreSuite, bytesOf, chunks, read } from './suite.ts'

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'blobs-'))

const pathOf = (folder: string, id: BlobId): string => join(folder, 'blobs', ...foldersOf(id), id)

const openIn = (folder: string, epoch = 1, files: Files = nodeFiles): Promise<BlobStore> =>
  openDiskStore({ folder, epoch, random: systemRandom, files })

/** All files, in `tmp/` too. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
}

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
    return `no small file system can be mounted here: ${error instanceof Error ? error.message : error}`
  }
  return placeIn(folder, async () => {
    execFileSync('umount', [folder])
    await rm(folder, { recursive: true })
  })
}

blobStoreSuite('on disk', { makePlace, makeSmallPlace })

/** A test with a folder that is removed after it. */
const folderTest = (title: string, run: (folder: string) => Promise<void>): void => {
  test(title, async () => {
    const folder = await newFolder()
    try {
      await run(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

const openDescriptors = (): number => readdirSync('/proc/self/fd').length
const linuxOnly = { skip: process.platform === 'linux' ? false : 'needs /proc' }
const put = (store: BlobStore, size = 1000) => store.put(chunks(bytesOf(size), 64 * 1024))

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

/** Files of which a call can be made to fail. */
interface FaultyFiles extends Files {
  /** Calls since the last reset. */
  calls: number
  /** What comes before a call, by its number from 1. */
  before: (call: number) => void
}

function faultyFiles(): FaultyFiles {
  const faulty = { ...nodeFiles, calls: 0, before: (): void => {} } as FaultyFiles
  for (const name of Object.keys(nodeFiles) as (keyof Files)[]) {
    if (name === 'status') continue
    const call = nodeFiles[name] as (...given: unknown[]) => Promise<unknown>
    const replaced = async (...given: unknown[]): Promise<unknown> => {
      try {
        faulty.before(++faulty.calls)
      } catch (error) {
        // A close that fails has closed.
        if (name === 'close') await call(...given)
        throw error
      }
      return call(...given)
    }
    Object.assign(faulty, { [name]: replaced })
  }
  return faulty
}

const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: injected`), { code, syscall: 'injected' })

describe('a file system that fails', linuxOnly, () => {
  /** Runs the action with each of its calls failing in turn, until one goes through; the number of calls it makes. */
  async function failEach(
    files: FaultyFiles,
    code: string,
    action: () => Promise<unknown>,
    afterwards: (failed: boolean) => Promise<void>,
  ): Promise<number> {
    for (let nth = 1; ; nth++) {
      files.calls = 0
      files.before = (call) => {
        if (call === nth) throw systemError(code)
      }
      const failure = await action().then(
        () => undefined,
        (error: unknown) => error,
      )
      const made = files.calls
      files.before = () => {}
      await afterwards(failure !== undefined)
      if (made < nth) {
        assert.equal(failure, undefined)
        return made
      }
    }
  }

  for (const code of ['EIO', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENOENT']) {
    folderTest(`with ${code} at any one call of a put keeps the blob or leaves nothing`, async (folder) => {
      const files = faultyFiles()
      const store = await openIn(folder, 1, files)
      const before = openDescriptors()
      let kept = 0
      const bytes = bytesOf(1_200_000)
      const calls = await failEach(
        files,
        code,
        async () => {
          try {
            const { id } = await store.put(chunks(bytes, 64 * 1024))
            kept++
            assert.ok((await read(await openIn(folder, 99), id)).equals(bytes))
          } catch (error) {
            assert.ok(error instanceof Error)
            assert.equal(error.name === 'ApiError', code === 'ENOSPC' || code === 'EDQUOT', String(error))
            throw error
          }
        },
        async (failed) => {
          assert.equal((await filesIn(folder)).length, kept, failed ? 'leaves a file' : 'loses the blob')
          assert.equal(openDescriptors(), before)
        },
      )
      assert.ok(calls >= 6, `only ${calls} calls were made to fail`)
      await put(store)
      await store.close()
    })
  }

  folderTest('at any one call of a get is an error, and closes the file', async (folder) => {
    const files = faultyFiles()
    const bytes = bytesOf(1_200_000)
    const first = await openIn(folder)
    const { id } = await first.put(chunks(bytes, 64 * 1024))
    await first.close()
    const before = openDescriptors()
    const store = await openIn(folder, 2, files)
    const calls = await failEach(
      files,
      'EIO',
      async () => assert.ok((await read(store, id)).equals(bytes)),
      async () => assert.equal(openDescriptors(), before),
    )
    assert.ok(calls >= 6)
    await store.close()
  })

  folderTest('at any one call of a delete, done again, deletes', async (folder) => {
    const files = faultyFiles()
    const store = await openIn(folder, 1, files)
    let { id } = await put(store)
    await failEach(
      files,
      'EIO',
      () => store.delete(id),
      async () => {
        await store.delete(id)
        assert.deepEqual(await filesIn(folder), [])
        id = (await put(store)).id
      },
    )
    await store.close()
  })

  folderTest('from any call on never has a put resolve, and the next start clears tmp/', async (folder) => {
    const files = faultyFiles()
    let epoch = 1
    for (let nth = 1, made = Infinity; nth <= made; nth++) {
      const store = await openIn(folder, epoch++, files)
      files.calls = 0
      files.before = (call) => {
        if (call >= nth) throw systemError('EIO')
      }
      await assert.rejects(put(store, 700_000))
      files.before = () => {}
      await store.close()
      await (await openIn(folder, epoch++)).close()
      assert.deepEqual(await readdir(join(folder, 'tmp')), [])
      const fresh = await openIn(folder, epoch++, files)
      files.calls = 0
      await put(fresh, 700_000)
      made = files.calls
      await fresh.close()
    }
  })

  folderTest('with short reads and writes keeps every byte', async (folder) => {
    const files: Files = {
      ...nodeFiles,
      write: (fd, buffers, position) => {
        const some = Buffer.concat(buffers).subarray(0, 70_001)
        return nodeFiles.write(fd, [some], position)
      },
      read: (fd, buffer, offset, length, position) =>
        nodeFiles.read(fd, buffer, offset, Math.min(length, 70_001), position),
    }
    const store = await openIn(folder, 1, files)
    const bytes = bytesOf(2_000_000)
    const { id } = await store.put(chunks(bytes, 64 * 1024))
    assert.ok((await read(store, id)).equals(bytes))
    await store.close()
  })
})

folderTest('a put resolves after its bytes, then its name, then its folders were made durable', async (folder) => {
  const events: string[] = []
  const names = new Map<number, string>()
  const short = (path: string): string =>
    path
      .slice(folder.length)
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'uuid')
      .replace(/\/..($|\/)/, '/hh$1')
  const files: Files = {
    ...nodeFiles,
    open: async (path, flags, mode) => {
      const fd = await nodeFiles.open(path, flags, mode)
      names.set(fd, short(path))
      if (flags === createExclusive) events.push(`create ${short(path)}`)
      return fd
    },
    write: async (fd, buffers, position) => {
      const size = await nodeFiles.write(fd, buffers, position)
      events.push(`write ${names.get(fd)}`)
      return size
    },
    fdatasync: async (fd) => {
      await nodeFiles.fdatasync(fd)
      events.push(`fdatasync ${names.get(fd)}`)
    },
    fsync: async (fd) => {
      await nodeFiles.fsync(fd)
      events.push(`fsync ${names.get(fd)}`)
    },
    mkdir: async (path, mode) => {
      await nodeFiles.mkdir(path, mode)
      events.push(`mkdir ${short(path)}`)
    },
    rename: async (from, to) => {
      await nodeFiles.rename(from, to)
      events.push(`rename ${short(from)} ${short(to)}`)
    },
  }
  const store = await openIn(folder, 1, files)
  events.length = 0
  const { id } = await put(store)
  events.push('resolved')
  assert.deepEqual(events, [
    'mkdir /blobs/0000000001',
    'fsync /blobs',
    'mkdir /blobs/0000000001/hh',
    'fsync /blobs/0000000001',
    'create /tmp/0000000001-uuid',
    'write /tmp/0000000001-uuid',
    'fdatasync /tmp/0000000001-uuid',
    'rename /tmp/0000000001-uuid /blobs/0000000001/hh/0000000001-uuid',
    'fsync /blobs/0000000001/hh',
    'resolved',
  ])
  events.length = 0
  await store.delete(id)
  assert.deepEqual(events, ['fsync /blobs/0000000001/hh'])
  await store.close()
})
