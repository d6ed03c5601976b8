import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

const constraint = (region: string): string =>
  `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`

/** AWS answers nothing for us-east-1. */
const cases: readonly (readonly [region: string, body: string, location: string])[] = [
  ['us-east-1', '', ''],
  ['us-east-1', constraint('us-east-1'), 'us-east-1'],
  ['us-east-1', constraint('home'), 'home'],
  ['eu-west-3', '', 'eu-west-3'],
  ['eu-west-3', constraint('eu-west-3'), 'eu-west-3'],
  ['eu-west-3', constraint('home'), 'home'],
]
for (const [region, body, location] of cases) {
  test(`GetBucketLocation in ${region} of a bucket made with ${body || 'nothing'} is ${location || 'nothing'}`, async () => {
    const { send } = await makeFront({ region })
    assert.equal((await send('PUT /videos', { body })).status, 200)
    const { status, text, headers } = await send('GET /videos?location')
    assert.deepEqual([status, headers['content-type']], [200, 'application/xml'])
    assert.equal(
      text,
      `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${location}</LocationConstraint>`,
    )
  })
}
