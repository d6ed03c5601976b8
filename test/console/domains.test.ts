/** Custom domains in a browser: added, proven by the DNS, given a certificate, deleted. */
import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'
import { startDns, type TestDns } from '../harness/dns.ts'
import { textOf } from '../harness/shown-once.ts'
import { missing, run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = noBrowser || missing('openssl', 'version')
const bucket = 'films-of-the-north'
let world: ConsoleWorld
let dns: TestDns
let folder: string

before(async () => {
  if (skip !== false) return
  folder = temporaryFolder('domains')
  dns = await startDns()
  world = await openConsole({ env: { ENTREPOT_DNS_SERVERS: dns.address } })
  await world.management.done('POST /v1/buckets', { name: bucket })
})
after(async () => {
  await world?.stop()
  await dns?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** A certificate for a name, in PEM, signed by itself. */
async function certificateFor(name: string): Promise<{ readonly chain: string; readonly key: string }> {
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'],
    ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'chain.pem')],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
  ])
  return {
    chain: await readFile(join(folder, 'chain.pem'), 'utf8'),
    key: await readFile(join(folder, 'key.pem'), 'utf8'),
  }
}

test(
  'a domain is added, told what its DNS lacks, verified by its CNAME, given a certificate and deleted',
  { skip },
  async () => {
    const name = 'media.example.com'
    const opened = await world.open('/domains')
    const { page } = opened
    await page.getByText('No domains yet').waitFor()
    await page.getByRole('button', { name: 'Add domain' }).click()
    await page.getByLabel('Domain', { exact: true }).fill(name)
    await page.getByLabel('Bucket', { exact: true }).selectOption(bucket)
    await page.getByRole('dialog').getByRole('button', { name: 'Add domain' }).click()

    await page.getByRole('heading', { name }).waitFor()
    const target = await textOf(page, 'Value')
    assert.match(target, new RegExp(`^${bucket}\\.media-storage\\.`))
    await page.getByText(`CNAME of ${name}: found none, expected "${target}"`).waitFor()
    dns.setRecords([{ name, type: 'CNAME', value: 'elsewhere.example.com' }])
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByText('found "elsewhere.example.com"').waitFor()
    dns.setRecords([{ name, type: 'CNAME', value: target }])
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByText(`${name} is verified.`).waitFor()

    const { chain, key } = await certificateFor(name)
    await page.getByRole('button', { name: 'Upload a certificate' }).click()
    await page.getByLabel('Certificate chain (PEM)', { exact: true }).fill('no certificate')
    await page.getByLabel('Take it from a file: Private key (PEM)').setInputFiles(join(folder, 'key.pem'))
    await page.getByRole('button', { name: 'Upload certificate' }).click()
    await page.getByRole('alert').filter({ hasText: 'MalformedCertificate' }).waitFor()
    await page.getByLabel('Certificate chain (PEM)', { exact: true }).fill(chain)
    assert.equal((await page.getByLabel('Private key (PEM)', { exact: true }).inputValue()).trim(), key.trim())
    await page.getByRole('button', { name: 'Upload certificate' }).click()
    await page.getByText('Uploaded', { exact: true }).first().waitFor()
    await page.getByText('Upload the next one before it expires').waitFor()

    await page.keyboard.press('Escape')
    await page.getByRole('row').filter({ hasText: name }).getByText('Verified').waitFor()
    await page.getByRole('button', { name: `Actions on ${name}` }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByLabel(`Type ${name} to confirm`).fill(name)
    await page.getByRole('button', { name: 'Delete domain' }).click()
    await page.getByText('No domains yet').waitFor()
    opened.assertClean()
    await opened.close()
  },
)

test(
  'a domain for all buckets is verified by a TXT record, which is looked for again by itself',
  { skip },
  async () => {
    const { page, close } = await world.open('/domains')
    await page.clock.install()
    await page.getByRole('button', { name: 'Add domain' }).click()
    await page.getByLabel('Domain', { exact: true }).fill('all.example.org')
    await page.getByLabel('All buckets of the account').check()
    await page.getByRole('dialog').getByRole('button', { name: 'Add domain' }).click()
    await page.getByRole('tab', { name: 'TXT record' }).click()
    const [record, value] = [await textOf(page, 'Name'), await textOf(page, 'Value')]
    assert.equal(record, '_entrepot.all.example.org')
    await page.clock.runFor(100)
    await page.getByText('We look again every 15 seconds').waitFor()
    dns.setRecords([{ name: record, type: 'TXT', value }])
    await page.clock.runFor(16_000)
    await page.getByText('all.example.org is verified.').waitFor()
    await close()
  },
)

test('a name that is none is refused in words', { skip }, async () => {
  const { page, close } = await world.open('/domains')
  await page.getByRole('button', { name: 'Add domain' }).click()
  await page.getByLabel('Domain', { exact: true }).fill('not a name')
  await page.getByLabel('All buckets of the account').check()
  await page.getByRole('dialog').getByRole('button', { name: 'Add domain' }).click()
  await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'InvalidArgument' }).waitFor()
  await close()
})

test('the page and its dialogs can be used by everybody', { skip }, async () => {
  await world.management.done('POST /v1/domains', { name: 'waits.example.net', bucket })
  await inEveryLook(world, '/domains', async ({ page }, assertUsable) => {
    await page.getByText('waits.example.net').waitFor()
    await assertUsable('the list')
    await page.getByRole('button', { name: 'Add domain' }).click()
    await assertUsable('adding one')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'waits.example.net', exact: true }).click()
    await page.getByText('found none').waitFor()
    await assertUsable('one of them')
  })
})
