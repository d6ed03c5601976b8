import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

const versioned = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'

describe('RenameObject', () => {
  for (const source of ['a/%C3%BC', '/photos/a/%C3%BC', '/a/%C3%BC']) {
    test(`of ${source}`, async () => {
      const { send, assertLedger } = await makeFront()
      await send('PUT /photos/a/%C3%BC', { body: 'text' })
      assert.equal(
        (await send('PUT /photos/b?renameObject', { headers: { 'x-amz-rename-source': source } })).outcome,
        '200',
      )
      assert.equal((await send('GET /photos/b')).text, 'text')
      assert.equal((await send('GET /photos/a/%C3%BC')).status, 404)
      await assertLedger()
    })
  }

  test('where the bucket keeps versions: a new one there, a delete marker here', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos?versioning', { body: versioned })
    await send('PUT /photos/a', { body: 'a' })
    await send('PUT /photos/b', { body: 'b' })
    assert.equal((await send('PUT /photos/b?renameObject', { headers: { 'x-amz-rename-source': 'a' } })).outcome, '200')
    assert.equal((await send('GET /photos/a')).headers['x-amz-delete-marker'], 'true')
    assert.equal((await send('GET /photos/b')).text, 'a')
    assert.deepEqual((await send('GET /photos?versions')).elements('Key'), ['a', 'a', 'b', 'b'])
    await assertLedger()
  })

  const conditions: readonly (readonly [headers: Record<string, string>, there: string, absent: string])[] = [
    [{}, '200', '200'],
    [{ 'if-none-match': '*' }, '412 PreconditionFailed', '200'],
    [{ 'if-match': '"other"' }, '412 PreconditionFailed', '412 PreconditionFailed'],
    [{ 'if-match': '*' }, '200', '412 PreconditionFailed'],
    [{ 'if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' }, '412 PreconditionFailed', '200'],
    [{ 'if-modified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' }, '200', '412 PreconditionFailed'],
    [{ 'x-amz-rename-source-if-match': '"other"' }, '412 PreconditionFailed', '412 PreconditionFailed'],
    [{ 'x-amz-rename-source-if-none-match': '"other"' }, '200', '200'],
    [{ 'x-amz-rename-source-if-none-match': '*' }, '412 PreconditionFailed', '412 PreconditionFailed'],
    [
      { 'x-amz-rename-source-if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' },
      '412 PreconditionFailed',
      '412 PreconditionFailed',
    ],
  ]
  for (const [headers, there, absent] of conditions) {
    test(`with ${JSON.stringify(headers)} is ${there} over an object, ${absent} where there is none`, async () => {
      for (const [state, outcome] of [
        ['there', there],
        ['absent', absent],
      ]) {
        const { send } = await makeFront()
        await send('PUT /photos/a', { body: 'a' })
        if (state === 'there') await send('PUT /photos/b', { body: 'b' })
        const sent = { headers: { 'x-amz-rename-source': 'a', ...headers } }
        assert.equal((await send('PUT /photos/b?renameObject', sent)).outcome, outcome)
        assert.equal((await send('GET /photos/a')).status, outcome === '200' ? 404 : 200)
      }
    })
  }

  test('repeated with its token is done once, and another rename with it is refused', async () => {
    const { send } = await makeFront()
    await send('PUT /photos/a', { body: 'a' })
    const headers = { 'x-amz-rename-source': 'a', 'x-amz-client-token': 'token-1' }
    for (let time = 0; time < 3; time++)
      assert.equal((await send('PUT /photos/b?renameObject', { headers })).outcome, '200')
    await send('PUT /photos/a', { body: 'again' })
    assert.equal((await send('PUT /photos/c?renameObject', { headers })).outcome, '400 IdempotentParameterMismatch')
    const bad = { ...headers, 'x-amz-client-token': 'x'.repeat(65) }
    assert.equal((await send('PUT /photos/c?renameObject', { headers: bad })).outcome, '400 InvalidArgument')
    assert.equal((await send('GET /photos/b')).text, 'a')
  })

  test('of nothing, of itself, and without a source is refused', async () => {
    const { send } = await makeFront()
    await send('PUT /photos/a', { body: 'a' })
    const rename = async (headers: Record<string, string>) =>
      (await send('PUT /photos/a?renameObject', { headers })).outcome
    assert.equal(await rename({ 'x-amz-rename-source': 'none' }), '404 NoSuchKey')
    assert.equal(await rename({ 'x-amz-rename-source': 'a' }), '400 InvalidRequest')
    assert.equal(await rename({}), '400 InvalidRequest')
    assert.equal((await send('GET /photos/a')).text, 'a')
  })

  test('needs to be allowed to read and delete the source', async () => {
    const { send, buckets } = await makeFront()
    await send('PUT /photos/a', { body: 'a' })
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        ...{ Effect: 'Allow', Principal: { AWS: otherAccountId } },
        ...{ Action: ['s3:PutObject', 's3:GetObject'], Resource: 'arn:aws:s3:::photos/*' },
      },
    })
    await buckets.update(await buckets.get('photos'), (current) => ({ ...current, policy }))
    const sent = { headers: { 'x-amz-rename-source': 'a' }, account: otherAccountId }
    assert.equal((await send('PUT /photos/b?renameObject', sent)).outcome, '403 AccessDenied')
    assert.equal((await send('GET /photos/a')).text, 'a')
  })
})
