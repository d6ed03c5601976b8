/** The object browser, further: locks, older versions, unfinished uploads, archives, links to write by, folders that are no objects, and stopping. */
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { bucketWith, choose, keysOf, untilKeys } from '../harness/object-browser.ts'
import { run } from '../harness/tools.ts'

const skip = noBrowser
let world: ConsoleWorld

before(async () => {
  if (skip === false) world = await openConsole()
})
after(async () => world?.stop())

test('a version is locked and held by a form, and then cannot be deleted for ever', { skip }, async () => {
  await world.s3.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }))
  await world.s3.send(new PutObjectCommand({ Bucket: 'locked', Key: 'contract.pdf', Body: 'signed' }))
  const opened = await world.open('/buckets/locked?key=contract.pdf')
  const { page } = opened
  await page.getByRole('tab', { name: 'Lock' }).click()
  await page.getByRole('radio', { name: 'Governance' }).check()
  await page.getByLabel('Until (UTC)').fill('2035-01-02T03:04:05')
  await page.getByRole('switch', { name: 'Legal hold' }).click()
  await opened.assertAccessible('lock')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The lock is saved.').waitFor()
  const { object } = await world.management.done<{ object: Record<string, unknown> }>(
    'GET /v1/buckets/locked/object?key=contract.pdf',
  )
  assert.deepEqual(object['retention'], { mode: 'GOVERNANCE', until: '2035-01-02 03:04:05' })
  assert.equal(object['legal_hold'], true)
  await opened.go('/buckets/locked?show=versions')
  await choose(page, 'contract.pdf', 'Delete for ever…')
  await page.getByRole('button', { name: 'Delete for ever' }).click()
  await page.getByText('1 failed').waitFor()
  assert.deepEqual(await keysOf(world.s3, 'locked'), ['contract.pdf'])
  opened.assertClean()
  await opened.close()
})

test('an older version is made the latest again, by a copy of it', { skip }, async () => {
  await bucketWith(world.s3, 'restored', [], true)
  for (const Body of ['first', 'second'])
    await world.s3.send(new PutObjectCommand({ Bucket: 'restored', Key: 'cut.txt', Body }))
  const opened = await world.open('/buckets/restored?show=versions')
  const { page } = opened
  const older = page.getByRole('row').filter({ hasText: 'cut.txt' }).filter({ hasNotText: 'Latest' })
  await older.getByRole('button').click()
  await page.getByRole('menuitem', { name: 'Make it the latest again' }).click()
  await page.getByText('1 object is as before again.').waitFor()
  const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: 'restored', Key: 'cut.txt' }))
  assert.equal(await Body?.transformToString(), 'first')
  opened.assertClean()
  await opened.close()
})

test('an unfinished upload is aborted', { skip }, async () => {
  await bucketWith(world.s3, 'unfinished', [])
  await world.s3.send(new CreateMultipartUploadCommand({ Bucket: 'unfinished', Key: 'master.mov' }))
  const opened = await world.open('/buckets/unfinished?show=uploads')
  const { page } = opened
  await page.getByText('master.mov').waitFor()
  await choose(page, 'master.mov', 'Abort…')
  await opened.assertAccessible('aborting')
  await page.getByRole('button', { name: 'Abort', exact: true }).click()
  await page.getByText('1 upload was aborted.').waitFor()
  const { Uploads = [] } = await world.s3.send(new ListMultipartUploadsCommand({ Bucket: 'unfinished' }))
  assert.deepEqual(Uploads, [])
  opened.assertClean()
  await opened.close()
})

test('a folder is downloaded as an archive with everything below it', { skip }, async () => {
  await bucketWith(world.s3, 'archive', ['films/one.txt', 'films/parts/two.txt', 'other.txt'])
  const opened = await world.open('/buckets/archive')
  const { page } = opened
  await page.getByText('films/').waitFor()
  const downloading = page.waitForEvent('download')
  await choose(page, 'films/', 'Download')
  const download = await downloading
  assert.match(download.suggestedFilename(), /films.*\.zip$/)
  const listed = await run('python3', ['-m', 'zipfile', '-l', await download.path()])
  assert.match(listed, /one\.txt/)
  assert.match(listed, /parts\/two\.txt/)
  assert.doesNotMatch(listed, /other/)
  opened.assertClean()
  await opened.close()
})

test('a link to upload by writes the object, and nothing else', { skip }, async () => {
  await bucketWith(world.s3, 'inbox', ['take.txt'])
  const opened = await world.open('/buckets/inbox?key=take.txt')
  const { page } = opened
  await page.getByRole('tab', { name: 'Links' }).click()
  await page.getByRole('tab', { name: 'S3 link' }).click()
  await page.getByRole('radio', { name: 'Upload' }).check()
  await page.getByRole('button', { name: 'Make the link' }).click()
  await page.getByText('Whoever has this link can write').waitFor()
  const link = (await page.getByRole('region', { name: 'The link' }).textContent()) ?? ''
  const status = (...args: string[]) => run('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code}', ...args, link])
  assert.equal(await status('-X', 'PUT', '--data-binary', 'a new take'), '200')
  assert.equal(await status(), '403')
  const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: 'inbox', Key: 'take.txt' }))
  assert.equal(await Body?.transformToString(), 'a new take')
  opened.assertClean()
  await opened.close()
})

test('work on many objects is stopped, and what was done stays done', { skip }, async () => {
  const keys = Array.from({ length: 400 }, (_, index) => `from/${String(index).padStart(3, '0')}`)
  await bucketWith(world.s3, 'stopped', keys)
  const opened = await world.open('/buckets/stopped')
  const { page } = opened
  await page.getByText('from/').waitFor()
  // Each move takes its time, so that there is something to stop.
  await page.route('**/objects/move', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 40))
    await route.continue()
  })
  await choose(page, 'from/', 'Rename…')
  await page.getByLabel('New name').fill('to')
  await page.getByRole('button', { name: 'Rename', exact: true }).click()
  await page.getByRole('button', { name: /^Stop: / }).click()
  await page.getByText(/^Stopped after/).waitFor()
  const left = await keysOf(world.s3, 'stopped')
  assert.equal(left.length, keys.length)
  assert.ok(left.some((key) => key.startsWith('from/')))
  opened.assertClean()
  await opened.close()
})

test('where keys may not end with a slash, a folder is there as soon as something is in it', { skip }, async () => {
  const qencode = await openConsole({ env: { ENTREPOT_PROFILE: 'qencode' } })
  try {
    await qencode.management.done('POST /v1/buckets', { name: 'virtual-folders' })
    const opened = await qencode.open('/buckets/virtual-folders')
    const { page } = opened
    await page.getByRole('button', { name: 'New folder' }).click()
    await page.getByLabel('Name of the folder').fill('films')
    await page.getByRole('button', { name: 'Create folder' }).click()
    await page.getByText('This bucket keeps no keys that end with a slash.').waitFor()
    await opened.assertAccessible('a virtual folder')
    await page.getByRole('button', { name: 'Open it anyway' }).click()
    await page.getByRole('navigation', { name: 'Folder' }).getByText('films').waitFor()
    await page
      .getByLabel('Files to upload')
      .first()
      .setInputFiles({ name: 'one.txt', mimeType: 'text/plain', buffer: Buffer.from('one') })
    await untilKeys(qencode.s3, 'virtual-folders', ['films/one.txt'])
    opened.assertClean()
    await opened.close()
  } finally {
    await qencode.stop()
  }
})
