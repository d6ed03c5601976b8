/**
 * Random operations on versions against a model of them. A failure prints the seed and the shortest list of steps that fails.
 */
import { test } from 'node:test'
import fc from 'fast-check'
import type { Bucket } from './bucket.ts'
import { makeBed, makeBucket } from './test-bed.ts'
import { VersionModel } from './version-model.fixture.ts'
import { step } from './version-steps.fixture.ts'

const starts: readonly (readonly [name: string, from: Partial<Bucket>])[] = [
  ['a bucket that has never had versions', {}],
  ['a bucket that keeps what is deleted', { versioning: 'Enabled', softDeleteDays: 1 }],
  ['a bucket with object lock', { versioning: 'Enabled', objectLock: {} }],
]
for (const [name, from] of starts) {
  test(`whatever is done to versions in ${name}, what is there, listed and counted is as in the model`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const bed = makeBed()
        const bucket = await bed.buckets.update(await makeBucket(bed), (current) => ({ ...current, ...from }))
        const model = new VersionModel(bed, bucket)
        for (const taken of steps) await model.take(taken)
        await model.verify()
      }),
      { numRuns: 150 },
    )
  })
}
