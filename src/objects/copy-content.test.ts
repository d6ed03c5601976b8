import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import { garbageJob } from '../jobs/garbage.ts'
import type { Bucket } from './bucket.ts'
import type { CustomerKey, Encryption } from './encryption/seal.ts'
import { checkLedger } from './ledger.ts'
import type { Located } from './objects.ts'
import { collect, makeBed, makeBucket, put, type Bed } from './test-bed.ts'

function makeKey(): CustomerKey {
  const bytes = randomBytes(32)
  return { bytes, md5: hash('md5', bytes, 'base64') }
}
const [keyA, keyB] = [makeKey(), makeKey()]
const encryptions: readonly (Encryption | undefined)[] = [
  undefined,
  { kind: 'AES256' },
  { kind: 'SSE-C', key: keyA },
  { kind: 'SSE-C', key: keyB },
]
const [plain, serverSide, underA, underB] = encryptions
const keyOf = (encryption: Encryption | undefined) => (encryption?.kind === 'SSE-C' ? encryption.key : undefined)
const textOf = (size: number): string => randomBytes(size).toString('hex').slice(0, size)

async function makeEncrypting() {
  const bed = makeBed()
  await bed.keyring.ensure()
  return { ...bed, bucket: await makeBucket(bed) }
}

const located = async ({ heads }: Bed, bucket: Bucket, key: string): Promise<Located> => ({
  bucket,
  key,
  head: await heads.get(bucket, key),
})

/** Copies to another key of the same bucket, unless another is given. */
async function copy(
  bed: Bed & { readonly bucket: Bucket },
  [from, fromUnder]: readonly [key: string, encryption: Encryption | undefined],
  [to, toUnder]: readonly [key: string, encryption: Encryption | undefined],
  bucket = bed.bucket,
) {
  const source = await located(bed, bed.bucket, from)
  return copyOf(bed, [source, fromUnder], [to, toUnder], bucket)
}

const copyOf = (
  bed: Bed,
  [source, fromUnder]: readonly [source: Located, encryption: Encryption | undefined],
  [to, toUnder]: readonly [key: string, encryption: Encryption | undefined],
  bucket: Bucket,
) =>
  bed.objects.copy(source, bucket, to, {
    ...{ system: {}, metadata: {}, checksum: undefined },
    ...{ encryption: toUnder, customerKey: keyOf(fromUnder) },
  })

async function readUnder(bed: Bed, bucket: Bucket, key: string, encryption: Encryption | undefined): Promise<string> {
  const { head } = await located(bed, bucket, key)
  assert.equal(head.encryption?.kind, encryption?.kind)
  const bytes = await bed.objects.read({ bucket, key, head }, { start: 0, end: head.size }, keyOf(encryption))
  return collect(bytes!)
}

const assertLedger = async ({ metadata, blobs }: Bed): Promise<void> =>
  assert.deepEqual((await checkLedger(metadata, blobs, [])).faults, [])

const blobCount = async ({ blobs }: Bed): Promise<number> => (await Array.fromAsync(blobs.list())).length

async function collectGarbage({ metadata, blobs, uploads, clock, random }: Bed): Promise<void> {
  const job = garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds: 0 })
  for (let round = 0; round < 4; round++) {
    clock.ms += 7_200_000
    while ((await job.work(new AbortController().signal)) === 'busy');
  }
}

/** An object of so many parts, all of them the same few bytes; gives its content. */
async function putParts(bed: Bed & { readonly bucket: Bucket }, count: number, encryption: Encryption | undefined) {
  const { bucket, extensions } = bed
  const text = textOf(20)
  await put(bed, bucket, 'part', text, { encryption })
  await extensions.composer.compose(bucket, 'k', Array<{ key: string }>(count).fill({ key: 'part' }), {
    describe: () => ({ system: {}, metadata: {} }),
    encryption: () => encryption,
  })
  await bed.objects.delete(bucket, 'part')
  return text.repeat(count)
}

// The last are more than a transaction may have guards.
for (const count of [2, 256, 257, 4100]) {
  test(`${count} parts come under another key with no byte moved, and outlast their source`, async () => {
    const bed = await makeEncrypting()
    const content = await putParts(bed, count, underA)
    const blobs = await blobCount(bed)
    const before = (await located(bed, bed.bucket, 'k')).head
    for (const [step, from, to] of [
      [0, underA, underB],
      [1, underB, serverSide],
      [2, serverSide, underA],
    ] as const) {
      const [source, target] = [step === 0 ? 'k' : `copy${step}`, `copy${step + 1}`]
      const head = await copy(bed, [source, from], [target, to])
      assert.equal(head!.parts, count)
      await bed.objects.delete(bed.bucket, source)
      await collectGarbage(bed)
      assert.ok((await readUnder(bed, bed.bucket, target, to)) === content)
      assert.equal(await blobCount(bed), blobs)
      await assertLedger(bed)
    }
    // The ETag shows neither key nor content, and is the same again for whoever comes back to SSE-C.
    const after = (await located(bed, bed.bucket, 'copy3')).head
    assert.deepEqual(Buffer.from(after.md5), Buffer.from(before.md5))
    await bed.objects.delete(bed.bucket, 'copy3')
    await collectGarbage(bed)
    assert.equal(await blobCount(bed), 0)
    await assertLedger(bed)
  })
}

for (const [name, from, to, writes] of [
  ['without encryption', plain, plain, true],
  ['under a key of the server', serverSide, serverSide, true],
  ['from one key to another', underA, underB, true],
] as const) {
  test(`what is copied to another region is written there, ${name}`, async () => {
    const bed = await makeEncrypting()
    const west = await bed.buckets.create({ name: 'west', accountId: 'a'.repeat(64), region: 'us-west-1' })
    const content = textOf(1000)
    await put(bed, bed.bucket, 'k', content, { encryption: from })
    const puts = mock.method(bed.blobs, 'put')
    await copy(bed, ['k', from], ['k', to], west)
    assert.deepEqual(
      puts.mock.calls.map(({ arguments: [, options] }) => options?.region),
      writes ? ['us-west-1'] : [],
    )
    assert.equal(await readUnder(bed, west, 'k', to), content)
    await assertLedger(bed)
  })
}

test('what is small is copied to another region without being written, under another key too', async () => {
  const bed = await makeEncrypting()
  const west = await bed.buckets.create({ name: 'west', accountId: 'a'.repeat(64), region: 'us-west-1' })
  await put(bed, bed.bucket, 'k', 'small', { encryption: underA })
  for (const to of [underA, underB, serverSide, plain]) {
    await copy(bed, ['k', underA], ['k', to], west)
    assert.equal(await readUnder(bed, west, 'k', to), 'small')
    assert.equal(await blobCount(bed), 0)
  }
  await assertLedger(bed)
})

test('parts of which some are not encrypted, in an object that is, are written anew and not taken for what they are not', async () => {
  const bed = await makeEncrypting()
  const content = await putParts(bed, 3, plain)
  await bed.objects.amend(bed.bucket, 'k', undefined, (head) => ({ ...head, encryption: { kind: 'AES256' } }))
  const head = await copy(bed, ['k', serverSide], ['copy', underA])
  assert.equal(head?.extent.kind === 'blob' ? head.extent.seal?.kind : undefined, 'SSE-C')
  assert.equal(await readUnder(bed, bed.bucket, 'copy', underA), content)
  await assertLedger(bed)
})

for (const to of encryptions) {
  test(`a source that has been replaced is not copied, and nothing is left behind (to ${to?.kind ?? 'none'})`, async () => {
    const bed = await makeEncrypting()
    await put(bed, bed.bucket, 'k', textOf(100), { encryption: underA })
    const source = await located(bed, bed.bucket, 'k')
    await put(bed, bed.bucket, 'k', textOf(100))
    const before = await blobCount(bed)
    assert.equal(await copyOf(bed, [source, underA], ['copy', to], bed.bucket), undefined)
    assert.equal(await bed.heads.find(bed.bucket, 'copy'), undefined)
    assert.equal(await blobCount(bed), before)
    await assertLedger(bed)
  })
}

test('a damaged source is not copied by writing it anew, and nothing is left behind', async () => {
  const bed = await makeEncrypting()
  await put(bed, bed.bucket, 'k', textOf(100), { encryption: serverSide })
  const before = await blobCount(bed)
  mock.method(bed.blobs, 'get', async function* () {
    yield Buffer.alloc(116)
  })
  await assert.rejects(copy(bed, ['k', serverSide], ['copy', plain]), { name: 'ContentDamaged' })
  mock.restoreAll()
  assert.equal(await blobCount(bed), before)
  await assertLedger(bed)
})

test('whatever is copied, replaced and deleted, in any order: what is left reads as it was, and nothing else is left', async () => {
  const names = ['a', 'b', 'c', 'd']
  const name = fc.constantFrom(...names)
  const under = fc.constantFrom(...encryptions)
  const size = fc.constantFrom(0, 5, 16, 17, 400)
  const steps = fc.array(
    fc.oneof(
      fc.record({ step: fc.constant('put' as const), name, under, size }),
      fc.record({ step: fc.constant('append' as const), name, size }),
      fc.record({ step: fc.constant('copy' as const), name, under, from: name }),
      fc.record({ step: fc.constant('delete' as const), name }),
      fc.record({ step: fc.constant('collect' as const) }),
    ),
    { minLength: 5, maxLength: 25 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const bed = await makeEncrypting()
      const { bucket, extensions, objects } = bed
      const expected = new Map<string, { readonly content: string; readonly under: Encryption | undefined }>()
      for (const each of taken) {
        if (each.step === 'collect') await collectGarbage(bed)
        else if (each.step === 'delete') {
          await objects.delete(bucket, each.name)
          expected.delete(each.name)
        } else if (each.step === 'put') {
          const content = textOf(each.size)
          await put(bed, bucket, each.name, content, { encryption: each.under, sizeMax: 1e6 })
          expected.set(each.name, { content, under: each.under })
        } else if (each.step === 'append') {
          const there = expected.get(each.name)
          if (there === undefined) continue
          const added = textOf(each.size)
          await extensions.appender.append(bucket, each.name, once(added), {
            misplaced: () => new Error('misplaced') as never,
            created: { system: {}, metadata: {} },
            encryption: () => there.under,
            sizeMax: 1e6,
          })
          expected.set(each.name, { content: there.content + added, under: there.under })
        } else {
          const source = expected.get(each.from)
          if (source === undefined) continue
          await copy({ ...bed, bucket }, [each.from, source.under], [each.name, each.under])
          expected.set(each.name, { content: source.content, under: each.under })
        }
      }
      await collectGarbage(bed)
      for (const [key, { content, under: encryption }] of expected) {
        assert.ok((await readUnder(bed, bucket, key, encryption)) === content, `${key} has other content`)
      }
      await assertLedger(bed)
      for (const key of expected.keys()) await objects.delete(bucket, key)
      await collectGarbage(bed)
      await collectGarbage(bed)
      assert.equal(await blobCount(bed), 0)
    }),
    { numRuns: 100 },
  )
})

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
