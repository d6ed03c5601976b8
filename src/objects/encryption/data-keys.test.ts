import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { systemRandom } from '../../base/random.ts'
import { DataKeys, etagBytes, type ServerKeys } from './data-keys.ts'
import type { CustomerKey, Seal } from './seal.ts'

const keys = new Map(['one', 'two'].map((id) => [id, { id, bytes: systemRandom.bytes(32) }]))
const serverKeys: ServerKeys = { current: () => keys.get('one')!, find: (id) => keys.get(id) }
const dataKeys = new DataKeys(serverKeys, systemRandom)

const customerKey = (): CustomerKey => ({ bytes: systemRandom.bytes(32), md5: '' })
const key = customerKey()
const made = () => ({ dataKey: dataKeys.make(), size: 5, md5: hash('md5', 'hello', 'buffer') })
const under = { server: { kind: 'AES256' }, customer: { kind: 'SSE-C', key } } as const

for (const [whose, encryption] of Object.entries(under)) {
  const customer = encryption.kind === 'SSE-C' ? key : undefined

  test(`a seal under a key of the ${whose} opens to what was sealed`, async () => {
    const contentKey = made()
    const seal = await dataKeys.seal(contentKey, encryption)
    assert.deepEqual(await dataKeys.open(JSON.parse(JSON.stringify(seal)) as Seal, 5, customer), contentKey)
  })

  test(`a seal under a key of the ${whose} shows neither the data key nor the MD5, and is never twice the same`, async () => {
    const contentKey = made()
    const seals = [await dataKeys.seal(contentKey, encryption), await dataKeys.seal(contentKey, encryption)]
    assert.notEqual(seals[0]!.wrapped, seals[1]!.wrapped)
    for (const { wrapped } of seals) {
      const bytes = Buffer.from(wrapped, 'base64')
      assert.equal(bytes.length, 64)
      assert.equal(bytes.indexOf(contentKey.dataKey), -1)
      assert.equal(bytes.indexOf(contentKey.md5), -1)
    }
  })

  test(`a seal under a key of the ${whose} that was changed, or is of content of another size, does not open`, async () => {
    const seal = await dataKeys.seal(made(), encryption)
    const flipped = (text: string) => {
      const bytes = Buffer.from(text, 'base64')
      bytes[9]! ^= 4
      return bytes.toString('base64')
    }
    const changed: readonly (readonly [Seal, size: number])[] = [
      [seal, 6],
      [seal, 5 + 2 ** 32],
      [{ ...seal, wrapped: flipped(seal.wrapped) }, 5],
      [{ ...seal, salt: flipped(seal.salt) }, 5],
      [{ ...seal, wrapped: seal.wrapped.slice(4) }, 5],
      [{ ...seal, wrapped: '' }, 5],
    ]
    const fault = customer === undefined ? { name: 'ContentDamaged' } : { code: 'AccessDenied' }
    for (const [bad, size] of changed) await assert.rejects(dataKeys.open(bad, size, customer), fault)
  })
}

test('another customer key is answered AccessDenied', async () => {
  const seal = await dataKeys.seal(made(), under.customer)
  await assert.rejects(dataKeys.open(seal, 5, customerKey()), { code: 'AccessDenied', status: 403 })
})

test('a seal does not open as one under another key of the server, or as a customer’s', async () => {
  const seal = await dataKeys.seal(made(), under.server)
  assert.equal(seal.kind, 'AES256')
  await assert.rejects(dataKeys.open({ ...seal, keyId: 'two' }, 5, undefined), { name: 'ContentDamaged' })
  await assert.rejects(dataKeys.open({ ...seal, keyId: 'three' }, 5, undefined), {
    message: /three is not there/,
  })
  const { bytes } = keys.get('one')!
  const { salt, wrapped } = seal
  await assert.rejects(dataKeys.open({ kind: 'SSE-C', salt, wrapped }, 5, { bytes, md5: '' }), { code: 'AccessDenied' })
})

test('the ETag of SSE-S3 is the MD5; that of SSE-C is not, stays, and differs between data keys', () => {
  const contentKey = made()
  assert.deepEqual(etagBytes(contentKey, 'AES256'), contentKey.md5)
  const etag = etagBytes(contentKey, 'SSE-C')
  assert.equal(etag.length, 16)
  assert.notDeepEqual(etag, contentKey.md5)
  assert.deepEqual(etagBytes({ ...contentKey }, 'SSE-C'), etag)
  assert.notDeepEqual(etagBytes(made(), 'SSE-C'), etag)
})
