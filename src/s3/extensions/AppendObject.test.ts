import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { checksumOf } from '../../base/checksum/checksum.ts'
import { makeFront, otherAccountId, putInParts, partSizeMin } from '../test-bed.ts'

const large = (text: string): string => text.repeat(30)
const md5 = (text: string | Uint8Array): Buffer => createHash('md5').update(text).digest()

describe('the dialects of appending', () => {
  test('PUT ?append (Wasabi) adds to the end, and says what became of the object', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos/k', { body: 'one,', headers: { 'content-type': 'text/csv', 'x-amz-meta-colour': 'red' } })
    const answer = await send('PUT /photos/k?append', {
      body: large('two,'),
      headers: { 'content-type': 'text/plain' },
    })
    const etag = `"${md5(Buffer.concat([md5('one,'), md5(large('two,'))])).toString('hex')}-2"`
    assert.deepEqual(
      [
        answer.status,
        answer.headers['etag'],
        answer.headers['x-amz-object-size'],
        answer.headers['x-rgw-next-append-position'],
      ],
      [200, etag, '124', '124'],
    )
    const read = await send('GET /photos/k')
    assert.deepEqual(
      [read.text, read.headers['etag'], read.headers['content-type']],
      [`one,${large('two,')}`, etag, 'text/csv'],
    )
    assert.equal(read.headers['x-amz-meta-colour'], 'red')
    assert.equal((await send('GET /photos/k', { headers: { range: 'bytes=2-7' } })).text, 'e,two,')
    assert.equal((await send('HEAD /photos/k?partNumber=2')).headers['content-length'], '120')
    await assertLedger()
  })

  test('PUT ?append of what is not there is refused, unless it begins at 0', async () => {
    const { send } = await makeFront()
    assert.equal((await send('PUT /photos/k?append', { body: 'x' })).outcome, '404 NoSuchKey')
    const headers = { 'x-amz-write-offset-bytes': '0', 'content-type': 'text/plain', 'x-amz-meta-a': 'b' }
    assert.equal((await send('PUT /photos/k?append', { body: 'x', headers })).status, 200)
    const read = await send('GET /photos/k')
    assert.deepEqual([read.text, read.headers['content-type'], read.headers['x-amz-meta-a']], ['x', 'text/plain', 'b'])
  })

  test('PutObject with x-amz-write-offset-bytes (AWS) adds where the object ends, and nowhere else', async () => {
    const { send, assertLedger } = await makeFront()
    const at = (offset: number, body: string) =>
      send('PUT /photos/k', { body, headers: { 'x-amz-write-offset-bytes': String(offset) } })
    assert.equal((await at(3, 'x')).outcome, '404 NoSuchKey')
    assert.equal((await at(0, 'one')).status, 200)
    assert.equal((await at(0, 'one')).outcome, '400 InvalidWriteOffset')
    const answer = await at(3, 'two')
    assert.deepEqual([answer.status, answer.headers['x-amz-object-size']], [200, '6'])
    for (const offset of [0, 3, 7]) assert.equal((await at(offset, large('x'))).outcome, '400 InvalidWriteOffset')
    assert.equal((await send('GET /photos/k')).text, 'onetwo')
    assert.equal((await send('PUT /photos/k', { headers: { 'x-amz-write-offset-bytes': '-1' } })).status, 400)
    await assertLedger()
  })

  for (const method of ['PUT', 'POST']) {
    test(`${method} ?append&position= (Ceph, OSS) says where to go on`, async () => {
      const { send } = await makeFront()
      const at = (position: number, body: string) => send(`${method} /photos/k?append&position=${position}`, { body })
      const first = await at(0, 'one')
      assert.deepEqual([first.status, first.headers['x-rgw-next-append-position']], [200, '3'])
      const wrong = await at(0, 'two')
      assert.deepEqual(
        [wrong.outcome, wrong.headers['x-rgw-next-append-position'], wrong.headers['x-oss-next-append-position']],
        ['409 PositionNotEqualToLength', '3', '3'],
      )
      assert.equal((await at(3, 'two')).headers['x-oss-next-append-position'], '6')
      assert.equal((await send('GET /photos/k')).text, 'onetwo')
    })
  }

  test('two positions that differ are refused', async () => {
    const { send } = await makeFront()
    const headers = { 'x-amz-write-offset-bytes': '1' }
    assert.equal((await send('PUT /photos/k?append&position=0', { headers })).outcome, '400 InvalidArgument')
  })
})

describe('an append', () => {
  test('to a multipart object keeps its parts', async () => {
    const { send, assertLedger } = await makeFront()
    await putInParts(send, 'k', ['a'.repeat(partSizeMin), 'b'])
    const { headers } = await send('PUT /photos/k?append', { body: 'c' })
    assert.match(headers['etag']!, /-3"$/)
    assert.equal((await send('GET /photos/k?partNumber=3')).text, 'c')
    assert.equal((await send('GET /photos/k?partNumber=2')).text, 'b')
    await assertLedger()
  })

  test('is guarded by If-Match', async () => {
    const { send } = await makeFront()
    const { headers } = await send('PUT /photos/k', { body: 'one' })
    const guarded = { 'if-match': headers['etag']! }
    assert.equal((await send('PUT /photos/k?append', { body: 'two', headers: guarded })).status, 200)
    assert.equal(
      (await send('PUT /photos/k?append', { body: 'two', headers: guarded })).outcome,
      '412 PreconditionFailed',
    )
    assert.equal((await send('GET /photos/k')).text, 'onetwo')
  })

  test('makes a new version where the bucket keeps them', async () => {
    const { send, assertLedger } = await makeFront()
    await send('PUT /photos?versioning', {
      body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
    })
    const first = await send('PUT /photos/k', { body: 'one' })
    const second = await send('PUT /photos/k?append', { body: 'two' })
    assert.equal((await send('GET /photos/k')).text, 'onetwo')
    const [before, after] = [first, second].map(({ headers }) => headers['x-amz-version-id']!)
    assert.notEqual(before, after)
    assert.equal((await send(`GET /photos/k?versionId=${before}`)).text, 'one')
    await send('DELETE /photos/k')
    assert.equal((await send('PUT /photos/k?append', { body: 'three' })).outcome, '404 NoSuchKey')
    await assertLedger()
  })

  test('declares checksums of its own bytes, and answers that of the object', async () => {
    const { send, assertLedger } = await makeFront()
    const crc = (text: string) => checksumOf('CRC32', Buffer.from(text)).toString('base64')
    await send('PUT /photos/k', { body: 'one', headers: { 'x-amz-checksum-crc32': crc('one') } })
    const bad = { 'x-amz-checksum-crc32': crc('two') }
    assert.equal((await send('PUT /photos/k?append', { body: large('x'), headers: bad })).outcome, '400 BadDigest')
    const answer = await send('PUT /photos/k?append', { body: 'two', headers: bad })
    assert.equal(answer.headers['x-amz-checksum-crc32'], crc('onetwo'))
    const head = await send('HEAD /photos/k', { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
    assert.deepEqual(
      [head.headers['x-amz-checksum-crc32'], head.headers['x-amz-checksum-type']],
      [crc('onetwo'), 'FULL_OBJECT'],
    )
    await assertLedger()
  })

  test('to an object under a client’s key needs that key', async () => {
    const { send, keyring, assertLedger } = await makeFront()
    await keyring.ensure()
    const headersOf = (text: string) => ({
      'x-amz-server-side-encryption-customer-algorithm': 'AES256',
      'x-amz-server-side-encryption-customer-key': Buffer.from(text.repeat(32)).toString('base64'),
      'x-amz-server-side-encryption-customer-key-md5': md5(text.repeat(32)).toString('base64'),
    })
    assert.equal((await send('PUT /photos/k', { body: large('a'), headers: headersOf('K'), secure: true })).status, 200)
    const append = (headers: Record<string, string>) =>
      send('PUT /photos/k?append', { body: 'b', headers, secure: true })
    assert.equal((await append({})).outcome, '400 InvalidRequest')
    assert.equal((await append(headersOf('L'))).outcome, '403 AccessDenied')
    assert.equal((await append(headersOf('K'))).status, 200)
    assert.equal((await send('GET /photos/k', { headers: headersOf('K'), secure: true })).text, `${large('a')}b`)
    await send('PUT /photos/plain', { body: 'a' })
    assert.equal(
      (await send('PUT /photos/plain?append', { body: 'b', headers: headersOf('K'), secure: true })).outcome,
      '400 InvalidRequest',
    )
    await assertLedger()
  })

  test('to an encrypted object is encrypted', async () => {
    const { send, keyring } = await makeFront()
    await keyring.ensure()
    await send('PUT /photos/k', { body: large('a'), headers: { 'x-amz-server-side-encryption': 'AES256' } })
    const answer = await send('PUT /photos/k?append', { body: 'b' })
    assert.equal(answer.headers['x-amz-server-side-encryption'], 'AES256')
    assert.equal((await send('GET /photos/k')).text, `${large('a')}b`)
    await send('PUT /photos/plain', { body: 'a' })
    const asked = { 'x-amz-server-side-encryption': 'AES256' }
    assert.equal((await send('PUT /photos/plain?append', { body: 'b', headers: asked })).outcome, '400 InvalidRequest')
  })

  test('cannot tag or lock, and is for those who may write', async () => {
    const { send } = await makeFront()
    await send('PUT /photos/k', { body: 'a' })
    for (const headers of [{ 'x-amz-tagging': 'a=b' }, { 'x-amz-object-lock-legal-hold': 'ON' }]) {
      assert.equal((await send('PUT /photos/k?append', { body: 'b', headers })).outcome, '501 NotImplemented')
      const offset = { ...headers, 'x-amz-write-offset-bytes': '1' }
      assert.equal((await send('PUT /photos/k', { body: 'b', headers: offset })).outcome, '501 NotImplemented')
    }
    assert.equal(
      (await send('PUT /photos/k?append', { body: 'b', account: otherAccountId })).outcome,
      '403 AccessDenied',
    )
    assert.equal((await send('GET /photos/k')).text, 'a')
  })

  test('is not there where it is switched off', async () => {
    const { send } = await makeFront({ toggles: { 'ext.append': false } })
    await send('PUT /photos/k', { body: 'a' })
    assert.equal((await send('PUT /photos/k?append', { body: 'b' })).outcome, '501 NotImplemented')
    assert.equal((await send('POST /photos/k?append&position=1', { body: 'b' })).outcome, '501 NotImplemented')
    const headers = { 'x-amz-write-offset-bytes': '1' }
    assert.equal((await send('PUT /photos/k', { body: 'b', headers })).outcome, '501 NotImplemented')
  })
})
