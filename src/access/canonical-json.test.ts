import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Secret } from '../base/secret.ts'
import { canonicalJson, type Json } from './canonical-json.ts'

test('members stand in order of their names, at every depth, without white space', () => {
  assert.equal(
    canonicalJson({ b: [1, { d: null, c: true }], a: 'ä "x"' }),
    '{"a":"ä \\"x\\"","b":[1,{"c":true,"d":null}]}',
  )
})

test('what says the same is written the same, and what is read from it is written so again', () => {
  const shuffled = (value: Json): Json => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(shuffled)
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, member]) => [name, shuffled(member)]),
    )
  }
  fc.assert(
    fc.property(fc.jsonValue() as fc.Arbitrary<Json>, (value) => {
      const text = canonicalJson(value)
      assert.equal(canonicalJson(shuffled(value)), text)
      assert.equal(canonicalJson(JSON.parse(text) as Json), text)
    }),
  )
})

test('a secret does not fit, by type and in fact', () => {
  const secret = new Secret('x')
  // @ts-expect-error A Secret is no Json.
  assert.throws(() => canonicalJson(secret), TypeError)
  // @ts-expect-error Neither is what holds one.
  assert.throws(() => canonicalJson({ a: [secret] }), TypeError)
  for (const other of [undefined, Symbol('x'), () => 1, Number.NaN, Infinity, 1n, new Map(), { a: undefined }]) {
    assert.throws(() => canonicalJson(other as unknown as Json), TypeError)
  }
})
