/**
 * What encryption costs: `node bench/encryption.ts [folder] [seconds a figure]`. First AES-256-GCM alone, in one piece, and the streams of
 * segments beside it; then content of 64 MiB through the writer and the reader, plain and encrypted, on the disk of the folder. The
 * lines of the second part that end in a ratio are to stay above 0.7.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MasterKey } from '../src/access/sealing.ts'
import { systemClock } from '../src/base/clock.ts'
import { systemRandom } from '../src/base/random.ts'
import { Secret } from '../src/base/secret.ts'
import { openDiskStore } from '../src/blobs/disk.ts'
import { createMemoryStore } from '../src/metadata/memory.ts'
import { ContentReader } from '../src/objects/content-reader.ts'
import { ContentWriter } from '../src/objects/content-writer.ts'
import { DataKeys } from '../src/objects/encryption/data-keys.ts'
import { Keyring } from '../src/objects/encryption/keyring.ts'
import type { Encryption } from '../src/objects/encryption/seal.ts'
import {
  decryptBytes,
  decryptStream,
  encryptBytes,
  encryptStream,
  segmentSize,
} from '../src/objects/encryption/segments.ts'
import { Numbers } from '../src/objects/numbers.ts'

const [parent = '.', secondsText = '2'] = process.argv.slice(2)
const seconds = Number(secondsText)
const size = 64 * 1024 * 1024
const whole = { start: 0, end: size }
const content = systemRandom.bytes(size)
const key = systemRandom.bytes(32)
const nonce = Buffer.alloc(12)

/** As a socket gives a body, or a disk a blob. */
async function* chunks(bytes: Uint8Array, chunkSize: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += chunkSize) yield bytes.subarray(start, start + chunkSize)
}

async function drain(bytes: AsyncIterable<Uint8Array> | Uint8Array | undefined): Promise<void> {
  let seen = 0
  if (bytes === undefined || bytes instanceof Uint8Array) throw new Error('a stream was expected')
  for await (const chunk of bytes) seen += chunk.length
  if (seen < size) throw new Error(`${seen} bytes are not all`)
}

/** Runs it over and over for the time, and answers the median of MB/s. */
async function measure(name: string, action: () => Promise<unknown> | void, than?: number): Promise<number> {
  await action()
  const speeds: number[] = []
  const end = systemClock.monotonic() + seconds * 1000
  while (systemClock.monotonic() < end || speeds.length < 3) {
    const start = systemClock.monotonic()
    await action()
    speeds.push(size / 1000 / (systemClock.monotonic() - start))
  }
  const median = speeds.toSorted((one, other) => one - other)[Math.floor(speeds.length / 2)]!
  const ratio = than === undefined ? '' : `  ${(median / than).toFixed(2)}`
  console.log(`${name.padEnd(48)} ${median.toFixed(0).padStart(6)} MB/s${ratio}`)
  return median
}

const stored = Buffer.from(encryptBytes(key, content))
const sealed = createCipheriv('aes-256-gcm', key, nonce)
const sealedContent = Buffer.concat([sealed.update(content), sealed.final()])
const tag = sealed.getAuthTag()

const encrypting = await measure('AES-256-GCM encrypts 64 MiB in one piece', () => {
  createCipheriv('aes-256-gcm', key, nonce).update(content)
})
await measure('encryptStream, chunks of 64 KiB', () => drain(encryptStream(key, chunks(content, 65_536))), encrypting)
await measure('encryptBytes', () => void encryptBytes(key, content), encrypting)
const decrypting = await measure('AES-256-GCM decrypts 64 MiB in one piece', () => {
  createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag).update(sealedContent)
})
const part = { size, range: whole, name: 'it' }
await measure(
  'decryptStream, chunks of 256 KiB',
  () => drain(decryptStream(key, chunks(stored, segmentSize), part)),
  decrypting,
)
await measure('decryptBytes', () => void decryptBytes(key, stored, part), decrypting)

const folder = await mkdtemp(join(parent, 'bench-encryption-'))
const metadata = createMemoryStore()
const blobs = await openDiskStore({ folder, epoch: 1, random: systemRandom })
const masterKey = new MasterKey(new Secret(systemRandom.bytes(32).toString('hex')), systemRandom)
const keyring = new Keyring({ metadata, masterKey, clock: systemClock, random: systemRandom })
await keyring.ensure()
const dataKeys = new DataKeys(keyring, systemRandom)
const writer = new ContentWriter(blobs, new Numbers(metadata), 32 * 1024, dataKeys)
const reader = new ContentReader(metadata, blobs, dataKeys, systemClock)
const customerKey = { bytes: key, md5: '' }
const write = (encryption?: Encryption) =>
  writer.write(chunks(content, 65_536), { sizeExpected: size, sizeMax: size, encryption })
const put = async (encryption?: Encryption) => writer.discard(await write(encryption))

const plainPut = await measure('writer: plain', () => put())
await measure('writer: SSE-S3', () => put({ kind: 'AES256' }), plainPut)
await measure('writer: SSE-C', () => put({ kind: 'SSE-C', key: customerKey }), plainPut)
const plain = await write()
const encrypted = await write({ kind: 'AES256' })
const plainGet = await measure('reader: plain', async () => drain(await reader.read(plain.piece, whole)))
await measure('reader: SSE-S3', async () => drain(await reader.read(encrypted.piece, whole)), plainGet)

await blobs.close()
await rm(folder, { recursive: true })
