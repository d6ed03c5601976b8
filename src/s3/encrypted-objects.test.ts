/** Objects encrypted with SSE-S3, by header and by a bucket's default, and with SSE-C: written, read and told of. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checksumOf } from '../base/checksum/checksum.ts'
import { segmentContentSize as segment } from '../objects/encryption/segments.ts'
import {
  assertReads,
  assertTold,
  clientSide,
  defaultEncryption,
  etagOf,
  etagOfParts,
  keyHeader,
  makeEncrypting,
  md5,
  ofSource,
  putAppended,
  putParts,
  serverSide,
  textOf,
  ways,
  written,
  type Headers,
  type Way,
} from './encrypted.fixture.ts'
import { completeDocument, partOf, partSizeMin } from './test-bed.ts'

const sizes = [0, 1, 16, 17, 1000, segment - 1, segment, segment + 1, 3 * segment + 5]

for (const [name, way, bucketDefault] of written) {
  describe(`with ${name}`, () => {
    for (const size of sizes) {
      test(`an object of ${size} bytes is kept, read and told of`, async () => {
        const { send, assertLedger, faults } = await makeEncrypting(bucketDefault)
        const content = textOf(size)
        const put = await send('PUT /photos/k', { body: content, headers: way.asks })
        assert.equal(put.status, 200, put.text)
        assertTold(put, way)
        assert.equal(put.headers['etag'] === etagOf(content), way.kind !== 'SSE-C')
        await assertReads(send, 'k', content, way)
        assert.equal((await send('GET /photos?list-type=2')).element('Size'), String(size))
        await assertLedger()
        assert.deepEqual(faults, [])
      })
    }

    test('every range of an object is its own bytes', async () => {
      const { send } = await makeEncrypting(bucketDefault)
      const content = textOf(3 * segment + 5)
      const { length } = content
      await send('PUT /photos/k', { body: content, headers: way.asks })
      const ranges: readonly (readonly [range: string, start: number, end: number])[] = [
        ['0-0', 0, 1],
        [`${segment - 1}-${segment}`, segment - 1, segment + 1],
        [`${segment}-${segment}`, segment, segment + 1],
        [`${segment}-${2 * segment - 1}`, segment, 2 * segment],
        [`10-${2 * segment + 10}`, 10, 2 * segment + 11],
        ['-1', length - 1, length],
        [`-${segment}`, length - segment, length],
        ['5-', 5, length],
        [`${3 * segment}-`, 3 * segment, length],
        ['0-99999999', 0, length],
      ]
      for (const [range, start, end] of ranges) {
        const read = await send('GET /photos/k', { headers: { range: `bytes=${range}`, ...way.key } })
        assert.deepEqual(
          [read.status, read.headers['content-range']],
          [206, `bytes ${start}-${end - 1}/${length}`],
          range,
        )
        assert.ok(read.text === content.slice(start, end), range)
        assertTold(read, way)
      }
      const beyond = await send('GET /photos/k', { headers: { range: `bytes=${length}-`, ...way.key } })
      assert.equal(beyond.outcome, '416 InvalidRange')
    })

    test('a multipart object is read whole, by ranges and by parts, and told of', async () => {
      const { send, assertLedger } = await makeEncrypting(bucketDefault)
      const bodies = [textOf(partSizeMin), textOf(segment + 1)]
      const content = bodies.join('')
      const answer = await putParts(send, 'k', bodies, way)
      const etag = answer.element('ETag')!.replaceAll('&quot;', '"')
      assert.equal(etag === etagOfParts(bodies), way.kind !== 'SSE-C')
      assert.match(etag, /-2"$/)
      await assertReads(send, 'k', content, way)
      const range = { range: `bytes=${partSizeMin - 3}-${partSizeMin + 5}` }
      const across = await send('GET /photos/k', { headers: { ...range, ...way.key } })
      assert.ok(across.text === content.slice(partSizeMin - 3, partSizeMin + 6))
      const part = await send('GET /photos/k?partNumber=2', { headers: way.key })
      assert.deepEqual([part.status, part.headers['x-amz-mp-parts-count']], [206, '2'])
      assert.ok(part.text === bodies[1])
      const asked = { 'x-amz-object-attributes': 'ETag,ObjectParts,ObjectSize', ...way.key }
      const attributes = await send('GET /photos/k?attributes', { headers: asked })
      assert.deepEqual(
        [attributes.element('ETag'), attributes.element('ObjectSize'), attributes.element('PartsCount')],
        [etag.replaceAll('"', ''), String(content.length), '2'],
      )
      await assertLedger()
    })

    test('checksums are those of what was sent, and are verified', async () => {
      const { send, assertLedger } = await makeEncrypting(bucketDefault)
      for (const content of [textOf(5), textOf(segment + 5)]) {
        const value = checksumOf('SHA256', Buffer.from(content)).toString('base64')
        const sent = { 'x-amz-checksum-sha256': value, 'content-md5': md5(content).toString('base64'), ...way.asks }
        assert.equal(
          (await send('PUT /photos/k', { body: content, headers: sent })).headers['x-amz-checksum-sha256'],
          value,
        )
        const read = await send('GET /photos/k', { headers: { 'x-amz-checksum-mode': 'ENABLED', ...way.key } })
        assert.equal(read.headers['x-amz-checksum-sha256'], value)
        for (const wrong of [
          { 'content-md5': md5('other').toString('base64') },
          { 'x-amz-checksum-sha256': checksumOf('SHA256', Buffer.from('other')).toString('base64') },
        ]) {
          const refused = await send('PUT /photos/k', { body: content, headers: { ...way.asks, ...wrong } })
          assert.equal(refused.outcome, '400 BadDigest')
        }
        await assertReads(send, 'k', content, way)
      }
      await assertLedger()
    })

    test('a multipart checksum is that of the whole', async () => {
      const { send } = await makeEncrypting(bucketDefault)
      const bodies = [textOf(partSizeMin), textOf(9)]
      const asked = { 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'FULL_OBJECT' }
      const answer = await putParts(send, 'k', bodies, way, asked)
      const value = checksumOf('CRC64NVME', Buffer.from(bodies.join(''))).toString('base64')
      assert.equal(answer.element('ChecksumCRC64NVME'), value)
    })

    test('conditions are of the ETag that is told', async () => {
      const { send } = await makeEncrypting(bucketDefault)
      const put = await send('PUT /photos/k', { body: 'kitten', headers: way.asks })
      const etag = put.headers['etag']!
      const read = (condition: Headers) => send('GET /photos/k', { headers: { ...condition, ...way.key } })
      assert.equal((await read({ 'if-match': etag })).text, 'kitten')
      assert.equal((await read({ 'if-match': '"x"' })).outcome, '412 PreconditionFailed')
      assert.equal((await read({ 'if-none-match': etag })).status, 304)
      assert.equal((await read({ 'if-range': etag, range: 'bytes=0-1' })).text, 'ki')
      const replace = (condition: Headers) =>
        send('PUT /photos/k', { body: 'dog', headers: { ...condition, ...way.asks } })
      assert.equal((await replace({ 'if-none-match': '*' })).outcome, '412 PreconditionFailed')
      assert.equal((await replace({ 'if-match': etag })).status, 200)
      await assertReads(send, 'k', 'dog', way)
    })

    test('what is appended is encrypted as the object is', async () => {
      const { send, assertLedger } = await makeEncrypting(bucketDefault)
      const parts = [textOf(5), textOf(segment + 3), textOf(7)]
      await putAppended(send, 'k', parts.slice(0, 2), way)
      await send('PUT /photos?encryption', { body: defaultEncryption })
      assertTold(await send('PUT /photos/k?append', { body: parts[2]!, headers: way.key }), way)
      await assertReads(send, 'k', parts.join(''), way)
      await assertLedger()
    })

    test('an object that is renamed stays as it is', async () => {
      const { send, assertLedger } = await makeEncrypting(bucketDefault)
      const content = textOf(100)
      await send('PUT /photos/k', { body: content, headers: way.asks })
      const renamed = await send('PUT /photos/other?renameObject', { headers: { 'x-amz-rename-source': '/photos/k' } })
      assert.equal(renamed.status, 200, renamed.text)
      await assertReads(send, 'other', content, way)
      await assertLedger()
    })
  })
}

test('every version keeps its own encryption', async () => {
  const { send, assertLedger } = await makeEncrypting()
  await send('PUT /photos?versioning', {
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  })
  const versions: (readonly [id: string, content: string, way: Way])[] = []
  for (const way of Object.values(ways)) {
    const content = textOf(100)
    const { headers } = await send('PUT /photos/k', { body: content, headers: way.asks })
    versions.push([headers['x-amz-version-id']!, content, way])
  }
  await send('DELETE /photos/k')
  for (const [id, content, way] of versions) {
    await assertReads(send, `k?versionId=${id}`, content, way)
    const headers = { 'x-amz-copy-source': `/photos/k?versionId=${id}`, ...ofSource(way.key), ...serverSide.asks }
    assert.equal((await send('PUT /photos/k', { headers })).status, 200)
    await assertReads(send, 'k', content, serverSide)
  }
  const [sealed] = versions.find(([, , { kind }]) => kind === 'SSE-C')!
  assert.equal((await send(`GET /photos/k?versionId=${sealed}`)).outcome, '400 InvalidRequest')
  await assertLedger()
})

test("what was encrypted by the bucket's default is read when that is gone; what is written then is not encrypted", async () => {
  const { send } = await makeEncrypting(true)
  const content = textOf(100)
  await send('PUT /photos/k', { body: content })
  const uploadId = (await send('POST /photos/parts?uploads')).element('UploadId')!
  assert.equal((await send('DELETE /photos?encryption')).status, 204)
  await assertReads(send, 'k', content, serverSide)
  // What an upload was begun with holds for all of its parts.
  const part = await send(`PUT /photos/parts?partNumber=1&uploadId=${uploadId}`, { body: content })
  assertTold(part, serverSide)
  const body = completeDocument([partOf(1, part.headers['etag']!)])
  await send(`POST /photos/parts?uploadId=${uploadId}`, { body })
  await assertReads(send, 'parts', content, serverSide)
  await send('PUT /photos/new', { body: content })
  await assertReads(send, 'new', content, ways['no encryption'])
})

test('nothing that is stored shows what was sent encrypted, nor the key', async () => {
  for (const way of [serverSide, clientSide, { ...serverSide, asks: {} }]) {
    const { send, blobs, metadata } = await makeEncrypting(way !== clientSide)
    const content = textOf(40)
    const filled = (size: number): string => content.repeat(Math.ceil(size / 40)).slice(0, size)
    for (const size of [16, 1000, segment + 100]) {
      await send(`PUT /photos/${size}`, { body: filled(size), headers: way.asks })
    }
    await putParts(send, 'parts', [filled(partSizeMin), filled(100)], way)
    await send('PUT /photos/16?append', { body: filled(500), headers: way.key })
    await send('PUT /photos/copy', {
      headers: { 'x-amz-copy-source': '/photos/1000', ...ofSource(way.key), ...way.asks },
    })
    const secrets = [content.slice(0, 16), content.slice(8, 16)]
    const key = Reflect.get(way.key, keyHeader) as string | undefined
    const keys = key === undefined ? [] : [Buffer.from(key), Buffer.from(key, 'base64')]
    const assertSilent = (bytes: Uint8Array, where: string): void => {
      for (const secret of [...secrets.map((text) => Buffer.from(text)), ...keys]) {
        assert.equal(Buffer.from(bytes).includes(secret), false, where)
      }
    }
    const entries = metadata.records.scan(Buffer.of(0), Buffer.of(255), { limit: 1000 })
    assert.ok(entries.length > 10)
    for (const [record, value] of entries) assertSilent(Buffer.concat([record, value]), 'a record')
    for await (const { id, size } of blobs.list()) {
      for await (const chunk of blobs.get(id, { start: 0, end: size })) assertSilent(chunk, 'a blob')
    }
  }
})

test('what is under a former key of the server is read and copied when another has become the current one', async () => {
  const { send, keyring, assertLedger } = await makeEncrypting(true)
  const contents = new Map<string, string>()
  for (let round = 0; round < 3; round++) {
    const content = textOf(100)
    contents.set(`k${round}`, content)
    await send(`PUT /photos/k${round}`, { body: content })
    await keyring.rotate()
    await send(`PUT /photos/copy${round}`, { headers: { 'x-amz-copy-source': `/photos/k${round}` } })
    contents.set(`copy${round}`, content)
  }
  for (const [key, content] of contents) await assertReads(send, key, content, serverSide)
  await assertLedger()
})
