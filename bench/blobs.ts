/**
 * How fast the disk store is, beside the same disk used directly. Run by hand: `node bench/blobs.ts [folder] [seconds a figure]`. The
 * folder decides which disk is measured; files are removed at the end. UV_THREADPOOL_SIZE counts: see docs/decisions/0003-blob-layout.md.
 */
import fs from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { createChecksum } from '../src/base/checksum/checksum.ts'
import { systemClock } from '../src/base/clock.ts'
import { systemRandom } from '../src/base/random.ts'
import type { BlobId } from '../src/blobs/blob-store.ts'
import { openDiskStore } from '../src/blobs/disk.ts'

const [parent = '.', secondsText = '2'] = process.argv.slice(2)
const seconds = Number(secondsText)
const folder = await mkdtemp(join(parent, 'bench-blobs-'))
const store = await openDiskStore({ folder, epoch: 1, random: systemRandom })
const kib = 1024
const mib = 1024 * kib
const large = 64 * mib
/** What a socket gives at a time. */
const chunk = Buffer.alloc(64 * kib, 'entrepot')

async function* body(size: number, look?: (bytes: Buffer) => void): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= chunk.length) {
    const bytes = left < chunk.length ? chunk.subarray(0, left) : chunk
    look?.(bytes)
    yield bytes
  }
}

/** Runs the action in so many loops for the time; prints what came of it. */
async function measure(name: string, size: number, loops: number, action: () => Promise<void> | void): Promise<void> {
  await action()
  const cpuBefore = process.cpuUsage()
  const start = systemClock.monotonic()
  const end = start + seconds * 1000
  let count = 0
  await Promise.all(
    Array.from({ length: loops }, async () => {
      while (systemClock.monotonic() < end) {
        await action()
        count++
      }
    }),
  )
  const took = (systemClock.monotonic() - start) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  const speed = `${((count * size) / took / 1e6).toFixed(0).padStart(6)} MB/s`
  const rate = `${(count / took).toFixed(0).padStart(6)}/s`
  const cost = `${((cpu.user + cpu.system) / count).toFixed(0).padStart(7)} µs of CPU each`
  console.log(`${name.padEnd(44)} ${speed} ${rate} ${cost}`)
}

const put = async (size: number, look?: (bytes: Buffer) => void): Promise<void> => {
  const { id } = await store.put(body(size, look), { sizeExpected: size })
  await store.delete(id)
}

const get = async (id: BlobId): Promise<void> => {
  let size = 0
  for await (const bytes of store.get(id)) size += bytes.length
  if (size === 0) throw new Error('nothing was read')
}

const rawPath = join(folder, 'raw')
const rawBuffer = Buffer.alloc(mib, 'entrepot')

function rawWrite(size: number): void {
  const fd = fs.openSync(rawPath, 'w')
  for (let written = 0; written < size; written += mib) fs.writeSync(fd, rawBuffer, 0, Math.min(mib, size - written))
  fs.fdatasyncSync(fd)
  fs.closeSync(fd)
  fs.unlinkSync(rawPath)
}

function rawRead(): void {
  const fd = fs.openSync(rawPath, 'r')
  while (fs.readSync(fd, rawBuffer, 0, 256 * kib, null) > 0);
  fs.closeSync(fd)
}

console.log(
  `node ${process.version}, UV_THREADPOOL_SIZE ${process.env['UV_THREADPOOL_SIZE'] ?? 'unset (4)'}, ${folder}`,
)

await measure('raw: write 64 MiB, fdatasync', large, 1, () => rawWrite(large))
await measure('put 64 MiB', large, 1, () => put(large))
await measure('put 64 MiB, MD5 on the way', large, 1, async () => {
  const checksum = createChecksum('MD5')
  await put(large, (bytes) => checksum.update(bytes))
  checksum.digest()
})
await measure('put 64 MiB, MD5 and CRC64NVME on the way', large, 1, async () => {
  const [md5, crc] = [createChecksum('MD5'), createChecksum('CRC64NVME')]
  await put(large, (bytes) => (md5.update(bytes), crc.update(bytes)))
})
await measure('put 64 MiB, 4 at once', large, 4, () => put(large))

fs.writeFileSync(rawPath, Buffer.alloc(large, 'entrepot'))
await measure('raw: read 64 MiB, cached', large, 1, () => rawRead())
fs.unlinkSync(rawPath)
const { id: largeId } = await store.put(body(large))
await measure('get 64 MiB, cached', large, 1, () => get(largeId))
await measure('get 64 MiB, cached, 4 at once', large, 4, () => get(largeId))

for (const size of [64 * kib, mib]) {
  const { id } = await store.put(body(size))
  for (const loops of [1, 32]) {
    await measure(`put and delete ${size / kib} KiB, ${loops} at once`, size, loops, () => put(size))
    await measure(`get ${size / kib} KiB, cached, ${loops} at once`, size, loops, () => get(id))
  }
}

await store.close()
await rm(folder, { recursive: true })
