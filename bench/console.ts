/**
 * `node bench/console.ts`: how long the console's first page takes in Chromium with an empty cache, from the start of the navigation: until its title is there
 * and can be used, and until nothing on it loads any more. The median of nine; and the bytes that came.
 */
import type { BrowserContext } from 'playwright-core'
import { openConsole } from '../test/harness/console.ts'

/** In milliseconds of the page's own clock; bytes as they came over the wire, of files alone. */
interface Times {
  readonly title: number
  readonly settled: number
  readonly bytes: number
}

const runs = 9

/** Runs in the page. */
const noteTimes = `
  globalThis.times = { title: 0, settled: 0 }
  new MutationObserver(() => {
    const now = performance.now()
    if (times.title === 0 && document.querySelector('#page-title') !== null) times.title = now
    if (times.title > 0 && times.settled === 0 && document.querySelector('main [aria-busy=true]') === null) times.settled = now
  }).observe(document, { subtree: true, childList: true, attributes: true })`
const readTimes = `({
  ...times,
  bytes: performance.getEntriesByType('resource').reduce((sum, { transferSize }) => sum + transferSize, 0),
})`

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>

const world = await openConsole()
try {
  const signedIn = await world.open('/')
  const storageState = await signedIn.context.storageState()
  await signedIn.close()
  const results: Times[] = []
  for (let run = 0; run < runs; run++) results.push(await load(storageState))
  const median = (name: keyof Times): number =>
    results.map((result) => result[name]).toSorted((a, b) => a - b)[Math.floor(runs / 2)]!
  console.log(
    `interactive ${median('title').toFixed(0)} ms, settled ${median('settled').toFixed(0)} ms, ${median('bytes')} bytes`,
  )
} finally {
  await world.stop()
}

async function load(storageState: StorageState): Promise<Times> {
  const context = await world.browser.newContext({ storageState })
  const page = await context.newPage()
  await page.addInitScript(noteTimes)
  await page.goto(world.server.adminEndpoint)
  await page.waitForFunction(() => (globalThis as unknown as { times: Times }).times.settled > 0)
  await page.waitForLoadState('networkidle')
  const times = await page.evaluate<Times>(readTimes)
  await context.close()
  return times
}
