/** Signing in and out in a browser. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, owner, type ConsoleWorld } from '../harness/console.ts'
import { startServer } from '../harness/server.ts'

const skip = noBrowser
let world: ConsoleWorld

before(async () => {
  if (skip === false) world = await openConsole()
})
after(async () => world?.stop())

test('whoever is not signed in gets the sign-in page, and then the page that they wanted', { skip }, async () => {
  const opened = await world.open('/access-keys', { signIn: false })
  const { page } = opened
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await opened.assertAccessible()
  await page.getByLabel('User name').fill(owner.user)
  await page.getByLabel('Password').fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Access keys' }).waitFor()
  assert.match(page.url(), /#\/access-keys$/)
  opened.assertClean()
  await opened.close()
})

test('a wrong password is refused in words, and nothing is signed in', { skip }, async () => {
  const { page, close } = await world.open('/sign-in', { signIn: false })
  await page.getByLabel('User name').fill(owner.user)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').filter({ hasText: 'is not right' }).waitFor()
  await close()
})

test('signing out ends the session', { skip }, async () => {
  const { page, close } = await world.open('/')
  await page.getByRole('button', { name: 'Account menu of owner' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.goto(`${world.server.adminEndpoint}/#/buckets`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await close()
})

test('the link that the server prints sets the owner’s password, once', { skip }, async () => {
  const server = await startServer()
  const context = await world.browser.newContext()
  try {
    const link = /First sign-in +(\S+)/.exec(server.log())?.[1] ?? ''
    const page = await context.newPage()
    // Without the link nobody can set it, and the page says where it is.
    await page.goto(`${server.adminEndpoint}/#/sign-in`)
    await page.getByText('Open the link that the server printed').waitFor()
    await page.goto(link)
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    const again = page.getByLabel('The same again')
    await page.getByLabel('New password').fill('password')
    await again.fill('password')
    await page.getByRole('button', { name: 'Set password and sign in' }).click()
    await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor()
    await page.getByLabel('New password').fill(owner.password)
    await again.fill(owner.password)
    await page.getByRole('button', { name: 'Set password and sign in' }).click()
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    assert.doesNotMatch(page.url(), /token/)

    const other = await world.browser.newContext()
    const late = await other.newPage()
    await late.goto(link)
    await late.getByLabel('New password').fill('another good password')
    await late.getByLabel('The same again').fill('another good password')
    await late.getByRole('button', { name: 'Set password and sign in' }).click()
    await late.getByRole('alert').filter({ hasText: /\w/ }).waitFor()
    await other.close()
  } finally {
    await context.close()
    await server.stop()
  }
})

test('after five wrong passwords even the right one must wait, and the page says so', { skip }, async () => {
  await world.management.done('POST /v1/users', { name: 'guessed', role: 'member', password: owner.password })
  const { page, close } = await world.open('/sign-in', { signIn: false })
  const submit = page.getByRole('button', { name: 'Sign in' })
  await page.getByLabel('User name').fill('guessed')
  for (let attempt = 1; attempt <= 5; attempt++) {
    await page.getByLabel('Password').fill(`wrong ${attempt}`)
    const answered = page.waitForResponse((response) => response.url().endsWith('/v1/session'))
    await submit.click()
    assert.equal((await answered).status(), 401)
  }
  await page.getByLabel('Password').fill(owner.password)
  const answered = page.waitForResponse((response) => response.url().endsWith('/v1/session'))
  await submit.click()
  assert.equal((await answered).status(), 429)
  await page
    .getByRole('alert')
    .filter({ hasText: 'Rate Limit' })
    .or(page.getByRole('alert').filter({ hasText: /many|wait/i }))
    .first()
    .waitFor()
  await close()
})
