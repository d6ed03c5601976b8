/**
 * Random buckets listed at random against a model that looks at every key. A failure prints the seed and the least bucket and listings that fail.
 */
import { test } from 'node:test'
import fc from 'fast-check'
import { makeBucket } from '../objects/test-bed.ts'
import { ListingModel } from './listing-model.fixture.ts'
import { keys, listing, step } from './listing-steps.fixture.ts'
import { makeFront } from './test-bed.ts'

const steps = fc.array(step, { maxLength: 30, size: 'max' })
const listings = fc.array(listing, { minLength: 1, maxLength: 10, size: 'max' })
for (const kind of ['ListObjects', 'ListObjectsV2', 'ListObjectVersions'] as const) {
  test(`${kind}, whatever is there and asked, shows page by page what the model does`, async () => {
    const front = await makeFront()
    let buckets = 0
    await fc.assert(
      fc.asyncProperty(keys, steps, listings, async (named, taken, asked) => {
        const model = new ListingModel(front, await makeBucket(front, `bucket-${buckets++}`), named)
        for (const one of taken) await model.take(one)
        for (const one of asked) await model.list(kind, one)
      }),
      { numRuns: 150, plugins: [fc.unbiased()] },
    )
  })
}
