/** Uploads in a real browser: files and folders, small ones and those in parts, and what people do with them meanwhile. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsolePage, type ConsoleWorld } from '../harness/console.ts'
import { holdParts, keysOf, sha256OfFile, sha256OfObject, writePattern } from '../harness/uploads.ts'

const skip = noBrowser
let world: ConsoleWorld
let folder: string

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  folder = mkdtempSync(join(tmpdir(), 'entrepot-uploads-'))
  await writePattern(join(folder, 'film.mp4'), 40)
})
after(async () => {
  await world?.stop()
  if (folder !== undefined) rmSync(folder, { recursive: true })
})

/** A bucket of the name, and its page. */
async function openBucket(bucket: string, options: Parameters<ConsoleWorld['open']>[1] = {}): Promise<ConsolePage> {
  await world.management.done('POST /v1/buckets', { name: bucket })
  return world.open(`/buckets/${bucket}`, options)
}

const choose = (page: Page, files: string | string[]): Promise<void> =>
  page.getByLabel('Files to upload').setInputFiles(files)
const tray = (page: Page, title: string | RegExp): Promise<void> =>
  page.getByRole('region', { name: title }).first().waitFor()

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function textOf(bucket: string, key: string): Promise<string> {
  const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  return Body!.transformToString()
}

test('files are sent, small ones whole and large ones in parts, with their types', { skip }, async () => {
  const { page, assertAccessible, assertClean, close } = await openBucket('plain')
  const gate = await holdParts(page, 3)
  const small = [file('list.m3u8', '#EXTM3U\n'), file('notes.txt', 'Notes.'), file('empty.bin', '')]
  await choose(page, [...small, join(folder, 'film.mp4')])
  await tray(page, 'Uploading: 3 of 4 files done')
  await page.getByRole('progressbar', { name: 'Upload of film.mp4' }).waitFor()
  await assertAccessible()
  await gate.open()
  await tray(page, '4 files uploaded')
  await page.getByRole('status').filter({ hasText: '4 files uploaded.' }).waitFor({ state: 'attached' })
  assert.deepEqual(await keysOf(world.s3, 'plain'), ['empty.bin', 'film.mp4', 'list.m3u8', 'notes.txt'])
  assert.equal(await sha256OfObject(world.s3, 'plain', 'film.mp4'), await sha256OfFile(join(folder, 'film.mp4')))
  const types = await Promise.all(
    ['list.m3u8', 'notes.txt', 'film.mp4', 'empty.bin'].map(
      async (Key) => (await world.s3.send(new HeadObjectCommand({ Bucket: 'plain', Key }))).ContentType,
    ),
  )
  assert.deepEqual(types, ['application/vnd.apple.mpegurl', 'text/plain', 'video/mp4', 'application/octet-stream'])
  assertClean()
  await close()
})

test('a folder that is dropped keeps its paths, and its empty folders', { skip }, async () => {
  const { page, assertAccessible, assertClean, close } = await openBucket('dropped')
  mkdirSync(join(folder, 'trip/day 1/none'), { recursive: true })
  mkdirSync(join(folder, 'trip/day 2'))
  file('trip/day 1/a.txt', 'a')
  file('trip/day 2/b.txt', 'b')
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [join(folder, 'trip')], dragOperationsMask: 1 }
  await page.getByLabel('Files to upload').waitFor({ state: 'attached' })
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<unknown> =>
    devtools.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data })
  await drag('dragEnter')
  await drag('dragOver')
  await page.getByText('Drop to upload', { exact: true }).waitFor()
  await page.getByRole('status').filter({ hasText: 'Files and folders go to dropped/' }).waitFor({ state: 'attached' })
  await assertAccessible()
  await drag('dragOver')
  await drag('drop')
  await tray(page, '3 files uploaded')
  assert.deepEqual(await keysOf(world.s3, 'dropped'), ['trip/day 1/a.txt', 'trip/day 1/none/', 'trip/day 2/b.txt'])
  assert.equal(await page.getByText('Drop to upload', { exact: true }).count(), 0)
  assertClean()
  await close()
})

test('a folder that is chosen goes below the folder that is looked at', { skip }, async () => {
  await world.management.done('POST /v1/buckets', { name: 'below' })
  const { page, close } = await world.open('/buckets/below?prefix=%22archive%2F%22')
  mkdirSync(join(folder, 'series/one'), { recursive: true })
  file('series/one/1.ts', '1')
  file('series/index.m3u8', '#EXTM3U')
  await page.getByLabel('Folder to upload').setInputFiles(join(folder, 'series'))
  await tray(page, '2 files uploaded')
  assert.deepEqual(await keysOf(world.s3, 'below'), ['archive/series/index.m3u8', 'archive/series/one/1.ts'])
  await close()
})

test('a name is a key, letter for letter, and markup in it is text', { skip }, async () => {
  const { page, assertClean, close } = await openBucket('names')
  const names = [
    '<img src=x onerror=alert(1)>.txt',
    '"quoted" & \'single\'.txt',
    '..%2f..%2fetc.txt',
    'a#b?c=d+e;f.txt',
    'line\nbreak.txt',
    'right\u202Eto left.txt',
    '日本語 🎬.txt',
  ]
  await choose(
    page,
    names.map((name) => file(name, name)),
  )
  await tray(page, '7 files uploaded')
  assert.deepEqual((await keysOf(world.s3, 'names')).toSorted(), names.toSorted())
  for (const name of names) assert.equal(await textOf('names', name), name)
  assert.equal(await page.locator('.tray img').count(), 0)
  assertClean()
  await close()
})

test('what is there already is asked about once for all: skipped, replaced, or kept beside', { skip }, async () => {
  const opened = await openBucket('twice')
  const { page } = opened
  const put = (Key: string): Promise<unknown> =>
    world.s3.send(new PutObjectCommand({ Bucket: 'twice', Key, Body: 'old' }))
  for (const key of ['a.txt', 'b.txt', 'b-1.txt', 'film.mp4']) await put(key)
  const files = [file('a.txt', 'new'), file('b.txt', 'new'), file('c.txt', 'new'), join(folder, 'film.mp4')]
  const answer = async (choice: string): Promise<void> => {
    const dialog = page.getByRole('dialog', { name: /there already$/ })
    await dialog.getByRole('radio', { name: choice }).check()
    await dialog.getByRole('button', { name: 'Continue' }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  await choose(page, files)
  await page.getByRole('dialog', { name: '3 files are there already' }).waitFor()
  await opened.assertAccessible()
  await answer('Skip')
  await tray(page, '1 file uploaded')
  assert.deepEqual([await textOf('twice', 'a.txt'), await textOf('twice', 'c.txt')], ['old', 'new'])

  await page.getByRole('button', { name: 'Close the list of uploads' }).click()
  await choose(page, files.slice(0, 2))
  await answer('Keep both')
  await tray(page, '2 files uploaded')
  assert.deepEqual(await keysOf(world.s3, 'twice'), [
    'a-1.txt',
    'a.txt',
    'b-1.txt',
    'b-2.txt',
    'b.txt',
    'c.txt',
    'film.mp4',
  ])
  assert.deepEqual([await textOf('twice', 'b-1.txt'), await textOf('twice', 'b-2.txt')], ['old', 'new'])

  await page.getByRole('button', { name: 'Close the list of uploads' }).click()
  await choose(page, [files[0]!, files[3]!])
  await answer('Replace')
  await tray(page, '2 files uploaded')
  assert.equal(await textOf('twice', 'a.txt'), 'new')
  assert.equal(await sha256OfObject(world.s3, 'twice', 'film.mp4'), await sha256OfFile(join(folder, 'film.mp4')))
  opened.assertClean()
  await opened.close()
})

test('an upload is paused, and goes on with the parts that are missing', { skip }, async () => {
  const { page, close } = await openBucket('paused')
  const gate = await holdParts(page, 3)
  await choose(page, join(folder, 'film.mp4'))
  await page.getByText('16 MiB of 40 MiB').first().waitFor()
  await page.getByRole('button', { name: 'Pause film.mp4' }).click()
  await tray(page, 'Paused')
  await gate.open()
  const before = gate.sent.length
  await page.getByRole('button', { name: 'Go on with film.mp4' }).click()
  await tray(page, '1 file uploaded')
  assert.deepEqual(
    gate.sent.slice(before).toSorted((a, b) => a - b),
    [3, 4, 5],
  )
  assert.equal(await sha256OfObject(world.s3, 'paused', 'film.mp4'), await sha256OfFile(join(folder, 'film.mp4')))
  await close()
})

test('what is cancelled leaves nothing on the server', { skip }, async () => {
  const { page, close } = await openBucket('cancelled')
  await holdParts(page, 3)
  await choose(page, join(folder, 'film.mp4'))
  await page.getByText('16 MiB of 40 MiB').first().waitFor()
  const uploads = async (): Promise<unknown[]> =>
    (await world.management.done<{ uploads: unknown[] }>('GET /v1/buckets/cancelled/uploads')).uploads
  assert.equal((await uploads()).length, 1)
  const given = page.waitForResponse((response) => response.request().method() === 'DELETE')
  await page.getByRole('button', { name: 'Cancel all' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel all' }).click()
  await given
  assert.deepEqual(await uploads(), [])
  assert.deepEqual(await keysOf(world.s3, 'cancelled'), [])
  await page.locator('.tray').waitFor({ state: 'detached' })
  await close()
})

test('a refusal is said in the server’s words, and what is mended can be tried again', { skip }, async () => {
  const { page, assertAccessible, close } = await openBucket('full')
  await world.management.done('PATCH /v1/buckets/full', { quota: { bytes_max: 1000 } })
  const large = file('large.txt', 'x'.repeat(5000))
  await choose(page, [large, file('little.txt', 'x')])
  await tray(page, '1 file could not be uploaded')
  await page.getByText('The quota of the bucket is 1000 bytes').waitFor()
  await assertAccessible()
  assert.deepEqual(await keysOf(world.s3, 'full'), ['little.txt'])
  await world.management.done('PATCH /v1/buckets/full', { quota: { bytes_max: 100_000 } })
  await page.getByRole('button', { name: 'Try large.txt again' }).click()
  await tray(page, '2 files uploaded')
  assert.deepEqual(await keysOf(world.s3, 'full'), ['large.txt', 'little.txt'])
  await close()
})

test('uploads go on while other pages are looked at', { skip }, async () => {
  const { page, close } = await openBucket('meanwhile')
  const gate = await holdParts(page, 2)
  await choose(page, join(folder, 'film.mp4'))
  await page.getByText('8 MiB of 40 MiB').first().waitFor()
  await page.getByRole('link', { name: 'Access keys' }).click()
  await page.getByRole('heading', { level: 1, name: 'Access keys' }).waitFor()
  await gate.open()
  await tray(page, '1 file uploaded')
  assert.equal(await sha256OfObject(world.s3, 'meanwhile', 'film.mp4'), await sha256OfFile(join(folder, 'film.mp4')))
  await close()
})

test('of a thousand files only those in view are drawn, and all arrive', { skip }, async () => {
  const { page, close } = await openBucket('many')
  mkdirSync(join(folder, 'frames'))
  for (let index = 0; index < 1000; index++) file(`frames/${index}.txt`, String(index))
  await page.getByLabel('Folder to upload').setInputFiles(join(folder, 'frames'))
  await tray(page, /^Uploading: /)
  assert.ok((await page.locator('.tray li').count()) < 30)
  await tray(page, '1,000 files uploaded')
  assert.equal((await keysOf(world.s3, 'many')).length, 1000)
  await close()
})

for (const theme of ['light', 'dark'] as const) {
  test(`the tray is accessible on a telephone, in the ${theme} theme`, { skip }, async () => {
    const { page, assertAccessible, close } = await openBucket(`small-${theme}`, {
      theme,
      viewport: { width: 360, height: 740 },
    })
    await holdParts(page, 2)
    await choose(page, [join(folder, 'film.mp4'), file('a.txt', 'a')])
    await page.getByText('8 MiB of 40 MiB').first().waitFor()
    await assertAccessible()
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360)
    await close()
  })
}
