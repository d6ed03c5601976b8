/** The overview: first steps, numbers, charts, what was done, how the server is. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'

const skip = noBrowser
const password = 'a warehouse of moving pictures'
let world: ConsoleWorld

before(async () => {
  if (skip === false) world = await openConsole()
})
after(async () => world?.stop())

test('a new account is taught three steps, and each is ticked off when it is done', { skip }, async () => {
  const { page, go, assertClean, close } = await world.open('/')
  const card = page.locator('section.card').filter({ has: page.getByRole('heading', { name: 'First steps' }) })
  const marks = async () => {
    await card.waitFor()
    return card.getByRole('listitem').evaluateAll((items) => items.map((item) => item.firstElementChild?.textContent))
  }
  const again = async () => {
    await go('/buckets')
    await page.reload()
    await go('/')
  }
  assert.deepEqual(await marks(), ['1To do', '2To do', '3To do'])
  await card.getByText('AKIATESTENTREPOT0001', { exact: true }).waitFor()
  await world.s3.send(new CreateBucketCommand({ Bucket: 'films' }))
  await again()
  assert.deepEqual(await marks(), ['Done', '2To do', '3To do'])
  await world.s3.send(new PutObjectCommand({ Bucket: 'films', Key: 'a.mp4', Body: 'moving' }))
  await again()
  assert.deepEqual(await marks(), ['Done', 'Done', '3To do'])
  await world.management.done('POST /v1/presign', { bucket: 'films', key: 'a.mp4' })
  await again()
  await page.getByRole('heading', { name: 'Connect a program' }).waitFor()
  assert.equal(await card.count(), 0)
  assertClean()
  await close()
})

test('it shows what there is, what was done in sentences, and how the server is', { skip }, async () => {
  await world.s3.send(new GetObjectCommand({ Bucket: 'films', Key: 'a.mp4' }))
  await world.management.send('POST /v1/buckets', { name: 'No Bucket' })
  const { page, assertClean, close } = await world.open('/')
  await page.getByRole('link', { name: /^Buckets 1$/ }).waitFor()
  await page.getByRole('link', { name: /^Objects 1$/ }).waitFor()
  await page.getByRole('link', { name: /^Stored 6 B/ }).waitFor()
  const lately = page.locator('section.card').filter({ has: page.getByRole('heading', { name: 'Done lately' }) })
  await lately.getByText('first tried to create bucket No Bucket').waitFor()
  await lately.getByText('owner signed in').first().waitFor()
  const health = page
    .locator('section.card')
    .filter({ has: page.getByRole('heading', { name: 'Health of the server' }) })
  await health.getByRole('progressbar', { name: 'data' }).waitFor()
  await health.getByRole('link', { name: 'See all checks' }).click()
  await page.getByRole('heading', { name: 'Checks' }).waitFor()
  await page.getByText('Master key').waitFor()
  assertClean()
  await close()
})

test('who sees nothing of the storage is shown what they may do', { skip }, async () => {
  for (const [role, may] of [
    ['s3.bucket.user', ['Access keys', 'API keys', 'Your sign-ins and password']],
    ['iam.admin', ['Users and roles', 'Access keys', 'API keys', 'Audit log', 'Your sign-ins and password']],
  ] as const) {
    const name = role.replaceAll('.', '-')
    await world.management.done('POST /v1/users', { name, role })
    await world.management.done(`PUT /v1/users/${name}/password`, { password })
    const opened = await world.open('/', { signIn: { user: name, password } })
    const { page } = opened
    await page.getByRole('heading', { name: 'What you may do' }).waitFor()
    assert.deepEqual(await page.locator('main .allowed b').allTextContents(), may)
    await opened.assertAccessible()
    opened.assertClean()
    await opened.close()
  }
})

test('it can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/', async ({ page }, assertUsable) => {
    // They are drawn when they come in sight.
    await page.locator('.chart').first().scrollIntoViewIfNeeded()
    await page.locator('.chart canvas').first().waitFor()
    await assertUsable('the page')
  })
})
