/** One's own sign-ins and password, and API keys, in a browser. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'
import { request } from '../harness/management.ts'
import { assertGone, downloadBy, textOf } from '../harness/shown-once.ts'
import { run } from '../harness/tools.ts'

const skip = noBrowser
const editor = { user: 'editor', password: 'cuts and splices all day' } as const
let world: ConsoleWorld

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  await world.management.done('POST /v1/users', { name: editor.user, role: 'member', password: editor.password })
})
after(async () => world?.stop())

test('the page tells who one is, and where one is signed in; another sign-in is ended from it', { skip }, async () => {
  const other = await world.open('/profile', {
    context: { userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0' },
  })
  const opened = await world.open('/profile')
  const { page } = opened
  await page.getByText('Operate this server').waitFor()
  await page.getByRole('row').filter({ hasText: 'Chrome on Linux' }).getByText('This one').waitFor()
  await page.getByRole('button', { name: 'End the sign-in of Firefox on macOS from 127.0.0.1' }).click()
  await page.getByText('That sign-in is ended').waitFor()
  await page.getByText('Firefox on macOS').waitFor({ state: 'detached' })
  await other.page.reload()
  await other.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  opened.assertClean()
  await opened.close()
  await other.close()
})

test('a password is changed with the present one, which ends all sign-ins', { skip }, async () => {
  const { page, close } = await world.open('/profile', { signIn: editor })
  const changed = 'splices and cuts all night'
  await page.getByLabel('Present password').fill('not the password')
  await page.getByLabel('New password').fill(changed)
  await page.getByLabel('The new one again').fill('something else')
  await page.getByText('The two differ').waitFor()
  await page.getByLabel('The new one again').fill(changed)
  const submit = page.getByRole('button', { name: 'Change password' })
  await submit.click()
  await page.getByRole('alert').filter({ hasText: 'InvalidCredentials' }).waitFor()
  await page.getByLabel('Present password').fill(editor.password)
  await submit.click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await assertGone(page, changed)
  await close()
  const again = await world.open('/profile', { signIn: { user: editor.user, password: changed } })
  await again.page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await again.page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click()
  await again.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await again.close()
})

test(
  'an API key is made with a role, shown once, gets a token by the commands of the page, and is revoked',
  { skip },
  async () => {
    const opened = await world.open('/api-keys')
    const { page } = opened
    await page.getByRole('button', { name: 'Create API key' }).click()
    await page.getByLabel('Name', { exact: true }).fill('billing export')
    await page.getByRole('radio', { name: 'The account’s, with a role' }).check()
    await page.getByLabel('Role', { exact: true }).selectOption({ label: 'S3 user' })
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('heading', { name: 'Your new API key' }).waitFor()
    const key = await textOf(page, 'API key')
    const me = await run('sh', ['-c', await textOf(page, 'Commands for a token')])
    assert.equal((JSON.parse(me) as { role: string }).role, 's3.user')
    const file = await downloadBy(page, 'Download as a file')
    assert.equal(file.text, `${key}\n`)
    await page.getByRole('button', { name: 'Done' }).click()
    await assertGone(page, key)

    await page.getByRole('button', { name: 'Rename billing export' }).click()
    await page.getByRole('textbox', { name: /^Name of/ }).fill('invoices')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Actions on invoices' }).click()
    await page.getByRole('menuitem', { name: 'Revoke' }).click()
    await page.getByText(/The key was used/).waitFor()
    await page.getByLabel('Type invoices to confirm').fill('invoices')
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByText('invoices is revoked').waitFor()
    assert.equal((await request(world.server, `POST /v1/access_token/${key}`)).status, 401)
    opened.assertClean()
    await opened.close()
  },
)

test('the pages can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/profile', async ({ page, go }, assertUsable) => {
    await page.getByText('This one').waitFor()
    await assertUsable('the profile')
    await go('/api-keys')
    await page.getByRole('button', { name: 'Create API key' }).waitFor()
    await assertUsable('API keys')
  })
})
