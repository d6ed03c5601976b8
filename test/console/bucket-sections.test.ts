/** The settings of a bucket, section by section: for everybody, in both themes, on a screen and on a phone. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'

const skip = noBrowser
let world: ConsoleWorld

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  const { management } = world
  await management.done('POST /v1/buckets', { name: 'sections', object_lock: true })
  await management.done('PUT /v1/buckets/sections/settings/cors', { preset: 'video-player', origins: ['*'] })
  await management.done('PUT /v1/buckets/sections/settings/lifecycle', {
    Rules: [{ ID: 'a', Status: 'Enabled', Filter: { Prefix: '' }, NoncurrentVersionExpiration: { NoncurrentDays: 2 } }],
  })
})
after(async () => world?.stop())

const sections = [
  ...['delivery', 'protection', 'cors', 'lifecycle', 'policy', 'access', 'quota', 'tags', 'profile', 'delete'],
]

for (const [theme, viewport] of [
  ['light', { width: 1280, height: 860 }],
  ['dark', { width: 360, height: 740 }],
] as const) {
  test(`every section is accessible and fits, ${theme} and ${viewport.width} wide`, { skip }, async () => {
    const opened = await world.open('/buckets/sections/settings', { theme, viewport })
    for (const section of sections) {
      await opened.go(`/buckets/sections/settings?section=${section}`)
      await opened.page.getByRole('heading', { level: 2 }).first().waitFor()
      await opened.assertAccessible(`${section}, ${theme}`)
      const width = await opened.page.evaluate<number>('document.documentElement.scrollWidth')
      assert(width <= viewport.width, `${section} is ${width} wide`)
    }
    opened.assertClean()
    await opened.close()
  })
}
