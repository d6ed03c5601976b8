/** Checks the disk under the data folder: its kind, its free space, and whether and how fast it makes writes durable. */
import { mkdtemp, open, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { failed, ok, warning } from './check.ts'
import type { Finding } from './check.ts'

const gibibyte = 1024 ** 3
const freeBytesMin = gibibyte
const freeShareMin = 0.1

/** The folder itself or, where it is not there yet, the one that it will be made in. */
export async function existingFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined)
  return found?.isDirectory() || dirname(folder) === folder ? folder : existingFolder(dirname(folder))
}

/** File systems by the number that statfs(2) gives, where they matter to us. */
const risky: Readonly<Record<number, string>> = {
  0x01021994: 'tmpfs, which a restart of the machine empties',
  0x858458f6: 'ramfs, which a restart of the machine empties',
  0x6969: 'NFS, whose locks and caches cannot be relied upon',
  0xff534d42: 'CIFS, whose locks and caches cannot be relied upon',
  0xfe534d42: 'SMB, whose locks and caches cannot be relied upon',
  0x01021997: '9p, whose locks and caches cannot be relied upon',
}

export async function checkFileSystem(folder: string): Promise<Finding> {
  const { type } = await statfs(folder)
  const kind = risky[type]
  return kind === undefined
    ? ok('File system', `type 0x${type.toString(16)}`)
    : warning('File system', `the data folder is on ${kind}`, 'Use a local disk with ext4 or xfs.')
}

export async function checkSpace(folder: string): Promise<Finding> {
  const name = 'Free space'
  const { bavail, blocks, bsize, ffree, files } = await statfs(folder)
  const free = bavail * bsize
  const text = `${(free / gibibyte).toFixed(1)} GiB free of ${((blocks * bsize) / gibibyte).toFixed(1)} GiB`
  if (free === 0) return failed(name, 'the disk is full', 'Make room, or choose another disk with --data.')
  if (free < freeBytesMin || bavail < blocks * freeShareMin)
    return warning(name, text, 'Make room before the disk is full: writes fail then.')
  if (files > 0 && ffree < files * freeShareMin) {
    return warning(
      name,
      `${text}, but only ${ffree} of ${files} inodes`,
      'Make room: each large object needs an inode.',
    )
  }
  return ok(name, text)
}

const rounds = 9
const slowMilliseconds = 50

/** Writes a small file, makes it durable, renames it and makes the name durable: what each write of the server costs at least. */
export async function checkFsync(folder: string, clock: Clock): Promise<Finding> {
  const name = 'fsync'
  try {
    const place = await mkdtemp(join(folder, '.doctor-'))
    try {
      const fileTimes: number[] = []
      const nameTimes: number[] = []
      for (let round = 0; round < rounds; round++) {
        const start = clock.monotonic()
        await writeDurably(join(place, 'new'))
        const written = clock.monotonic()
        await rename(join(place, 'new'), join(place, 'file'))
        await sync(place)
        fileTimes.push(written - start)
        nameTimes.push(clock.monotonic() - written)
      }
      const [file, rest] = [median(fileTimes), median(nameTimes)]
      const text = `a file is durable after ${file.toFixed(1)} ms, its name after ${rest.toFixed(1)} ms more`
      return file + rest > slowMilliseconds
        ? warning(name, text, 'Each write waits for this; a faster disk makes the server faster.')
        : ok(name, text)
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  } catch (error) {
    return failed(
      name,
      `writing durably fails: ${(error as Error).message}`,
      'Use a file system that supports fsync of files and folders.',
    )
  }
}

async function writeDurably(path: string): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.write(Buffer.alloc(4096, 1))
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
