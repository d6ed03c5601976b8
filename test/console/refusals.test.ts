/** "Why was this refused?": from what a client got to what to do about it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import type { Locator, Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'

const skip = noBrowser
const password = 'a warehouse of moving pictures'
let world: ConsoleWorld
/** What the client got whose signature was wrong, and the one whose region was. */
let wrongSignature: string
let wrongRegion: string

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  await world.s3.send(new CreateBucketCommand({ Bucket: 'films' }))
  wrongSignature = await refused('/films/a%20film.mp4', world.server.region)
  wrongRegion = await refused('/films', 'eu-nowhere-7')
  // That is a second or two later.
  for (const text of [wrongSignature, wrongRegion]) {
    const [, id = ''] = /<RequestId>(\w+)</.exec(text) ?? []
    await known(id)
  }
})
after(async () => world?.stop())

/** Waits until it is. */
async function known(id: string): Promise<void> {
  while ((await world.management.send(`GET /v1/refusals/${id}`)).status !== 200) await sleep(100)
}

/** The XML of the refusal. */
async function refused(path: string, region: string): Promise<string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${world.server.accessKeyId}/${time.slice(0, 8)}/${region}/s3/aws4_request`
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${'a'.repeat(64)}`,
    'x-amz-date': time,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
  }
  const answer = await fetch(world.server.endpoint + path, { headers })
  assert.ok(answer.status >= 400)
  return answer.text()
}

const card = (page: Page, title: string): Locator =>
  page.locator('section.card').filter({ has: page.getByRole('heading', { name: title, exact: true }) })

async function lookUp(page: Page, text: string): Promise<void> {
  await page.getByLabel('Request id', { exact: true }).fill(text)
  await page.getByRole('button', { name: 'Look it up' }).click()
}

test(
  'the error as it came is pasted, and what was checked, computed and is to be done is shown',
  { skip },
  async () => {
    const { page, assertClean, close } = await world.open('/refusals')
    await lookUp(page, wrongSignature)
    await page.getByRole('alert').filter({ hasText: '403 SignatureDoesNotMatch' }).waitFor()
    const checks = await card(page, 'What was checked').getByRole('listitem').allTextContents()
    assert.ok(
      checks.some((text) => text.startsWith('SignatureFailed')),
      checks.join('\n'),
    )
    assert.match(checks[0] ?? '', /Passed/)
    assert.match(checks.at(-1) ?? '', /Not reached/)
    const [canonical = '', toSign = ''] = await card(page, 'What the server computed').locator('pre').allTextContents()
    assert.match(canonical, /^GET\n\/films\/a%20film\.mp4\n\nhost:/)
    assert.match(toSign, /^AWS4-HMAC-SHA256\n/)
    await card(page, 'What to do').getByRole('listitem').first().waitFor()
    assert.match(await card(page, 'The request').innerText(), /films\nKey\na film\.mp4/)
    assertClean()
    await close()
  },
)

test('what differed is shown against what is expected', { skip }, async () => {
  const { page, close } = await world.open('/refusals')
  await lookUp(page, wrongRegion)
  const differences = card(page, 'What differed')
  await differences.locator('del').filter({ hasText: 'eu-nowhere-7' }).waitFor()
  await differences.locator('ins').filter({ hasText: world.server.region }).waitFor()
  await close()
})

test('an id that is none, and one that is not known, are told apart', { skip }, async () => {
  const { page, assertClean, close } = await world.open('/refusals')
  await lookUp(page, 'AccessDenied')
  await page.getByText('There is no request id in that').waitFor()
  await lookUp(page, '0123456789abcdef')
  await page.getByRole('heading', { name: 'No refusal of that id is known' }).waitFor()
  assert.match(page.url(), /0123456789ABCDEF/)
  await page.getByRole('link', { name: 'All refusals' }).click()
  await page.getByRole('heading', { name: 'Where is the request id?' }).waitFor()
  assertClean()
  await close()
})

test('one of those refused lately is picked, of a bucket where one is given', { skip }, async () => {
  const { headers } = await world.management.send('POST /v1/buckets', { name: 'No Bucket' })
  await known(headers.get('x-request-id') ?? '')
  const { page, assertClean, close } = await world.open('/refusals')
  await page.getByRole('link', { name: 'InvalidBucketName' }).waitFor()
  await page.getByLabel('Bucket', { exact: true }).fill('films')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'InvalidBucketName' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'SignatureDoesNotMatch' }).click()
  await page.getByRole('heading', { name: 'What was checked' }).waitFor()
  assertClean()
  await close()
})

test('a refusal of the console itself leads to its reasons', { skip }, async () => {
  await world.management.done('POST /v1/users', { name: 'reader', role: 's3.user' })
  await world.management.done('PUT /v1/users/reader/password', { password })
  const { page, close } = await world.open('/refusals', { signIn: { user: 'reader', password } })
  // As a page does that shows what went wrong: with the id of its request.
  const id = await page.evaluate(async () => (await fetch('v1/audit')).headers.get('x-request-id'))
  await known(id ?? '')
  await lookUp(page, `x-request-id: ${id}`)
  await card(page, 'What was checked').getByText('Right', { exact: true }).waitFor()
  await card(page, 'What differed').locator('ins').filter({ hasText: 'audit' }).waitFor()
  await close()
})

test('it can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/refusals', async ({ page }, assertUsable) => {
    await page.getByRole('link', { name: 'SignatureDoesNotMatch' }).waitFor()
    await assertUsable('the list')
    await lookUp(page, wrongRegion)
    await page.getByRole('heading', { name: 'What differed' }).waitFor()
    await assertUsable('a refusal')
  })
})
