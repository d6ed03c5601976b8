import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { MasterKey, SealBroken } from './sealing.ts'

const key = (hex = systemRandom.bytes(32).toString('hex')) => new MasterKey(new Secret(hex), systemRandom)
const purpose = { kind: 'access key', name: 'AKIA1' }

test('what was sealed opens again, whatever it is', () => {
  const masterKey = key()
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, name) => {
      assert.equal(masterKey.open({ kind: 'k', name }, masterKey.seal({ kind: 'k', name }, text)), text)
    }),
    { numRuns: 100 },
  )
})

test('sealing twice gives two texts, under two data keys', () => {
  const masterKey = key()
  const [a, b] = [masterKey.seal(purpose, 'x'), masterKey.seal(purpose, 'x')]
  assert.notEqual(a.text, b.text)
  assert.notEqual(a.dataKey, b.dataKey)
})

test('a sealed text holds nothing of the clear one', () => {
  const sealed = JSON.stringify(key().seal(purpose, 'a very plain secret'))
  for (const form of ['a very plain secret', Buffer.from('a very plain secret').toString('base64').slice(0, 24)]) {
    assert.ok(!sealed.includes(form))
  }
})

test('a text moved to another record, or taken for another use, does not open', () => {
  const masterKey = key()
  const sealed = masterKey.seal(purpose, 'x')
  assert.throws(() => masterKey.open({ ...purpose, name: 'AKIA2' }, sealed), SealBroken)
  assert.throws(() => masterKey.open({ ...purpose, kind: 'check' }, sealed), SealBroken)
  assert.throws(() => masterKey.open(purpose, { ...sealed, dataKey: masterKey.seal(purpose, 'x').dataKey }), SealBroken)
})

test('a text with any bit changed does not open', () => {
  const masterKey = key()
  const sealed = masterKey.seal(purpose, 'x')
  for (const field of ['text', 'dataKey'] as const) {
    const bytes = Buffer.from(sealed[field], 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      assert.throws(() => masterKey.open(purpose, { ...sealed, [field]: changed.toString('base64') }), SealBroken)
    }
    for (const size of [0, 11, 27, bytes.length - 1]) {
      const cut = bytes.subarray(0, size).toString('base64')
      assert.throws(() => masterKey.open(purpose, { ...sealed, [field]: cut }), SealBroken)
    }
  }
})

test('another master key does not open it, and the message tells them apart without telling them', () => {
  const [mine, other] = [key(), key()]
  assert.notEqual(mine.id, other.id)
  assert.throws(() => other.open(purpose, mine.seal(purpose, 'x')), new RegExp(`${mine.id}.*${other.id}`))
  assert.ok(!mine.secret.reveal().includes(mine.id))
})

test('each label derives a key of its own, always the same', () => {
  const hex = systemRandom.bytes(32).toString('hex')
  const masterKey = key(hex)
  assert.equal(masterKey.derive('a').length, 32)
  assert.deepEqual(masterKey.derive('a'), key(hex).derive('a'))
  assert.notDeepEqual(masterKey.derive('a'), masterKey.derive('b'))
  assert.notEqual(masterKey.derive('a').toString('hex'), hex)
})

test('a key of another size is a bug', () => {
  assert.throws(() => key('00ff'), RangeError)
})
