import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeFront, otherAccountId } from '../test-bed.ts'

const days = (count: number | string): string =>
  `<SoftDeleteConfiguration><Days>${count}</Days></SoftDeleteConfiguration>`

async function softFront() {
  const front = await makeFront()
  assert.equal((await front.send('PUT /photos?softDelete', { body: days(7) })).status, 200)
  return front
}

describe('soft delete', () => {
  test('is configured on the bucket', async () => {
    const { send, buckets } = await makeFront()
    const now = async () => (await send('GET /photos?softDelete')).element('Days')
    assert.equal(await now(), '0')
    for (const [count, status] of [
      [90, 200],
      [3650, 200],
      [3651, 400],
      [-1, 400],
      ['x', 400],
      ['', 400],
    ] as const)
      assert.equal((await send('PUT /photos?softDelete', { body: days(count) })).status, status, String(count))
    assert.equal(await now(), '3650')
    assert.equal((await send('PUT /photos?softDelete', { body: '<Other/>' })).outcome, '400 MalformedXML')
    await send('PUT /photos?softDelete', { body: days(0) })
    assert.equal((await buckets.get('photos')).softDeleteDays, undefined)
    await send('PUT /photos?softDelete', { body: days(5) })
    assert.equal((await send('DELETE /photos?softDelete')).status, 204)
    assert.equal(await now(), '0')
  })

  test('is on for buckets made where the profile says so', async () => {
    const { send } = await makeFront({ profile: 'kontenum' })
    await send('PUT /other')
    assert.equal((await send('GET /other?softDelete')).element('Days'), '90')
  })

  test('keeps what is deleted or replaced, lists it, and gives it back', async () => {
    const { send, clock, assertLedger } = await softFront()
    await send('PUT /photos/k', { body: 'one', headers: { 'content-type': 'text/plain' } })
    clock.ms += 10
    await send('PUT /photos/k', { body: 'two!' })
    clock.ms += 10
    await send('DELETE /photos/k')
    assert.equal((await send('GET /photos/k')).status, 404)
    const listed = await send('GET /photos?deleted')
    assert.deepEqual(
      [listed.elements('Key'), listed.elements('Size')],
      [
        ['k', 'k'],
        ['4', '3'],
      ],
    )
    assert.equal(Date.parse(listed.element('PurgeAfter')!) - Date.parse(listed.element('Deleted')!), 7 * 86_400_000)
    const back = await send('POST /photos/k?undelete')
    assert.deepEqual([back.status, back.headers['x-amz-object-size']], [200, '4'])
    assert.equal((await send('GET /photos/k')).text, 'two!')
    const id = (await send('GET /photos?deleted')).element('DeletedId')!
    assert.equal((await send(`POST /photos/k?undelete&deletedId=${id}`)).status, 200)
    const read = await send('GET /photos/k')
    assert.deepEqual([read.text, read.headers['content-type']], ['one', 'text/plain'])
    await assertLedger()
  })

  test('a list is paged, and keys are encoded as asked', async () => {
    const { send, clock } = await softFront()
    for (const key of ['a%201', 'a%201', 'b']) {
      await send(`PUT /photos/${key}`, { body: key })
      clock.ms += 10
    }
    for (const key of ['a%201', 'b']) await send(`DELETE /photos/${key}`)
    const first = await send('GET /photos?deleted&max-keys=1&encoding-type=url')
    assert.deepEqual(
      [first.element('Key'), first.element('IsTruncated'), first.element('NextMarker')],
      ['a%201', 'true', 'a%201'],
    )
    const marker = `marker=a%201&deleted-id-marker=${first.element('NextDeletedIdMarker')}`
    assert.deepEqual((await send(`GET /photos?deleted&${marker}`)).elements('Key'), ['a 1', 'b'])
    assert.deepEqual((await send('GET /photos?deleted&marker=a%201')).elements('Key'), ['b'])
    assert.deepEqual((await send('GET /photos?deleted&prefix=a')).elements('Key'), ['a 1', 'a 1'])
    assert.equal((await send('GET /photos?deleted&deleted-id-marker=x')).outcome, '400 InvalidArgument')
    assert.equal((await send('GET /photos?deleted&marker=a&deleted-id-marker=x')).outcome, '400 InvalidArgument')
    assert.equal((await send('GET /photos?deleted&max-keys=0')).elements('Key').length, 0)
  })

  test('what is purged cannot be had back', async () => {
    const { send, assertLedger } = await softFront()
    await send('PUT /photos/k', { body: 'one' })
    await send('DELETE /photos/k')
    const id = (await send('GET /photos?deleted')).element('DeletedId')!
    assert.equal((await send(`DELETE /photos/k?deleted&deletedId=${id}`)).status, 204)
    assert.equal((await send(`DELETE /photos/k?deleted&deletedId=${id}`)).outcome, '404 NoSuchVersion')
    assert.equal((await send('POST /photos/k?undelete')).outcome, '404 NoSuchKey')
    await assertLedger()
  })

  test('an undelete is guarded by If-None-Match', async () => {
    const { send } = await softFront()
    await send('PUT /photos/k', { body: 'one' })
    await send('PUT /photos/k', { body: 'two' })
    const headers = { 'if-none-match': '*' }
    assert.equal((await send('POST /photos/k?undelete', { headers })).outcome, '412 PreconditionFailed')
    assert.equal((await send('GET /photos?deleted')).elements('Key').length, 1)
  })

  test('is for those who are allowed', async () => {
    const { send } = await softFront()
    await send('PUT /photos/k', { body: 'one' })
    await send('DELETE /photos/k')
    const id = (await send('GET /photos?deleted')).element('DeletedId')!
    for (const line of [
      'GET /photos?deleted',
      'GET /photos?softDelete',
      'DELETE /photos?softDelete',
      'POST /photos/k?undelete',
      `DELETE /photos/k?deleted&deletedId=${id}`,
    ])
      assert.equal((await send(line, { account: otherAccountId })).outcome, '403 AccessDenied', line)
    const body = days(0)
    assert.equal((await send('PUT /photos?softDelete', { body, account: otherAccountId })).outcome, '403 AccessDenied')
  })
})
