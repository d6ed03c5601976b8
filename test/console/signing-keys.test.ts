/** Signing keys in a browser: made for a bucket, shown once, and used by the programs that the page gives. */
import assert from 'node:assert/strict'
import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { inEveryLook } from '../harness/looks.ts'
import { freePorts } from '../harness/server.ts'
import { assertGone, downloadBy, textOf } from '../harness/shown-once.ts'
import { missing, run } from '../harness/tools.ts'
import { temporaryFolder } from '../harness/tree.ts'

const skip = noBrowser
const bucket = 'films-of-the-north'
const film = 'films/one “Фильм” {1} $2.mp4'
let world: ConsoleWorld
let folder: string

before(async () => {
  if (skip !== false) return
  folder = temporaryFolder('signing-keys')
  await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  const [port] = await freePorts(1)
  world = await openConsole({
    env: {
      ENTREPOT_DELIVERY_LISTEN: `127.0.0.1:${port}`,
      ENTREPOT_DELIVERY_URL: `http://127.0.0.1:${port}/{bucket}`,
    },
  })
})
after(async () => {
  await world?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

const python = ['python3', '/usr/bin/python3'].find((each) => missing(each, '-c', 'import jwt, cryptography') === false)

const programs = [
  { tab: 'Python', file: 'sign.py', command: [python ?? 'python3'], skip: python === undefined },
  {
    tab: 'PHP',
    file: 'sign.php',
    command: ['php'],
    skip: missing('php', '-r', 'exit(function_exists("openssl_sign") ? 0 : 1);') !== false,
  },
  { tab: 'Node.js', file: 'sign.mjs', command: [process.execPath], skip: false },
  { tab: 'Node.js (jose)', file: 'sign-jose.mjs', command: [process.execPath], skip: false },
  { tab: 'Go', file: 'sign.go', command: ['go', 'run'], skip: missing('go', 'version') !== false },
]

test('without a bucket the page says that one comes first', { skip }, async () => {
  const { page, close } = await world.open('/signing-keys')
  await page.getByText('A signing key is for a bucket, and there is none yet').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Create signing key' }).isDisabled(), true)
  await close()
})

test(
  'G-SK-8: a key is made for a bucket found in a list, shown once with a caution, and its programs sign links',
  { skip },
  async (t) => {
    const names = [bucket, ...Array.from({ length: 9 }, (_, index) => `other-bucket-${index}`)]
    for (const name of names) await world.management.done('POST /v1/buckets', { name })
    await world.s3.send(new PutObjectCommand({ Bucket: bucket, Key: film, Body: 'a film' }))
    await world.management.done(`PUT /v1/buckets/${bucket}/policy/authenticated`)

    const opened = await world.open('/')
    const { page } = opened
    await page.getByRole('link', { name: 'Signing keys' }).click()
    await page.getByRole('button', { name: 'Create signing key' }).click()
    await page.getByLabel('Find a bucket').fill('north')
    await page.getByLabel('Media storage bucket').selectOption(bucket)
    await page.getByLabel('Name', { exact: true }).fill('web site')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('heading', { name: 'Your private key' }).waitFor()
    await page.getByText('We do not keep this key').waitFor()
    const id = await textOf(page, 'Key id')
    const shown = await textOf(page, 'Private key')
    assert.match(shown, /^-----BEGIN RSA PRIVATE KEY-----\n/)
    await page.keyboard.press('Escape')
    await page.getByRole('alert').filter({ hasText: 'neither copied nor downloaded' }).waitFor()
    await page.getByRole('button', { name: 'Keep it open' }).click()
    const pem = await downloadBy(page, 'Download .pem')
    assert.deepEqual(pem, { name: `signing-key-${id.slice(0, 8)}.pem`, text: shown })
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('row').filter({ hasText: id }).getByText(bucket).waitFor()
    await assertGone(page, shown.split('\n')[3]!)

    await writeFile(join(folder, pem.name), pem.text, { mode: 0o600 })
    await page.getByLabel('Path that the link opens').fill(`/${film}`)
    const links: string[] = []
    for (const { tab, file, command, skip: absent } of programs) {
      await page.getByRole('tab', { name: tab, exact: true }).click()
      const program = await textOf(page, `Program in ${tab}`)
      await writeFile(join(folder, file), program)
      if (absent) {
        t.diagnostic(`${tab} is not on this machine`)
        continue
      }
      const [interpreter = '', ...args] = command
      const env = { GOPROXY: 'off', GOTOOLCHAIN: 'local' }
      const link = (await run(interpreter, [...args, file], { cwd: folder, env })).trim()
      const answer = await fetch(link)
      assert.deepEqual([answer.status, await answer.text()], [200, 'a film'], tab)
      links.push(link)
    }
    assert(links.length >= 2)

    await page.getByRole('button', { name: 'Actions on web site' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByText(`Links to ${bucket} that are signed with it stop working at once`).waitFor()
    await page.getByLabel('Type web site to confirm').fill('web site')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete key' }).click()
    await page.getByRole('row').filter({ hasText: id }).waitFor({ state: 'detached' })
    assert.equal((await fetch(links[0]!)).status, 403)
    opened.assertClean()
    await opened.close()
  },
)

test('G-SK-10: the page tells the practices that are recommended', { skip }, async () => {
  const { page, close } = await world.open('/signing-keys')
  for (const practice of ['Set an expiry', 'Rotate keys', 'A key for each purpose', 'Keep keys and links safe'])
    await page.getByText(practice, { exact: true }).waitFor()
  await close()
})

test(
  'a key is renamed; the server’s own is marked; who may not write is offered nothing to change',
  { skip },
  async () => {
    const name = { bucket, name: 'app' }
    const { signing_key: key } = await world.management.done<{ signing_key: { id: string } }>(
      'POST /v1/signing-keys',
      name,
    )
    await world.management.done('POST /v1/signed-urls', { bucket, key: film })
    const { page, close } = await world.open('/signing-keys')
    await page.getByText('The server’s own').waitFor()
    await page.getByRole('button', { name: 'Rename app' }).click()
    await page.getByRole('textbox', { name: `Name of ${key.id}` }).fill('app 2026-11')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Rename app 2026-11' }).waitFor()
    await close()

    const signIn = { user: 'viewer', password: 'looks and touches nothing' }
    await world.management.done('POST /v1/users', { name: signIn.user, role: 's3.user', password: signIn.password })
    const viewer = await world.open('/signing-keys', { signIn })
    await viewer.page.getByRole('cell', { name: 'app 2026-11' }).first().waitFor()
    assert.equal(await viewer.page.getByRole('button', { name: 'Create signing key' }).count(), 0)
    assert.equal(await viewer.page.getByRole('button', { name: /^Rename/ }).count(), 0)
    await viewer.page.getByRole('button', { name: 'Actions on app 2026-11' }).click()
    await viewer.page.getByRole('menuitem', { name: 'Code samples' }).waitFor()
    assert.equal(await viewer.page.getByRole('menuitem', { name: 'Delete' }).count(), 0)
    await viewer.close()
  },
)

test('the page and its dialog can be used by everybody', { skip }, async () => {
  await inEveryLook(world, '/signing-keys', async ({ page }, assertUsable) => {
    await page.getByRole('tab', { name: 'Go' }).click()
    await assertUsable('the list')
    await page.getByRole('button', { name: 'Create signing key' }).click()
    await assertUsable('creating one')
  })
})
