/**
 * Every page there is, in what all of them must keep: no violation that axe finds, light and dark, on a desktop and on a telephone; nothing that reaches beyond the
 * screen, from 320 px to 4K and from right to left; a focus that is seen wherever the keyboard leads; no breach of the content security policy, and no
 * request to another host.
 */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'

const skip = noBrowser
const bucket = 'films-of-the-harbour'
let world: ConsoleWorld

/** A name as long as may be, of one word, and one that would turn around what stands beside it. */
const longKey = `${'long'.repeat(60)}/${'x'.repeat(200)}.mp4`
const turning = 'a\u202Efdp.exe <img src=x onerror=alert(1)>'

const routes = [
  '/',
  '/buckets',
  '/buckets?create=true',
  `/buckets/${bucket}`,
  `/buckets/${bucket}?key=${encodeURIComponent('posters/one.txt')}`,
  `/buckets/${bucket}?show=versions`,
  `/buckets/${bucket}?show=deleted`,
  `/buckets/${bucket}?show=uploads`,
  `/buckets/${bucket}/settings`,
  ...['cors', 'lifecycle', 'policy'].map((section) => `/buckets/${bucket}/settings?section=${section}`),
  '/access-keys',
  '/signing-keys',
  '/domains',
  '/users',
  '/users/anna',
  '/api-keys',
  '/usage',
  '/audit',
  '/refusals',
  '/settings',
  '/profile',
] as const

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  const { management, s3 } = world
  await management.done('POST /v1/buckets', { name: bucket })
  for (const Key of ['posters/one.txt', 'posters/two.txt', 'index.m3u8', longKey, turning])
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'text', ContentType: 'text/plain' }))
  await management.done('POST /v1/users', { name: 'anna', role: 'member' })
  await management.done('POST /v1/signing-keys', { bucket, name: 'player' })
  await management.done('POST /v1/domains', { name: 'films.example.com', bucket })
  await management.done('POST /v1/api-keys', { name: 'pipeline', role: 'member' })
  await management.send(`GET /v1/buckets/${bucket}x`)
})
after(async () => world?.stop())

const telephone = { width: 360, height: 780 }

for (const route of routes) {
  test(`${route} is accessible, fits every screen, and shows where the focus is`, { skip }, async () => {
    const opened = await world.open(route)
    const { page } = opened
    await settle(page)
    await opened.assertAccessible(`${route}, light, desktop`)
    assert.deepEqual(await placesUnseen(page), [], 'the focus is not seen')
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await page.setViewportSize(telephone)
    await settle(page)
    await opened.assertAccessible(`${route}, dark, telephone`)
    assert.deepEqual(await overflows(page), [], 'wider than the screen')
    opened.assertClean()
    await opened.close()
  })
}

/** Nothing on it loads any more. */
async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('main [aria-busy=true], main .spinner') === null)
}

/** Where the page is wider than the screen, from 320 px to 4K, from left to right and from right to left. */
async function overflows(page: Page): Promise<string[]> {
  const wide: string[] = []
  for (const direction of ['ltr', 'rtl']) {
    await page.evaluate((dir) => (document.documentElement.dir = dir), direction)
    for (const width of [320, 390, 768, 1024, 1280, 3840]) {
      await page.setViewportSize({ width, height: 700 })
      const [inner, outer] = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement
        return [scrollWidth, clientWidth] as const
      })
      if (inner > outer) wide.push(`${width} px, ${direction}: ${inner}`)
    }
  }
  return wide
}

/** What Tab leads to and does not look as if. */
async function placesUnseen(page: Page): Promise<string[]> {
  const unseen = new Set<string>()
  for (let stop = 0; stop < 40; stop++) {
    await page.keyboard.press('Tab')
    const fault = await page.evaluate(() => {
      const element = document.activeElement
      if (element === null || element === document.body) return undefined
      const { boxShadow, outlineStyle } = getComputedStyle(element)
      const { width, height } = element.getBoundingClientRect()
      // A frame around the field may show it in its place.
      const frame = element.parentElement?.closest(':focus-within') ?? element
      const isMarked =
        boxShadow !== 'none' || outlineStyle !== 'none' || getComputedStyle(frame).boxShadow.includes('0px 0px 0px 4px')
      return isMarked && width > 0 && height > 0 ? undefined : element.outerHTML.slice(0, 200)
    })
    if (fault !== undefined) unseen.add(fault)
  }
  return [...unseen]
}
