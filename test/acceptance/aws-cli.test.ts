/** AWS's command line, as its users use it: trees, big files, presigned URLs and the low-level calls. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bucketName, patterned } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { missing, run, tryRun } from '../harness/tools.ts'
import { digestTree, oddPaths, plantTree, temporaryFolder } from '../harness/tree.ts'

const skip = missing('aws')
const MiB = 1024 * 1024
const bucket = bucketName('aws')
let server: TestServer
let folder: string

before(async () => {
  if (skip !== false) return
  server = await startServer()
  folder = temporaryFolder('aws')
})
after(async () => {
  if (skip !== false) return
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

const environment = (): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: server.accessKeyId,
  AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
  AWS_DEFAULT_REGION: server.region,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_PAGER: '',
  PYTHONUTF8: '1',
})
const aws = (...args: string[]): Promise<string> =>
  run('aws', ['--endpoint-url', server.endpoint, ...args], { env: environment(), cwd: folder })
const refused = (...args: string[]): Promise<{ code: number; stderr: string }> =>
  tryRun('aws', ['--endpoint-url', server.endpoint, ...args], { env: environment(), cwd: folder })

test('mb, cp, ls, cp back, rm', { skip }, async () => {
  await aws('s3', 'mb', `s3://${bucket}`)
  assert.match(await aws('s3', 'ls'), new RegExp(bucket))
  writeFileSync(join(folder, 'one.txt'), 'one')
  await aws('s3', 'cp', 'one.txt', `s3://${bucket}/dir/one.txt`)
  assert.match(await aws('s3', 'ls', `s3://${bucket}/dir/`), /\s3 one\.txt/)
  assert.match(await aws('s3', 'ls', `s3://${bucket}`), /PRE dir\//)
  assert.equal(await aws('s3', 'cp', `s3://${bucket}/dir/one.txt`, '-'), 'one')
  await aws('s3', 'rm', `s3://${bucket}/dir/one.txt`)
  assert.equal((await refused('s3', 'ls', `s3://${bucket}/dir/`)).code, 1)
})

test('sync carries a tree with odd names there and back, and then has nothing to do', { skip }, async () => {
  const tree = join(folder, 'tree')
  plantTree(tree)
  await aws('s3', 'sync', tree, `s3://${bucket}/tree`)
  assert.equal(await aws('s3', 'sync', tree, `s3://${bucket}/tree`), '', 'a second sync finds nothing to do')
  const back = join(folder, 'back')
  await aws('s3', 'sync', `s3://${bucket}/tree`, back)
  assert.deepEqual(digestTree(back), digestTree(tree))
  const listed = await aws('s3', 'ls', '--recursive', `s3://${bucket}/tree/`)
  assert.equal(listed.trimEnd().split('\n').length, oddPaths.length)
  rmSync(join(tree, 'plain.txt'))
  await aws('s3', 'sync', '--delete', tree, `s3://${bucket}/tree`)
  assert.doesNotMatch(await aws('s3', 'ls', `s3://${bucket}/tree/`), /plain\.txt/)
})

test('a file of 40 MiB goes up in parts, is copied in parts and comes back', { skip }, async () => {
  writeFileSync(join(folder, 'big'), patterned(40 * MiB))
  await aws('s3', 'cp', '--only-show-errors', 'big', `s3://${bucket}/big`)
  const head = JSON.parse(await aws('s3api', 'head-object', '--bucket', bucket, '--key', 'big')) as { ETag: string }
  assert.match(head.ETag, /-5"$/)
  await aws('s3', 'cp', '--only-show-errors', `s3://${bucket}/big`, `s3://${bucket}/big-copy`)
  await aws('s3', 'mv', '--only-show-errors', `s3://${bucket}/big-copy`, 'big-back')
  const digests = digestTree(folder)
  assert.equal(digests['big-back'], digests['big'])
})

test('a presigned URL is downloaded with curl', { skip: skip === false ? missing('curl') : skip }, async () => {
  writeFileSync(join(folder, 'shared'), 'shared body')
  await aws('s3', 'cp', 'shared', `s3://${bucket}/sh ared+ü`)
  const url = await aws('s3', 'presign', `s3://${bucket}/sh ared+ü`, '--expires-in', '60')
  assert.equal(await run('curl', ['--silent', '--fail', url.trim()]), 'shared body')
})

test('s3api: metadata, ranges, copies, attributes, lists and errors', { skip }, async () => {
  writeFileSync(join(folder, 'meta'), '0123456789')
  const object = ['--bucket', bucket, '--key', 'meta']
  await aws('s3api', 'put-object', ...object, '--body', 'meta', '--metadata', 'a=1,b=two', '--content-type', 'text/x')
  const answer = await aws('s3api', 'get-object', ...object, '--range', 'bytes=2-4', 'part')
  assert.deepEqual((JSON.parse(answer) as { Metadata: unknown }).Metadata, { a: '1', b: 'two' })
  assert.equal(await run('cat', [join(folder, 'part')]), '234')
  const attributes = await aws('s3api', 'get-object-attributes', ...object, '--object-attributes', 'ObjectSize', 'ETag')
  assert.equal((JSON.parse(attributes) as { ObjectSize: number }).ObjectSize, 10)
  const copy = ['--bucket', bucket, '--key', 'meta2', '--copy-source', `${bucket}/meta`]
  await aws('s3api', 'copy-object', ...copy)
  const listed = await aws('s3api', 'list-objects-v2', '--bucket', bucket, '--prefix', 'meta', '--page-size', '1')
  const { Contents } = JSON.parse(listed) as { Contents: { Key: string }[] }
  assert.deepEqual(
    Contents.map(({ Key }) => Key),
    ['meta', 'meta2'],
  )
  const deletion = JSON.stringify({ Objects: [{ Key: 'meta' }, { Key: 'meta2' }] })
  const deleted = await aws('s3api', 'delete-objects', '--bucket', bucket, '--delete', deletion)
  assert.equal((JSON.parse(deleted) as { Deleted: unknown[] }).Deleted.length, 2)
  assert.match((await refused('s3api', 'head-object', ...object)).stderr, /404.*Not Found/)
  assert.match((await refused('s3api', 'get-object', ...object, 'x')).stderr, /\(NoSuchKey\)/)
})

test('rb --force empties and removes the bucket', { skip }, async () => {
  await aws('s3', 'rb', '--force', `s3://${bucket}`)
  assert.match((await refused('s3', 'ls', `s3://${bucket}`)).stderr, /NoSuchBucket/)
})
