import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { insertAccount } from '../access/accounts.ts'
import { encodeRecord, accountKey } from '../access/records.ts'
import type { Quota } from '../access/quota.ts'
import { bytesIn, objectsIn, type Usage } from '../objects/usage.ts'
import { form, signed4 } from './post/test-bed.ts'
import {
  accountId,
  begin,
  completeDocument,
  makeFront,
  sendParts,
  type Answer,
  type Send,
  type Sent,
} from './test-bed.ts'

const versioned = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
const suspended = versioned.replace('Enabled', 'Suspended')
const soft = '<SoftDeleteConfiguration><Days>7</Days></SoftDeleteConfiguration>'
const encrypted = { 'x-amz-server-side-encryption': 'AES256' }
/** More than is kept among the records, so that it is a blob. */
const large = 'twenty bytes of text'

type Ask = readonly [line: string, sent?: Sent]

/** A request that stores something, and how much of it is new. */
interface Write {
  /** Done before, without a quota; what it answers is given to `ask`. */
  readonly before?: (send: Send) => Promise<string | void>
  readonly ask: (prepared: string) => Ask
  /** Bytes and objects of all kinds that it adds. */
  readonly adds: readonly [bytes: number, objects: number]
}

const all =
  (...asks: readonly Ask[]) =>
  async (send: Send): Promise<void> => {
    for (const [line, sent] of asks) {
      const { status, text } = await send(line, sent)
      assert.ok(status < 300, text)
    }
  }

const put = (body: string, more: Sent = {}): Ask => ['PUT /photos/k', { body, ...more }]
const source: Ask = ['PUT /photos/source', { body: large }]
const versions: Ask = ['PUT /photos?versioning', { body: versioned }]
const softDelete: Ask = ['PUT /photos?softDelete', { body: soft }]
const upload = (send: Send): Promise<string> => begin(send, 'k')
const component = (key: string): string => `<Component><Name>${key}</Name></Component>`
const composed = `<ComposeRequest>${component('source')}${component('source')}</ComposeRequest>`
const deletion = `<Delete>${['k', 'l'].map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`
const md5 = (text: string): string => createHash('md5').update(text).digest('base64')
const posted = (body: string): Sent =>
  form(signed4({ key: 'k' }, { conditions: [{ bucket: 'photos' }, { key: 'k' }] }), body)

const writes: Readonly<Record<string, Write>> = {
  'PutObject, small': { ask: () => put('text'), adds: [4, 1] },
  'PutObject, large': { ask: () => put(large), adds: [20, 1] },
  'PutObject of no bytes': { ask: () => put(''), adds: [0, 1] },
  'PutObject, encrypted': { ask: () => put(large, { headers: encrypted }), adds: [20, 1] },
  'PutObject over a smaller object': { before: all(put('text')), ask: () => put(large), adds: [16, 0] },
  'PutObject beside a version': { before: all(versions, put(large)), ask: () => put(large), adds: [20, 1] },
  'PutObject over the null version': {
    before: all(versions, put(large), ['PUT /photos?versioning', { body: suspended }], put('text')),
    ask: () => put(large),
    adds: [16, 0],
  },
  'PutObject over what is kept': { before: all(softDelete, put(large)), ask: () => put('text'), adds: [4, 1] },
  'PutObject over what is kept, larger': { before: all(softDelete, put('text')), ask: () => put(large), adds: [20, 1] },
  'PutObject behind a delete marker': {
    before: all(versions, put('text'), ['DELETE /photos/k']),
    ask: () => put(large),
    adds: [20, 1],
  },
  PostObject: { ask: () => ['POST /photos', posted(large)], adds: [20, 1] },
  'PostObject, small': { ask: () => ['POST /photos', posted('text')], adds: [4, 1] },
  UploadPart: {
    before: upload,
    ask: (id) => [`PUT /photos/k?partNumber=1&uploadId=${id}`, { body: large }],
    adds: [20, 0],
  },
  'UploadPart over a smaller part': {
    async before(send) {
      const id = await upload(send)
      await sendParts(send, 'k', id, ['text'])
      return id
    },
    ask: (id) => [`PUT /photos/k?partNumber=1&uploadId=${id}`, { body: large }],
    adds: [16, 0],
  },
  'UploadPartCopy of a whole object': {
    before: async (send) => (await all(source)(send), upload(send)),
    ask: (id) => [`PUT /photos/k?partNumber=1&uploadId=${id}`, { headers: { 'x-amz-copy-source': 'photos/source' } }],
    adds: [20, 0],
  },
  'UploadPartCopy of a range': {
    before: async (send) => (await all(source)(send), upload(send)),
    ask: (id) => [
      `PUT /photos/k?partNumber=1&uploadId=${id}`,
      { headers: { 'x-amz-copy-source': 'photos/source', 'x-amz-copy-source-range': 'bytes=1-18' } },
    ],
    adds: [18, 0],
  },
  // Its bytes are there already.
  CompleteMultipartUpload: {
    async before(send) {
      const id = await upload(send)
      const parts = await sendParts(send, 'k', id, [large])
      return JSON.stringify([id, completeDocument(parts)])
    },
    ask(prepared) {
      const [id, body] = JSON.parse(prepared) as [string, string]
      return [`POST /photos/k?uploadId=${id}`, { body }]
    },
    adds: [0, 1],
  },
  CopyObject: {
    before: all(source),
    ask: () => ['PUT /photos/k', { headers: { 'x-amz-copy-source': 'photos/source' } }],
    adds: [20, 1],
  },
  'CopyObject, encrypted anew': {
    before: all(source),
    ask: () => ['PUT /photos/k', { headers: { 'x-amz-copy-source': 'photos/source', ...encrypted } }],
    adds: [20, 1],
  },
  'AppendObject, of what is not there': {
    ask: () => put(large, { headers: { 'x-amz-write-offset-bytes': '0' } }),
    adds: [20, 1],
  },
  'AppendObject, in place': {
    before: all(put(large)),
    ask: () => ['PUT /photos/k?append', { body: large }],
    adds: [20, 0],
  },
  'AppendObject, small, to what has grown': {
    before: all(put(large), ['PUT /photos/k?append', { body: large }]),
    ask: () => ['PUT /photos/k?append', { body: 'text' }],
    adds: [4, 0],
  },
  'AppendObject by POST': {
    before: all(put(large)),
    ask: () => ['POST /photos/k?append&position=20', { body: 'text' }],
    adds: [4, 0],
  },
  'AppendObject beside a version': {
    before: all(versions, put(large)),
    ask: () => ['PUT /photos/k?append', { body: 'text' }],
    adds: [24, 1],
  },
  ComposeObject: {
    before: all(source),
    ask: () => ['PUT /photos/k?compose', { body: composed }],
    adds: [40, 1],
  },
  'ComposeObject, encrypted anew': {
    before: all(source),
    ask: () => ['PUT /photos/k?compose', { body: composed, headers: encrypted }],
    adds: [40, 1],
  },
  'RenameObject beside a delete marker': {
    before: all(versions, source),
    ask: () => ['PUT /photos/k?renameObject', { headers: { 'x-amz-rename-source': 'source' } }],
    adds: [20, 2],
  },
}

/** What is possible whatever the quota: it stores no more than there is. */
const harmless: Readonly<Record<string, Write>> = {
  'PutObject over an object as large': { before: all(put(large)), ask: () => put(large), adds: [0, 0] },
  'PutObject over a larger object': { before: all(put(large)), ask: () => put('text'), adds: [-16, 0] },
  'AppendObject of nothing': { before: all(put(large)), ask: () => ['PUT /photos/k?append'], adds: [0, 0] },
  'UploadPart over a larger part': {
    async before(send) {
      const id = await upload(send)
      await sendParts(send, 'k', id, [large])
      return id
    },
    ask: (id) => [`PUT /photos/k?partNumber=1&uploadId=${id}`, { body: 'text' }],
    adds: [-16, 0],
  },
  CreateMultipartUpload: { ask: () => ['POST /photos/k?uploads'], adds: [0, 0] },
  AbortMultipartUpload: {
    async before(send) {
      const id = await upload(send)
      await sendParts(send, 'k', id, [large])
      return id
    },
    ask: (id) => [`DELETE /photos/k?uploadId=${id}`],
    adds: [-20, 0],
  },
  MoveObject: {
    before: all(source),
    ask: () => ['MOVE /photos/source', { headers: { destination: 'k' } }],
    adds: [0, 0],
  },
  'MoveObject of versions': {
    before: all(versions, source, put('text')),
    ask: () => ['MOVE /photos/source', { headers: { destination: 'k' } }],
    adds: [0, 0],
  },
  'RenameObject over another': {
    before: all(source, put('text')),
    ask: () => ['PUT /photos/k?renameObject', { headers: { 'x-amz-rename-source': 'source' } }],
    adds: [-4, -1],
  },
  UndeleteObject: {
    before: all(softDelete, put(large), ['DELETE /photos/k']),
    ask: () => ['POST /photos/k?undelete'],
    adds: [0, 0],
  },
  'UndeleteObject over another': {
    before: all(softDelete, put(large), ['DELETE /photos/k'], put('text')),
    ask: () => ['POST /photos/k?undelete'],
    adds: [0, 0],
  },
  PutObjectTagging: {
    before: all(put(large)),
    ask: () => [
      'PUT /photos/k?tagging',
      { body: '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>' },
    ],
    adds: [0, 0],
  },
  DeleteObject: { before: all(put(large)), ask: () => ['DELETE /photos/k'], adds: [-20, -1] },
  'DeleteObject, kept for a while': {
    before: all(softDelete, put(large)),
    ask: () => ['DELETE /photos/k'],
    adds: [0, 0],
  },
  // Who deletes is never refused, though a delete marker is an object more.
  'DeleteObject that leaves a delete marker': {
    before: all(versions, put(large)),
    ask: () => ['DELETE /photos/k'],
    adds: [0, 1],
  },
  'DeleteObject of a version': {
    before: all(put(large)),
    ask: () => ['DELETE /photos/k?versionId=null'],
    adds: [-20, -1],
  },
  'DeleteObjects that leaves delete markers': {
    before: all(versions, put(large)),
    ask: () => ['POST /photos?delete', { body: deletion, headers: { 'content-md5': md5(deletion) } }],
    adds: [0, 2],
  },
}

/** What a quota is set on. */
const holders = ['bucket', 'account'] as const
type Holder = (typeof holders)[number]

async function prepare(write: Write) {
  const front = await makeFront()
  const { metadata, buckets, send } = front
  const account = { id: accountId, displayName: 'video', createdAt: 0 }
  await metadata.transact({ exclusive: [] }, (transaction) => insertAccount(transaction, account))
  // That of another bucket counts for the account alone.
  await send('PUT /other')
  await send('PUT /other/k', { body: 'elsewhere' })
  const prepared = (await write.before?.(send)) ?? ''
  const bucket = await buckets.get('photos')
  const usage = (of: Holder): Promise<Usage> =>
    of === 'bucket' ? buckets.usage(bucket) : buckets.usageOfAccount(accountId)
  async function setQuota(of: Holder, quota: Quota): Promise<void> {
    if (of === 'bucket') await buckets.update(bucket, (current) => ({ ...current, quota }))
    else {
      const value = encodeRecord({ version: 1, ...account, quota })
      await metadata.transact({ exclusive: [accountKey(accountId)] }, (transaction) =>
        transaction.set(accountKey(accountId), value),
      )
    }
  }
  const ask = (): Promise<Answer> => send(...write.ask(prepared))
  return { ...front, usage, setQuota, ask }
}

const passes = (answer: Answer): void => assert.ok(answer.status < 300 && !answer.text.includes('<Code>'), answer.text)

for (const of of holders) {
  describe(`a quota of the ${of}`, () => {
    for (const [name, write] of Object.entries(writes)) {
      test(`${name}: up to the quota it passes; one byte or object less, and nothing is changed`, async () => {
        const { usage, setQuota, ask, assertLedger, faults } = await prepare(write)
        const before = await usage(of)
        const [bytes, objects] = write.adds
        const [bytesMax, objectsMax] = [bytesIn(before) + bytes, objectsIn(before) + objects]
        const tooSmall: [string, Quota][] = [[`${of}/bytes`, { bytesMax: bytesMax - 1, objectsMax }]]
        if (bytes === 0) tooSmall.pop()
        if (objects > 0) tooSmall.push([`${of}/objects`, { bytesMax, objectsMax: objectsMax - 1 }])
        assert.ok(tooSmall.length > 0)
        for (const [quota, limits] of tooSmall) {
          await setQuota(of, limits)
          const answer = await ask()
          assert.equal(answer.outcome, '403 QuotaExceeded', answer.text)
          const [what, max, used, left] = ['Quota', 'QuotaMax', 'QuotaUsed', 'QuotaLeft'].map(answer.element)
          assert.equal(what, quota)
          const isBytes = quota.endsWith('bytes')
          assert.equal(Number(max), isBytes ? limits.bytesMax : limits.objectsMax)
          assert.equal(Number(used), isBytes ? bytesIn(before) : objectsIn(before))
          assert.equal(Number(left), Number(max) - Number(used))
          assert.deepEqual(await usage(of), before)
          await assertLedger()
        }
        await setQuota(of, { bytesMax, objectsMax })
        passes(await ask())
        const after = await usage(of)
        assert.deepEqual([bytesIn(after), objectsIn(after)], [bytesMax, objectsMax])
        await assertLedger()
        assert.deepEqual(faults, [])
      })
    }

    for (const [name, write] of Object.entries(harmless)) {
      test(`${name} is never refused, however far the quota is exceeded`, async () => {
        const { usage, setQuota, ask, assertLedger } = await prepare(write)
        const before = await usage(of)
        await setQuota(of, { bytesMax: 0, objectsMax: 0 })
        passes(await ask())
        const after = await usage(of)
        const [bytes, objects] = write.adds
        assert.deepEqual([bytesIn(after) - bytesIn(before), objectsIn(after) - objectsIn(before)], [bytes, objects])
        await assertLedger()
      })
    }

    test('what is deleted makes room', async () => {
      const { send, setQuota, usage } = await prepare({ before: all(put(large)), ask: () => put(large), adds: [0, 0] })
      const before = await usage(of)
      await setQuota(of, { bytesMax: bytesIn(before), objectsMax: objectsIn(before) })
      assert.equal((await send('PUT /photos/l', { body: large })).outcome, '403 QuotaExceeded')
      await send('DELETE /photos/k')
      assert.equal((await send('PUT /photos/l', { body: large })).outcome, '200')
      assert.equal((await send('PUT /photos/m', { body: 'x' })).outcome, '403 QuotaExceeded')
    })
  })
}

test('of two quotas the tighter holds; a bucket without one is not held to that of another', async () => {
  const { send, setQuota } = await prepare({ ask: () => put(''), adds: [0, 1] })
  await setQuota('account', { bytesMax: 9 + 40 })
  await setQuota('bucket', { bytesMax: 30 })
  assert.equal((await send('PUT /photos/a', { body: large })).outcome, '200')
  assert.equal((await send('PUT /photos/b', { body: large })).element('Quota'), 'bucket/bytes')
  assert.equal((await send('PUT /other/b', { body: large })).outcome, '200')
  assert.equal((await send('PUT /photos/c', { body: 'x' })).element('Quota'), 'account/bytes')
  assert.equal((await send('PUT /other/c', { body: 'x' })).element('Quota'), 'account/bytes')
  await setQuota('account', {})
  assert.equal((await send('PUT /photos/c', { body: 'x' })).outcome, '200')
})
