/** The audit log in the console. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'

const skip = noBrowser
const password = 'a warehouse of moving pictures'
const many = 230
let world: ConsoleWorld

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  const { management } = world
  for (let number = 0; number < many; number++)
    await management.done('POST /v1/users', { name: `user-${number}`, role: 'member' })
  await management.send('POST /v1/buckets', { name: 'No Bucket' })
})
after(async () => world?.stop())

test(
  'it is a list of sentences of which only those in sight are in the page, however many there are',
  { skip },
  async () => {
    const { page, assertClean, close } = await world.open('/audit')
    const list = page.getByRole('list', { name: 'Entries, newest first' })
    await list.getByText('first tried to create bucket No Bucket').waitFor()
    await list.getByText('first created user user-229').waitFor()
    assert.ok((await list.getByRole('listitem').count()) < 60)
    // A page is two hundred entries, so what is oldest comes with a later one, when it is scrolled to.
    const oldest = list.getByText('first created user user-0', { exact: true })
    for (let step = 0; step < 600 && !(await oldest.isVisible()); step++) {
      await page.mouse.wheel(0, 4000)
      await page.waitForTimeout(50)
    }
    await oldest.waitFor()
    assert.ok((await list.getByRole('listitem').count()) < 60)
    assertClean()
    await close()
  },
)

test('an entry tells who, what, from where, in which request, and what was asked for', { skip }, async () => {
  const { page, close } = await world.open('/audit')
  const row = page.getByRole('button', { name: /first created user user-229/ })
  await row.click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('CreateUser').waitFor()
  await dialog.getByText('127.0.0.1').waitFor()
  assert.deepEqual(JSON.parse((await dialog.locator('pre').textContent()) ?? ''), { name: 'user-229', role: 'member' })
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  // The focus is given back.
  await page.waitForFunction(() => document.activeElement?.textContent.includes('user-229'))
  await close()
})

test('it is narrowed by who, what and when', { skip }, async () => {
  const { page, assertClean, close } = await world.open('/audit')
  const rows = page.locator('.audit-row')
  await rows.first().waitFor()
  await page.getByLabel('What', { exact: true }).selectOption('CreateBucket')
  await page.waitForFunction(() => document.querySelectorAll('.audit-row').length === 1)
  await page.getByLabel('Who', { exact: true }).fill('nobody')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'No entry fits these filters' }).waitFor()
  await page.getByRole('button', { name: 'Clear the filters' }).click()
  await page.getByLabel('Who', { exact: true }).fill('first')
  await page.getByLabel('Who', { exact: true }).blur()
  await rows.first().waitFor()
  await page.getByLabel('To', { exact: true }).fill('2020-01-01')
  await page.getByRole('heading', { name: 'No entry fits these filters' }).waitFor()
  assertClean()
  await close()
})

test(
  'an operator has the log checked, and is told in words whether it is whole or what is broken',
  { skip },
  async () => {
    const { page, assertClean, close } = await world.open('/audit')
    const check = page.getByRole('button', { name: 'Check the log' })
    await check.click()
    const good = page.getByRole('alert').filter({ hasText: 'The log is whole' })
    await good.waitFor()
    const head = (await good.locator('pre').textContent()) ?? ''
    assert.match(head, /^\d+:[0-9a-f]{64}$/)
    await page.getByLabel('A head that you kept').fill(head)
    await check.click()
    await good.waitFor()
    // A head of a log that was longer: its end is gone.
    await page.getByLabel('A head that you kept').fill(`99999:${'0'.repeat(64)}`)
    await check.click()
    await page.getByRole('alert').filter({ hasText: 'The log was cut off: from entry' }).waitFor()
    await page.getByLabel('A head that you kept').fill('no head')
    await check.click()
    await page.getByRole('alert').filter({ hasText: 'InvalidArgument' }).waitFor()
    assertClean()
    await close()
  },
)

test('who is no operator reads the log of their account, and checks nothing', { skip }, async () => {
  await world.management.done('POST /v1/users', { name: 'admin', role: 'iam.admin' })
  await world.management.done('PUT /v1/users/admin/password', { password })
  const { page, close } = await world.open('/audit', { signIn: { user: 'admin', password } })
  await page.locator('.audit-row').first().waitFor()
  assert.equal(await page.getByRole('button', { name: 'Check the log' }).count(), 0)
  assert.equal(await page.getByLabel('Of all accounts').count(), 0)
  await close()
})

test('it can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/audit', async ({ page }, assertUsable) => {
    await page.locator('.audit-row').first().waitFor()
    await assertUsable('the page')
    await page.locator('.audit-row').first().click()
    await page.getByRole('dialog').waitFor()
    await assertUsable('an entry')
  })
})
