/** The list of buckets in a browser: making them, finding them, deleting them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PutObjectCommand, PutObjectLegalHoldCommand } from '@aws-sdk/client-s3'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'

const skip = noBrowser
let world: ConsoleWorld

const regions = [{ name: 'eu-central', displayName: 'Amsterdam' }]
const alice = { user: 'alice', password: 'alice looks and does not touch' }

before(async () => {
  if (skip !== false) return
  world = await openConsole({ env: { ENTREPOT_REGIONS: JSON.stringify(regions) } })
  await world.management.done('POST /v1/users', { name: alice.user, role: 's3.user' })
  await world.management.done(`PUT /v1/users/${alice.user}/password`, { password: alice.password })
})
after(async () => world?.stop())

interface Shown {
  readonly bucket: Readonly<Record<string, unknown>>
}

const shown = async (name: string) => (await world.management.done<Shown>(`GET /v1/buckets/${name}`)).bucket
const create = (name: string, body: object = {}) =>
  world.management.done('POST /v1/buckets', { name, policy: 'authenticated', ...body })
const status = async (line: string): Promise<number> => (await world.management.send(line)).status

test('where no bucket is, the page says what one is, and to whom it may, how to make one', { skip }, async () => {
  const opened = await world.open('/buckets')
  await opened.page.getByRole('heading', { name: 'Make the first bucket' }).waitFor()
  await opened.assertAccessible()
  opened.assertClean()
  await opened.close()
  const { page, close } = await world.open('/buckets', { signIn: alice })
  await page.getByText('Your role does not let you make one').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Create bucket' }).count(), 0)
  await close()
})

test(
  'Q-BK-4: a bucket is made in the region, with the name and for the readers that are chosen',
  { skip },
  async () => {
    const opened = await world.open('/buckets')
    const { page } = opened
    await page.getByRole('button', { name: 'Create bucket' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Create bucket' })
    await dialog.getByRole('radio', { name: 'Amsterdam' }).check()
    const name = dialog.getByLabel('Name', { exact: true })
    const submit = dialog.getByRole('button', { name: 'Create' })

    await name.fill('My_films-')
    const broken = dialog.getByRole('listitem').filter({ hasText: 'not yet:' })
    await broken.filter({ hasText: 'lowercase letters' }).waitFor()
    await broken.filter({ hasText: 'begins and ends' }).waitFor()
    assert.equal(await broken.count(), 2)
    assert.equal(await submit.isDisabled(), true)
    await opened.assertAccessible()

    await name.fill('my-films')
    await dialog.getByText('The name is free.').waitFor()
    await dialog.getByRole('radio', { name: 'Anyone with the link' }).check()
    await dialog.getByRole('checkbox', { name: 'Keep earlier versions' }).check()
    await submit.click()
    await page.waitForURL(/#\/buckets\/my-films$/)
    const { region, policy, delivery_enabled, versioning, object_lock } = await shown('my-films')
    assert.deepEqual(
      { region, policy, delivery_enabled, versioning, object_lock },
      { region: 'eu-central', policy: 'public', delivery_enabled: true, versioning: 'Enabled', object_lock: false },
    )
    opened.assertClean()
    await opened.close()
  },
)

test('a name that is taken is told before anything is sent, and Escape leaves without a bucket', { skip }, async () => {
  await create('taken-name')
  const { page, close } = await world.open('/buckets')
  const button = page.getByRole('button', { name: 'Create bucket' }).first()
  await button.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Create bucket' })
  await dialog.getByLabel('Name', { exact: true }).fill('taken-name')
  await dialog.getByRole('alert').filter({ hasText: 'You have a bucket of this name.' }).waitFor()
  assert.equal(await dialog.getByRole('button', { name: 'Create' }).isDisabled(), true)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.waitForURL(/#\/buckets$/)
  await close()
})

test(
  'the list tells of each bucket what it holds and who can read it, and warns where S3 is open',
  { skip },
  async () => {
    const { management, s3 } = world
    await create('list-public', { policy: 'public' })
    await create('list-off', { delivery_enabled: false })
    await create('list-locked', { object_lock: true })
    await s3.send(new PutObjectCommand({ Bucket: 'list-public', Key: 'a', Body: Buffer.alloc(2048) }))
    const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::list-off/*' }
    await management.done('PUT /v1/buckets/list-off/settings/policy', { Version: '2012-10-17', Statement: [allow] })
    for (const [theme, viewport] of [
      ['light', { width: 1280, height: 860 }],
      ['dark', { width: 360, height: 740 }],
    ] as const) {
      const opened = await world.open('/buckets', { theme, viewport })
      const { page } = opened
      const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
      await row('list-public').filter({ hasText: 'Public by link' }).filter({ hasText: '2 KiB' }).waitFor()
      await row('list-off').filter({ hasText: 'Not delivered' }).filter({ hasText: 'Public in S3 by policy' }).waitFor()
      await row('list-locked').filter({ hasText: 'Signed links only' }).filter({ hasText: 'Object lock' }).waitFor()
      await opened.assertAccessible(`buckets, ${theme}`)
      await page.getByRole('searchbox', { name: 'Find a bucket' }).fill('-LOCK')
      await page
        .getByRole('status')
        .filter({ hasText: /^1 of / })
        .waitFor()
      assert.equal(await page.getByRole('table').getByRole('row').count(), 2)
      await page.getByRole('link', { name: 'Settings of list-locked' }).click()
      await page.waitForURL(/#\/buckets\/list-locked\/settings/)
      opened.assertClean()
      await opened.close()
    }
  },
)

test('a bucket may have any name that the server lets it have, and every page of it is found', { skip }, async () => {
  const { management } = world
  const own = (toggles: object) => management.done('PUT /v1/accounts/first/profile', { toggles })
  const name = 'Ведро 100% <b>?#&\u202egnp'
  await own({ 'naming.bucket': 'relaxed' })
  try {
    await create(name)
    const opened = await world.open('/buckets')
    const { page } = opened
    // What would turn the text around is shown by its number.
    await page.getByRole('link', { name: /^Ведро 100% <b>\?#& ?U\+202E ?gnp$/ }).click()
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Ведро 100% <b>?#&U+202Egnp' }).waitFor()
    await page.getByRole('navigation', { name: 'Parts of the bucket' }).getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('switch', { name: 'Enable Authenticated CDN access' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.', { exact: true }).waitFor()
    assert.equal((await shown(encodeURIComponent(name)))['policy'], 'public')
    opened.assertClean()
    await opened.close()
  } finally {
    await own({})
  }
})

test('of hundreds of buckets the first are shown, and all are found', { skip }, async () => {
  await Promise.all(Array.from({ length: 240 }, (_, index) => create(`many-${String(index).padStart(4, '0')}`)))
  const { page, close } = await world.open('/buckets')
  const rows = page.getByRole('table').getByRole('row')
  await page.getByRole('button', { name: 'Show more' }).waitFor()
  const first = await rows.count()
  await page.getByRole('button', { name: 'Show more' }).click()
  assert.equal(await rows.count(), first + 100)
  await page.getByRole('searchbox', { name: 'Find a bucket' }).fill('many-0239')
  await page.getByRole('link', { name: 'many-0239', exact: true }).waitFor()
  assert.equal(await rows.count(), 2)
  await close()
})

test('Q-BK-5: an empty bucket is deleted once its name has been typed', { skip }, async () => {
  await create('to-delete')
  const opened = await world.open('/buckets/to-delete/settings?section=delete')
  const { page } = opened
  await page.getByText('The bucket is empty.').waitFor()
  await page.getByRole('button', { name: 'Delete bucket' }).click()
  const dialog = page.getByRole('dialog')
  const submit = dialog.getByRole('button', { name: 'Delete bucket' })
  await dialog.getByLabel('Type to-delete to confirm').fill('to-delet')
  assert.equal(await submit.isDisabled(), true)
  await dialog.getByLabel('Type to-delete to confirm').fill('to-delete')
  await submit.click()
  await page.waitForURL(/#\/buckets$/)
  await page.getByText('to-delete is deleted.').waitFor()
  assert.equal(await status('GET /v1/buckets/to-delete'), 404)
  opened.assertClean()
  await opened.close()
})

test(
  'Q-BK-5: a bucket that is not empty is emptied and deleted, which can be left and come back to',
  { skip },
  async () => {
    await create('full')
    const keys = Array.from({ length: 1500 }, (_, index) => `key ${index}`)
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(
        keys
          .slice(at, at + 50)
          .map((Key) => world.s3.send(new PutObjectCommand({ Bucket: 'full', Key, Body: 'text' }))),
      )
    const opened = await world.open('/buckets/full/settings?section=delete')
    const { page } = opened
    await page.getByText('1,500').waitFor()
    await page.getByRole('button', { name: 'Empty first and delete' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Type full to confirm').fill('full')
    await dialog.getByRole('button', { name: 'Empty first and delete' }).click()
    await page.getByRole('progressbar').or(page.getByText('full is deleted.')).first().waitFor()
    await opened.assertAccessible()
    // Elsewhere and back, and in another window.
    await opened.go('/access-keys')
    await opened.go('/buckets/full/settings')
    const told = page
      .getByRole('progressbar', { name: 'How far the deletion of full is' })
      .or(page.getByText('full is deleted.'))
      .or(page.getByText('There is no bucket full.'))
    await told.first().waitFor()
    await page.getByText('full is deleted.').or(page.getByText('There is no bucket full.')).first().waitFor()
    assert.equal(await status('GET /v1/buckets/full/empty-and-delete'), 404)
    opened.assertClean()
    await opened.close()
  },
)

test('a bucket with something locked is not deleted, and the page says what keeps it', { skip }, async () => {
  await create('locked', { object_lock: true })
  await world.s3.send(new PutObjectCommand({ Bucket: 'locked', Key: 'kept', Body: 'text' }))
  const hold = { Bucket: 'locked', Key: 'kept', LegalHold: { Status: 'ON' } } as const
  await world.s3.send(new PutObjectLegalHoldCommand(hold))
  const { page, close } = await world.open('/buckets/locked/settings?section=delete')
  await page.getByText('under legal hold, nothing is deleted').waitFor()
  await page.getByRole('button', { name: 'Empty first and delete' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Type locked to confirm').fill('locked')
  await dialog.getByRole('button', { name: 'Empty first and delete' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'under a legal hold' }).waitFor()
  assert.equal(await status('GET /v1/buckets/locked'), 200)
  await close()
})
