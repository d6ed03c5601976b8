import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFront, otherAccountId, type Send } from '../test-bed.ts'
import { allowOther, makeVersionedFront, putVersion } from '../versioned.fixture.ts'

const tag = (key: string, value: string): string => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`
const tagging = (...tags: readonly string[]): string => `<Tagging><TagSet>${tags.join('')}</TagSet></Tagging>`

async function tagsOf(send: Send, query = ''): Promise<string> {
  const { elements } = await send(`GET /photos/k?tagging${query}`)
  const [names, values] = [elements('Key'), elements('Value')]
  return names.map((name, index) => `${name}=${values[index]}`).join(' ')
}

test('tags are put, told in order of their keys, counted, replaced and taken away', async () => {
  const { send, assertLedger } = await makeFront()
  await putVersion(send, 'k', 'x')
  const count = async () => (await send('HEAD /photos/k')).headers['x-amz-tagging-count']
  assert.equal(await count(), undefined)
  const put = await send('PUT /photos/k?tagging', { body: tagging(tag('b', '2'), tag('a', ''), tag('10', 'é + e')) })
  assert.deepEqual([put.status, put.text, put.headers['x-amz-version-id']], [200, '', undefined])
  assert.equal(await tagsOf(send), '10=é + e a= b=2')
  assert.equal(await count(), '3')
  assert.equal((await send('GET /photos/k')).headers['x-amz-tagging-count'], '3')
  await send('PUT /photos/k?tagging', { body: tagging(tag('c', '3')) })
  assert.equal(await tagsOf(send), 'c=3')
  await send('PUT /photos/k?tagging', { body: tagging() })
  assert.deepEqual([await tagsOf(send), await count()], ['', undefined])
  await assertLedger()
})

test('each version has its own tags', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'x')
  const newest = await putVersion(send, 'k', 'y')
  const put = await send(`PUT /photos/k?tagging&versionId=${id}`, { body: tagging(tag('a', '1')) })
  assert.equal(put.headers['x-amz-version-id'], id)
  const plain = await send('PUT /photos/k?tagging', { body: tagging(tag('b', '2')) })
  assert.equal(plain.headers['x-amz-version-id'], newest)
  assert.deepEqual([await tagsOf(send, `&versionId=${id}`), await tagsOf(send)], ['a=1', 'b=2'])
})

test('tagging does not make an object newer', async () => {
  const { send, clock } = await makeFront()
  await putVersion(send, 'k', 'x')
  const before = await send('HEAD /photos/k')
  clock.ms += 5000
  await send('PUT /photos/k?tagging', { body: tagging(tag('a', '1')) })
  const { headers } = await send('HEAD /photos/k')
  assert.deepEqual(
    [headers['last-modified'], headers['etag']],
    [before.headers['last-modified'], before.headers['etag']],
  )
})

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => tag(`k${index}`, 'v'))
const rows: readonly (readonly [what: string, body: string, outcome: string])[] = [
  ['10 tags', tagging(...many(10)), '200'],
  ['11 tags', tagging(...many(11)), '400 BadRequest'],
  ['the longest tag', tagging(tag('k'.repeat(128), 'v'.repeat(256))), '200'],
  ['too long a key', tagging(tag('k'.repeat(129), 'v')), '400 InvalidTag'],
  ['too long a value', tagging(tag('k', 'v'.repeat(257))), '400 InvalidTag'],
  ['an empty key', tagging(tag('', 'v')), '400 InvalidTag'],
  ['a key twice', tagging(tag('k', '1'), tag('k', '2')), '400 InvalidTag'],
  ['a tag of AWS', tagging(tag('aws:x', 'v')), '400 InvalidTag'],
  ['no value', tagging('<Tag><Key>k</Key></Tag>'), '400 MalformedXML'],
  ['no set', '<Tagging></Tagging>', '400 MalformedXML'],
  ['no document', '', '400 MissingRequestBodyError'],
]
for (const [what, body, outcome] of rows) {
  test(`PutObjectTagging with ${what} is ${outcome}`, async () => {
    const { send } = await makeFront()
    await putVersion(send, 'k', 'x')
    assert.equal((await send('PUT /photos/k?tagging', { body })).outcome, outcome)
    assert.equal((await tagsOf(send)) !== '', outcome === '200')
  })
}

test('PutObjectTagging of what is not there is refused', async () => {
  const { send } = await makeVersionedFront()
  const body = tagging(tag('a', '1'))
  assert.equal((await send('PUT /photos/none?tagging', { body })).outcome, '404 NoSuchKey')
  const { headers } = await send('DELETE /photos/k')
  const marker = `PUT /photos/k?tagging&versionId=${headers['x-amz-version-id']}`
  assert.equal((await send(marker, { body })).outcome, '405 MethodNotAllowed')
})

test('PutObjectTagging of a version needs another permission than of the current one', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'x')
  const put = async (query: string) => {
    const sent = { body: tagging(tag('a', '1')), account: otherAccountId }
    return (await send(`PUT /photos/k?tagging${query}`, sent)).status
  }
  await allowOther(send, 's3:PutObject')
  assert.deepEqual([await put(''), await put(`&versionId=${id}`)], [403, 403])
  await allowOther(send, 's3:PutObjectTagging')
  assert.deepEqual([await put(''), await put(`&versionId=${id}`)], [200, 403])
  await allowOther(send, 's3:PutObjectVersionTagging')
  assert.deepEqual([await put(''), await put(`&versionId=${id}`)], [403, 200])
})
