import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GetObject, ListBuckets, PutObject } from './model.generated.ts'
import { operation, refuseUnhonoured } from './operation.ts'
import type { Operation } from './operation.ts'

const putObject = operation(PutObject, {
  action: 's3:PutObject',
  refuses: ['WebsiteRedirectLocation', 'WriteOffsetBytes'],
  honours: { ACL: ['private'], StorageClass: ['STANDARD'] },
  handle: ({ Bucket, Key, ContentType }) => ({ ETag: `${Bucket} ${Key} ${ContentType ?? 'none'}`, Size: 1 }),
})
const getObject = operation(GetObject, {
  action: ({ VersionId }) => (VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'),
  handle: async () => ({ ContentLength: 0 }),
})
const listBuckets = operation(ListBuckets, { action: 's3:ListAllMyBuckets', handle: () => ({}) })
const operations: readonly Operation[] = [putObject, getObject, listBuckets]

const refused = (input: Record<string, unknown>): void =>
  refuseUnhonoured(putObject, { Bucket: 'b', Key: 'k', ...input })

test('a member that is refused is answered NotImplemented, naming its header', () => {
  assert.throws(() => refused({ WebsiteRedirectLocation: '/' }), {
    code: 'NotImplemented',
    details: { Header: 'x-amz-website-redirect-location' },
  })
  assert.throws(() => refused({ WriteOffsetBytes: 0 }), { code: 'NotImplemented' })
})

test('a member honoured with some values is refused with the others', () => {
  refused({ ACL: 'private', StorageClass: 'STANDARD' })
  assert.throws(() => refused({ ACL: 'public-read' }), { code: 'NotImplemented', details: { Header: 'x-amz-acl' } })
})

test('the action may depend on the input', () => {
  const address = { Bucket: 'b', Key: 'k' }
  assert.equal(getObject.action(address), 's3:GetObject')
  assert.equal(getObject.action({ ...address, VersionId: 'v' }), 's3:GetObjectVersion')
  assert.equal(operations[0]!.action({}), 's3:PutObject')
})

test('names that the shape does not have do not compile', () => {
  // @ts-expect-error: not a member of PutObject's input
  operation(PutObject, { action: 's3:PutObject', refuses: ['NoSuchMember'], handle: () => ({}) })
  // @ts-expect-error: not one of the values that S3 knows
  operation(PutObject, { action: 's3:PutObject', honours: { StorageClass: ['COLD'] }, handle: () => ({}) })
  // @ts-expect-error: not a member of PutObject's output
  operation(PutObject, { action: 's3:PutObject', handle: () => ({ NoSuchMember: 1 }) })
})
