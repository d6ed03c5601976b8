/** Copies between encryptions: whatever both sides say, the content is the source's, the keys are those asked for, and bytes move only where they must. */
import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { checksumOf } from '../base/checksum/checksum.ts'
import { segmentContentSize as segment } from '../objects/encryption/segments.ts'
import {
  algorithmHeader,
  assertReads,
  assertTold,
  clientSide,
  etagOf,
  etagOfParts,
  keyA,
  keyB,
  makeEncrypting,
  ofSource,
  putAppended,
  putParts,
  serverSide,
  textOf,
  ways,
} from './encrypted.fixture.ts'
import { inlineSizeMax } from '../objects/test-bed.ts'
import { completeDocument, partOf, partSizeMin } from './test-bed.ts'

describe('CopyObject', () => {
  const sources: Readonly<Record<string, readonly string[]>> = {
    'of nothing': [''],
    'among the records': [textOf(16)],
    'in a blob': [textOf(segment + 100)],
    'in parts': [textOf(5), textOf(segment + 3), textOf(100)],
  }
  for (const [fromName, from] of Object.entries(ways)) {
    for (const [toName, to] of Object.entries(ways)) {
      for (const [where, bodies] of Object.entries(sources)) {
        test(`of an object ${where} from ${fromName} to ${toName}`, async () => {
          const { send, blobs, assertLedger, faults } = await makeEncrypting()
          const content = bodies.join('')
          await putAppended(send, 'k', bodies, from)
          const puts = mock.method(blobs, 'put')
          const gets = mock.method(blobs, 'get')
          const headers = { 'x-amz-copy-source': '/photos/k', ...ofSource(from.key), ...to.asks }
          const copied = await send('PUT /photos/copy', { headers })
          assert.equal(copied.status, 200, copied.text)
          assertTold(copied, to)
          const shares = from.sealed === to.sealed
          if (shares) assert.deepEqual([puts.mock.callCount(), gets.mock.callCount()], [0, 0], 'bytes were moved')
          const etag = copied.element('ETag')!.replaceAll('&quot;', '"')
          const plainEtag = shares && bodies.length > 1 ? etagOfParts(bodies) : etagOf(content)
          assert.equal(etag === plainEtag, to.kind !== 'SSE-C', etag)
          assert.equal((await send('HEAD /photos/copy', { headers: to.key })).headers['etag'], etag)
          await assertReads(send, 'copy', content, to)
          await assertReads(send, 'k', content, from)
          await assertLedger()
          await send('DELETE /photos/k')
          await assertReads(send, 'copy', content, to)
          await assertLedger()
          assert.deepEqual(faults, [])
        })
      }
    }
  }

  for (const [fromName, from] of Object.entries(ways)) {
    for (const [toName, to] of Object.entries(ways)) {
      if (toName === 'no encryption') continue
      test(`of an object onto itself changes its encryption from ${fromName} to ${toName}`, async () => {
        const { send, assertLedger, faults } = await makeEncrypting()
        const content = textOf(1000)
        await send('PUT /photos/k', { body: content, headers: from.asks })
        const headers = { 'x-amz-copy-source': '/photos/k', ...ofSource(from.key), ...to.asks }
        const copied = await send('PUT /photos/k', { headers })
        assert.equal(copied.status, 200, copied.text)
        await assertReads(send, 'k', content, to)
        await assertLedger()
        assert.deepEqual(faults, [])
      })
    }
  }

  test('goes by the default of the bucket copied to, not by the source', async () => {
    const { send } = await makeEncrypting(true)
    await send('PUT /plain')
    await send('PUT /photos/k', { body: 'kitten' })
    const out = await send('PUT /plain/k', { headers: { 'x-amz-copy-source': '/photos/k' } })
    assertTold(out, ways['no encryption'])
    assert.equal((await send('GET /plain/k')).text, 'kitten')
    assertTold(await send('PUT /photos/back', { headers: { 'x-amz-copy-source': '/plain/k' } }), serverSide)
    await assertReads(send, 'back', 'kitten', serverSide)
  })

  test('keeps the checksum, and computes another from under a key', async () => {
    const { send } = await makeEncrypting()
    const content = textOf(segment + 7)
    const crc32 = checksumOf('CRC32', Buffer.from(content)).toString('base64')
    const sha1 = checksumOf('SHA1', Buffer.from(content)).toString('base64')
    await send('PUT /photos/k', { body: content, headers: { ...keyA, 'x-amz-checksum-crc32': crc32 } })
    for (const to of Object.values(ways)) {
      const headers = { 'x-amz-copy-source': '/photos/k', ...ofSource(keyA), ...to.asks }
      assert.equal((await send('PUT /photos/copy', { headers })).element('ChecksumCRC32'), crc32)
      const other = await send('PUT /photos/copy', { headers: { ...headers, 'x-amz-checksum-algorithm': 'SHA1' } })
      assert.equal(other.element('ChecksumSHA1'), sha1)
    }
  })

  test('from parts that are moved has the checksum of the whole, where theirs was of their checksums', async () => {
    const { send } = await makeEncrypting()
    const bodies = [textOf(partSizeMin), textOf(12)]
    await putParts(send, 'k', bodies, ways['no encryption'], { 'x-amz-checksum-algorithm': 'SHA256' })
    const copied = await send('PUT /photos/copy', { headers: { 'x-amz-copy-source': '/photos/k', ...serverSide.asks } })
    const value = checksumOf('SHA256', Buffer.from(bodies.join(''))).toString('base64')
    assert.deepEqual([copied.element('ChecksumSHA256'), copied.element('ChecksumType')], [value, 'FULL_OBJECT'])
  })

  for (const [what, headers, outcome] of [
    ['without the key of its source', {}, '400 InvalidRequest'],
    ['with another key for its source', ofSource(keyB), '403 AccessDenied'],
    ['with half a key for its source', ofSource({ [algorithmHeader]: 'AES256' }), '400 InvalidArgument'],
    ["with its source's key in the wrong headers", keyA, '400 InvalidRequest'],
  ] as const) {
    test(`${what} is ${outcome}, and nothing is stored`, async () => {
      const { send, assertLedger, blobCount } = await makeEncrypting()
      await send('PUT /photos/k', { body: textOf(100), headers: keyA })
      const before = await blobCount()
      const copied = await send('PUT /photos/copy', { headers: { 'x-amz-copy-source': '/photos/k', ...headers } })
      assert.equal(copied.outcome, outcome)
      assert.equal((await send('HEAD /photos/copy')).status, 404)
      assert.equal(await blobCount(), before)
      await assertLedger()
    })
  }

  test('with a key for a source that has none is refused', async () => {
    const { send } = await makeEncrypting()
    await send('PUT /photos/k', { body: 'kitten', headers: serverSide.asks })
    const headers = { 'x-amz-copy-source': '/photos/k', ...ofSource(keyA) }
    assert.equal((await send('PUT /photos/copy', { headers })).outcome, '400 InvalidRequest')
  })

  test('that a condition refuses leaves nothing behind', async () => {
    const { send, assertLedger, blobCount } = await makeEncrypting()
    await send('PUT /photos/k', { body: textOf(100), headers: keyA })
    await send('PUT /photos/copy', { body: 'kitten' })
    const before = await blobCount()
    for (const to of Object.values(ways)) {
      const headers = { 'x-amz-copy-source': '/photos/k', 'if-none-match': '*', ...ofSource(keyA), ...to.asks }
      assert.equal((await send('PUT /photos/copy', { headers })).outcome, '412 PreconditionFailed')
    }
    assert.equal(await blobCount(), before)
    await assertLedger()
  })
})

describe('UploadPartCopy', () => {
  for (const [fromName, from] of Object.entries(ways)) {
    for (const [toName, to] of Object.entries(ways)) {
      test(`from ${fromName} to ${toName}: whole objects, parts and ranges`, async () => {
        const { send, blobs, assertLedger, faults } = await makeEncrypting()
        const whole = textOf(segment + 9)
        const bodies = [textOf(1000), textOf(segment + 20), textOf(3)]
        const inParts = bodies.join('')
        await send('PUT /photos/whole', { body: whole, headers: from.asks })
        await putAppended(send, 'parts', bodies, from)
        const moves = from.sealed !== to.sealed
        const cases: readonly (readonly [source: string, range: string, content: string, moves: boolean])[] = [
          ['whole', '', whole, moves],
          ['whole', `0-${segment + 8}`, whole, moves],
          ['whole', `${segment - 1}-${segment}`, whole.slice(segment - 1, segment + 1), true],
          ['parts', '0-999', bodies[0]!, moves],
          ['parts', `1000-${segment + 1019}`, bodies[1]!, moves],
          ['parts', `3-${segment + 1021}`, inParts.slice(3, segment + 1022), true],
          ['parts', '', inParts, true],
        ]
        const keys = new Map<string, string>()
        for (const [source, range, content, movesBytes] of cases) {
          const key = `copy${keys.size}`
          keys.set(key, content)
          const uploadId = (await send(`POST /photos/${key}?uploads`, { headers: to.asks })).element('UploadId')!
          const puts = mock.method(blobs, 'put')
          const ranged = range === '' ? {} : { 'x-amz-copy-source-range': `bytes=${range}` }
          const headers = { 'x-amz-copy-source': `/photos/${source}`, ...ranged, ...ofSource(from.key), ...to.key }
          const part = await send(`PUT /photos/${key}?partNumber=1&uploadId=${uploadId}`, { headers })
          assert.equal(part.status, 200, part.text)
          assertTold(part, to)
          // What is small enough lies among the records.
          assert.equal(
            puts.mock.callCount(),
            movesBytes && content.length > inlineSizeMax ? 1 : 0,
            `${source} ${range}`,
          )
          puts.mock.restore()
          const etag = part.element('ETag')!.replaceAll('&quot;', '"')
          assert.equal(etag === etagOf(content), to.kind !== 'SSE-C')
          const document = { body: completeDocument([partOf(1, etag)]), headers: to.key }
          const completed = await send(`POST /photos/${key}?uploadId=${uploadId}`, document)
          assert.equal(completed.status, 200, completed.text)
        }
        for (const [key, content] of keys) await assertReads(send, key, content, to)
        await assertReads(send, 'parts', inParts, from)
        for (const source of ['whole', 'parts']) await send(`DELETE /photos/${source}`)
        for (const [key, content] of keys) await assertReads(send, key, content, to)
        await assertLedger()
        assert.deepEqual(faults, [])
      })
    }
  }

  for (const [what, from, headers, outcome] of [
    ['without the key of its source', clientSide, keyA, '400 InvalidRequest'],
    ['with another key for its source', clientSide, { ...keyA, ...ofSource(keyB) }, '403 AccessDenied'],
    ['with a key for a source that has none', serverSide, { ...keyA, ...ofSource(keyA) }, '400 InvalidRequest'],
    ['without the key of its upload', clientSide, ofSource(keyA), '400 InvalidRequest'],
    ['with another key than that of its upload', clientSide, { ...keyB, ...ofSource(keyA) }, '400 InvalidRequest'],
  ] as const) {
    test(`${what} is ${outcome}`, async () => {
      const { send, assertLedger } = await makeEncrypting()
      await send('PUT /photos/k', { body: textOf(100), headers: from.asks })
      const uploadId = (await send('POST /photos/copy?uploads', { headers: keyA })).element('UploadId')!
      const line = `PUT /photos/copy?partNumber=1&uploadId=${uploadId}`
      const answer = await send(line, { headers: { 'x-amz-copy-source': '/photos/k', ...headers } })
      assert.equal(answer.outcome, outcome)
      assert.equal((await send(`GET /photos/copy?uploadId=${uploadId}`)).element('PartNumber'), undefined)
      await assertLedger()
    })
  }

  test('to an upload without encryption refuses a key for a source that has none', async () => {
    const { send } = await makeEncrypting()
    await send('PUT /photos/k', { body: textOf(100) })
    const uploadId = (await send('POST /photos/copy?uploads')).element('UploadId')!
    const headers = { 'x-amz-copy-source': '/photos/k', ...ofSource(keyA) }
    const answer = await send(`PUT /photos/copy?partNumber=1&uploadId=${uploadId}`, { headers })
    assert.equal(answer.outcome, '400 InvalidRequest')
  })
})
