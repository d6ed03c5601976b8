import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '../access/authorize.ts'
import { parsePolicy } from '../access/policy/parse-policy.ts'
import { ApiError } from '../base/errors.ts'
import type { Head } from '../objects/head.ts'
import { makeFront, accountId } from './test-bed.ts'
import { Authorization } from './authorization.ts'
import type { Services } from './context.ts'

const allow = (...Action: string[]) => ({ Effect: 'Allow', Action, Resource: '*' })
const userWho = (...Statement: readonly object[]): Identity => ({
  ...{ accessKeyId: 'AKIA', accountId },
  user: {
    ...{ id: 'AIDA', name: 'anna' },
    policies: [parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity')],
  },
})
const request = { headers: {}, query: '', remoteAddress: '127.0.0.1', secure: false }

/** What a user is answered who asks to read `photos/k`; `find` finds it, or not. */
async function outcome(identity: Identity, find: () => Promise<Head>, action = 's3:GetObject'): Promise<string> {
  const front = await makeFront()
  const bucket = await front.buckets.get('photos')
  const services = {
    ...{ clock: front.clock, toggles: () => ({ acl: 'enforced' }), objects: { find } },
  } as unknown as Services
  const facts = { request: request as never, method: 'v4-header', input: {} } as const
  try {
    await new Authorization(identity, facts, services).require({ action, bucket, key: 'k' })
    return 'allowed'
  } catch (error) {
    return error instanceof ApiError ? error.code : String(error)
  }
}

const missing = (): Promise<Head> => Promise.reject(new ApiError('NoSuchKey'))

test('who may list, but not read, is told that an object is not there, and is not let on to read what comes to be there', async () => {
  assert.equal(await outcome(userWho(allow('s3:ListBucket')), missing), 'NoSuchKey')
  assert.equal(await outcome(userWho(allow('s3:ListBucket', 's3:GetObject')), missing), 'allowed')
  assert.equal(await outcome(userWho(allow('s3:GetObject')), missing), 'AccessDenied')
  const tag = { StringEquals: { 's3:ExistingObjectTag/open': 'yes' } }
  const ifOpen = { ...allow('s3:GetObject'), Condition: tag }
  const ifNotShut = { ...allow('s3:GetObject'), Condition: { StringNotEquals: { 's3:ExistingObjectTag/shut': 'yes' } } }
  for (const policy of [ifOpen, ifNotShut])
    assert.equal(await outcome(userWho(allow('s3:ListBucket'), policy), missing), 'NoSuchKey')
})

test('an object that cannot be read is not taken for one that has no tags, nor for none', async () => {
  const unreadable = (): Promise<Head> => Promise.reject(new Error('the disk'))
  const unknown = (): Promise<Head> => Promise.reject(new ApiError('ServiceUnavailable'))
  const unless = {
    Effect: 'Deny',
    Action: 's3:*',
    Resource: '*',
    Condition: { StringEquals: { 's3:ExistingObjectTag/keep': 'yes' } },
  }
  for (const action of ['s3:GetObject', 's3:DeleteObject']) {
    assert.equal(await outcome(userWho(allow('s3:*'), unless), unreadable, action), 'Error: the disk')
    assert.equal(await outcome(userWho(allow('s3:*'), unless), unknown, action), 'ServiceUnavailable')
  }
})

test("the tags of an object count for a user's own policies, whatever is done to it", async () => {
  const tagged = (): Promise<Head> => Promise.resolve({ tags: { keep: 'yes' } } as unknown as Head)
  const unless = {
    Effect: 'Deny',
    Action: 's3:*',
    Resource: '*',
    Condition: { StringEquals: { 's3:ExistingObjectTag/keep': 'yes' } },
  }
  for (const action of [
    's3:GetObject',
    's3:DeleteObject',
    's3:PutObjectTagging',
    's3:GetObjectTagging',
    's3:PutObject',
  ])
    assert.equal(await outcome(userWho(allow('s3:*'), unless), tagged, action), 'AccessDenied')
})
