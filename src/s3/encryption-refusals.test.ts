/** What is refused of requests that encrypt or decrypt: wrong and missing keys, contradictions, and what is not done. Nothing is stored then, and no key told. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { segmentContentSize as segment } from '../objects/encryption/segments.ts'
import {
  algorithmHeader,
  assertReads,
  clientSide,
  keyA,
  keyB,
  keyHeader,
  keyHeaders,
  makeEncrypting,
  md5,
  md5Header,
  prefix,
  putAppended,
  serverSide,
  textOf,
  ways,
  type Headers,
} from './encrypted.fixture.ts'
import { encryptionFor, keyOf } from './keys-of-clients.ts'
import { completeDocument, makeFront, partOf } from './test-bed.ts'

describe("uploads under a client's key", () => {
  test('take no part without it or with another, and no part with one where there is none', async () => {
    const { send, assertLedger } = await makeEncrypting()
    const sealed = (await send('POST /photos/k?uploads', { headers: keyA })).element('UploadId')!
    const open = (await send('POST /photos/k?uploads')).element('UploadId')!
    for (const [uploadId, headers] of [
      [sealed, {}],
      [sealed, keyB],
      [open, keyA],
    ] as const) {
      const line = `PUT /photos/k?partNumber=1&uploadId=${uploadId}`
      assert.equal((await send(line, { body: 'kitten', headers })).outcome, '400 InvalidRequest')
      const parts = await send(`GET /photos/k?uploadId=${uploadId}`)
      assert.deepEqual(parts.elements('PartNumber'), [])
    }
    await assertLedger()
  })

  test('are listed and completed with it or without, and not with another; a repeated completion is told the same', async () => {
    const { send } = await makeEncrypting()
    const begun = await send('POST /photos/k?uploads', { headers: keyA })
    const uploadId = begun.element('UploadId')!
    const part = await send(`PUT /photos/k?partNumber=1&uploadId=${uploadId}`, { body: 'kitten', headers: keyA })
    const body = completeDocument([partOf(1, part.headers['etag']!)])
    const complete = (headers: Headers) => send(`POST /photos/k?uploadId=${uploadId}`, { body, headers })
    const list = (headers: Headers) => send(`GET /photos/k?uploadId=${uploadId}`, { headers })
    for (const key of [{}, keyA]) assert.equal((await list(key)).element('Size'), '6')
    assert.equal((await list(keyB)).outcome, '400 InvalidRequest')
    assert.equal((await complete(keyB)).outcome, '400 InvalidRequest')
    const completed = await complete(keyA)
    assert.equal(completed.status, 200, completed.text)
    for (const key of [keyA, {}]) assert.equal((await complete(key)).element('ETag'), completed.element('ETag'))
    await assertReads(send, 'k', 'kitten', clientSide)
  })
})

test('an upload with a checksum algorithm is neither listed nor completed without its key, as AWS has it', async () => {
  const { send } = await makeEncrypting()
  const headers = { ...keyA, 'x-amz-checksum-algorithm': 'CRC32' }
  const uploadId = (await send('POST /photos/k?uploads', { headers })).element('UploadId')!
  const part = await send(`PUT /photos/k?partNumber=1&uploadId=${uploadId}`, { body: 'kitten', headers: keyA })
  const body = completeDocument([partOf(1, part.headers['etag']!)])
  for (const key of [{}, keyB]) {
    assert.equal((await send(`GET /photos/k?uploadId=${uploadId}`, { headers: key })).outcome, '400 InvalidRequest')
    const refused = await send(`POST /photos/k?uploadId=${uploadId}`, { body, headers: key })
    assert.equal(refused.outcome, '400 InvalidRequest')
  }
  assert.equal((await send(`GET /photos/k?uploadId=${uploadId}`, { headers: keyA })).element('Size'), '6')
  assert.equal((await send(`POST /photos/k?uploadId=${uploadId}`, { body, headers: keyA })).outcome, '200')
  await assertReads(send, 'k', 'kitten', clientSide)
})

describe("reads of what is under a client's key", () => {
  const lines = ['GET /photos/k', 'HEAD /photos/k', 'GET /photos/k?attributes', 'GET /photos/k?partNumber=1']
  const wrongMd5 = { ...keyA, [md5Header]: md5('x').toString('base64') }
  const refusals: readonly (readonly [what: string, headers: Headers, status: number, code: string])[] = [
    ['no key', {}, 400, 'InvalidRequest'],
    ['another key', keyB, 403, 'AccessDenied'],
    ['another key with the MD5 of the right one', { ...keyB, [md5Header]: keyA[md5Header]! }, 400, 'InvalidArgument'],
    ['the MD5 of something else', wrongMd5, 400, 'InvalidArgument'],
    ['a key too short', keyHeaders(randomBytes(16)), 400, 'InvalidArgument'],
    ['another algorithm', { ...keyA, [algorithmHeader]: 'AES128' }, 400, 'InvalidEncryptionAlgorithmError'],
    ['no algorithm', { [keyHeader]: keyA[keyHeader]! }, 400, 'InvalidArgument'],
    ['a demand for SSE-S3', { ...keyA, [prefix]: 'AES256' }, 400, 'InvalidArgument'],
  ]
  for (const content of [textOf(10), textOf(segment + 1), '']) {
    for (const [what, headers, status, code] of refusals) {
      test(`with ${what} are ${code}, of ${content.length} bytes`, async () => {
        const { send, faults } = await makeEncrypting()
        const etag = (await send('PUT /photos/k', { body: content, headers: keyA })).headers['etag']!
        await assertReads(send, 'k', content, clientSide)
        const asked = { 'x-amz-object-attributes': 'ETag' }
        for (const line of lines) {
          for (const condition of [{}, { 'if-none-match': etag }]) {
            const answer = await send(line, { headers: { ...asked, ...headers, ...condition } })
            assert.equal(answer.outcome, line.startsWith('HEAD') ? String(status) : `${status} ${code}`, line)
            for (const secret of [keyA, keyB, headers].map((key) => key[keyHeader])) {
              if (secret === undefined) continue
              assert.ok(!`${answer.text}${JSON.stringify(answer.headers)}`.includes(secret), 'the key is told')
            }
          }
        }
        assert.deepEqual(faults, [])
      })
    }
  }

  test('leave nothing in memory that opens to another key, or to none', async () => {
    const { send, objects, heads, buckets } = await makeEncrypting()
    await send('PUT /photos/k', { body: 'kitten', headers: keyA })
    await assertReads(send, 'k', 'kitten', clientSide)
    const bucket = await buckets.get('photos')
    const located = { bucket, key: 'k', head: await heads.get(bucket, 'k') }
    const range = { start: 0, end: 6 }
    const other = { bytes: Buffer.from(keyB[keyHeader]!, 'base64'), md5: keyA[md5Header]! }
    await assert.rejects(objects.read(located, range, other), { code: 'AccessDenied' })
    await assert.rejects(objects.read(located, range), /without the key/)
  })

  test('in parts are refused with another key before the first byte', async () => {
    const { send } = await makeEncrypting()
    await putAppended(send, 'k', [textOf(100), textOf(segment)], clientSide)
    assert.equal((await send('GET /photos/k', { headers: keyB })).outcome, '403 AccessDenied')
    assert.equal((await send('GET /photos/k')).outcome, '400 InvalidRequest')
  })

  test('with a key are refused where the object has none', async () => {
    const { send } = await makeEncrypting()
    for (const way of [ways['no encryption'], serverSide]) {
      await send('PUT /photos/k', { body: 'kitten', headers: way.asks })
      for (const line of lines) {
        const answer = await send(line, { headers: { 'x-amz-object-attributes': 'ETag', ...keyA } })
        assert.equal(answer.outcome, line.startsWith('HEAD') ? '400' : '400 InvalidRequest')
      }
    }
  })
})

describe('writes that ask for what cannot be', () => {
  const requests = ['PUT /photos/k', 'POST /photos/k?uploads', 'PUT /photos/k?append&position=0']
  const refusals: readonly (readonly [what: string, headers: Headers, outcome: string])[] = [
    ['a key service', { [prefix]: 'aws:kms' }, '501 NotImplemented'],
    ['a key service twice over', { [prefix]: 'aws:kms:dsse' }, '501 NotImplemented'],
    ['a key of a key service', { [prefix]: 'aws:kms', [`${prefix}-aws-kms-key-id`]: 'x' }, '501 NotImplemented'],
    ['a key id and no key service', { [`${prefix}-aws-kms-key-id`]: 'x' }, '400 InvalidArgument'],
    ['SSE-S3 and SSE-C', { [prefix]: 'AES256', ...keyA }, '400 InvalidArgument'],
    ['a method that is none', { [prefix]: 'AES512' }, '400 InvalidArgument'],
    ['a key without MD5', { [algorithmHeader]: 'AES256', [keyHeader]: keyA[keyHeader]! }, '400 InvalidArgument'],
    ['an MD5 of another key', { ...keyA, [md5Header]: keyB[md5Header]! }, '400 InvalidArgument'],
    ['a key of 31 bytes', keyHeaders(randomBytes(31)), '400 InvalidArgument'],
    ['a key that is not base64', { ...keyA, [keyHeader]: '*'.repeat(44) }, '400 InvalidArgument'],
    ['another algorithm for its key', { ...keyA, [algorithmHeader]: 'aes256' }, '400 InvalidEncryptionAlgorithmError'],
  ]
  for (const [what, headers, outcome] of refusals) {
    test(`${what}: ${outcome}, and nothing is stored`, async () => {
      const { send, assertLedger, blobCount } = await makeEncrypting()
      for (const line of requests) {
        const answer = await send(line, { headers, body: line.includes('uploads') ? '' : textOf(100) })
        assert.equal(answer.outcome, outcome, line)
        const secret = headers[keyHeader]
        if (secret !== undefined) assert.ok(!answer.text.includes(secret))
      }
      await send('PUT /photos/source', { body: 'kitten' })
      const copied = await send('PUT /photos/k', { headers: { 'x-amz-copy-source': '/photos/source', ...headers } })
      assert.equal(copied.outcome, outcome)
      assert.equal((await send('HEAD /photos/k')).status, 404)
      assert.deepEqual((await send('GET /photos?uploads')).elements('UploadId'), [])
      assert.equal(await blobCount(), 0)
      await assertLedger()
    })
  }

  test('whatever let the request in, its key is not taken where plain HTTP is not', () => {
    const sent = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: keyA[keyHeader], SSECustomerKeyMD5: keyA[md5Header] }
    const asking = (http: string, secure: boolean) =>
      ({ request: { secure }, bucket: {}, services: { toggles: () => ({ http }) } }) as unknown as Parameters<
        typeof keyOf
      >[1]
    for (const http of ['deny', 'redirect']) {
      for (const take of [keyOf, encryptionFor]) {
        assert.throws(() => take(sent, asking(http, false)), { code: 'InvalidRequest', message: /secure connection/ })
        assert.ok(take(sent, asking(http, true)))
      }
      assert.equal(keyOf({}, asking(http, false)), undefined)
    }
    for (const http of ['allow', 'local']) assert.ok(keyOf(sent, asking(http, false)))
  })

  for (const http of ['deny', 'redirect'] as const) {
    test(`a key comes by HTTPS only where plain HTTP is ${http}`, async () => {
      const { send } = await makeFront({ toggles: { http } })
      const put = (secure: boolean) => send('PUT /photos/k', { body: 'kitten', headers: keyA, secure })
      assert.notEqual((await put(false)).status, 200)
      assert.equal((await put(true)).status, 200)
      assert.notEqual((await send('GET /photos/k', { headers: keyA })).status, 200)
      assert.equal((await send('GET /photos/k', { headers: keyA, secure: true })).text, 'kitten')
    })
  }
})
