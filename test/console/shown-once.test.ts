/** Secrets that are shown once: they do not go by accident, and when they go, nothing of them is left. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { assertGone, generateAccessKey, isInMemory, textOf } from '../harness/shown-once.ts'

const skip = noBrowser
let world: ConsoleWorld

before(async () => {
  if (skip === false) world = await openConsole()
})
after(async () => world?.stop())

test('a secret does not go by accident before it was copied or downloaded', { skip }, async () => {
  const { page, close } = await world.open('/')
  await page.getByRole('link', { name: 'Access keys' }).click()
  const key = await generateAccessKey(page, 'by accident')
  const asks = page.getByRole('alert').filter({ hasText: 'neither copied nor downloaded' })
  const tries: readonly (() => Promise<unknown>)[] = [
    () => page.keyboard.press('Escape'),
    () => page.mouse.click(5, 5),
    () => page.getByRole('button', { name: 'Close', exact: true }).click(),
    () => page.getByRole('button', { name: 'Done' }).click(),
    () => page.evaluate('history.back()'),
  ]
  for (const leave of tries) {
    await leave()
    await asks.waitFor()
    assert.equal(await textOf(page, 'Secret access key'), key.secretAccessKey)
    await page.getByRole('button', { name: 'Keep it open' }).click()
    await asks.waitFor({ state: 'detached' })
  }
  await page.getByRole('button', { name: 'Copy: Secret access key' }).click()
  await page.getByRole('dialog').getByText('Copied').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await assertGone(page, key.secretAccessKey)

  const other = await generateAccessKey(page, 'given up')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Close without it' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await assertGone(page, other.secretAccessKey)
  await close()
})

test('a secret that was shown is in no memory of the page once another is shown', { skip }, async () => {
  const { page, close } = await world.open('/access-keys')
  const { secretAccessKey } = await generateAccessKey(page, 'forgotten')
  // Slashes may be written in more than one way.
  const piece = secretAccessKey.split('/').reduce((longest, part) => (part.length > longest.length ? part : longest))
  assert.equal(await isInMemory(page, piece), true)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Close without it' }).click()
  await page.getByRole('link', { name: 'Domains' }).click()
  await page.getByRole('heading', { name: 'Domains', exact: true }).waitFor()
  let found = true
  // React lets go of what it showed last when it shows something else again.
  for (let tries = 0; found && tries < 5; tries++) {
    await page.getByRole('button', { name: 'Add domain' }).first().click()
    await page.keyboard.press('Escape')
    found = await isInMemory(page, piece)
  }
  assert.equal(found, false)
  await close()
})
