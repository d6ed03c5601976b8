import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { makeBed, makeBucket, put, read, type Bed, type BedOptions } from '../objects/test-bed.ts'
import { openEpoch, openEpochs } from './epochs.ts'
import { garbageJob } from './garbage.ts'
import { checkLedger } from '../objects/ledger.ts'
import { sweepJob } from './sweep.ts'

const large = (text: string): string => text.repeat(30)
const graceSeconds = 60

const jobOf = ({ metadata, blobs, uploads, clock, random }: Bed) =>
  garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds })

async function collectGarbage(bed: Bed): Promise<void> {
  bed.clock.ms += graceSeconds * 1000 + 1
  const work = jobOf(bed)
  // As the runner does: what fails is tried again.
  const job = { work: (signal: AbortSignal) => work.work(signal).catch(() => 'busy' as const) }
  // A manifest's pieces end a moment after it.
  for (let round = 0; round < 3; round++) {
    while ((await job.work(new AbortController().signal)) === 'busy');
    bed.clock.ms += graceSeconds * 1000 + 1
  }
}

async function openBed(options: BedOptions = {}): Promise<Bed> {
  const bed = makeBed(options)
  await openEpoch(bed.metadata)
  return bed
}

const blobCount = async ({ blobs }: Bed): Promise<number> => (await Array.fromAsync(blobs.list())).length
const assertInvariant = async ({ metadata, blobs }: Bed): Promise<void> =>
  assert.deepEqual((await checkLedger(metadata, blobs, await openEpochs(metadata))).faults, [])

describe('garbage', () => {
  test('bytes go only after the grace period', async () => {
    const bed = await openBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', large('a'))
    await bed.objects.delete(bucket, 'k')
    bed.clock.ms += graceSeconds * 1000 - 1
    await jobOf(bed).work(new AbortController().signal)
    assert.equal(await blobCount(bed), 1)
    await collectGarbage(bed)
    assert.equal(await blobCount(bed), 0)
    await assertInvariant(bed)
  })

  test('what a copy still mentions stays', async () => {
    const bed = await openBed()
    const bucket = await makeBucket(bed)
    for (const text of ['small', large('b')]) {
      await put(bed, bucket, 'source', text)
      const source = { bucket, key: 'source', head: await bed.heads.get(bucket, 'source') }
      for (const key of ['one', 'two'])
        await bed.objects.copy(source, bucket, key, { system: {}, metadata: {}, checksum: undefined })
      await bed.objects.delete(bucket, 'source')
      await bed.objects.delete(bucket, 'one')
      await collectGarbage(bed)
      assert.equal(await read(bed, bucket, 'two'), text)
      await assertInvariant(bed)
      await bed.objects.delete(bucket, 'two')
      await collectGarbage(bed)
      assert.equal(await blobCount(bed), 0)
      await assertInvariant(bed)
    }
  })

  test('the unfinished uploads of a deleted bucket go', async () => {
    const bed = await openBed()
    const bucket = await makeBucket(bed)
    const upload = await bed.uploads.create(bucket, { key: 'k', accountId: bucket.accountId, system: {}, metadata: {} })
    async function* body() {
      yield Buffer.from(large('c'))
    }
    await bed.uploads.putPart(bucket, upload, 1, body(), { sizeMax: 1000 })
    await bed.buckets.delete('photos')
    await assertInvariant(bed)
    await collectGarbage(bed)
    assert.equal(await blobCount(bed), 0)
    await assertInvariant(bed)
  })

  test('a blob that a crash left behind is swept when its epoch has ended, and not before', async () => {
    const bed = await openBed()
    async function* body() {
      yield Buffer.from(large('d'))
    }
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'kept', large('e'))
    await bed.blobs.put(body())
    const sweep = (ended: readonly number[]) =>
      sweepJob({ metadata: bed.metadata, blobs: bed.blobs, ended }).work(new AbortController().signal)
    await sweep([])
    assert.equal(await blobCount(bed), 2)
    await sweep([1])
    assert.equal(await blobCount(bed), 1)
    assert.equal(await read(bed, bucket, 'kept'), large('e'))
    await assertInvariant(bed)
  })
})

type Step = readonly [action: 'put' | 'large' | 'copy' | 'delete' | 'multipart' | 'collect', key: string, other: string]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('put', 'large', 'copy', 'delete', 'multipart', 'collect'),
  fc.constantFrom('a', 'b', 'c'),
  fc.constantFrom('a', 'b', 'c'),
)

async function take(
  bed: Bed,
  bucket: Awaited<ReturnType<typeof makeBucket>>,
  [action, key, other]: Step,
  text: string,
): Promise<void> {
  switch (action) {
    case 'put':
      await put(bed, bucket, key, text)
      return
    case 'large':
      await put(bed, bucket, key, large(text))
      return
    case 'delete':
      await bed.objects.delete(bucket, key)
      return
    case 'collect':
      return collectGarbage(bed)
    case 'copy': {
      const head = await bed.heads.find(bucket, other)
      if (head === undefined) return
      const { system, metadata, checksum } = head
      await bed.objects.copy({ bucket, key: other, head }, bucket, key, { system, metadata, checksum })
      return
    }
    case 'multipart': {
      const upload = await bed.uploads.create(bucket, { key, accountId: bucket.accountId, system: {}, metadata: {} })
      async function* body() {
        yield Buffer.from(large(text))
      }
      const part = await bed.uploads.putPart(bucket, upload, 1, body(), { sizeMax: 1000 })
      await bed.uploads.putPart(bucket, upload, 2, body(), { sizeMax: 1000 })
      await bed.completer.complete(bucket, key, upload.uploadId, { parts: [{ partNumber: 1, etag: part.md5 }] })
    }
  }
}

test('whatever is done, and whichever commit fails before or after it, storage keeps its invariant and loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.option(fc.tuple(fc.integer({ min: 5, max: 60 }), fc.constantFrom('before', 'after'))),
      async (steps, failure) => {
        const bed = await openBed({ fault: (commit) => (commit === failure?.[0] ? failure[1] : undefined) })
        const bucket = await makeBucket(bed)
        const model = new Map<string, string>()
        for (const [index, taken] of steps.entries()) {
          const text = `${index};`
          const [action, key, other] = taken
          const before = new Map(model)
          if (action === 'put') model.set(key, text)
          if (action === 'large' || action === 'multipart') model.set(key, large(text))
          if (action === 'delete') model.delete(key)
          if (action === 'copy' && model.has(other)) model.set(key, model.get(other)!)
          try {
            await take(bed, bucket, taken, text)
          } catch {
            // Unknown outcome: the old or the new, and nothing between.
            const now = await read(bed, bucket, key)
            assert.ok(now === before.get(key) || now === model.get(key))
            if (now === undefined) model.delete(key)
            else model.set(key, now)
          }
        }
        for (const key of ['a', 'b', 'c']) assert.equal(await read(bed, bucket, key), model.get(key))
        await assertInvariant(bed)
        await collectGarbage(bed)
        await assertInvariant(bed)
        for (const [key, text] of model) assert.equal(await read(bed, bucket, key), text)
        const { objects, bytes } = await bed.buckets.usage(bucket)
        assert.deepEqual(
          [objects, bytes],
          [model.size, [...model.values()].reduce((sum, { length }) => sum + length, 0)],
        )
      },
    ),
    { numRuns: 300 },
  )
})
