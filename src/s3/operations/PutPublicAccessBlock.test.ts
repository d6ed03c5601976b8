import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

const names = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const
const configuration = (set: readonly string[], value = 'true'): string =>
  `<PublicAccessBlockConfiguration>${set.map((name) => `<${name}>${value}</${name}>`).join('')}</PublicAccessBlockConfiguration>`

for (const name of names) {
  test(`PutPublicAccessBlock with ${name} sets that, and the others to false`, async () => {
    const { send } = await makeFront()
    assert.equal((await send('PUT /photos?publicAccessBlock', { body: configuration(names) })).outcome, '200')
    assert.equal((await send('PUT /photos?publicAccessBlock', { body: configuration([name]) })).outcome, '200')
    const { status, element } = await send('GET /photos?publicAccessBlock')
    assert.equal(status, 200)
    assert.deepEqual(
      names.filter((each) => element(each) === 'true'),
      [name],
    )
    assert.equal(names.filter((each) => element(each) === 'false').length, 3)
  })
}

test('PutPublicAccessBlock that ignores public ACLs makes a public bucket private until it is taken away', async () => {
  const { send } = await makeFront({ toggles: { acl: 'full' } })
  const account = 'c'.repeat(64)
  await send('PUT /photos?acl', { headers: { 'x-amz-acl': 'public-read' } })
  await send('PUT /photos?publicAccessBlock', { body: configuration(['IgnorePublicAcls']) })
  assert.equal((await send('GET /photos', { account })).outcome, '403 AccessDenied')
  await send('DELETE /photos?publicAccessBlock')
  assert.equal((await send('GET /photos', { account })).outcome, '200')
})

for (const body of ['', configuration(['BlockPublicAcls'], 'perhaps'), '<Block/>']) {
  test(`PutPublicAccessBlock with ${body === '' ? 'nothing' : body} is refused`, async () => {
    const { send } = await makeFront()
    assert.equal((await send('PUT /photos?publicAccessBlock', { body })).status, 400)
  })
}
