/** Access keys in a browser: made, shown once, used by programs, replaced and deleted. */
import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import type { Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { clientFor } from '../harness/client.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'
import { freePorts } from '../harness/server.ts'
import { assertGone, downloadBy, generateAccessKey, textOf, type AccessKey } from '../harness/shown-once.ts'
import { missing, run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = noBrowser
const bucket = 'films-of-the-north'
let world: ConsoleWorld
let folder: string

before(async () => {
  if (skip !== false) return
  folder = temporaryFolder('access-keys')
  const [port] = await freePorts(1)
  const env = { ENTREPOT_S3_LISTEN: `127.0.0.1:${port}`, ENTREPOT_S3_URL: `http://127.0.0.1:${port}` }
  world = await openConsole({ env })
  await world.management.done('POST /v1/buckets', { name: bucket })
})
after(async () => {
  await world?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** Whether the server takes the key: the code of its refusal, or undefined. */
async function refusal(credentials: AccessKey): Promise<string | undefined> {
  const client = clientFor(world.server, { credentials, maxAttempts: 1 })
  try {
    await client.send(new ListBucketsCommand({}))
    return undefined
  } catch (error) {
    return (error as Error).name
  } finally {
    client.destroy()
  }
}

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

async function act(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions on ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

test(
  'Q-AK-3, K-AK-2: Media storage → Access keys → Generate new key shows a secret once, and it works',
  { skip },
  async () => {
    const opened = await world.open('/')
    const { page } = opened
    await page.getByRole('link', { name: 'Access keys' }).click()
    const key = await generateAccessKey(page, 'nightly backup')
    assert.equal(await refusal(key), undefined)
    await page.getByText('not in code, a repository or a chat').waitFor()

    const file = await downloadBy(page, 'Download .csv')
    assert.equal(file.name, `${key.accessKeyId}_accessKeys.csv`)
    assert.equal(file.text, `Access key ID,Secret access key\n${key.accessKeyId},${key.secretAccessKey}\n`)
    await page.getByRole('button', { name: 'Done' }).click()
    await row(page, 'nightly backup').getByText(key.accessKeyId).waitFor()
    await assertGone(page, key.secretAccessKey)
    await opened.go('/buckets')
    await opened.go('/access-keys')
    await assertGone(page, key.secretAccessKey)
    opened.assertClean()
    await opened.close()
  },
)

const programs = [
  { tab: 'AWS CLI and SDKs', file: '.aws/credentials', program: 'aws', args: ['--profile', 'entrepot', 's3', 'ls'] },
  { tab: 'rclone', file: '.config/rclone/rclone.conf', program: 'rclone', args: ['lsd', 'entrepot:'] },
  { tab: 's3cmd', file: '.s3cfg', program: 's3cmd', args: ['ls'] },
  { tab: 'Environment', file: 'environment', program: 'sh', args: ['-c', '. ./environment && aws s3 ls'] },
]

test(
  'what is to be told to programs is ready to be put into their files, and they list the buckets',
  { skip },
  async (t) => {
    const { page, close } = await world.open('/access-keys')
    await generateAccessKey(page, 'programs')
    for (const { tab, file, program, args } of programs) {
      await page.getByRole('tab', { name: tab }).click()
      const text = await textOf(page, `Configuration for ${tab}`)
      const path = join(folder, file)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text, { mode: 0o600 })
      const needed = program === 'sh' ? 'aws' : program
      if (missing(needed) !== false) t.diagnostic(`${needed} is not on this machine`)
      else assert.match(await run(program, args, { cwd: folder, env: { HOME: folder } }), new RegExp(bucket), tab)
    }
    await close()
  },
)

test('Q-AK-5: a key is renamed where it stands, and works as before', { skip }, async () => {
  const { page, close } = await world.open('/access-keys')
  const key = await generateAccessKey(page, 'before')
  await downloadBy(page, 'Download .csv')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Rename before' }).click()
  const field = page.getByRole('textbox', { name: `Name of ${key.accessKeyId}` })
  await field.fill('never mind')
  await page.keyboard.press('Escape')
  await row(page, key.accessKeyId).getByText('before').waitFor()
  await page.getByRole('button', { name: 'Rename before' }).click()
  await field.fill('after')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Rename after' }).waitFor()
  assert.equal(await refusal(key), undefined)
  await close()
})

test('K-AK-4, Q-AK-8: regenerating warns, can let the old secret work on, and says until when', { skip }, async () => {
  const { page, close } = await world.open('/access-keys')
  const key = await generateAccessKey(page, 'rotated')
  await downloadBy(page, 'Download .csv')
  await page.getByRole('button', { name: 'Done' }).click()
  await act(page, 'rotated', 'Regenerate secret')
  await page.getByText('This breaks every program that uses the key').waitFor()
  await page.getByLabel('works for another hour').check()
  await page.getByRole('dialog').getByRole('button', { name: 'Regenerate secret' }).click()
  await page.getByRole('heading', { name: 'The new secret' }).waitFor()
  const next = { ...key, secretAccessKey: await textOf(page, 'Secret access key') }
  assert.equal(await textOf(page, 'Access key ID'), key.accessKeyId)
  assert.deepEqual([await refusal(key), await refusal(next)], [undefined, undefined])
  await downloadBy(page, 'Download .csv')
  await page.getByRole('button', { name: 'Done' }).click()
  await row(page, key.accessKeyId).getByText('Old secret works until').waitFor()

  await act(page, 'rotated', 'Regenerate secret')
  await page.getByRole('dialog').getByRole('button', { name: 'Regenerate secret' }).click()
  await page.getByRole('heading', { name: 'The new secret' }).waitFor()
  assert.deepEqual([await refusal(key), await refusal(next)], ['SignatureDoesNotMatch', 'SignatureDoesNotMatch'])
  await close()
})

test(
  'K-AK-4, Q-AK-8: a key is deactivated and activated, tells its last use, and is deleted by typing its id',
  { skip },
  async () => {
    const opened = await world.open('/access-keys')
    const { page } = opened
    await page.getByRole('heading', { name: 'Replace a key without an outage' }).waitFor()
    const key = await generateAccessKey(page, 'retired')
    await downloadBy(page, 'Download .csv')
    await page.getByRole('button', { name: 'Done' }).click()
    assert.equal(await refusal(key), undefined)

    await act(page, 'retired', 'Deactivate')
    await page.getByText('Every program that uses the key stops working at once').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click()
    await row(page, key.accessKeyId).getByText('Inactive').waitFor()
    assert.equal(await refusal(key), 'InvalidAccessKeyId')
    await act(page, 'retired', 'Activate')
    await row(page, key.accessKeyId).getByText('Active', { exact: true }).waitFor()
    assert.equal(await refusal(key), undefined)

    // Uses are kept some seconds later.
    for (let tries = 0; tries < 30; tries++) {
      await page.reload()
      await row(page, key.accessKeyId).waitFor()
      if ((await row(page, key.accessKeyId).getByText('ListBuckets').count()) > 0) break
      await page.waitForTimeout(500)
    }
    await act(page, 'retired', 'Delete')
    await page.getByText(/The key was used .* by ListBuckets, from 127\.0\.0\.1/).waitFor()
    const submit = page.getByRole('button', { name: 'Delete key' })
    assert.equal(await submit.isDisabled(), true)
    await page.getByLabel(`Type ${key.accessKeyId} to confirm`).fill(key.accessKeyId)
    await submit.click()
    await row(page, key.accessKeyId).waitFor({ state: 'detached' })
    assert.equal(await refusal(key), 'InvalidAccessKeyId')
    opened.assertClean()
    await opened.close()
  },
)

test(
  'how many keys may be active is said before the limit is hit, and in the server’s words when it is',
  { skip },
  async () => {
    const { access_keys: keys } = await world.management.done<{ access_keys: { active: boolean }[] }>(
      'GET /v1/access-keys',
    )
    const active = keys.filter((key) => key.active).length
    const { account } = await world.management.done<{ account: { id: string } }>('GET /v1/me')
    const limit = (toggles: object) => world.management.done(`PUT /v1/accounts/${account.id}/profile`, { toggles })
    await limit({ 'keys.maxActive': String(active + 1) })
    const { page, close } = await world.open('/access-keys')
    await page.getByText(`may have ${active + 1} active access keys at once, and has ${active}`).waitFor()
    await generateAccessKey(page, 'the last')
    await downloadBy(page, 'Download .csv')
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('Deactivate or delete one before').waitFor()
    await page.getByRole('button', { name: 'Generate new key' }).click()
    await page.getByRole('button', { name: 'Generate key' }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: `may have ${active + 1} active access keys at once` })
      .waitFor()
    await limit({})
    await close()
  },
)

test('who manages nobody sees keys of their own, and is asked for no other user', { skip }, async () => {
  const signIn = { user: 'editor', password: 'cuts and splices all day' }
  await world.management.done('POST /v1/users', { name: signIn.user, role: 's3.user', password: signIn.password })
  const { page, close } = await world.open('/access-keys', { signIn })
  await page.getByText('No access keys yet').waitFor()
  const key = await generateAccessKey(page, 'editing desk')
  assert.equal(await refusal(key), undefined)
  const { access_keys: keys } = await world.management.done<{
    access_keys: { access_key_id: string; user: string | null }[]
  }>('GET /v1/access-keys?limit=1000')
  assert.equal(keys.find((each) => each.access_key_id === key.accessKeyId)?.user, 'editor')
  await downloadBy(page, 'Download .csv')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Generate new key' }).click()
  await page.getByLabel('Name', { exact: true }).waitFor()
  assert.equal(await page.getByLabel('Whose key').count(), 0)
  await close()
})

test('the page and its dialogs can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/access-keys', async ({ page }, assertUsable, look) => {
    await row(page, 'first key').first().waitFor()
    await assertUsable('the list')
    await generateAccessKey(page, `seen in ${look}`)
    await page.getByRole('tab', { name: 'rclone' }).click()
    await assertUsable('the secret')
    await page.keyboard.press('Escape')
    await assertUsable('the question')
    await page.getByRole('button', { name: 'Close without it' }).click()
    await act(page, `seen in ${look}`, 'Regenerate secret')
    await assertUsable('regenerating')
  })
})
