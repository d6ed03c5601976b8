import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront } from '../test-bed.ts'

const tag = (key: string, value = ''): string => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`
const tagging = (...tags: readonly string[]): { readonly body: string } => ({
  body: `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${tags.join('')}</TagSet></Tagging>`,
})
const some = (count: number): string[] => Array.from({ length: count }, (_, index) => tag(`k${index}`))

test('PutBucketTagging replaces all tags, which GetBucketTagging answers', async () => {
  const { send } = await makeFront()
  assert.equal((await send('PUT /photos?tagging', tagging(tag('old', '1')))).outcome, '204')
  assert.equal((await send('PUT /photos?tagging', tagging(tag('team', 'video'), tag('cost centre')))).outcome, '204')
  const { status, elements } = await send('GET /photos?tagging')
  assert.deepEqual([status, elements('Key'), elements('Value')], [200, ['team', 'cost centre'], ['video', '']])
})

test('PutBucketTagging without tags leaves none', async () => {
  const { send } = await makeFront()
  await send('PUT /photos?tagging', tagging(tag('k')))
  assert.equal((await send('PUT /photos?tagging', tagging())).outcome, '204')
  assert.equal((await send('GET /photos?tagging')).outcome, '404 NoSuchTagSet')
})

const rows: readonly (readonly [what: string, sent: { readonly body: string }, outcome: string])[] = [
  ['50 tags', tagging(...some(50)), '204'],
  ['51 tags', tagging(...some(51)), '400 BadRequest'],
  ['a key twice', tagging(tag('k', '1'), tag('k', '2')), '400 InvalidTag'],
  ['a key of AWS', tagging(tag('aws:x')), '400 InvalidTag'],
  ['an empty key', tagging(tag('')), '400 InvalidTag'],
  ['a key of 129', tagging(tag('k'.repeat(129))), '400 InvalidTag'],
  ['a value of 257', tagging(tag('k', 'v'.repeat(257))), '400 InvalidTag'],
  ['a tag without a value', tagging('<Tag><Key>k</Key></Tag>'), '400 MalformedXML'],
  ['no set', { body: '<Tagging/>' }, '400 MalformedXML'],
]
for (const [what, sent, outcome] of rows) {
  test(`PutBucketTagging with ${what} is ${outcome}`, async () => {
    const { send } = await makeFront()
    assert.equal((await send('PUT /photos?tagging', sent)).outcome, outcome)
    if (outcome !== '204') assert.equal((await send('GET /photos?tagging')).outcome, '404 NoSuchTagSet')
  })
}
