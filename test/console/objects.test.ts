/** The object browser: folders, finding, choosing, making, renaming, copying, moving, deleting and having back, links. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'
import { bucketWith, choose, keysOf, untilKeys } from '../harness/object-browser.ts'
import { run } from '../harness/tools.ts'

const skip = noBrowser
let world: ConsoleWorld

before(async () => {
  if (skip === false) world = await openConsole()
})
after(async () => world?.stop())

test('folders are opened and left by keys, and names are found by their beginning', { skip }, async () => {
  await bucketWith(world.s3, 'browse', ['films/one.mp4', 'films/two.mp4', 'readme.txt', 'recipe.txt'])
  const opened = await world.open('/buckets/browse')
  const { page } = opened
  const grid = page.getByRole('grid')
  await page.getByText('films/').waitFor()
  await grid.focus()
  await grid.press('Enter')
  await page.getByText('two.mp4').waitFor()
  assert.match(decodeURIComponent(page.url()), /prefix=films\//)
  await page.getByRole('navigation', { name: 'Folder' }).getByRole('button', { name: 'browse' }).click()
  await page.getByText('readme.txt').waitFor()
  await page.getByLabel('Find by beginning').fill('rec')
  await page.getByText('readme.txt').waitFor({ state: 'detached' })
  await page.getByText('recipe.txt').waitFor()
  await page.getByLabel('Find by beginning').fill('nothing')
  await page.getByText('No name begins with that').waitFor()
  await opened.assertAccessible('nothing found')
  opened.assertClean()
  await opened.close()
})

test('a folder is made, renamed with what is in it, and deleted as a whole', { skip }, async () => {
  await bucketWith(world.s3, 'folders', ['films/a/1', 'films/a/2', 'films/3', 'other'])
  const opened = await world.open('/buckets/folders')
  const { page } = opened
  await page.getByRole('button', { name: 'New folder' }).click()
  await page.getByLabel('Name of the folder').fill('posters')
  await opened.assertAccessible('new folder')
  await page.getByRole('button', { name: 'Create folder' }).click()
  await page.getByText('posters/').waitFor()
  await choose(page, 'films/', 'Rename…')
  await page.getByLabel('New name').fill('movies')
  await page.getByRole('button', { name: 'Rename', exact: true }).click()
  await untilKeys(world.s3, 'folders', ['movies/a/1', 'movies/a/2', 'movies/3', 'other', 'posters/'])
  await page.getByText('movies/').waitFor()
  await choose(page, 'movies/', 'Delete…')
  await page.getByText('This cannot be undone').waitFor()
  await page.getByLabel('Type folders to confirm').fill('folders')
  await opened.assertAccessible('deleting')
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await untilKeys(world.s3, 'folders', ['other', 'posters/'])
  await page.getByText('movies/', { exact: true }).waitFor({ state: 'detached' })
  opened.assertClean()
  await opened.close()
})

test('what fails is told by its key, and tried again; the rest is done', { skip }, async () => {
  await bucketWith(world.s3, 'transfer', ['a', 'b', 'to/b'])
  const opened = await world.open('/buckets/transfer')
  const { page } = opened
  await page.getByText('to/').waitFor()
  const grid = page.getByRole('grid')
  await grid.focus()
  await grid.press('Space')
  await grid.press('Shift+ArrowDown')
  await page.getByText('2 chosen').waitFor()
  await opened.assertAccessible('chosen')
  await page.getByRole('button', { name: 'Move…' }).click()
  await page.getByRole('list', { name: 'Folders here' }).getByRole('button', { name: 'to/' }).click()
  await page.getByRole('button', { name: 'Move here' }).click()
  await page.getByText('1 failed').waitFor()
  await untilKeys(world.s3, 'transfer', ['b', 'to/a', 'to/b'])
  await world.management.done('POST /v1/buckets/transfer/objects/delete', { objects: [{ key: 'to/b' }] })
  // It is there on other pages, too.
  await page.getByRole('link', { name: 'Domains' }).click()
  await page.getByRole('heading', { name: 'Domains', level: 1 }).waitFor()
  await page.getByText('What failed', { exact: true }).click()
  await opened.assertAccessible('failures')
  await page.getByRole('button', { name: 'Try what failed again' }).click()
  await untilKeys(world.s3, 'transfer', ['to/a', 'to/b'])
  opened.assertClean()
  await opened.close()
})

test(
  'a deleted object of a bucket with versions is had back, and an older version is made the latest',
  { skip },
  async () => {
    await bucketWith(world.s3, 'versions', ['film.mp4', 'film.mp4'], true)
    const opened = await world.open('/buckets/versions')
    const { page } = opened
    await page.getByText('film.mp4').waitFor()
    await choose(page, 'film.mp4', 'Delete…')
    await page.getByText('This can be undone').waitFor()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await untilKeys(world.s3, 'versions', [])
    await page.getByRole('button', { name: 'All versions' }).click()
    await page.getByText('Delete marker').last().waitFor()
    await opened.assertAccessible('versions')
    const marker = page.getByRole('row').filter({ hasText: 'Latest' })
    await marker.getByRole('button').click()
    await page.getByRole('menuitem', { name: 'Undelete' }).click()
    await untilKeys(world.s3, 'versions', ['film.mp4'])
    opened.assertClean()
    await opened.close()
  },
)

test('headers, metadata and tags are changed with Save, at an address that can be given on', { skip }, async () => {
  await bucketWith(world.s3, 'details', ['one.txt'])
  const opened = await world.open('/buckets/details?key=one.txt')
  const { page } = opened
  await page.getByRole('tab', { name: 'Metadata' }).click()
  await page.getByLabel('Content-Type').fill('text/markdown')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByLabel('Name 1', { exact: true }).fill('title')
  await page.getByLabel('Value 1', { exact: true }).fill('Ein schöner Tag')
  await page.getByText('There are changes that are not saved.').waitFor()
  await opened.assertAccessible('metadata')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The headers and metadata are saved.').waitFor()
  await page.getByRole('tab', { name: 'Tags' }).click()
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByLabel('Name 1', { exact: true }).fill('kind')
  await page.getByLabel('Value 1', { exact: true }).fill('note')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The tags are saved.').waitFor()
  const { object } = await world.management.done<{ object: Record<string, unknown> }>(
    'GET /v1/buckets/details/object?key=one.txt',
  )
  assert.equal(object['content_type'], 'text/markdown')
  assert.deepEqual(object['metadata'], { title: 'Ein schöner Tag' })
  assert.deepEqual(object['tags'], [{ key: 'kind', value: 'note' }])
  opened.assertClean()
  await opened.close()
})

/** Runs the line for curl as it stands, in a folder of its own, and gives what it fetched. */
async function pasted(page: Page): Promise<string> {
  const line = (await page.getByRole('region', { name: 'With curl' }).textContent()) ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'entrepot-curl-'))
  try {
    await run('sh', ['-c', line], { cwd: folder })
    const [file = ''] = await readdir(folder)
    return await readFile(join(folder, file), 'utf8')
  } finally {
    await rm(folder, { recursive: true })
  }
}

test(
  'a signed link opens what it says, also where dots are in the key, and under its conditions',
  { skip },
  async () => {
    await bucketWith(world.s3, 'signed', ["films/../it's one.mp4"])
    const opened = await world.open("/buckets/signed?key=films%2F..%2Fit's%20one.mp4")
    const { page } = opened
    await page.getByRole('tab', { name: 'Links' }).click()
    await page.getByText('More conditions').click()
    await page.getByLabel('Only from pages of these hosts').fill('www.example.com')
    await opened.assertAccessible('conditions')
    await page.getByRole('button', { name: 'Make the link' }).click()
    await page.getByText(/Whoever has this link can read .*it's one.mp4.* for 2 hours/).waitFor()
    await page.getByText('Only from pages of www.example.com.').waitFor()
    assert.equal(await pasted(page), "films/../it's one.mp4")
    await page.getByRole('button', { name: 'QR code' }).click()
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor()
    await opened.assertAccessible('link')
    opened.assertClean()
    await opened.close()
  },
)

test('an object is downloaded under its name, without the page going anywhere', { skip }, async () => {
  await bucketWith(world.s3, 'download', ['a/poster one.txt'])
  const opened = await world.open('/buckets/download?prefix=a%2F')
  const { page } = opened
  await page.getByText('poster one.txt').waitFor()
  const downloading = page.waitForEvent('download')
  await choose(page, 'poster one.txt', 'Download')
  const download = await downloading
  assert.equal(download.suggestedFilename(), 'poster one.txt')
  assert.equal(await readFile(await download.path(), 'utf8'), 'a/poster one.txt')
  assert.match(page.url(), /#\/buckets\/download/)
  opened.assertClean()
  await opened.close()
})

test('everything in a folder is copied to another bucket, chosen as everything', { skip }, async () => {
  await bucketWith(world.s3, 'copy-from', ['a/1', 'a/b/2', 'c'])
  await bucketWith(world.s3, 'copy-to', [])
  const opened = await world.open('/buckets/copy-from?prefix=a%2F')
  const { page } = opened
  await page.getByText('b/', { exact: true }).waitFor()
  await page.getByRole('grid').press('Control+a')
  await page.getByText('Everything here is chosen').waitFor()
  await page.getByRole('button', { name: 'Copy…' }).click()
  await page.getByRole('textbox', { name: 'Folder' }).fill('a/b')
  await page.getByText('A folder cannot be put into itself.').waitFor()
  await page.getByRole('combobox', { name: 'Bucket' }).selectOption('copy-to')
  await page.getByRole('textbox', { name: 'Folder' }).fill('copy')
  await opened.assertAccessible('copying')
  await page.getByRole('button', { name: 'Copy here' }).click()
  await untilKeys(world.s3, 'copy-to', ['copy/1', 'copy/b/2'])
  assert.deepEqual(await keysOf(world.s3, 'copy-from'), ['a/1', 'a/b/2', 'c'])
  opened.assertClean()
  await opened.close()
})

test('what was deleted softly is had back', { skip }, async () => {
  await bucketWith(world.s3, 'soft', ['gone.txt'])
  await world.management.done('PUT /v1/buckets/soft/settings/soft-delete', { Days: 7 })
  const opened = await world.open('/buckets/soft')
  const { page } = opened
  await page.getByText('gone.txt').waitFor()
  await choose(page, 'gone.txt', 'Delete…')
  await page.getByText('This can be undone for 7 days').waitFor()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await untilKeys(world.s3, 'soft', [])
  await page.getByRole('button', { name: 'Deleted', exact: true }).click()
  await page.getByText('gone.txt').waitFor()
  await opened.assertAccessible('deleted')
  await choose(page, 'gone.txt', 'Restore')
  await untilKeys(world.s3, 'soft', ['gone.txt'])
  opened.assertClean()
  await opened.close()
})

/** What names can be, of which none may be anything but a name. */
const hostile = [
  '<img src=x onerror=alert(1)>.txt',
  '\u202Egpj.exe',
  ' spaces ',
  '..',
  'a%2e%2e',
  'what#is?this&that=1',
  'it\'s "quoted" `$(id)`',
  '🎬 e\u0301\u0301.mp4',
  '\u2400\u0001control',
  `${'x'.repeat(900)}.bin`,
]

for (const name of hostile) {
  test(
    `the name ${JSON.stringify(name.slice(0, 40))} is text, and is linked, renamed and deleted`,
    { skip },
    async () => {
      const bucket = `hostile-${hostile.indexOf(name)}`
      const key = `dir//${name}`
      await bucketWith(world.s3, bucket, [key])
      const opened = await world.open(`/buckets/${bucket}?prefix=dir%2F%2F`)
      const { page } = opened
      const only = page.locator('.object-rows [role=row]')
      await only.waitFor()
      assert.equal(await only.locator('.object-title').getAttribute('title'), key)
      assert.equal(await page.locator('.object-list img').count(), 0)
      await only.getByRole('button').click()
      await page.getByRole('menuitem', { name: 'Make a link…' }).click()
      await page.getByRole('tab', { name: 'S3 link' }).click()
      await page.getByRole('button', { name: 'Make the link' }).click()
      await page.getByText('Whoever has this link can read').waitFor()
      assert.equal(await pasted(page), key)
      await page.keyboard.press('Escape')
      await only.getByRole('button').click()
      await page.getByRole('menuitem', { name: 'Rename…' }).click()
      await page.getByLabel('New name').fill(`${name}2`)
      await page.getByRole('button', { name: 'Rename', exact: true }).click()
      await untilKeys(world.s3, bucket, [`${key}2`])
      await page.getByRole('button', { name: 'Read again' }).click()
      await page.waitForFunction(
        (renamed) => document.querySelector('.object-title')?.getAttribute('title') === renamed,
        `${key}2`,
      )
      await only.getByRole('button').click()
      await page.getByRole('menuitem', { name: 'Delete…' }).click()
      await page.getByRole('button', { name: 'Delete', exact: true }).click()
      await untilKeys(world.s3, bucket, [])
      opened.assertClean()
      await opened.close()
    },
  )
}

test('the list and the details can be used by everybody', { skip }, async () => {
  const bucket = 'looked-at'
  await bucketWith(world.s3, bucket, ['films/one.mp4', 'a.txt'], true)
  await inEveryLook(world, `/buckets/${bucket}`, async ({ page, go }, assertUsable) => {
    await page.getByText('a.txt').waitFor()
    await assertUsable('the list')
    await go(`/buckets/${bucket}?key=a.txt`)
    for (const tab of ['Overview', 'Links', 'Metadata', 'Tags', 'Versions']) {
      await page.getByRole('tab', { name: tab }).click()
      await assertUsable(tab)
    }
  })
})
