import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createChallengeAnswer } from './challenge-answer.ts'
import { challengeKey, encodeRecord } from './records.ts'
import { makeBed } from './test-bed.ts'

const token = 'LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0'
const path = `/.well-known/acme-challenge/${token}`

async function open() {
  const { store } = makeBed()
  const value = encodeRecord({ version: 1, answer: `${token}.thumbprint`, createdAt: 0 })
  await store.transact({ exclusive: [challengeKey(token)] }, (transaction) =>
    transaction.set(challengeKey(token), value),
  )
  return store
}

describe('a challenge', () => {
  for (const method of ['GET', 'HEAD']) {
    test(`is answered to ${method} on any thread`, async () => {
      const store = await open()
      const expected = {
        status: 200,
        headers: ['content-type', 'application/octet-stream', 'content-length', '54', 'cache-control', 'no-store'],
        body: `${token}.thumbprint`,
      }
      assert.deepEqual(createChallengeAnswer(store)({ method, path }), expected)
      assert.deepEqual(await createChallengeAnswer({ get: async (key) => store.get(key) })({ method, path }), expected)
    })
  }

  for (const [method, other] of [
    ['GET', `${path}x`],
    ['GET', path.slice(0, -1)],
    ['GET', `${path}/`],
    ['GET', `/x${path}`],
    ['GET', path.replace('acme-challenge/', 'acme-challenge//')],
    ['GET', '/.well-known/acme-challenge/'],
    ['GET', '/.well-known/acme-challenge'],
    ['GET', `/.well-known/acme-challenge/${'a'.repeat(5000)}`],
    ['GET', `/.well-known/acme-challenge/%4coqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0`],
    ['GET', `/.well-known/acme-challenge/../../etc/passwd/aaaaaaaaaaa`],
    ['PUT', path],
    ['POST', path],
    ['DELETE', path],
    ['GET', '/'],
  ] as const) {
    test(`is not ${method} ${other.slice(0, 60)}`, async () =>
      assert.equal(await createChallengeAnswer(await open())({ method, path: other }), undefined))
  }
})
