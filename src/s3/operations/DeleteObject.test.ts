import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noUsage } from '../../objects/usage.ts'
import { makeFront, otherAccountId } from '../test-bed.ts'
import { allowOther, makeVersionedFront, putVersion, setVersioning } from '../versioned.fixture.ts'

async function makeObject() {
  const front = await makeFront()
  const put = await front.send('PUT /photos/k', { body: 'kitten' })
  return { ...front, etag: put.headers['etag']! }
}

test('DeleteObject answers 204, whether the object was there or not', async () => {
  const { send } = await makeObject()
  for (const _ of [1, 2]) {
    const { status, text, headers } = await send('DELETE /photos/k')
    assert.deepEqual([status, text, headers['x-amz-delete-marker']], [204, '', undefined])
    assert.equal((await send('GET /photos/k')).outcome, '404 NoSuchKey')
  }
})

test('DeleteObject deletes that key and no other', async () => {
  const { send } = await makeFront()
  const keys = ['a', 'a/', 'a/b', 'a%20', '%F0%9F%98%80', 'a%2Fb%2F', '..', 'A']
  for (const key of keys) await send(`PUT /photos/${key}`, { body: key })
  await send('DELETE /photos/a/')
  for (const key of keys) {
    assert.equal((await send(`GET /photos/${key}`)).status, key === 'a/' ? 404 : 200, key)
  }
})

const modified = 'Fri, 20 Nov 2026 00:00:00 GMT'
const conditions: readonly (readonly [headers: (etag: string) => Record<string, string>, outcome: string])[] = [
  [(etag) => ({ 'if-match': etag }), '204'],
  [(etag) => ({ 'if-match': etag.replaceAll('"', '') }), '204'],
  [() => ({ 'if-match': '*' }), '204'],
  [() => ({ 'if-match': '"other"' }), '412 PreconditionFailed'],
  [() => ({ 'x-amz-if-match-size': '6' }), '204'],
  [() => ({ 'x-amz-if-match-size': '5' }), '412 PreconditionFailed'],
  [() => ({ 'x-amz-if-match-last-modified-time': modified }), '204'],
  [() => ({ 'x-amz-if-match-last-modified-time': modified.replace('00:00:00', '00:00:01') }), '412 PreconditionFailed'],
  [(etag) => ({ 'if-match': etag, 'x-amz-if-match-size': '5' }), '412 PreconditionFailed'],
  [(etag) => ({ 'if-match': etag, 'x-amz-if-match-size': '6' }), '204'],
]
for (const [headersOf, outcome] of conditions) {
  test(`DeleteObject with ${JSON.stringify(headersOf('etag'))} is ${outcome}, and 204 where there is nothing`, async () => {
    const { send, etag } = await makeObject()
    const headers = headersOf(etag)
    assert.equal((await send('DELETE /photos/k', { headers })).outcome, outcome)
    assert.equal((await send('HEAD /photos/k')).status, outcome === '204' ? 404 : 200)
    assert.equal((await send('DELETE /photos/none', { headers })).outcome, '204')
  })
}

const refused: readonly (readonly [line: string, headers: Record<string, string>, outcome: string])[] = [
  ['DELETE /photos/k', { 'x-amz-mfa': '1 2' }, '501 NotImplemented'],
  ['DELETE /photos/k', { 'x-amz-if-match-size': 'x' }, '400 InvalidArgument'],
  ['DELETE /photos/k', { 'x-amz-if-match-last-modified-time': 'x' }, '400 InvalidArgument'],
  ['DELETE /photos/k?versionId=x', {}, '400 InvalidArgument'],
  [`DELETE /photos/k?versionId=${'0'.repeat(32)}`, {}, '204'],
  ['DELETE /photos/k?versionId=', {}, '400 InvalidArgument'],
  ['DELETE /photos/k?tagging', {}, '204'],
]
for (const [line, headers, outcome] of refused) {
  test(`${line} with ${JSON.stringify(headers)} is ${outcome} and deletes nothing`, async () => {
    const { send } = await makeObject()
    assert.equal((await send(line, { headers })).outcome, outcome)
    assert.equal((await send('GET /photos/k')).text, 'kitten')
  })
}

test('DeleteObject of the version null deletes the object', async () => {
  const { send } = await makeObject()
  assert.equal((await send('DELETE /photos/k?versionId=null')).status, 204)
  assert.equal((await send('HEAD /photos/k')).status, 404)
})

test('of many deletions of a version under a condition, all are answered and the version is gone once', async () => {
  const { send, etag, buckets } = await makeObject()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => send('DELETE /photos/k', { headers: { 'if-match': etag } })),
  )
  assert.deepEqual(new Set(answers.map(({ outcome }) => outcome)), new Set(['204']))
  assert.deepEqual(await buckets.usage(await buckets.get('photos')), noUsage)
})

test('DeleteObject hides a version behind a delete marker, and of a version named removes it', async () => {
  const { send, assertLedger } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'kitten')
  const hidden = await send('DELETE /photos/k')
  const marker = hidden.headers['x-amz-version-id']!
  assert.deepEqual([hidden.status, hidden.headers['x-amz-delete-marker']], [204, 'true'])
  const removed = await send(`DELETE /photos/k?versionId=${marker}`)
  assert.deepEqual(
    [removed.status, removed.headers['x-amz-version-id'], removed.headers['x-amz-delete-marker']],
    [204, marker, 'true'],
  )
  assert.equal((await send('GET /photos/k')).text, 'kitten')
  for (let times = 0; times < 2; times++) {
    const gone = await send(`DELETE /photos/k?versionId=${id}`)
    assert.deepEqual(
      [gone.status, gone.headers['x-amz-version-id'], gone.headers['x-amz-delete-marker']],
      [204, id, undefined],
    )
  }
  assert.deepEqual((await send('GET /photos?versions')).elements('VersionId'), [])
  await assertLedger()
})

test('DeleteObject where versioning is suspended puts a null marker in the place of the null version', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'kept')
  await setVersioning(send, 'Suspended')
  await putVersion(send, 'k', 'null')
  const { headers } = await send('DELETE /photos/k')
  assert.deepEqual([headers['x-amz-version-id'], headers['x-amz-delete-marker']], ['null', 'true'])
  assert.deepEqual((await send('GET /photos?versions')).elements('VersionId'), ['null', id])
})

test('DeleteObject of a version needs another permission than of the current one', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'x')
  const remove = async (query: string) => (await send(`DELETE /photos/k${query}`, { account: otherAccountId })).status
  await allowOther(send, 's3:DeleteObject')
  assert.deepEqual([await remove(''), await remove(`?versionId=${id}`)], [204, 403])
  await allowOther(send, 's3:DeleteObjectVersion')
  assert.deepEqual([await remove(''), await remove(`?versionId=${id}`)], [403, 204])
})

test('DeleteObject under a condition looks at the version named', async () => {
  const { send } = await makeVersionedFront()
  const id = await putVersion(send, 'k', 'old')
  await putVersion(send, 'k', 'new')
  const { headers } = await send(`HEAD /photos/k?versionId=${id}`)
  const remove = async (etag: string) =>
    (await send(`DELETE /photos/k?versionId=${id}`, { headers: { 'if-match': etag } })).outcome
  assert.equal(await remove('"other"'), '412 PreconditionFailed')
  assert.equal(await remove(headers['etag']!), '204')
})
