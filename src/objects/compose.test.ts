import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { garbageJob } from '../jobs/garbage.ts'
import { checksumOf } from '../base/checksum/checksum.ts'
import { ApiError } from '../base/errors.ts'
import type { Bucket } from './bucket.ts'
import { Composer, type ComposeOptions, type ComposeSource } from './compose.ts'
import { DataKeys } from './encryption/data-keys.ts'
import type { CustomerKey, Encryption } from './encryption/seal.ts'
import { ContentWriter } from './content-writer.ts'
import { etagOf } from './head.ts'
import { checkLedger } from './ledger.ts'
import { Numbers } from './numbers.ts'
import { bodyOf, collect, inlineSizeMax, makeBed, makeBucket, put, read, type Bed } from './test-bed.ts'

const large = (text: string): string => text.repeat(30)
const md5 = (text: string | Uint8Array): Buffer => createHash('md5').update(text).digest()
const code = (expected: string) => (error: unknown) => error instanceof ApiError && error.code === expected

const composeOptions: ComposeOptions = {
  describe: ({ system }) => ({ system, metadata: {} }),
  encryption: () => undefined,
}

const compose = (
  { extensions }: Bed,
  bucket: Bucket,
  key: string,
  sources: readonly (string | ComposeSource)[],
  options: Partial<ComposeOptions> = {},
) =>
  extensions.composer.compose(
    bucket,
    key,
    sources.map((source) => (typeof source === 'string' ? { key: source } : source)),
    { ...composeOptions, ...options },
  )

const assertLedger = async ({ metadata, blobs }: Bed): Promise<void> =>
  assert.deepEqual((await checkLedger(metadata, blobs, [1])).faults, [])

async function collectGarbage({ metadata, blobs, uploads, clock, random }: Bed): Promise<void> {
  const job = garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds: 0 })
  for (let round = 0; round < 5; round++) {
    clock.ms += 7_200_000
    while ((await job.work(new AbortController().signal)) === 'busy');
  }
}

const blobCount = async ({ blobs }: Bed): Promise<number> => (await Array.fromAsync(blobs.list())).length

/** Of a composer that goes in steps where there are more than three guards. */
function smallSteps(bed: Bed): Bed {
  const { metadata, objects, clock, random, blobs } = bed
  const numbers = new Numbers(metadata)
  const writer = new ContentWriter(blobs, numbers, inlineSizeMax, new DataKeys(bed.keyring, random))
  const composer = new Composer({ metadata, objects, writer, numbers, clock, random, guardsMax: 3 })
  return { ...bed, extensions: { ...bed.extensions, composer } }
}

for (const [name, bedOf] of [
  ['at once', (bed: Bed) => bed],
  ['in steps', smallSteps],
] as const) {
  describe(`compose ${name}`, () => {
    test('puts objects together, moving no byte; what they were is not needed any more', async () => {
      const bed = bedOf(makeBed())
      const bucket = await makeBucket(bed)
      const texts = ['small', large('b'), 'c', large('d')]
      for (const [index, text] of texts.entries()) await put(bed, bucket, `k${index}`, text)
      const blobs = await blobCount(bed)
      const head = await compose(bed, bucket, 'all', ['k0', 'k1', 'k2', 'k3', 'k1'])
      const parts = [...texts, texts[1]!]
      assert.equal(await read(bed, bucket, 'all'), parts.join(''))
      assert.equal(etagOf(head), `${md5(Buffer.concat(parts.map(md5))).toString('hex')}-5`)
      assert.equal(await blobCount(bed), blobs)
      await assertLedger(bed)
      for (const index of texts.keys()) await bed.objects.delete(bucket, `k${index}`)
      await collectGarbage(bed)
      assert.equal(await read(bed, bucket, 'all'), parts.join(''))
      await assertLedger(bed)
      await bed.objects.delete(bucket, 'all')
      await collectGarbage(bed)
      assert.equal(await blobCount(bed), 0)
      const { facts } = await checkLedger(bed.metadata, bed.blobs, [])
      assert.deepEqual([facts.bodies, facts.manifests], [0, 0])
      await assertLedger(bed)
    })

    test('onto itself, and of what was composed, again and again', async () => {
      const bed = bedOf(makeBed())
      const bucket = await makeBucket(bed)
      await put(bed, bucket, 'k', 'ab')
      await put(bed, bucket, 'x', large('x'))
      let text = 'ab'
      for (let round = 0; round < 4; round++) {
        await compose(bed, bucket, 'k', ['k', 'x', 'k'])
        text = `${text}${large('x')}${text}`
        assert.equal(await read(bed, bucket, 'k'), text)
        await assertLedger(bed)
      }
      await bed.objects.delete(bucket, 'x')
      await collectGarbage(bed)
      assert.equal(await read(bed, bucket, 'k'), text)
      await assertLedger(bed)
    })

    for (const kind of ['before', 'after'] as const) {
      test(`a commit that fails ${kind} it is made leaves all in order, and nothing for long`, async () => {
        for (let failing = 5; failing < 14; failing++) {
          const bed = bedOf(makeBed({ fault: (commit) => (commit === failing ? kind : undefined) }))
          const bucket = await makeBucket(bed)
          const key = ['a', 'b', 'c', 'd']
          try {
            for (const name of key) await put(bed, bucket, name, large(name))
            await compose(bed, bucket, 'a', key)
          } catch {
            // Whatever the outcome.
          }
          const text = await read(bed, bucket, 'a')
          assert.ok(text === undefined || text === large('a') || text === key.map(large).join(''))
          await assertLedger(bed)
          for (const name of [...key, ...key]) await bed.objects.delete(bucket, name).catch(() => undefined)
          for (let tries = 0; tries < 3; tries++) await collectGarbage(bed).catch(() => undefined)
          assert.equal((await checkLedger(bed.metadata, bed.blobs, [1])).facts.manifests, 0)
          await assertLedger(bed)
        }
      })
    }
  })
}

describe('compose', () => {
  test('takes versions by their ids, and refuses what is not there', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    const bucket = await bed.buckets.update(made, (current) => ({ ...current, versioning: 'Enabled' }))
    const first = await put(bed, bucket, 'k', 'first')
    await put(bed, bucket, 'k', 'second')
    const source = { key: 'k', versionId: first.versionId! }
    await compose(bed, bucket, 'k', [source, 'k'])
    assert.equal(await read(bed, bucket, 'k'), 'firstsecond')
    await assert.rejects(compose(bed, bucket, 'all', ['k', 'none']), code('NoSuchKey'))
    await assert.rejects(compose(bed, bucket, 'all', [{ key: 'k', versionId: '0'.repeat(32) }]), code('NoSuchVersion'))
    await assertLedger(bed)
  })

  test('what check throws is passed on', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', 'x')
    const check = () => {
      throw new ApiError('PreconditionFailed')
    }
    await assert.rejects(compose(bed, bucket, 'all', [{ key: 'k', check }]), code('PreconditionFailed'))
  })

  test('combines the CRCs of sources that all have one, and keeps no other', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'a', 'one', { algorithm: 'CRC64NVME' })
    await put(bed, bucket, 'b', large('two'), { algorithm: 'CRC64NVME' })
    await put(bed, bucket, 'c', 'three', { algorithm: 'CRC32' })
    const value = checksumOf('CRC64NVME', Buffer.from(`one${large('two')}one`)).toString('base64')
    const { checksum } = await compose(bed, bucket, 'all', ['a', 'b', 'a'])
    assert.deepEqual(checksum, { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value })
    assert.equal((await compose(bed, bucket, 'all', ['a', 'c'])).checksum, undefined)
  })

  test('onto itself while it grows loses nothing', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', 'a')
    await put(bed, bucket, 'x', 'x')
    const append = () =>
      bed.extensions.appender.append(bucket, 'k', bodyOf('+'), {
        sizeMax: 10,
        misplaced: () => new ApiError('InvalidWriteOffset'),
        created: { system: {}, metadata: {} },
        encryption: () => undefined,
      })
    await append()
    await Promise.all([
      append(),
      compose(bed, bucket, 'k', ['k', 'x']),
      append(),
      compose(bed, bucket, 'k', ['k', 'x']),
    ])
    const text = (await read(bed, bucket, 'k'))!
    assert.deepEqual(text.split('').toSorted(), ['+', '+', '+', 'a', 'x', 'x'])
    await assertLedger(bed)
  })

  const bytes = randomBytes(32)
  const customerKey: CustomerKey = { bytes, md5: createHash('md5').update(bytes).digest('base64') }
  const encryptions: Readonly<Record<string, Encryption | undefined>> = {
    plain: undefined,
    server: { kind: 'AES256' },
    customer: { kind: 'SSE-C', key: customerKey },
  }
  for (const [to, encryption] of Object.entries(encryptions)) {
    test(`of all kinds of encryption becomes ${to}: only what is of another is written anew`, async () => {
      const bed = makeBed()
      await bed.keyring.ensure()
      const bucket = await makeBucket(bed)
      for (const [name, of] of Object.entries(encryptions))
        await put(bed, bucket, name, large(name), { encryption: of })
      const names = ['plain', 'server', 'customer', 'plain', 'server']
      const head = await compose(bed, bucket, 'all', names, { encryption: () => encryption, customerKey })
      const all = await bed.objects.read({ bucket, key: 'all', head }, { start: 0, end: head.size }, customerKey)
      assert.equal(await collect(all!), names.map(large).join(''))
      assert(head.extent.kind === 'manifest')
      for (const { piece } of (await bed.objects.reader.manifest(head.extent))!.parts)
        assert.equal(piece.seal?.kind, encryption?.kind)
      assert.equal(await blobCount(bed), 5)
      await assertLedger(bed)
      for (const name of ['plain', 'server', 'customer', 'all']) await bed.objects.delete(bucket, name)
      await collectGarbage(bed)
      assert.equal(await blobCount(bed), 0)
      await assertLedger(bed)
    })
  }
})
