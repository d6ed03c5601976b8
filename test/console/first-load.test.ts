/** What the first page costs: bytes over the wire, compressed with gzip, as a browser without anything in its cache asks for them. */
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'

const skip = noBrowser
const sizeMax = 200_000
let world: ConsoleWorld

before(async () => {
  if (skip === false) world = await openConsole()
})
after(async () => world?.stop())

test(
  `the overview is there after ${sizeMax} bytes at most, all of them from the console's own address`,
  { skip },
  async () => {
    // With something in it, so that its charts are drawn.
    await world.s3.send(new CreateBucketCommand({ Bucket: 'films' }))
    await world.s3.send(new PutObjectCommand({ Bucket: 'films', Key: 'one.txt', Body: 'one' }))
    const { context, close } = await world.open('/')
    const page = await context.newPage()
    const urls = new Set<string>()
    page.on('request', (asked) => {
      if (!asked.url().includes('/v1/')) urls.add(asked.url().replace(/#.*/, ''))
    })
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.setCacheDisabled', { cacheDisabled: true })
    await page.goto(world.server.adminEndpoint)
    await page.getByRole('heading', { level: 1 }).waitFor()
    // Wherever the first steps push them.
    await page.locator('.chart').first().scrollIntoViewIfNeeded()
    await page.locator('main canvas').first().waitFor()
    await page.waitForLoadState('networkidle')
    const sizes = await Promise.all([...urls].map(async (url) => [new URL(url).pathname, await gzipSize(url)] as const))
    const total = sizes.reduce((sum, [, size]) => sum + size, 0)
    assert.ok(
      sizes.some(([path]) => path.includes('ChartCanvas')),
      JSON.stringify(sizes),
    )
    assert.ok(total <= sizeMax, `${total} bytes: ${JSON.stringify(sizes)}`)
    for (const url of urls) assert.equal(new URL(url).origin, world.server.adminEndpoint)
    await close()
  },
)

/** Bytes of the body as it is sent to who takes gzip alone. */
function gzipSize(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
      let size = 0
      response.on('data', (chunk: Buffer) => (size += chunk.length))
      response.on('end', () => resolve(size))
    })
    asked.on('error', reject)
    asked.end()
  })
}
