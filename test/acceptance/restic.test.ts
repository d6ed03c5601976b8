/** restic: a backup made, checked, restored and pruned. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bucketName } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { missing, run } from '../harness/tools.ts'
import { digestTree, plantTree, temporaryFolder } from '../harness/tree.ts'

const skip = missing('restic', 'version')
let server: TestServer
let folder: string
let repository: string

before(async () => {
  if (skip !== false) return
  server = await startServer()
  folder = temporaryFolder('restic')
  repository = `s3:${server.endpoint}/${bucketName('restic')}/repository`
})
after(async () => {
  if (skip !== false) return
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

const restic = (...args: string[]): Promise<string> =>
  run('restic', ['--repo', repository, '--cache-dir', join(folder, 'cache'), ...args], {
    cwd: folder,
    env: {
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
      AWS_DEFAULT_REGION: server.region,
      RESTIC_PASSWORD: 'only for this test',
    },
  })

test('init, backup twice, check all data, restore, forget and prune', { skip }, async () => {
  const tree = join(folder, 'tree')
  plantTree(tree, 30 * 1024 * 1024)
  const before = digestTree(tree)
  await restic('init')
  await restic('backup', 'tree')
  writeFileSync(join(tree, 'plain.txt'), 'changed')
  await restic('backup', 'tree')
  await restic('check', '--read-data')
  const snapshots = JSON.parse(await restic('snapshots', '--json')) as { short_id: string }[]
  assert.equal(snapshots.length, 2)
  await restic('restore', snapshots[0]?.short_id ?? '', '--target', join(folder, 'restored'))
  assert.deepEqual(digestTree(join(folder, 'restored/tree')), before)
  await restic('forget', '--keep-last', '1', '--prune')
  await restic('check', '--read-data')
  await restic('restore', 'latest', '--target', join(folder, 'latest'))
  assert.deepEqual(digestTree(join(folder, 'latest/tree')), digestTree(tree))
})
