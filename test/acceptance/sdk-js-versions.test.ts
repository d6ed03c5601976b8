/** AWS's SDK for JavaScript: versions and delete markers, locks and tags. */
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  S3ServiceException,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { clientFor } from '../harness/client.ts'
import { bucketName } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const Bucket = bucketName('versions')
const Locked = bucketName('locked')
let server: TestServer
let s3: ReturnType<typeof clientFor>

before(async () => {
  server = await startServer()
  s3 = clientFor(server, { maxAttempts: 1 })
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  await s3.send(new CreateBucketCommand({ Bucket: Locked, ObjectLockEnabledForBucket: true }))
})
after(async () => {
  s3?.destroy()
  await server?.stop()
})

const put = async (Key: string, Body: string): Promise<string> =>
  (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId!

const textOf = async (Key: string, VersionId?: string): Promise<string> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body!.transformToString()

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: unknown) => (error instanceof S3ServiceException ? error.name : String(error)),
  )

/** Pages of versions and delete markers, each asked for when the one before has been dealt with. */
async function* pagesOf(input: ListObjectVersionsCommandInput): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let page: ListObjectVersionsCommandOutput | undefined
  do {
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page ?? {}
    page = await s3.send(new ListObjectVersionsCommand({ ...input, KeyMarker, VersionIdMarker }))
    yield page
  } while (page.IsTruncated)
}

/** All versions and delete markers under a prefix. */
async function versionsUnder(Prefix: string) {
  const versions = []
  const markers = []
  for await (const page of pagesOf({ Bucket, Prefix, MaxKeys: 3 })) {
    versions.push(...(page.Versions ?? []))
    markers.push(...(page.DeleteMarkers ?? []))
  }
  return { versions, markers }
}

test('versions are kept, hidden, read, copied back and removed', async () => {
  const key = 'letters/a b+é'
  const ids = [await put(key, 'one'), await put(key, 'two'), await put(key, 'three')]
  const { VersionId: marker, DeleteMarker } = await s3.send(new DeleteObjectCommand({ Bucket, Key: key }))
  assert.equal(DeleteMarker, true)
  const listed = await versionsUnder('letters/')
  assert.deepEqual(
    listed.versions.map(({ Key, VersionId, IsLatest, Size }) => [Key, VersionId, IsLatest, Size]),
    [
      [key, ids[2], false, 5],
      [key, ids[1], false, 3],
      [key, ids[0], false, 3],
    ],
  )
  assert.deepEqual(
    listed.markers.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
    [[key, marker, true]],
  )
  assert.equal(listed.versions[0]!.Owner?.ID, listed.markers[0]!.Owner?.ID)
  assert.equal(await codeOf(textOf(key)), 'NoSuchKey')
  assert.equal(await codeOf(textOf(key, marker)), 'MethodNotAllowed')
  assert.deepEqual(await Promise.all(ids.map((id) => textOf(key, id))), ['one', 'two', 'three'])
  const CopySource = `${Bucket}/${encodeURIComponent(key)}?versionId=${ids[0]}`
  const copy = await s3.send(new CopyObjectCommand({ Bucket, Key: key, CopySource }))
  assert.equal(copy.CopySourceVersionId, ids[0])
  assert.equal(await textOf(key), 'one')
  const attributes = { Bucket, Key: key, VersionId: ids[2], ObjectAttributes: ['ObjectSize' as const] }
  const { ObjectSize, VersionId } = await s3.send(new GetObjectAttributesCommand(attributes))
  assert.deepEqual([ObjectSize, VersionId], [5, ids[2]])
})

test('a versioned bucket is emptied as clients do it, and deleted', async () => {
  const Emptied = bucketName('emptied')
  await s3.send(new CreateBucketCommand({ Bucket: Emptied }))
  await s3.send(new PutObjectCommand({ Bucket: Emptied, Key: 'k1', Body: 'null' }))
  await s3.send(new PutBucketVersioningCommand({ Bucket: Emptied, VersioningConfiguration: { Status: 'Enabled' } }))
  for (const Key of ['k1', 'k2', 'k3']) {
    await s3.send(new PutObjectCommand({ Bucket: Emptied, Key, Body: 'x' }))
    await s3.send(new DeleteObjectCommand({ Bucket: Emptied, Key }))
  }
  assert.equal((await s3.send(new ListObjectsV2Command({ Bucket: Emptied }))).KeyCount, 0)
  assert.equal(await codeOf(s3.send(new DeleteBucketCommand({ Bucket: Emptied }))), 'BucketNotEmpty')
  let count = 0
  for await (const page of pagesOf({ Bucket: Emptied, MaxKeys: 2 })) {
    const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
    const Objects = all.map(({ Key, VersionId }) => ({ Key, VersionId }))
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: Emptied, Delete: { Objects } }))
    assert.deepEqual([Deleted?.length, Errors], [all.length, undefined])
    count += all.length
  }
  assert.equal(count, 7)
  await s3.send(new DeleteBucketCommand({ Bucket: Emptied }))
})

test('a lock keeps a version, and a default retention all that come', async () => {
  const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000)
  const target = { Bucket: Locked, Key: 'k' }
  const { VersionId } = await s3.send(new PutObjectCommand({ ...target, Body: 'kept' }))
  const Retention = { Mode: 'GOVERNANCE', RetainUntilDate: until } as const
  await s3.send(new PutObjectRetentionCommand({ ...target, Retention }))
  await s3.send(new PutObjectLegalHoldCommand({ ...target, LegalHold: { Status: 'ON' } }))
  const head = await s3.send(new HeadObjectCommand(target))
  assert.deepEqual(
    [head.ObjectLockMode, head.ObjectLockRetainUntilDate, head.ObjectLockLegalHoldStatus],
    ['GOVERNANCE', until, 'ON'],
  )
  const bypassing = { ...target, VersionId, BypassGovernanceRetention: true }
  assert.equal(await codeOf(s3.send(new DeleteObjectCommand(bypassing))), 'AccessDenied')
  await s3.send(new PutObjectLegalHoldCommand({ ...target, LegalHold: { Status: 'OFF' } }))
  assert.equal((await s3.send(new GetObjectLegalHoldCommand(target))).LegalHold?.Status, 'OFF')
  assert.equal(await codeOf(s3.send(new DeleteObjectCommand({ ...target, VersionId }))), 'AccessDenied')
  assert.equal(await codeOf(s3.send(new DeleteObjectCommand(bypassing))), 'done')

  const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket: Locked, ObjectLockConfiguration }))
  const configured = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: Locked }))
  assert.deepEqual(configured.ObjectLockConfiguration, ObjectLockConfiguration)
  await s3.send(new PutObjectCommand({ ...target, Body: 'kept by default' }))
  const { Retention: byDefault } = await s3.send(new GetObjectRetentionCommand(target))
  assert.equal(byDefault?.Mode, 'GOVERNANCE')
  assert.ok(byDefault.RetainUntilDate!.getTime() > Date.now() + 86_000_000)
})

test('tags go with an object, its copies and its versions', async () => {
  const { VersionId } = await s3.send(
    new PutObjectCommand({ Bucket, Key: 'tagged', Body: 'x', Tagging: 'colour=dark%20red&size=' }),
  )
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/tagged` }))
  const tagsOf = async (Key: string, ofVersion?: string) =>
    (await s3.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId: ofVersion }))).TagSet
  const tags = [
    { Key: 'colour', Value: 'dark red' },
    { Key: 'size', Value: '' },
  ]
  assert.deepEqual(await tagsOf('copy'), tags)
  await put('tagged', 'y')
  const TagSet = [{ Key: 'a', Value: 'b' }]
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }))
  assert.deepEqual([await tagsOf('tagged'), await tagsOf('tagged', VersionId)], [TagSet, tags])
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'tagged', VersionId }))).TagCount, 2)
})
