import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { checkBucketName, type BucketNaming } from './bucket-name.ts'

const fits = (name: string, naming: BucketNaming): boolean => {
  try {
    checkBucketName(name, naming)
    return true
  } catch (error) {
    assert.ok(error instanceof ApiError)
    assert.equal(error.code, 'InvalidBucketName')
    return false
  }
}

/** By which rules each may be the name of a new bucket. */
const names: readonly (readonly [name: string, ...rules: BucketNaming[]])[] = [
  ['photos', 'aws', 'qencode', 'relaxed'],
  // Q-BN-7
  ['mediaBucket', 'qencode', 'relaxed'],
  ['bucket-29172h42', 'aws', 'qencode', 'relaxed'],
  // Q-BN-2, Q-BN-3
  ['my_bucket', 'relaxed'],
  ['my.bucket', 'aws', 'relaxed'],
  ['my bucket', 'relaxed'],
  ['ведро-медиа', 'relaxed'],
  ['bucket!', 'relaxed'],
  ['bücket', 'relaxed'],
  // Q-BN-5
  ['abcde', 'aws', 'relaxed'],
  ['abcdef', 'aws', 'qencode', 'relaxed'],
  ['a'.repeat(63), 'aws', 'qencode', 'relaxed'],
  ['a'.repeat(64), 'relaxed'],
  ['ab', 'relaxed'],
  // Kept for the console.
  ['uc'],
  ['UC'],
  ['~content'],
  ['uca', 'aws', 'relaxed'],
  // L-19, and 128 characters, whatever their size
  ['BucketName', 'qencode', 'relaxed'],
  ['s3bucket', 'aws', 'qencode', 'relaxed'],
  ['я'.repeat(128), 'relaxed'],
  ['😀'.repeat(128), 'relaxed'],
  ['😀'.repeat(129)],
  ['a'.repeat(129)],
  ['-bucket-', 'qencode', 'relaxed'],
  ['192.168.5.4', 'relaxed'],
  ['xn--bucket', 'qencode', 'relaxed'],
  ['bucket-s3alias', 'qencode', 'relaxed'],
  ['a..b', 'relaxed'],
  ['..'],
  ['.'],
  [''],
  ['a/b'],
  ['a\nb'],
  ['a\x7fb'],
  ['a\ud800b'],
  ['abcdef\n'],
]
for (const [name, ...rules] of names) {
  test(`${JSON.stringify(name.slice(0, 40))} (${name.length}) may be a new bucket's name by ${rules.join(', ') || 'no rule'}`, () => {
    assert.deepEqual(
      (['aws', 'qencode', 'relaxed'] as const).filter((naming) => fits(name, naming)),
      rules,
    )
  })
}
