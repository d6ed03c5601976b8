import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VerifiedToken } from './verified-tokens.ts'
import { VerifiedTokens } from './verified-tokens.ts'

const verified = {} as VerifiedToken

test('the oldest leave when there are too many, or too many characters', () => {
  const tokens = new VerifiedTokens({ countMax: 3, lengthMax: 10 })
  for (const token of ['aa', 'bb', 'cc', 'dd']) tokens.set(token, verified)
  assert.deepEqual(
    ['aa', 'bb', 'cc', 'dd'].map((token) => tokens.get(token) !== undefined),
    [false, true, true, true],
  )
  tokens.set('eeeeeee', verified)
  assert.equal(tokens.size, 2)
  assert(tokens.get('dd') !== undefined && tokens.get('eeeeeee') !== undefined)
  tokens.set('f'.repeat(11), verified)
  assert.equal(tokens.size, 2)
})

test('what is set again or deleted counts once or not at all', () => {
  const tokens = new VerifiedTokens({ countMax: 10, lengthMax: 10 })
  for (let round = 0; round < 5; round++) tokens.set('aaaaa', verified)
  tokens.set('bbbbb', verified)
  assert.equal(tokens.size, 2)
  for (let round = 0; round < 3; round++) tokens.delete('aaaaa')
  tokens.set('ccccc', verified)
  assert.equal(tokens.size, 2)
})
