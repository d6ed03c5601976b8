import assert from 'node:assert/strict'
import { test } from 'node:test'

import { systemRandom } from '../base/random.ts'
import { epochMax, epochOf, epochText, foldersOf, isBlobId, makeBlobId } from './blob-id.ts'

test('a name is the epoch and a uuid of version 4, from the bytes given', () => {
  const random = { bytes: (size: number): Buffer => Buffer.alloc(size, 0xff) }
  const id = makeBlobId(epochText(42), random)
  assert.equal(id, '0000000042-ffffffff-ffff-4fff-bfff-ffffffffffff')
  assert.equal(epochOf(id), 42)
  assert.deepEqual(foldersOf(id), ['0000000042', 'ff'])
})

test('names sort by epoch', () => {
  const epochs = [0, 1, 9, 10, 99, 1000, epochMax]
  const ids = epochs.map((epoch) => makeBlobId(epochText(epoch), systemRandom))
  assert.deepEqual([...ids].sort(), ids)
  assert.ok(ids.every(isBlobId))
})

test('what is no epoch is refused', () => {
  for (const epoch of [-1, 1.5, Number.NaN, epochMax + 1]) assert.throws(() => epochText(epoch))
})

test('nothing but a name is one', () => {
  const id = '0000000042-ffffffff-ffff-4fff-bfff-ffffffffffff'
  const others = [
    '',
    id.toUpperCase(),
    `${id} `,
    `${id}\n`,
    `/${id}`,
    `../${id}`,
    id.slice(1),
    id.replace('-4', '-1'),
    id.replace('-b', '-c'),
    id.replace('f', '/'),
    id.replace('f', '.'),
    id.replace('f', '\0'),
    id.replace('f', 'ｆ'),
  ]
  assert.ok(isBlobId(id))
  for (const other of others) assert.ok(!isBlobId(other), JSON.stringify(other))
})
