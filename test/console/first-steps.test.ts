/** The commands of the overview, run as they are pasted: nothing is put into them but the secret, and an API key. */
import assert from 'node:assert/strict'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DeleteBucketCommand, DeleteObjectCommand, HeadBucketCommand } from '@aws-sdk/client-s3'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { cli } from '../harness/management.ts'
import { missing, run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = noBrowser
const root = join(import.meta.dirname, '../..')
const key = 'hello.txt'
let world: ConsoleWorld
let folder: string
/** What each tab says, in order. */
const said = new Map<string, readonly string[]>()
let bucket = ''

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  folder = temporaryFolder('first-steps')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const { page, assertClean, close } = await world.open('/')
  const card = page.locator('section.card').filter({ has: page.getByRole('heading', { name: 'First steps' }) })
  // Until the keys are here, a placeholder stands for theirs.
  await card.getByText(world.server.accessKeyId).first().waitFor()
  for (const tool of ['AWS CLI', 's3cmd', 'rclone', 'JavaScript', 'Python', 'curl']) {
    await card.getByRole('tab', { name: tool }).click()
    said.set(tool, await card.getByRole('tabpanel').locator('pre').allTextContents())
  }
  ;[, bucket = ''] = /s3:\/\/(\S+)/.exec(said.get('AWS CLI')?.[1] ?? '') ?? []
  assertClean()
  await close()
})
after(async () => {
  if (skip !== false) return
  rmSync(folder, { recursive: true, force: true })
  await world.stop()
})

/** All of a tab's text, one after the other, with the secret in it. */
function pasted(tool: string, apiKey = ''): string {
  const blocks = said.get(tool) ?? []
  assert.equal(blocks.length, 4, tool)
  return blocks
    .join('\n')
    .replaceAll('YOUR_SECRET_KEY', world.server.secretAccessKey)
    .replaceAll('YOUR_API_KEY', apiKey)
}

/** Of a person's terminal: nothing of the tests' own. */
const terminal = (script: string): Promise<string> =>
  run('bash', ['-e', '-c', script], {
    cwd: folder,
    env: { HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', AWS_PAGER: '' },
  })

/** The bucket was made, the file is in it, and the link that was printed opens it; then both are removed, for the next program. */
async function assertShared(printed: string): Promise<void> {
  await world.s3.send(new HeadBucketCommand({ Bucket: bucket }))
  const [url] = /https?:\/\/[^\s"]+/.exec(printed.slice(printed.lastIndexOf('http'))) ?? []
  assert.ok(url !== undefined, printed)
  // curl finds names below localhost by itself, as browsers do.
  assert.equal((await run('curl', ['--silent', '--fail', url])).trim(), 'Hello')
  await world.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
  await world.s3.send(new DeleteBucketCommand({ Bucket: bucket }))
}

for (const [tool, program, probe] of [
  ['AWS CLI', 'aws', '--version'],
  ['s3cmd', 's3cmd', '--version'],
  ['rclone', 'rclone', 'version'],
] as const) {
  test(
    `${tool}: bucket, upload and link work as they are pasted`,
    { skip: skip || missing(program, probe) },
    async () => {
      await assertShared(await terminal(pasted(tool)))
    },
  )
}

test('curl: bucket, upload and link work as they are pasted', { skip: skip || missing('curl') }, async () => {
  const { api_key: apiKey } = await cli<{ api_key: string }>(world.server, 'api-keys', 'create', 'pasted')
  await assertShared(await terminal(pasted('curl', apiKey)))
})

test('JavaScript: the file runs as it is pasted', { skip }, async () => {
  writeFileSync(join(folder, 'first-steps.mjs'), pasted('JavaScript'))
  await assertShared(await run(process.execPath, ['first-steps.mjs'], { cwd: folder }))
})

const noBoto3 = missing('python3', '-c', 'import boto3')
test('Python: the file runs as it is pasted', { skip: skip || noBoto3 }, async () => {
  writeFileSync(join(folder, 'first_steps.py'), pasted('Python'))
  await assertShared(await run('python3', ['first_steps.py'], { cwd: folder, env: { PYTHONDONTWRITEBYTECODE: '1' } }))
})
