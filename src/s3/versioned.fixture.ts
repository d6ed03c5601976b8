/** A bucket with versions, and with locks, for tests of operations. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { makeFront, otherAccountId, type FrontOptions, type Send } from './test-bed.ts'

const versioning = (status: string): string =>
  `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>${status}</Status></VersioningConfiguration>`

export async function setVersioning(send: Send, status: 'Enabled' | 'Suspended'): Promise<void> {
  const { outcome } = await send('PUT /photos?versioning', { body: versioning(status) })
  assert.equal(outcome, '200')
}

export async function makeVersionedFront(options: FrontOptions = {}) {
  const front = await makeFront(options)
  await setVersioning(front.send, 'Enabled')
  return front
}

/** `photos` has object lock. */
export async function makeLockedFront(options: FrontOptions = {}) {
  const front = await makeVersionedFront(options)
  const body = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
  assert.equal((await front.send('PUT /photos?object-lock', { body })).outcome, '200')
  return front
}

/** Stores a version and gives its id. */
export async function putVersion(
  send: Send,
  key: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const md5 = createHash('md5').update(body).digest('base64')
  const { outcome, headers: answered } = await send(`PUT /photos/${key}`, {
    body,
    headers: { 'content-md5': md5, ...headers },
  })
  assert.equal(outcome, '200')
  return answered['x-amz-version-id'] ?? 'null'
}

/** Lets another account do what the actions say, on all of the bucket's objects and on the bucket. */
export async function allowOther(send: Send, ...actions: readonly string[]): Promise<void> {
  const Resource = ['arn:aws:s3:::photos', 'arn:aws:s3:::photos/*']
  const Statement = [{ Effect: 'Allow', Principal: { AWS: otherAccountId }, Action: actions, Resource }]
  const body = JSON.stringify({ Version: '2012-10-17', Statement })
  const { status, text } = await send('PUT /photos?policy', { body })
  assert.ok(status < 300, text)
}

export const inDays = (ms: number, days: number): string => new Date(ms + days * 86_400_000).toISOString()

export const retentionBody = (mode: string, until: string): string =>
  `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`
