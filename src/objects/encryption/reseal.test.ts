import assert from 'node:assert/strict'
import { createHash, hash } from 'node:crypto'
import { test } from 'node:test'
import { systemRandom } from '../../base/random.ts'
import type { BlobId } from '../../blobs/blob-store.ts'
import type { BlobExtent, Manifest } from '../extent.ts'
import { DataKeys, etagBytes } from './data-keys.ts'
import { resealedManifest, resealedPiece } from './reseal.ts'
import type { CustomerKey, Encryption } from './seal.ts'

const serverKey = { id: 'one', bytes: systemRandom.bytes(32) }
const dataKeys = new DataKeys({ current: () => serverKey, find: () => serverKey }, systemRandom)
const customerKey = (): CustomerKey => ({ bytes: systemRandom.bytes(32), md5: '' })
const [mine, other] = [customerKey(), customerKey()]

const encryptions: Readonly<Record<string, Encryption>> = {
  'SSE-S3': { kind: 'AES256' },
  'a customer key': { kind: 'SSE-C', key: mine },
  'another customer key': { kind: 'SSE-C', key: other },
}
const keyOf = (encryption: Encryption) => (encryption.kind === 'SSE-C' ? encryption.key : undefined)

const contentKeyOf = (text: string) => ({
  dataKey: dataKeys.make(),
  size: text.length,
  md5: hash('md5', text, 'buffer'),
})
const plain: BlobExtent = { kind: 'blob', id: '1-x' as BlobId, size: 5, crc32: 1 }

for (const [fromName, from] of Object.entries(encryptions)) {
  for (const [toName, to] of Object.entries(encryptions)) {
    test(`a piece under ${fromName} comes under ${toName}: the same bytes, and the ETag that goes with it`, async () => {
      const contentKey = contentKeyOf('hello')
      const piece = { ...plain, seal: await dataKeys.seal(contentKey, from) }
      const resealed = await resealedPiece(dataKeys, piece, keyOf(from), to)
      const { seal, ...rest } = resealed!.content
      assert.deepEqual(rest, plain)
      assert.equal(seal!.kind, to.kind)
      assert.notDeepEqual(seal, piece.seal)
      assert.deepEqual(await dataKeys.open(seal!, 5, keyOf(to)), contentKey)
      assert.deepEqual(resealed!.md5, etagBytes(contentKey, to.kind))
    })
  }
}

test('bytes must move where they are not encrypted, or are not to be', async () => {
  const sealed = { ...plain, seal: await dataKeys.seal(contentKeyOf('hello'), { kind: 'AES256' }) }
  assert.equal(await resealedPiece(dataKeys, plain, undefined, { kind: 'AES256' }), undefined)
  assert.equal(await resealedPiece(dataKeys, sealed, undefined, undefined), undefined)
  const part = (piece: BlobExtent) => ({ partNumber: 1, size: 5, md5: '', piece })
  const manifest = { parts: [part(sealed), part(plain)] }
  assert.equal(await resealedManifest(dataKeys, manifest, undefined, { kind: 'AES256' }), undefined)
})

test('a piece does not come from under a key that is not its own', async () => {
  const piece = { ...plain, seal: await dataKeys.seal(contentKeyOf('hello'), { kind: 'SSE-C', key: mine }) }
  await assert.rejects(resealedPiece(dataKeys, piece, other, { kind: 'AES256' }), { code: 'AccessDenied' })
})

test('all parts of a manifest come under another key, with the ETags that go with it; from SSE-C to SSE-S3, the MD5s', async () => {
  const texts = ['one', 'two', 'three']
  const from: Encryption = { kind: 'SSE-C', key: mine }
  const parts = await Promise.all(
    texts.map(async (text, index) => {
      const contentKey = contentKeyOf(text)
      const piece = { ...plain, size: text.length, seal: await dataKeys.seal(contentKey, from) }
      const md5 = etagBytes(contentKey, 'SSE-C').toString('hex')
      return { partNumber: index + 1, size: text.length, md5, checksum: text, piece }
    }),
  )
  const manifest: Manifest = { parts }
  const resealed = await resealedManifest(dataKeys, manifest, mine, { kind: 'AES256' })
  const md5s = texts.map((text) => hash('md5', text, 'hex'))
  assert.deepEqual(
    resealed!.content.parts.map(({ md5, checksum, partNumber }) => [partNumber, checksum, md5]),
    texts.map((text, index) => [index + 1, text, md5s[index]]),
  )
  const whole = createHash('md5')
  for (const md5 of md5s) whole.update(md5, 'hex')
  assert.deepEqual(resealed!.md5, whole.digest())
  const back = await resealedManifest(dataKeys, resealed!.content, undefined, from)
  assert.deepEqual(
    back!.content.parts.map(({ md5 }) => md5),
    parts.map(({ md5 }) => md5),
  )
})
