import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

test('DeletePublicAccessBlock takes it away, whether it is there or not', async () => {
  const { send } = await makeFront()
  const body =
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>'
  await send('PUT /photos?publicAccessBlock', { body })
  for (let time = 0; time < 2; time++) {
    assert.equal((await send('DELETE /photos?publicAccessBlock')).outcome, '204')
    assert.equal((await send('GET /photos?publicAccessBlock')).outcome, '404 NoSuchPublicAccessBlockConfiguration')
  }
})
