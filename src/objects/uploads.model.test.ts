/**
 * Random operations on multipart uploads against a model of them. A failure prints the seed and the shortest list of steps that fails.
 */
import { test } from 'node:test'
import fc from 'fast-check'
import type { Bucket } from './bucket.ts'
import { makeBucket } from './test-bed.ts'
import { makeUploadGround, UploadModel, type UploadGround } from './upload-model.fixture.ts'
import { step } from './upload-steps.fixture.ts'

const modes: readonly (readonly [name: string, from: Partial<Bucket>, encrypted: boolean])[] = [
  ['a bucket that has never had versions', {}, false],
  ['a bucket with versions', { versioning: 'Enabled' }, false],
  ['an encrypted bucket', {}, true],
  ['an encrypted bucket with versions', { versioning: 'Suspended' }, true],
]
for (const [name, from, encrypted] of modes) {
  test(`whatever is done to uploads in ${name}, what is answered, listed and kept is as in the model`, async () => {
    let ground: UploadGround | undefined
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const current = ground ?? (await makeUploadGround(encrypted))
        // Of a run that fails, something may stay.
        ground = undefined
        const { buckets } = current.front
        const made = await makeBucket(current.front, 'uploads')
        const model = new UploadModel(current, await buckets.update(made, (bucket) => ({ ...bucket, ...from })))
        for (const taken of steps) await model.take(taken)
        await model.verify()
        ground = current
      }),
      { numRuns: 60, plugins: [fc.unbiased()] },
    )
  })
}
