import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

const versioned = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'

describe('MOVE', () => {
  for (const destination of ['b/%C3%BC%20x', '/b/%C3%BC%20x', Buffer.from('b/ü x').toString('latin1')]) {
    test(`with Destination: ${destination} gives an object another key`, async () => {
      const { send, assertLedger } = await makeFront()
      await send('PUT /photos/a', { body: 'text', headers: { 'content-type': 'text/plain' } })
      const answer = await send('MOVE /photos/a', { headers: { destination } })
      assert.deepEqual([answer.status, answer.element('Key'), answer.element('Destination')], [200, 'a', 'b/ü x'])
      assert.equal((await send('GET /photos/a')).status, 404)
      const read = await send('GET /photos/b/%C3%BC%20x')
      assert.deepEqual([read.text, read.headers['content-type']], ['text', 'text/plain'])
      await assertLedger()
    })
  }

  test('overwrites where that is asked for, in any case of letters', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos/b', { body: 'b' })
    for (const [overwrite, outcome] of [
      [undefined, '412 PreconditionFailed'],
      ['false', '412 PreconditionFailed'],
      ['False', '412 PreconditionFailed'],
      ['yes', '400 InvalidArgument'],
      ['True', '200'],
      ['true', '200'],
    ] as const) {
      await send('PUT /photos/a', { body: 'a' })
      const headers = { destination: 'b', ...(overwrite === undefined ? {} : { overwrite }) }
      assert.equal((await send('MOVE /photos/a', { headers })).outcome, outcome)
      assert.equal((await send('GET /photos/a')).status, outcome === '200' ? 404 : 200)
    }
    assert.equal((await send('GET /photos/b')).text, 'a')
    await assertLedger()
  })

  test('takes all versions along, and becomes the newest', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos?versioning', { body: versioned })
    for (const body of ['1', '2']) await send('PUT /photos/a', { body })
    await send('PUT /photos/b', { body: 'b' })
    assert.equal((await send('MOVE /photos/a', { headers: { destination: 'b' } })).status, 200)
    const { text, elements } = await send('GET /photos?versions')
    assert.deepEqual(elements('Key'), ['b', 'b', 'b'], text)
    assert.equal((await send('GET /photos/b')).text, '2')
    await assertLedger()
  })

  const refused: readonly (readonly [line: string, headers: Record<string, string>, outcome: string])[] = [
    ['MOVE /photos/a', {}, '400 InvalidRequest'],
    ['MOVE /photos/a', { destination: '' }, '400 InvalidArgument'],
    ['MOVE /photos/a', { destination: '/' }, '400 InvalidArgument'],
    ['MOVE /photos/a', { destination: 'x%00' }, '400 InvalidArgument'],
    ['MOVE /photos/a', { destination: '\xff' }, '400 InvalidArgument'],
    ['MOVE /photos/a', { destination: 'x'.repeat(1025) }, '400 KeyTooLongError'],
    ['MOVE /photos/a', { destination: 'a' }, '400 InvalidRequest'],
    ['MOVE /photos/none', { destination: 'x' }, '404 NoSuchKey'],
    ['MOVE /none/a', { destination: 'x' }, '404 NoSuchBucket'],
    ['MOVE /photos', { destination: 'x' }, '501 NotImplemented'],
    ['MOVE /photos/', { destination: 'x' }, '501 NotImplemented'],
  ]
  for (const [line, headers, outcome] of refused) {
    test(`${line} with ${JSON.stringify(headers).slice(0, 40)} is ${outcome}`, async () => {
      const { send } = await makeFront()
      await send('PUT /photos/a', { body: 'a' })
      assert.equal((await send(line, { headers })).outcome, outcome)
      assert.equal((await send('GET /photos/a')).text, 'a')
    })
  }

  test('needs to be allowed to write there, and to read and delete here', async () => {
    const all = ['s3:PutObject b', 's3:GetObject a', 's3:DeleteObject a']
    for (const missing of [...all, undefined]) {
      const { send, buckets } = await makeFront()
      await send('PUT /photos/a', { body: 'a' })
      const Statement = all
        .filter((allowed) => allowed !== missing)
        .map((allowed) => allowed.split(' '))
        .map(([Action, key]) => ({
          ...{ Effect: 'Allow', Principal: { AWS: otherAccountId }, Action },
          Resource: `arn:aws:s3:::photos/${key}`,
        }))
      const policy = JSON.stringify({ Version: '2012-10-17', Statement })
      await buckets.update(await buckets.get('photos'), (current) => ({ ...current, policy }))
      const answer = await send('MOVE /photos/a', { headers: { destination: 'b' }, account: otherAccountId })
      assert.equal(answer.outcome, missing === undefined ? '200' : '403 AccessDenied')
    }
  })

  test('is not there where it is switched off', async () => {
    const { send } = await makeFront({ toggles: { 'ext.rename': false } })
    await send('PUT /photos/a', { body: 'a' })
    assert.equal((await send('MOVE /photos/a', { headers: { destination: 'b' } })).outcome, '501 NotImplemented')
  })
})

describe('MOVE of a prefix', () => {
  const prefix = { 'x-wasabi-prefix': 'True' }

  test('moves all that begins with it, and tells of each', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos?versioning', { body: versioned })
    for (const key of ['old/1', 'old/2/x', 'old', 'older', 'other']) await send(`PUT /photos/${key}`, { body: key })
    await send('PUT /photos/old/gone', { body: 'x' })
    await send('DELETE /photos/old/gone')
    const answer = await send('MOVE /photos/old/', { headers: { ...prefix, destination: 'new/' } })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.elements('Key'), ['old/1', 'old/2/x', 'old/gone'])
    assert.deepEqual(answer.elements('Destination'), ['new/1', 'new/2/x', 'new/gone'])
    const keys = (await send('GET /photos?list-type=2')).elements('Key')
    assert.deepEqual(keys, ['new/1', 'new/2/x', 'old', 'older', 'other'])
    assert.equal((await send('GET /photos/new/2/x')).text, 'old/2/x')
    await assertLedger()
  })

  test('tells of errors, and moves the rest; quiet, of nothing else; again, it goes on', async () => {
    const { send, assertLedger } = await makeFront()
    for (const key of ['a/1', 'a/2', 'a/3', 'b/2']) await send(`PUT /photos/${key}`, { body: key })
    const headers = { ...prefix, destination: 'b/', 'x-wasabi-quiet': 'true' }
    const answer = await send('MOVE /photos/a/', { headers })
    assert.equal(answer.status, 200)
    assert.deepEqual([answer.elements('Key'), answer.elements('Code')], [['a/2'], ['PreconditionFailed']])
    assert.equal(answer.elements('Moved').length, 0)
    assert.deepEqual((await send('GET /photos?list-type=2')).elements('Key'), ['a/2', 'b/1', 'b/2', 'b/3'])
    const again = await send('MOVE /photos/a/', { headers: { ...headers, overwrite: 'true' } })
    assert.equal(again.elements('Error').length, 0)
    assert.deepEqual((await send('GET /photos?list-type=2')).elements('Key'), ['b/1', 'b/2', 'b/3'])
    assert.equal((await send('GET /photos/b/2')).text, 'a/2')
    await assertLedger()
  })

  test('to a longer one moves each object once, however often it is asked', async () => {
    const { send } = await makeFront()
    for (const key of ['a0', 'aa', 'ax', 'az']) await send(`PUT /photos/${key}`, { body: key })
    for (let time = 0; time < 2; time++) {
      assert.equal(
        (await send('MOVE /photos/a', { headers: { ...prefix, destination: 'a-old/' } })).elements('Error').length,
        0,
      )
      assert.deepEqual((await send('GET /photos?list-type=2')).elements('Key'), [
        'a-old/0',
        'a-old/a',
        'a-old/x',
        'a-old/z',
      ])
    }
  })

  test('where a key would begin with the prefix again, it stays', async () => {
    const { send } = await makeFront()
    for (const key of ['x/x/1', 'x/2']) await send(`PUT /photos/${key}`, { body: key })
    const answer = await send('MOVE /photos/x/', { headers: { ...prefix, destination: '/y' } })
    assert.deepEqual((await send('GET /photos?list-type=2')).elements('Key'), ['y2', 'yx/1'], answer.text)
    await send('PUT /photos/aab', { body: 'x' })
    await send('PUT /photos/aaab', { body: 'x' })
    const back = await send('MOVE /photos/aa', { headers: { ...prefix, destination: 'a' } })
    assert.deepEqual([back.elements('Key'), back.elements('Code')], [['aaab', 'aab'], ['InvalidRequest']])
    assert.deepEqual((await send('GET /photos?list-type=2&prefix=a')).elements('Key'), ['aaab', 'ab'])
  })

  test('of more than are moved at a time', async () => {
    const { send, assertLedger } = await makeFront()
    for (let index = 0; index < 230; index++) await send(`PUT /photos/a/${index}`, { body: 'x' })
    assert.equal(
      (await send('MOVE /photos/a/', { headers: { ...prefix, destination: 'b/' } })).elements('Moved').length,
      230,
    )
    assert.equal((await send('GET /photos?list-type=2&prefix=b/')).elements('Key').length, 230)
    await assertLedger()
  })
})
