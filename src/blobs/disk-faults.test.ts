import assert from 'node:assert/strict'
import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'node:test'

import { filesIn, folderTest, linuxOnly, openDescriptors, openIn, pathOf, put } from './disk-testing.ts'
import { bufferSize } from './buffer-pool.ts'
import { createExclusive, type Files, nodeFiles } from './files.ts'
import { bytesOf, chunks, read } from './suite-bodies.ts'

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
        if (name === 'close' || name === 'closeReader') await call(...given)
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
      if (failure instanceof assert.AssertionError) throw failure
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

  folderTest('while a large put is made durable piece by piece fails the put', async (folder) => {
    const body = () => chunks(Buffer.alloc(40 * 1024 * 1024, 'entrepot'), 1024 * 1024)
    let [syncs, failing] = [0, 0]
    const files: Files = {
      ...nodeFiles,
      fdatasync: async (fd) => {
        await nodeFiles.fdatasync(fd)
        if (++syncs === failing) throw systemError('EIO')
      },
    }
    const store = await openIn(folder, 1, files)
    await store.delete((await store.put(body())).id)
    assert.ok(syncs >= 2, `made durable ${syncs} times`)
    for (failing = 1; failing <= 2; failing++) {
      syncs = 0
      await assert.rejects(store.put(body()), { code: 'EIO' })
      assert.deepEqual(await filesIn(folder), [])
    }
    await store.close()
  })

  folderTest('to make the first piece durable after the body has ended fails the put', async (folder) => {
    const ended = Promise.withResolvers<void>()
    let syncs = 0
    const files: Files = {
      ...nodeFiles,
      fdatasync: async (fd) => {
        if (++syncs > 1) return nodeFiles.fdatasync(fd)
        await ended.promise
        await turns()
        throw systemError('EIO')
      },
    }
    const store = await openIn(folder, 1, files)
    async function* body(): AsyncGenerator<Uint8Array> {
      yield* chunks(Buffer.alloc(20 * 1024 * 1024), 1024 * 1024)
      ended.resolve()
    }
    await assert.rejects(store.put(body()), { code: 'EIO' })
    await store.close()
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

/** Lets everything proceed that can. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await new Promise((proceed) => setImmediate(proceed))
}

folderTest('a file that shrinks while it is read is an error, never a short body', async (folder) => {
  const store = await openIn(folder)
  const { id } = await put(store, 2_000_000)
  await assert.rejects(async () => {
    for await (const _ of store.get(id)) await truncate(pathOf(folder, id), 1_000_000)
  }, /the file ends/)
  await store.close()
})

folderTest('a put whose signal aborts while it is made durable leaves nothing', async (folder) => {
  const controller = new AbortController()
  const fdatasync = async (fd: number): Promise<void> => {
    await nodeFiles.fdatasync(fd)
    controller.abort(new Error('deadline'))
  }
  const store = await openIn(folder, 1, { ...nodeFiles, fdatasync })
  await assert.rejects(store.put(chunks(bytesOf(1000), 100), { signal: controller.signal }), /deadline/)
  assert.deepEqual(await filesIn(folder), [])
  await store.close()
})

folderTest('no file is closed while it is read or written', async (folder) => {
  const busy = new Map<number, number>()
  const during = async (fd: number, work: () => Promise<number>): Promise<number> => {
    busy.set(fd, (busy.get(fd) ?? 0) + 1)
    try {
      await turns()
      return await work()
    } finally {
      busy.set(fd, busy.get(fd)! - 1)
    }
  }
  const closed: ('idle' | 'busy')[] = []
  const noteClose = (fd: number): number => closed.push((busy.get(fd) ?? 0) === 0 ? 'idle' : 'busy')
  const files: Files = {
    ...nodeFiles,
    read: (fd, ...rest) => during(fd, () => nodeFiles.read(fd, ...rest)),
    write: (fd, ...rest) => during(fd, () => nodeFiles.write(fd, ...rest)),
    close: (fd) => (noteClose(fd), nodeFiles.close(fd)),
    closeReader: (fd) => (noteClose(fd), nodeFiles.closeReader(fd)),
  }
  const store = await openIn(folder, 1, files)
  const { id } = await put(store, 2_000_000)
  for await (const chunk of store.get(id)) if (chunk.length > 0) break
  async function* body(): AsyncGenerator<Uint8Array> {
    yield bytesOf(300_000)
    throw new Error('the client went away')
  }
  await assert.rejects(store.put(body()), /went away/)
  assert.ok(closed.length > 2)
  assert.ok(!closed.includes('busy'))
  await store.close()
})

folderTest('a put takes no more of a fast body than its buffers hold while the disk is slow', async (folder) => {
  const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const files: Files = {
    ...nodeFiles,
    write: async (fd, buffers, position) => {
      begun.resolve()
      await release.promise
      return nodeFiles.write(fd, buffers, position)
    },
  }
  const store = await openIn(folder, 1, files)
  let taken = 0
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 200; count++) {
      taken += 64 * 1024
      yield Buffer.alloc(64 * 1024, count)
    }
  }
  const putting = store.put(body())
  await begun.promise
  await turns()
  assert.ok(taken <= 8 * bufferSize + 64 * 1024, `took ${taken} bytes`)
  release.resolve()
  assert.equal((await putting).size, 200 * 64 * 1024)
  await store.close()
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
