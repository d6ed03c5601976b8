/** The console below a path of a proxy, which it is not told of. */
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, owner, type ConsoleWorld } from '../harness/console.ts'

const skip = noBrowser
const path = '/tools/storage/'
let world: ConsoleWorld
let proxy: Server
let origin = ''

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  await world.s3.send(new CreateBucketCommand({ Bucket: 'behind' }))
  proxy = createServer((asked, answer) => {
    const { url = '', method = 'GET', headers } = asked
    if (!url.startsWith(path)) return void answer.writeHead(404).end('not the console')
    const target = `${world.server.adminEndpoint}/${url.slice(path.length)}`
    const passed = request(target, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  origin = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
})
after(async () => {
  proxy?.close()
  proxy?.closeAllConnections()
  await world?.stop()
})

test('it is signed in to, uploads, and shows what was uploaded, all below the path', { skip }, async () => {
  const context = await world.browser.newContext()
  const page = await context.newPage()
  const outside: string[] = []
  page.on('request', (asked) => {
    const { origin: of, pathname } = new URL(asked.url())
    if (of === origin && !pathname.startsWith(path)) outside.push(asked.url())
  })
  await page.goto(`${origin}${path}#/buckets/behind`)
  await page.getByLabel('User name').fill(owner.user)
  await page.getByLabel('Password').fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This bucket is empty').waitFor()
  const file = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('below a path') }
  await page.getByLabel('Files to upload').first().setInputFiles(file)
  await page.getByRole('row').filter({ hasText: 'note.txt' }).waitFor()
  const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: 'behind', Key: 'note.txt' }))
  assert.equal(await Body?.transformToString(), 'below a path')
  await page.goto(`${origin}${path}#/buckets/behind?key=note.txt`)
  await page.getByText('below a path').waitFor()
  assert.deepEqual(outside, [])
  await context.close()
})
