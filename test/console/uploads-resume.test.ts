/**
 * Uploads that are interrupted, in a real browser: by a reload, by signing out, by a server that dies. The large file has 96 MiB; with
 * ENTREPOT_TEST_LARGE=1 it has 1 GiB, which takes a minute more.
 */
import { CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, owner, type ConsoleWorld } from '../harness/console.ts'
import { holdParts, keysOf, sha256OfFile, sha256OfObject, writePattern } from '../harness/uploads.ts'

const skip = noBrowser
const largeMebibytes = process.env['ENTREPOT_TEST_LARGE'] === '1' ? 1024 : 96
const partMebibytes = 8
let world: ConsoleWorld
let folder: string
let film: string
let large: string

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  folder = mkdtempSync(join(tmpdir(), 'entrepot-resume-'))
  film = join(folder, 'film.mp4')
  large = join(folder, 'large.mkv')
  await writePattern(film, 40)
  await writePattern(large, largeMebibytes, 1)
})
after(async () => {
  await world?.stop()
  if (folder !== undefined) rmSync(folder, { recursive: true })
})

async function openBucket(bucket: string) {
  await world.management.done('POST /v1/buckets', { name: bucket })
  return world.open(`/buckets/${bucket}`)
}

const choose = (page: Page, file: string): Promise<void> => page.getByLabel('Files to upload').setInputFiles(file)
const tray = (page: Page, title: string): Promise<void> => page.getByRole('region', { name: title }).first().waitFor()
const sentSoFar = (page: Page, text: string): Promise<void> => page.getByText(text).first().waitFor()

async function chooseAgain(page: Page, file: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose the file again' }).click(),
  ])
  await chooser.setFiles(file)
}

/** Accepts that the page is left, and tells how often it was asked. */
function leaves(page: Page): { asked: number } {
  const leaving = { asked: 0 }
  page.on('dialog', (dialog) => {
    if (dialog.type() === 'beforeunload') leaving.asked++
    void dialog.accept()
  })
  return leaving
}

test(
  `a file of ${largeMebibytes} MiB, interrupted by a reload, goes on where it was and arrives whole`,
  { skip },
  async () => {
    const { page, assertAccessible, assertClean, close } = await openBucket('large')
    page.setDefaultTimeout(180_000)
    const leaving = leaves(page)
    const parts = largeMebibytes / partMebibytes
    const first = await holdParts(page, parts / 2 + 1)
    await choose(page, large)
    await sentSoFar(page, `${largeMebibytes / 2} MiB of `)
    await page.reload()
    assert.equal(leaving.asked, 1)
    await page.unroute(/.*/)
    const second = await holdParts(page, 1)

    await tray(page, '1 upload was interrupted')
    await sentSoFar(page, `${largeMebibytes / 2} MiB of `)
    await assertAccessible()
    await second.open()
    await chooseAgain(page, large)
    await tray(page, '1 file uploaded')
    assert.equal(first.sent.length, parts / 2)
    assert.deepEqual(
      second.sent.toSorted((a, b) => a - b),
      Array.from({ length: parts / 2 }, (_, index) => parts / 2 + 1 + index),
    )
    assert.equal(await sha256OfObject(world.s3, 'large', 'large.mkv'), await sha256OfFile(large))

    // It is known to be finished.
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
    assert.equal(await page.locator('.tray').count(), 0)
    assertClean()
    await close()
  },
)

test('another file than the one that was interrupted is refused', { skip }, async () => {
  const { page, close } = await openBucket('another')
  leaves(page)
  await holdParts(page, 3)
  await choose(page, film)
  await sentSoFar(page, '16 MiB of 40 MiB')
  await page.reload()
  await tray(page, '1 upload was interrupted')
  await chooseAgain(page, large)
  await page.getByText('That is another file. The upload was of “film.mp4”, 40 MiB').waitFor()
  utimesSync(film, 1_000_000_000, 1_000_000_000)
  await chooseAgain(page, film)
  await page.getByText('That is another file.').nth(1).waitFor()
  assert.deepEqual(await keysOf(world.s3, 'another'), [])

  // Given up, nothing of it is left.
  const given = page.waitForResponse((response) => response.request().method() === 'DELETE')
  await page.getByRole('button', { name: 'Give up film.mp4' }).click()
  await given
  await page.locator('.tray').waitFor({ state: 'detached' })
  const { uploads } = await world.management.done<{ uploads: unknown[] }>('GET /v1/buckets/another/uploads')
  assert.deepEqual(uploads, [])
  await close()
})

test('a file of the same name, size and time, but other bytes, is sent anew from its beginning', { skip }, async () => {
  const { page, close } = await openBucket('same')
  leaves(page)
  const gate = await holdParts(page, 3)
  utimesSync(film, 1_000_000_000, 1_000_000_000)
  await choose(page, film)
  await sentSoFar(page, '16 MiB of 40 MiB')
  await page.reload()
  await tray(page, '1 upload was interrupted')
  await writePattern(film, 40, 7)
  utimesSync(film, 1_000_000_000, 1_000_000_000)
  await gate.open()
  const before = gate.sent.length
  await chooseAgain(page, film)
  await tray(page, '1 file uploaded')
  assert.deepEqual(
    gate.sent.slice(before).toSorted((a, b) => a - b),
    [1, 2, 3, 4, 5],
  )
  assert.equal(await sha256OfObject(world.s3, 'same', 'film.mp4'), await sha256OfFile(film))
  await close()
})

test('a file that the browser has a handle of goes on without being chosen again', { skip }, async () => {
  const { page, close } = await openBucket('handle')
  leaves(page)
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const writable = await (await root.getFileHandle('kept.bin', { create: true })).createWritable()
    for (let block = 0; block < 24; block++) await writable.write(new Uint8Array(1024 * 1024).fill(block))
    await writable.close()
  })
  // The browser's own dialog cannot be reached from here: it gives the handle of a file that it keeps itself.
  await page.addInitScript(() => {
    Object.assign(globalThis, {
      showOpenFilePicker: async () => [await (await navigator.storage.getDirectory()).getFileHandle('kept.bin')],
    })
  })
  await page.reload()
  const gate = await holdParts(page, 2)
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Files…' }).click()
  await sentSoFar(page, '8 MiB of 24 MiB')
  await page.reload()
  await tray(page, '1 upload was interrupted')
  await gate.open()
  await page.getByRole('button', { name: 'Continue' }).click()
  await tray(page, '1 file uploaded')
  assert.deepEqual(await keysOf(world.s3, 'handle'), ['kept.bin'])
  await close()
})

test('an upload that another program began goes on with its file, and with no other', { skip }, async () => {
  const { page, close } = await openBucket('unknown')
  const order = { Bucket: 'unknown', Key: 'a/film.mp4' }
  const { UploadId } = await world.s3.send(new CreateMultipartUploadCommand(order))
  const begun = (await readFile(film)).subarray(0, 10 * 1024 * 1024)
  await world.s3.send(new UploadPartCommand({ ...order, UploadId, PartNumber: 1, Body: begun }))
  await page.goto(`${world.server.adminEndpoint}/#/buckets/unknown?show=uploads`)
  const gate = await holdParts(page, 1)
  await gate.open()
  const goOnWith = async (file: string): Promise<void> => {
    await page.getByRole('button', { name: 'Actions for ' }).click()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: 'Continue with the file…' }).click(),
    ])
    await chooser.setFiles(file)
  }
  await goOnWith(large)
  await page.getByText('That is another file: what was sent before has other bytes.').waitFor()
  await goOnWith(film)
  await tray(page, '1 file uploaded')
  assert.deepEqual(
    gate.sent.toSorted((a, b) => a - b),
    [2, 3, 4],
  )
  assert.equal(await sha256OfObject(world.s3, 'unknown', 'a/film.mp4'), await sha256OfFile(film))
  await close()
})

test('uploads wait for a server that dies, and go on when it is back', { skip }, async () => {
  const { page, close } = await openBucket('dying')
  page.setDefaultTimeout(90_000)
  const gate = await holdParts(page, 3)
  await choose(page, film)
  await sentSoFar(page, '16 MiB of 40 MiB')
  await world.server.kill()
  await gate.open()
  await sentSoFar(page, 'No answer; trying again')
  await world.server.restart()
  await tray(page, '1 file uploaded')
  assert.equal(await sha256OfObject(world.s3, 'dying', 'film.mp4'), await sha256OfFile(film))
  await close()
})

test('signing out stops what is sent; it waits for whoever began it, and nobody else sees it', { skip }, async () => {
  await world.management.done('POST /v1/users', { name: 'other', role: 'owner' })
  await world.management.done('PUT /v1/users/other/password', { password: 'another long password' })
  const { page, close } = await openBucket('leaving')
  const leaving = leaves(page)
  const gate = await holdParts(page, 3)
  await choose(page, film)
  await sentSoFar(page, '16 MiB of 40 MiB')
  await page.getByRole('button', { name: 'Account menu of owner' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  const signIn = async (user: string, password: string): Promise<void> => {
    await page.getByLabel('User name').fill(user)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
  }
  await signIn('other', 'another long password')
  assert.equal(leaving.asked, 0)
  // By then it would have been found.
  await page.getByRole('link', { name: 'Buckets', exact: true }).click()
  await page.getByRole('link', { name: 'leaving' }).first().waitFor()
  await page.waitForTimeout(1000)
  assert.equal(await page.locator('.tray').count(), 0)

  await page.getByRole('button', { name: 'Account menu of other' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await signIn(owner.user, owner.password)
  await tray(page, '1 upload was interrupted')
  await gate.open()
  await chooseAgain(page, film)
  await tray(page, '1 file uploaded')
  assert.equal(await sha256OfObject(world.s3, 'leaving', 'film.mp4'), await sha256OfFile(film))
  await close()
})
