import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { nearest } from './nearest.ts'
import { Secret } from './secret.ts'

const text = 'correct horse battery staple'

test('a secret is redacted however it is printed', () => {
  const secret = new Secret(text)
  const nested = { key: { secret, list: [secret] } }
  const prints = [
    String(secret),
    'x' + String(secret),
    JSON.stringify(nested),
    inspect(nested, { depth: 9, showHidden: true }),
    format('%s %o %j', secret, secret, nested),
    inspect(new Error('x', { cause: secret }), { showHidden: true }),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify(structuredClone(nested)),
  ]
  for (const print of prints) assert.ok(!print.includes('horse'), print)
  assert.equal(secret.reveal(), text)
})

test('the nearest name is what somebody meant', () => {
  const names = ['s3Listen', 'adminListen', 'region', 'regionAliases', 'data']
  const cases: [string, string | undefined][] = [
    ['s3listen', 's3Listen'],
    ['s3_listen', 's3Listen'],
    ['regoin', 'region'],
    ['regionalias', 'regionAliases'],
    ['dat', 'data'],
    ['bananas', undefined],
    ['', undefined],
  ]
  for (const [word, expected] of cases) assert.equal(nearest(word, names), expected, word)
})
