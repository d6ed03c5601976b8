/** rclone, as its users use it: trees both ways, big files in parts, long listings. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bucketName } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { missing, run } from '../harness/tools.ts'
import { digestTree, plantTree, temporaryFolder } from '../harness/tree.ts'

const skip = missing('rclone', 'version')
const MiB = 1024 * 1024
const bucket = bucketName('rclone')
let server: TestServer
let folder: string

before(async () => {
  if (skip !== false) return
  server = await startServer()
  folder = temporaryFolder('rclone')
})
after(async () => {
  if (skip !== false) return
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

const rclone = (...args: string[]): Promise<string> =>
  run('rclone', args, {
    env: {
      RCLONE_CONFIG: join(folder, 'none.conf'),
      RCLONE_CONFIG_S3_TYPE: 's3',
      RCLONE_CONFIG_S3_PROVIDER: 'Other',
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: server.accessKeyId,
      RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: server.secretAccessKey,
      RCLONE_CONFIG_S3_ENDPOINT: server.endpoint,
      RCLONE_CONFIG_S3_REGION: server.region,
      RCLONE_RETRIES: '1',
      RCLONE_LOW_LEVEL_RETRIES: '1',
    },
  })

test('sync carries a tree with odd names and a file in parts there and back, and check agrees', { skip }, async () => {
  const tree = join(folder, 'tree')
  plantTree(tree, 27 * MiB)
  await rclone('mkdir', `s3:${bucket}`)
  await rclone('sync', '--s3-upload-cutoff=10M', '--s3-chunk-size=5M', tree, `s3:${bucket}/tree`)
  await rclone('check', tree, `s3:${bucket}/tree`)
  await rclone('check', '--download', tree, `s3:${bucket}/tree`)
  const back = join(folder, 'back')
  await rclone('sync', `s3:${bucket}/tree`, back)
  assert.deepEqual(digestTree(back), digestTree(tree))
})

test('modification times are kept, so a second sync has nothing to do', { skip }, async () => {
  const listing = () => rclone('lsf', '--recursive', '--files-only', '--format=pt', `s3:${bucket}/tree`)
  const before = await listing()
  await rclone('sync', '--immutable', join(folder, 'tree'), `s3:${bucket}/tree`)
  assert.equal(await listing(), before)
})

test('lsf lists more than a page, in folders and flat', { skip }, async () => {
  const flat = join(folder, 'flat')
  await run('mkdir', [flat])
  for (let i = 0; i < 1100; i++) writeFileSync(join(flat, `file-${String(i).padStart(4, '0')}`), '')
  await rclone('copy', '--transfers=16', '--checkers=16', flat, `s3:${bucket}/flat`)
  const files = (await rclone('lsf', `s3:${bucket}/flat`)).trimEnd().split('\n')
  assert.equal(files.length, 1100)
  assert.deepEqual((await rclone('lsf', `s3:${bucket}`)).trimEnd().split('\n').sort(), ['flat/', 'tree/'])
  assert.equal(
    (await rclone('size', '--json', `s3:${bucket}/flat`)).trim().replace(/,"sizeless":0/, ''),
    '{"count":1100,"bytes":0}',
  )
})

test('copyto, moveto, cat and hashsum work on the server', { skip }, async () => {
  await rclone('copyto', `s3:${bucket}/tree/with space/and more.txt`, `s3:${bucket}/copied`)
  await rclone('moveto', `s3:${bucket}/copied`, `s3:${bucket}/moved ü`)
  assert.match(await rclone('cat', `s3:${bucket}/moved ü`), /^with space\/and more\.txt\n/)
  assert.match(await rclone('md5sum', `s3:${bucket}/moved ü`), /^[0-9a-f]{32} {2}moved ü/)
})

test('purge removes the bucket and all in it', { skip }, async () => {
  await rclone('purge', `s3:${bucket}`)
  assert.doesNotMatch(await rclone('lsd', 's3:'), new RegExp(bucket))
})
