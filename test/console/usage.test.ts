/** Usage in the console: the numbers that the server counted, as charts, tables and a file. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'

const skip = noBrowser
const size = 100_000
const today = new Date().toISOString().slice(0, 10)
let world: ConsoleWorld

interface Usage {
  readonly usage: readonly {
    readonly s3: { readonly requests: number }
    readonly delivery: { readonly requests: number }
  }[]
}

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  const { s3, management } = world
  for (const Bucket of ['films', 'trailers']) await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutObjectCommand({ Bucket: 'films', Key: 'a b/film.mp4', Body: Buffer.alloc(size) }))
  for (let count = 0; count < 3; count++) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'films', Key: 'a b/film.mp4' }))
    await Body?.transformToByteArray()
  }
  await management.done('PUT /v1/buckets/films/policy/public')
  assert.equal(await delivered('films', '/a%20b/film.mp4'), 200)
  await management.done(`PATCH /v1/accounts/first`, { quota: { bytes_max: 110_000 } })
  // Counted in memory, and kept every ten seconds.
  for (;;) {
    const { usage } = await management.done<Usage>('GET /v1/usage')
    if (usage.some(({ s3, delivery }) => s3.requests >= 6 && delivery.requests >= 1)) break
    await sleep(250)
  }
})
after(async () => world?.stop())

/** The status of an object's answer, asked of the delivery listener. */
async function delivered(bucket: string, path: string): Promise<number> {
  const { port } = new URL(world.server.deliveryEndpoint)
  const host = `${bucket}.media-storage.${world.server.region}.${world.server.domain}:${port}`
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  get({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
  }).on('error', reject)
  return promise
}

test('X-10: charts have a legend of their totals, and a table of the same numbers by day', { skip }, async () => {
  const { page, assertClean, close } = await world.open('/usage')
  const chart = page.locator('figure').filter({ hasText: 'Bytes out' })
  await chart.locator('canvas').waitFor()
  assert.match((await chart.getByRole('img').getAttribute('aria-label')) ?? '', /30 days\. S3: .*, Delivery: 97\.7 KiB/)
  await chart.getByText('The same in numbers').click()
  const row = chart.getByRole('row').nth(1)
  assert.match((await row.textContent()) ?? '', /293(\.\d)? KiB97\.7 KiB$|29\d(\.\d)? KiB97\.7 KiB$/)
  await chart.locator('.u-over').hover({ position: { x: 4, y: 40 } })
  await chart.getByText('Delivery0 B').waitFor()
  await page.getByRole('heading', { name: 'Usage' }).hover()
  await chart.getByText('Delivery97.7 KiB').waitFor()
  assertClean()
  await close()
})

test('it is told of a bucket, of a key and of other days', { skip }, async () => {
  const { page, assertClean, close } = await world.open('/usage')
  const requests = page.locator('figure').filter({ hasText: /^Requests(?! that)/ })
  const total = async (): Promise<string> => (await requests.locator('.chart-legend').textContent()) ?? ''
  await requests.locator('canvas').waitFor()
  await page.getByLabel('Bucket', { exact: true }).selectOption('trailers')
  await requests.getByText('Delivery0').waitFor()
  assert.equal(await total(), 'S30Delivery0')
  await page.getByLabel('Access key', { exact: true }).selectOption(world.server.accessKeyId)
  await page.getByText('What is stored belongs to buckets').waitFor()
  assert.equal(await page.getByLabel('Bucket', { exact: true }).inputValue(), '')
  await page.getByLabel('Days', { exact: true }).selectOption('Other days…')
  await page.getByLabel('From', { exact: true }).fill('2020-02-01')
  await page.getByText('Choose a first day').waitFor()
  await page.getByLabel('To', { exact: true }).fill('2020-02-03')
  await page.getByText('S30').first().waitFor()
  await requests.getByText('The same in numbers').click()
  assert.equal(await requests.getByRole('row').count(), 4)
  assertClean()
  await close()
})

test('the file has each day with its numbers, unrounded', { skip }, async () => {
  const { page, close } = await world.open('/usage')
  await page.locator('figure canvas').first().waitFor()
  await page.getByLabel('Days', { exact: true }).selectOption('Last 7 days')
  await page.getByRole('img', { name: '7 days' }).first().waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download CSV' }).click(),
  ])
  const [head = '', ...rows] = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  assert.equal(rows.length, 7)
  assert.match(download.suggestedFilename(), /^usage-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/)
  const cells = Object.fromEntries(head.split(',').map((name, index) => [name, rows.at(-1)?.split(',')[index]]))
  assert.deepEqual([cells['day'], cells['delivery_bytes_out'], cells['s3_bytes_in']], [today, `${size}`, `${size}`])
  await close()
})

test('the busiest objects, what buckets hold, and how much of the quota is left', { skip }, async () => {
  const { page, assertClean, close } = await world.open('/usage')
  const busiest = page.getByRole('row').filter({ hasText: 'films/a b/film.mp4' })
  assert.match((await busiest.textContent()) ?? '', /4391 KiB$/)
  assert.match(
    (await page
      .getByRole('row')
      .filter({ hasText: /^films1/ })
      .textContent()) ?? '',
    /^films197\.7 KiB/,
  )
  assert.equal(await page.getByRole('progressbar', { name: 'Storage' }).getAttribute('aria-valuenow'), '91')
  await page.getByText('Little is left').waitFor()
  assertClean()
  await close()
})

test('it can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/usage', async ({ page }, assertUsable) => {
    await page.locator('figure canvas').first().waitFor()
    await page.getByText('The same in numbers').first().click()
    await page.getByText('films/a b/film.mp4').waitFor()
    await assertUsable('the page')
  })
})

test('a chart follows the theme when it is changed', { skip }, async () => {
  const { page, close } = await world.open('/usage', { theme: 'light' })
  const canvas = page.locator('figure canvas').first()
  await canvas.waitFor()
  // The picture of the first chart, whose numbers do not change.
  const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL())
  const light = await picture()
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.waitForFunction(
    (before) => document.querySelector<HTMLCanvasElement>('figure canvas')?.toDataURL() !== before,
    light,
  )
  await close()
})
