import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlobId } from '../blobs/blob-store.ts'
import { SoundBlobs } from './sound-blobs.ts'

const [a, b, c] = ['a', 'b', 'c'] as unknown as [BlobId, BlobId, BlobId]

test('a finding counts for a minute, and each new one anew', () => {
  let ms = 0
  const sound = new SoundBlobs({ monotonic: () => ms })
  assert.equal(sound.has(a), false)
  sound.add(a)
  ms = 59_999
  assert.equal(sound.has(a), true)
  ms = 60_000
  assert.equal(sound.has(a), false)
  sound.add(a)
  ms = 119_999
  assert.equal(sound.has(a), true)
})

test('of too many, the one found longest ago is forgotten', () => {
  const sound = new SoundBlobs({ monotonic: () => 0 }, 2)
  for (const id of [a, b, a, c]) sound.add(id)
  assert.deepEqual([sound.has(a), sound.has(b), sound.has(c)], [true, false, true])
})
