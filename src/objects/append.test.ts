import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { garbageJob } from '../jobs/garbage.ts'
import { checksumOf } from '../base/checksum/checksum.ts'
import { ApiError } from '../base/errors.ts'
import type { AppendOptions } from './append.ts'
import type { Bucket } from './bucket.ts'
import { encodeManifest } from './content-reader.ts'
import { etagOf, type Head } from './head.ts'
import { manifestKey } from './keys.ts'
import { checkLedger } from './ledger.ts'
import { bodyOf, collect, makeBed, makeBucket, put, read, type Bed } from './test-bed.ts'

const large = (text: string): string => text.repeat(30)
const md5 = (text: string | Uint8Array): Buffer => createHash('md5').update(text).digest()

const appendOptions: AppendOptions = {
  sizeMax: 10_000,
  misplaced: (size) => new ApiError('InvalidWriteOffset', `It has ${size}`),
  created: { system: {}, metadata: {} },
  encryption: (head) => (head?.encryption?.kind === 'AES256' ? { kind: 'AES256' } : undefined),
}

const append = ({ extensions }: Bed, bucket: Bucket, key: string, text: string, options: Partial<AppendOptions> = {}) =>
  extensions.appender.append(bucket, key, bodyOf(text), { ...appendOptions, ...options })

const assertLedger = async ({ metadata, blobs }: Bed): Promise<void> =>
  assert.deepEqual((await checkLedger(metadata, blobs, [1])).faults, [])

async function collectGarbage({ metadata, blobs, uploads, clock, random }: Bed): Promise<void> {
  const job = garbageJob({ metadata, blobs, uploads, clock, random, graceSeconds: 0 })
  for (let round = 0; round < 4; round++) {
    clock.ms += 1
    while ((await job.work(new AbortController().signal)) === 'busy');
  }
}

const readVersion = async ({ objects }: Bed, bucket: Bucket, key: string, head: Head): Promise<string> =>
  collect((await objects.read({ bucket, key, head }, { start: 0, end: head.size }))!)

const versioned = (bed: Bed, bucket: Bucket): Promise<Bucket> =>
  bed.buckets.update(bucket, (current) => ({ ...current, versioning: 'Enabled' }))

const code = (expected: string) => (error: unknown) => error instanceof ApiError && error.code === expected

describe('append', () => {
  for (const [first, second] of [
    ['small', 'and small'],
    ['small', large('and large')],
    [large('large'), 'and small'],
    ['', 'something'],
  ] as const) {
    test(`adds ${second.length} bytes to ${first.length}, and is of parts from then on`, async () => {
      const bed = makeBed()
      const bucket = await makeBucket(bed)
      await put(bed, bucket, 'k', first, { metadata: { colour: 'red' } })
      const head = await append(bed, bucket, 'k', second)
      assert.equal(await read(bed, bucket, 'k'), first + second)
      assert.equal(etagOf(head), `${md5(Buffer.concat([md5(first), md5(second)])).toString('hex')}-2`)
      assert.deepEqual([head.size, head.metadata, head.appends], [first.length + second.length, { colour: 'red' }, 1])
      await append(bed, bucket, 'k', 'third')
      assert.equal(await read(bed, bucket, 'k'), `${first}${second}third`)
      await collectGarbage(bed)
      assert.equal(await read(bed, bucket, 'k'), `${first}${second}third`)
      await assertLedger(bed)
      await bed.objects.delete(bucket, 'k')
      await collectGarbage(bed)
      assert.equal((await Array.fromAsync(bed.blobs.list())).length, 0)
      await assertLedger(bed)
    })
  }

  test('to what is not there is refused, unless it begins at 0', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await assert.rejects(append(bed, bucket, 'k', 'x'), code('NoSuchKey'))
    await assert.rejects(append(bed, bucket, 'k', 'x', { offset: 3 }), code('NoSuchKey'))
    const created = { system: { contentType: 'text/plain' }, metadata: {} }
    const head = await append(bed, bucket, 'k', large('a'), { offset: 0, created })
    assert.deepEqual([etagOf(head), head.system.contentType], [md5(large('a')).toString('hex'), 'text/plain'])
    await assertLedger(bed)
  })

  test('elsewhere than at the end is refused, and leaves nothing behind', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', 'four')
    for (const offset of [0, 3, 5])
      await assert.rejects(append(bed, bucket, 'k', large('x'), { offset }), code('InvalidWriteOffset'))
    await append(bed, bucket, 'k', large('x'), { offset: 4 })
    assert.equal(await read(bed, bucket, 'k'), `four${large('x')}`)
    assert.equal((await Array.fromAsync(bed.blobs.list())).length, 1)
    await assertLedger(bed)
  })

  test('what a condition throws is passed on', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', 'four')
    const condition = () => {
      throw new ApiError('PreconditionFailed')
    }
    await assert.rejects(append(bed, bucket, 'k', 'x', { condition }), code('PreconditionFailed'))
    assert.equal(await read(bed, bucket, 'k'), 'four')
  })

  for (const state of ['unversioned', 'versioned'] as const) {
    test(`of many at once, ${state}: each gets its bytes in, whole and once`, async () => {
      const bed = makeBed({ pause: () => new Promise((resolve) => setImmediate(resolve)) })
      const made = await makeBucket(bed)
      const bucket = state === 'versioned' ? await versioned(bed, made) : made
      await put(bed, bucket, 'k', '>')
      const words = Array.from({ length: 12 }, (_, index) => `<${String.fromCharCode(97 + index).repeat(index + 5)}>`)
      await Promise.all(words.map((word) => append(bed, bucket, 'k', word)))
      const text = (await read(bed, bucket, 'k'))!
      for (const word of words) assert.equal(text.split(word).length, 2, word)
      assert.equal(text.length, 1 + words.join('').length)
      await assertLedger(bed)
    })

    test(`of two that say where, ${state}: one is first, and the other is told`, async () => {
      const bed = makeBed()
      const made = await makeBucket(bed)
      const bucket = state === 'versioned' ? await versioned(bed, made) : made
      await put(bed, bucket, 'k', '>')
      const results = await Promise.allSettled(
        ['one', 'two'].map((word) => append(bed, bucket, 'k', word, { offset: 1 })),
      )
      assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
      assert.equal((await read(bed, bucket, 'k'))!.length, 4)
    })
  }

  test('who found an object before it grew reads what was there then', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', 'one,')
    const heads = [await bed.heads.get(bucket, 'k')]
    for (const word of ['two,', large('three,'), 'four']) heads.push(await append(bed, bucket, 'k', word))
    const texts = ['one,', 'one,two,', `one,two,${large('three,')}`, `one,two,${large('three,')}four`]
    for (const [index, head] of heads.entries()) {
      assert.equal(await readVersion(bed, bucket, 'k', head), texts[index])
      if (head.extent.kind === 'manifest')
        assert.equal((await bed.objects.reader.manifest(head.extent))!.parts.length, head.parts)
    }
  })

  test('a copy stays as it was, and either grows without the other', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'a', 'one,')
    await append(bed, bucket, 'a', large('two,'))
    const source = { bucket, key: 'a', head: await bed.heads.get(bucket, 'a') }
    await bed.objects.copy(source, bucket, 'b', { system: {}, metadata: {}, checksum: undefined })
    await append(bed, bucket, 'a', 'three')
    await append(bed, bucket, 'b', 'drei')
    await append(bed, bucket, 'b', 'vier')
    assert.equal(await read(bed, bucket, 'a'), `one,${large('two,')}three`)
    assert.equal(await read(bed, bucket, 'b'), `one,${large('two,')}dreivier`)
    await assertLedger(bed)
    await bed.objects.delete(bucket, 'a')
    await collectGarbage(bed)
    assert.equal(await read(bed, bucket, 'b'), `one,${large('two,')}dreivier`)
    await assertLedger(bed)
  })

  test('a copy of what has grown meanwhile is not made of what it was', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'a', 'one,')
    await append(bed, bucket, 'a', 'two,')
    const source = { bucket, key: 'a', head: await bed.heads.get(bucket, 'a') }
    await append(bed, bucket, 'a', 'three,')
    assert.equal(
      await bed.objects.copy(source, bucket, 'a', { system: {}, metadata: {}, checksum: undefined }),
      undefined,
    )
    assert.equal(await read(bed, bucket, 'a'), 'one,two,three,')
  })

  test('where the bucket keeps versions, each stays as it was, and each that is removed frees what it alone had', async () => {
    const bed = makeBed()
    const bucket = await versioned(bed, await makeBucket(bed))
    const texts = [large('0')]
    const heads = [await put(bed, bucket, 'k', large('0'))]
    for (let index = 1; index < 6; index++) {
      heads.push(await append(bed, bucket, 'k', large(String(index))))
      texts.push(texts.at(-1)! + large(String(index)))
    }
    for (const [index, head] of heads.entries()) assert.equal(await readVersion(bed, bucket, 'k', head), texts[index])
    await assertLedger(bed)
    for (const index of [5, 2, 0]) await bed.objects.remove(bucket, 'k', heads[index]!.versionId!)
    await collectGarbage(bed)
    await assertLedger(bed)
    for (const index of [1, 3, 4]) assert.equal(await readVersion(bed, bucket, 'k', heads[index]!), texts[index])
    assert.equal((await Array.fromAsync(bed.blobs.list())).length, 5)
    for (const index of [1, 3, 4]) await bed.objects.remove(bucket, 'k', heads[index]!.versionId!)
    await collectGarbage(bed)
    assert.equal((await Array.fromAsync(bed.blobs.list())).length, 0)
    await assertLedger(bed)
  })

  test('a version of many pieces is shared whole by the next', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    await put(bed, made, 'k', '.')
    for (let index = 0; index < 260; index++) await append(bed, made, 'k', 'x')
    const bucket = await versioned(bed, made)
    const head = await append(bed, bucket, 'k', 'y')
    await append(bed, bucket, 'k', 'z')
    await assertLedger(bed)
    assert.equal(
      head.extent.kind === 'manifest' && (await bed.objects.reader.manifest(head.extent))!.parts[0]!.of !== undefined,
      true,
    )
    await bed.objects.remove(bucket, 'k', 'null')
    await collectGarbage(bed)
    assert.equal(await read(bed, bucket, 'k'), `.${'x'.repeat(260)}yz`)
    await assertLedger(bed)
    await bed.objects.remove(bucket, 'k', (await bed.heads.get(bucket, 'k')).versionId!)
    await bed.objects.remove(bucket, 'k', head.versionId!)
    await collectGarbage(bed)
    const { facts } = await checkLedger(bed.metadata, bed.blobs, [])
    assert.deepEqual([facts.manifests, facts.bodies], [0, 0])
  })

  test('of a locked object is refused', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    const bucket = await bed.buckets.update(made, (current) => ({ ...current, versioning: 'Enabled', objectLock: {} }))
    const retention = { mode: 'GOVERNANCE', untilMs: bed.clock.ms + 1000 } as const
    await put(bed, bucket, 'kept', 'x', { retention })
    await put(bed, bucket, 'held', 'x', { legalHold: true })
    for (const key of ['kept', 'held']) await assert.rejects(append(bed, bucket, key, 'y'), code('AccessDenied'))
    bed.clock.ms += 1001
    const head = await append(bed, bucket, 'kept', 'y')
    assert.equal(head.retention, undefined)
  })

  test('a CRC of the whole is kept; any other checksum is not', async () => {
    for (const [algorithm, kept] of [
      ['CRC32', true],
      ['CRC32C', true],
      ['CRC64NVME', true],
      ['SHA256', false],
    ] as const) {
      const bed = makeBed()
      const bucket = await makeBucket(bed)
      await put(bed, bucket, 'k', large('a'), { algorithm })
      // What the request declares of its own bytes is checked by its own algorithm.
      await append(bed, bucket, 'k', large('b'), { algorithm: 'SHA1' })
      const { checksum } = await append(bed, bucket, 'k', 'c', { algorithm })
      const value = checksumOf(algorithm, Buffer.from(`${large('a')}${large('b')}c`)).toString('base64')
      assert.deepEqual(checksum, kept ? { algorithm, type: 'FULL_OBJECT', value } : undefined)
    }
  })

  test('adds encrypted pieces to what is encrypted, and no others', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await bed.keyring.ensure()
    await put(bed, bucket, 'k', large('a'), { encryption: { kind: 'AES256' } })
    const head = await append(bed, bucket, 'k', 'b')
    assert.equal(await read(bed, bucket, 'k'), `${large('a')}b`)
    assert.deepEqual(head.encryption, { kind: 'AES256' })
    assert(head.extent.kind === 'manifest')
    for (const { piece } of (await bed.objects.reader.manifest(head.extent))!.parts)
      assert.equal(piece.seal?.kind, 'AES256')
    await assertLedger(bed)
  })

  test('of nothing changes nothing', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    const before = await put(bed, bucket, 'k', 'text')
    assert.equal(etagOf(await append(bed, bucket, 'k', '')), etagOf(before))
    await assertLedger(bed)
  })

  test('the 10,000th part is taken, and no more', async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', '.')
    const head = await append(bed, bucket, 'k', '.')
    assert(head.extent.kind === 'manifest')
    const { parts } = (await bed.objects.reader.manifest(head.extent))!
    // As if it had been appended to so often.
    const many = Array.from({ length: 9_999 }, (_, index) => ({ ...parts[index % 2]!, partNumber: index + 2, size: 1 }))
    const extent = { ...head.extent, size: 9_999, parts: 9_999 }
    await bed.metadata.transact({ exclusive: [] }, (transaction) =>
      transaction.set(manifestKey(extent.id), encodeManifest({ parts: many })),
    )
    await bed.objects.amend(bucket, 'k', undefined, (current) => ({ ...current, size: 9_999, parts: 9_999, extent }))
    const full = await append(bed, bucket, 'k', '!')
    assert(full.extent.kind === 'manifest')
    assert.equal((await bed.objects.reader.manifest(full.extent))!.parts.at(-1)!.partNumber, 10_000)
    await assert.rejects(append(bed, bucket, 'k', '!'), code('TooManyParts'))
  })

  for (const kind of ['before', 'after'] as const) {
    test(`a commit that fails ${kind} it is made leaves the old object or the new one`, async () => {
      for (let failing = 1; failing < 14; failing++) {
        const bed = makeBed({ fault: (commit) => (commit === failing ? kind : undefined) })
        try {
          const bucket = await makeBucket(bed)
          await put(bed, bucket, 'k', large('a'))
          await append(bed, bucket, 'k', large('b'))
          await append(bed, await versioned(bed, bucket), 'k', large('c'))
        } catch {
          // Whatever the outcome, all must be in order.
        }
        const text = await bed.buckets.get('photos').then(
          (bucket) => read(bed, bucket, 'k'),
          () => undefined,
        )
        const all = `${large('a')}${large('b')}${large('c')}`
        assert.ok(text === undefined || (all.startsWith(text) && text.length % 30 === 0))
        await assertLedger(bed)
      }
    })
  }
})

describe('append where versioning is suspended', () => {
  test('the null version grows in place; another version stays, and a null version comes before it', async () => {
    const bed = makeBed()
    const made = await makeBucket(bed)
    await put(bed, made, 'old', 'o')
    const enabled = await versioned(bed, made)
    await put(bed, enabled, 'k', 'one')
    const bucket = await bed.buckets.update(enabled, (current) => ({ ...current, versioning: 'Suspended' }))
    await append(bed, bucket, 'old', 'x')
    await append(bed, bucket, 'k', 'two')
    await append(bed, bucket, 'k', 'three')
    assert.equal(await read(bed, bucket, 'old'), 'ox')
    assert.equal(await read(bed, bucket, 'k'), 'onetwothree')
    assert.equal((await bed.heads.get(bucket, 'k')).isNull, true)
    assert.equal((await bed.buckets.usage(bucket)).versions, 1)
    await assertLedger(bed)
    await bed.objects.remove(bucket, 'k', 'null')
    assert.equal(await read(bed, bucket, 'k'), 'one')
    await collectGarbage(bed)
    await assertLedger(bed)
  })
})
