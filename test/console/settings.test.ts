/** Settings in the console: what holds, where it comes from, and how it is changed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateBucketCommand, GetBucketTaggingCommand } from '@aws-sdk/client-s3'
import type { Locator, Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'

const skip = noBrowser
const password = 'a warehouse of moving pictures'
let world: ConsoleWorld

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  await world.s3.send(new CreateBucketCommand({ Bucket: 'films' }))
})
after(async () => world?.stop())

const toggle = (page: Page, name: string): Locator =>
  page.locator('details').filter({ has: page.locator('summary code').getByText(name, { exact: true }) })

/** The code of the error that asking for tags ends in. */
const taggingAnswer = (): Promise<string> =>
  world.s3.send(new GetBucketTaggingCommand({ Bucket: 'films' })).then(
    () => 'answered',
    (error: unknown) => (error as Error).name,
  )

test(
  'each setting has its value, where it comes from, what the profiles have, and how it is changed',
  { skip },
  async () => {
    const { page, assertClean, close } = await world.open('/settings')
    // The harness sets it when it starts the server.
    const http = toggle(page, 'http')
    await http.locator('summary').filter({ hasText: 'allow' }).filter({ hasText: 'set on the server' }).waitFor()
    await http.locator('summary').click()
    assert.deepEqual(await http.getByRole('row').allTextContents(), [
      'ProfileValue',
      'aws In forcelocal',
      'qencode redirect',
      'selectel deny',
      'kontenum allow',
    ])
    await http.getByText('ENTREPOT_TOGGLES=http=').waitFor()
    await http.getByText('entrepot accounts settings first --toggle http=').waitFor()
    assertClean()
    await close()
  },
)

test('they are searched by name, by what they do, and by what was set by hand', { skip }, async () => {
  const { page, close } = await world.open('/settings')
  const names = () => page.locator('details summary > code').allTextContents()
  const search = page.getByRole('searchbox', { name: 'Search' })
  await search.fill('sig.v2')
  await page.getByText('3 of ').waitFor()
  assert.deepEqual(await names(), ['sig.v2.header', 'sig.v2.query', 'sig.v2.post'])
  await search.fill('backslash KEYS')
  await page.getByText('No setting fits that.').or(page.getByText('1 of ')).waitFor()
  await search.fill('')
  await page.getByLabel('Only those set by hand').check()
  await page.getByText('1 of ').waitFor()
  assert.deepEqual(await names(), ['http'])
  await close()
})

test('an operator sets one for the account, which holds from then on, and takes it back', { skip }, async () => {
  assert.equal(await taggingAnswer(), 'NoSuchTagSet')
  const { page, assertClean, close } = await world.open('/settings')
  const tagging = toggle(page, 'tagging')
  await tagging.locator('summary').click()
  const choice = tagging.getByLabel('For your account', { exact: true })
  const save = tagging.getByRole('button', { name: 'Save' })
  assert.ok(await save.isDisabled())
  await choice.selectOption('off')
  await tagging.getByText('There are changes that are not saved.').waitFor()
  assert.equal(await taggingAnswer(), 'NoSuchTagSet')
  await save.click()
  await tagging.locator('summary').getByText('set on your account').waitFor()
  assert.equal(await taggingAnswer(), 'NotImplemented')
  // What is set elsewhere stays as it is.
  const policy = toggle(page, 'cors')
  await policy.locator('summary').click()
  await policy.getByLabel('For your account', { exact: true }).selectOption('off')
  await policy.getByRole('button', { name: 'Save' }).click()
  await policy.locator('summary').getByText('set on your account').waitFor()
  assert.equal(await taggingAnswer(), 'NotImplemented')
  await tagging.locator('summary').click()
  await choice.selectOption('Not set: as the server and the profile have it')
  await save.click()
  await tagging.locator('summary').getByText('of the profile').waitFor()
  assert.equal(await taggingAnswer(), 'NoSuchTagSet')
  assertClean()
  await close()
})

test('what is no value is refused in the server’s words', { skip }, async () => {
  const { page, close } = await world.open('/settings')
  const keys = toggle(page, 'keys.maxActive')
  await keys.locator('summary').click()
  await keys.getByLabel('For your account', { exact: true }).fill('many')
  await keys.getByRole('button', { name: 'Save' }).click()
  await keys.getByRole('alert').filter({ hasText: 'The toggle keys.maxActive is "many"' }).waitFor()
  await close()
})

test('an operator chooses a profile for the account', { skip }, async () => {
  const { page, assertClean, close } = await world.open('/settings')
  const profile = page
    .locator('section.card')
    .filter({ has: page.getByRole('heading', { name: 'Profile', exact: true }) })
  const choice = profile.getByLabel('For this account alone')
  await choice.selectOption('selectel')
  await profile.getByRole('button', { name: 'Save' }).click()
  await profile.locator('[data-current]').getByText('selectel', { exact: true }).waitFor()
  await toggle(page, 'sig.v2.header').locator('summary').filter({ hasText: 'on' }).waitFor()
  await choice.selectOption('As the server has it')
  await profile.getByRole('button', { name: 'Save' }).click()
  await profile.locator('[data-current]').getByText('aws', { exact: true }).waitFor()
  assertClean()
  await close()
})

test('where clients reach the server, and how it is', { skip }, async () => {
  const { page, assertClean, close } = await world.open('/settings')
  await page.getByRole('link', { name: 'Endpoints' }).click()
  await page.getByText(`http://{bucket}.media-storage.{region}.localhost`).waitFor()
  await page.getByText(world.server.adminEndpoint, { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Health' }).click()
  await page.getByText('Master key').waitFor()
  await page.getByRole('progressbar', { name: 'data' }).waitFor()
  await page.getByText('Threads that answer requests').waitFor()
  assertClean()
  await close()
})

test('who is no operator sees what holds, and changes nothing', { skip }, async () => {
  await world.management.done('POST /v1/users', { name: 'member', role: 'member' })
  await world.management.done('PUT /v1/users/member/password', { password })
  const { page, assertClean, close } = await world.open('/settings?section=health', {
    signIn: { user: 'member', password },
  })
  await toggle(page, 'tagging').locator('summary').click()
  await toggle(page, 'tagging').getByText('ENTREPOT_TOGGLES=tagging=').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0)
  assert.equal(await page.getByRole('link', { name: 'Health' }).count(), 0)
  assertClean()
  await close()
})

test('it can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/settings', async ({ page }, assertUsable) => {
    await toggle(page, 'http').locator('summary').click()
    await assertUsable('the page')
    for (const section of ['Endpoints', 'Health']) {
      await page.getByRole('link', { name: section }).click()
      await page.getByRole('heading', { level: 2 }).first().waitFor()
      await page.locator('main dl').first().waitFor()
      await assertUsable(section)
    }
  })
})
