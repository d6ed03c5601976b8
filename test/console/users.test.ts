/** Users and roles in a browser: who they are, what they may, and that what the page says is what holds. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'
import { assertGone, downloadBy, textOf } from '../harness/shown-once.ts'

const skip = noBrowser
let world: ConsoleWorld

before(async () => {
  if (skip === false) world = await openConsole()
})
after(async () => world?.stop())

async function createUser(page: Page, name: string, role: string): Promise<void> {
  await page.getByRole('button', { name: 'Create user' }).click()
  await page.getByLabel('User name').fill(name)
  await page.getByRole('radio', { name: role }).check()
}

test('a user is created with a strong password that is shown once, and signs in with it', { skip }, async () => {
  const opened = await world.open('/users')
  const { page } = opened
  await page.getByRole('heading', { name: 'What the roles may do' }).waitFor()
  await createUser(page, 'editor', 'Member')
  await page.getByRole('dialog').getByRole('button', { name: 'Create user' }).click()
  await page.getByRole('heading', { name: 'Password of editor' }).waitFor()
  const password = await textOf(page, 'Password')
  assert.match(password, /^(?:[2-9a-hjkmnp-z]{5}-){3}[2-9a-hjkmnp-z]{5}$/)
  const file = await downloadBy(page, 'Download as a file')
  assert.deepEqual(file, { name: 'password-of-editor.txt', text: `editor\n${password}\n` })
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('row').filter({ hasText: 'editor' }).getByText('With a password').waitFor()
  await assertGone(page, password)
  opened.assertClean()
  await opened.close()

  const editor = await world.open('/', { signIn: { user: 'editor', password } })
  assert.equal(await editor.page.getByRole('link', { name: 'Users and roles' }).count(), 0)
  await editor.close()
})

test(
  'what the server refuses is said in its words: a name that is taken, a password that everybody tries',
  { skip },
  async () => {
    const { page, close } = await world.open('/users')
    await createUser(page, 'Editor', 'Member')
    const submit = page.getByRole('dialog').getByRole('button', { name: 'Create user' })
    await submit.click()
    await page.getByRole('alert').filter({ hasText: 'has a user "Editor" already' }).waitFor()
    await page.getByLabel('User name').fill('someone')
    await page.getByRole('radio', { name: 'Type one' }).check()
    await page.getByLabel('New password').fill('password1')
    await submit.click()
    await page.getByRole('alert').filter({ hasText: 'everybody tries first' }).waitFor()
    await close()
  },
)

test('a role is changed and saved, a password set, and the user deleted by typing the name', { skip }, async () => {
  await world.management.done('POST /v1/users', { name: 'moves', role: 's3.user' })
  const opened = await world.open('/users/moves')
  const { page } = opened
  await page.getByRole('radio', { name: 'User administrator' }).check()
  await page.getByText('There are changes that are not saved').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('moves has the role User administrator now').waitFor()
  const shown = () => world.management.done<{ user: { role: string; has_password: boolean } }>('GET /v1/users/moves')
  assert.equal((await shown()).user.role, 'iam.admin')

  await page.getByRole('button', { name: 'Set a password' }).click()
  await page.getByRole('radio', { name: 'Type one' }).check()
  await page.getByLabel('New password').fill('a quiet harbour at night')
  await page.getByRole('dialog').getByRole('button', { name: 'Set password' }).click()
  await page.getByText('moves has a new password').waitFor()
  assert.equal((await shown()).user.has_password, true)

  await page.getByRole('button', { name: 'Delete user' }).click()
  const submit = page.getByRole('dialog').getByRole('button', { name: 'Delete user' })
  assert.equal(await submit.isDisabled(), true)
  await page.getByLabel('Type moves to confirm').fill('moves')
  await submit.click()
  await page.getByRole('heading', { name: 'Users and roles' }).waitFor()
  assert.equal((await world.management.send('GET /v1/users/moves')).status, 404)
  opened.assertClean()
  await opened.close()
})

test('nobody is offered to lock themselves out, and a user administrator does not touch owners', { skip }, async () => {
  const own = await world.open('/users/owner')
  await own.page.getByText('This is you').waitFor()
  assert.equal(await own.page.getByRole('button', { name: /Delete user|Save|Set a password/ }).count(), 0)
  await own.close()

  const signIn = { user: 'warden', password: 'counts the keys twice' }
  await world.management.done('POST /v1/users', { name: signIn.user, role: 'iam.admin', password: signIn.password })
  const warden = await world.open('/users/owner', { signIn })
  await warden.page
    .getByText('An owner is changed by owners alone')
    .or(warden.page.getByRole('alert'))
    .first()
    .waitFor()
  assert.equal(await warden.page.getByRole('button', { name: /Delete user|Set a password|Add policy/ }).count(), 0)
  await warden.go('/users')
  await warden.page.getByRole('button', { name: 'Create user' }).click()
  assert.equal(await warden.page.getByRole('radio', { name: 'Owner' }).count(), 0)
  warden.assertClean()
  await warden.close()
})

test('the pages and their dialogs can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/users', async ({ page }, assertUsable) => {
    await page.getByRole('link', { name: 'warden' }).waitFor()
    await assertUsable('the list')
    await page.getByRole('button', { name: 'Create user' }).click()
    await assertUsable('creating one')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'warden' }).click()
    await page.getByRole('button', { name: 'Add policy' }).click()
    await assertUsable('a policy')
    await page.keyboard.press('Escape')
    await assertUsable('a user')
  })
})
