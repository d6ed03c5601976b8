/** How often the work is done. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Compressor } from './compress.ts'
import { DerivedBytes } from './derived-bytes.ts'

test('who asks for the same at once shares the work', async () => {
  const compressor = new Compressor(1000)
  const text = Buffer.from('text '.repeat(1000))
  let reads = 0
  const read = () => {
    reads++
    return Promise.resolve<Uint8Array | undefined>(text)
  }
  const both = await Promise.all([compressor.obtain('a', 'br', read), compressor.obtain('a', 'br', read)])
  assert.equal(both[0], both[1])
  assert.deepEqual(brotliDecompressSync(both[0]!), text)
  assert(compressor.has('a', 'br'))
  assert(!compressor.has('a', 'gzip'))
  await compressor.obtain('a', 'br', read)
  assert.equal(reads, 1)
  assert.deepEqual(gunzipSync((await compressor.obtain('a', 'gzip', read))!), text)
})

describe('derived bytes', () => {
  const make = (size: number) => () => Promise.resolve<Uint8Array | undefined>(Buffer.alloc(size))

  test('keep within their bound, those used last', async () => {
    const derived = new DerivedBytes(4000)
    for (const name of ['a', 'b', 'c']) await derived.obtain(name, make(700))
    derived.get('a')
    for (const name of ['d', 'e']) await derived.obtain(name, make(700))
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name) => derived.get(name) !== undefined),
      [true, false, true, true, true],
    )
  })

  test('do not keep what is too large, gone or failed', async () => {
    const derived = new DerivedBytes(4000)
    assert.equal((await derived.obtain('large', make(2001)))?.length, 2001)
    assert.equal(await derived.obtain('gone', () => Promise.resolve(undefined)), undefined)
    await assert.rejects(
      derived.obtain('failed', () => Promise.reject(new Error('no'))),
      /no/,
    )
    for (const name of ['large', 'gone', 'failed']) assert.equal(derived.get(name), undefined)
    assert.equal(derived.busy, 0)
  })
})
