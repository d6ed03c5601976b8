import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noUsage } from './usage.ts'
import { ApiError } from '../base/errors.ts'
import { etagOf } from './head.ts'
import { collect, inlineSizeMax, makeBed, makeBucket, put, putOptions, read } from './test-bed.ts'

const small = 'a small body'
const large = 'a body that is too large to be kept among the records'

for (const [name, text] of [
  ['small', small],
  ['large', large],
  ['empty', ''],
] as const) {
  test(`a ${name} object is read back as it was put`, async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    const head = await put(bed, bucket, 'k', text, {
      metadata: { color: 'red' },
      system: { contentType: 'text/plain' },
    })
    assert.equal(head.size, text.length)
    assert.equal(await read(bed, bucket, 'k'), text)
    const found = await bed.heads.get(bucket, 'k')
    assert.deepEqual(
      [found.metadata, found.system.contentType, etagOf(found)],
      [{ color: 'red' }, 'text/plain', etagOf(head)],
    )
  })
}

test('a range is read from a body and from a blob', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  for (const text of [small, large]) {
    await put(bed, bucket, 'k', text)
    const head = await bed.heads.get(bucket, 'k')
    const bytes = await bed.objects.read({ bucket, key: 'k', head }, { start: 2, end: 9 })
    assert.equal(await collect(bytes!), text.slice(2, 9))
  }
})

test('a body up to the limit stands among the records, one byte more makes a blob', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  assert.equal((await put(bed, bucket, 'k', 'x'.repeat(inlineSizeMax))).extent.kind, 'body')
  assert.equal((await put(bed, bucket, 'k', 'x'.repeat(inlineSizeMax + 1))).extent.kind, 'blob')
})

test('usage is exact through puts, overwrites, copies and deletes', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  await put(bed, bucket, 'a', '12345')
  await put(bed, bucket, 'b', large)
  await put(bed, bucket, 'a', '123')
  const source = { bucket, key: 'b', head: await bed.heads.get(bucket, 'b') }
  await bed.objects.copy(source, bucket, 'c', source.head as never)
  await bed.objects.delete(bucket, 'b')
  await bed.objects.delete(bucket, 'never')
  assert.deepEqual(await bed.buckets.usage(bucket), { ...noUsage, objects: 2, bytes: 3 + large.length })
})

for (const text of [small, large]) {
  test(`what a condition refuses changes nothing and leaves no blob (${text.length} bytes)`, async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', 'before')
    const condition = (): never => {
      throw new ApiError('PreconditionFailed')
    }
    await assert.rejects(put(bed, bucket, 'k', text, { condition }), { code: 'PreconditionFailed' })
    assert.equal(await read(bed, bucket, 'k'), 'before')
    assert.deepEqual(await Array.fromAsync(bed.blobs.list()), [])
  })

  test(`what verify refuses leaves nothing (${text.length} bytes)`, async () => {
    const bed = makeBed()
    const bucket = await makeBucket(bed)
    const verify = (): never => {
      throw new ApiError('BadDigest')
    }
    await assert.rejects(put(bed, bucket, 'k', text, { verify }), { code: 'BadDigest' })
    assert.equal(await read(bed, bucket, 'k'), undefined)
    assert.deepEqual(await Array.fromAsync(bed.blobs.list()), [])
  })

  test(`after a commit of unknown outcome the blob stays (${text.length} bytes)`, async () => {
    let failing = false
    const bed = makeBed({ fault: () => (failing ? 'after' : undefined) })
    const bucket = await makeBucket(bed)
    await put(bed, bucket, 'k', 'before')
    failing = true
    await assert.rejects(put(bed, bucket, 'k', text), { code: 'ServiceUnavailable' })
    failing = false
    assert.equal(await read(bed, bucket, 'k'), text)
  })
}

test('a body over the limit is EntityTooLarge, whether its size is told or not', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  for (const sizeExpected of [undefined, large.length]) {
    await assert.rejects(put(bed, bucket, 'k', large, { sizeMax: 30, sizeExpected }), { code: 'EntityTooLarge' })
  }
  await assert.rejects(put(bed, bucket, 'k', small, { sizeMax: 3 }), { code: 'EntityTooLarge' })
  assert.equal(await read(bed, bucket, 'k'), undefined)
})

test('of many conditional puts at once, one wins', async () => {
  const bed = makeBed({ pause: () => new Promise((resolve) => setImmediate(resolve)) })
  const bucket = await makeBucket(bed)
  const absent = (current: unknown): void => {
    if (current !== undefined) throw new ApiError('PreconditionFailed')
  }
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => put(bed, bucket, 'k', `${index}`, { condition: absent })),
  )
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('a bucket that is deleted while an object is put has no object afterwards', async () => {
  for (let round = 0; round < 30; round++) {
    const bed = makeBed({ pause: () => new Promise((resolve) => setTimeout(resolve, Math.random() * 2)) })
    const bucket = await makeBucket(bed)
    const [putting, deleting] = await Promise.allSettled([put(bed, bucket, 'k', small), bed.buckets.delete('photos')])
    if (deleting.status === 'fulfilled') {
      assert.equal(putting.status, 'rejected')
      assert.equal((putting.reason as ApiError).code, 'NoSuchBucket')
    } else assert.equal(await read(bed, bucket, 'k'), small)
  }
})

test('a copy shares the bytes, and outlives its source', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  await put(bed, bucket, 'source', large)
  const source = { bucket, key: 'source', head: await bed.heads.get(bucket, 'source') }
  await bed.objects.copy(source, bucket, 'copy', { system: {}, metadata: { new: 'yes' }, checksum: undefined })
  assert.equal((await Array.fromAsync(bed.blobs.list())).length, 1)
  await bed.objects.delete(bucket, 'source')
  assert.equal(await read(bed, bucket, 'copy'), large)
})

test('a copy of a version that was replaced meanwhile is not made', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  await put(bed, bucket, 'source', large)
  const source = { bucket, key: 'source', head: await bed.heads.get(bucket, 'source') }
  await put(bed, bucket, 'source', 'other')
  const options = { system: {}, metadata: {}, checksum: undefined }
  assert.equal(await bed.objects.copy(source, bucket, 'copy', options), undefined)
  assert.equal(await read(bed, bucket, 'copy'), undefined)
})

test('bytes that rotted never end a stream well', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  const head = await put(bed, bucket, 'k', large)
  const damaged = { ...head, extent: { ...head.extent, crc32: 1 } as never }
  const bytes = await bed.objects.read({ bucket, key: 'k', head: damaged }, { start: 0, end: head.size })
  await assert.rejects(collect(bytes!), { name: 'ContentDamaged' })
  const inline = await put(bed, bucket, 'k', small)
  const rotten = { ...inline, extent: { ...inline.extent, crc32: 1 } as never }
  await assert.rejects(bed.objects.read({ bucket, key: 'other', head: rotten }, { start: 0, end: 3 }), {
    name: 'ContentDamaged',
  })
})

test('a chunk of the body may be used again once the next is asked for', async () => {
  const bed = makeBed()
  const bucket = await makeBucket(bed)
  const buffer = Buffer.alloc(4)
  async function* reusing(): AsyncGenerator<Uint8Array> {
    for (const text of ['abcd', 'efgh', 'ijkl']) yield buffer.fill(text)
  }
  await bed.objects.put(bucket, 'k', reusing(), { ...putOptions })
  assert.equal(await read(bed, bucket, 'k'), 'abcdefghijkl')
})
