/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * A folder with more objects than a page could hold: every row is there once, from the first to the last and back, and the page does not grow.
 *
 * The full size, by hand: `ENTREPOT_TEST_KEYS=1000000 node_modules/.bin/node --test --test-timeout=7200000 test/console/objects-many.test.ts`
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsoleWorld } from '../harness/console.ts'
import { fillBucket } from '../harness/fill-bucket.ts'

const skip = noBrowser
const keyCount = Number(process.env['ENTREPOT_TEST_KEYS'] ?? 20_000)
const bucket = 'many-objects'
let world: ConsoleWorld
/** Many rows at a time, so that the walk has fewer steps. */
const tall = { width: 1280, height: 6000 }

const keyAt = (index: number): string => `film-${String(index).padStart(7, '0')}.mp4`

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  await world.management.done('POST /v1/buckets', { name: bucket })
  await fillBucket(
    world.server,
    world.management,
    bucket,
    Array.from({ length: keyCount }, (_, index) => keyAt(index)),
  )
})
after(async () => world?.stop())

/** What the walk saw. */
interface Walk {
  /** The names of rows by their places, where a place never had two. */
  readonly names: readonly (string | null)[]
  readonly conflicts: readonly string[]
  readonly rowsMax: number
  readonly elementsMax: number
}

/** Scrolls by less than what is in sight at a time, waits until all of it is here, and writes down what is where. */
const walk = (page: Page, direction: 1 | -1): Promise<Walk> => page.evaluate(`(${walkScript})(${direction})`)

// A text, since it runs in the page.
const walkScript = `async (step) => {
  const grid = document.querySelector('[role=grid]')
  const names = []
  const conflicts = []
  let rowsMax = 0
  let elementsMax = 0
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  for (let still = 0; still < 5; ) {
    do await frame()
    while (grid.querySelector('[role=row][aria-busy]') !== null)
    const rows = grid.querySelectorAll('.object-rows [role=row]')
    rowsMax = Math.max(rowsMax, rows.length)
    elementsMax = Math.max(elementsMax, document.querySelectorAll('*').length)
    for (const row of rows) {
      const place = Number(row.getAttribute('aria-rowindex')) - 2
      const name = row.querySelector('.object-title').getAttribute('title')
      names[place] ??= name
      if (names[place] !== name) conflicts.push(place + ': ' + names[place] + ', then ' + name)
    }
    const before = rows[0]?.getAttribute('aria-rowindex') + ' ' + grid.scrollTop
    grid.scrollTop += step * (grid.clientHeight - 120)
    await frame()
    const first = grid.querySelector('.object-rows [role=row]')
    const moved = first?.getAttribute('aria-rowindex') + ' ' + grid.scrollTop !== before
    const atEnd = step < 0 || grid.getAttribute('aria-rowcount') !== '-1'
    still = moved || !atEnd ? 0 : still + 1
  }
  return { names: Array.from(names, (name) => name ?? null), conflicts, rowsMax, elementsMax }
}`

test(
  `each of ${keyCount} rows is there once, to the end and back, with few of them in the page`,
  { skip },
  async () => {
    const opened = await world.open(`/buckets/${bucket}`, { viewport: tall })
    const { page } = opened
    const expected = Array.from({ length: keyCount }, (_, index) => keyAt(index))
    await page.getByText(keyAt(0)).waitFor()
    for (const direction of [1, -1] as const) {
      const { names, conflicts, rowsMax, elementsMax } = await walk(page, direction)
      assert.deepEqual(conflicts, [])
      assert.equal(names.length, keyCount)
      assert.equal(
        names.findIndex((name, index) => name !== expected[index]),
        -1,
        'the first place with another name than it should have',
      )
      assert.ok(rowsMax < 200, `${rowsMax} rows at a time`)
      assert.ok(elementsMax < 6000, `${elementsMax} elements at a time`)
    }
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), String(keyCount + 1))
    opened.assertClean()
    await opened.close()
  },
)

test(
  'keys go to the end of what is known and back, and by pages; the button reads on to the end',
  { skip },
  async () => {
    const opened = await world.open(`/buckets/${bucket}`)
    const { page } = opened
    const grid = page.getByRole('grid')
    await page.getByText(keyAt(0)).waitFor()
    const activeName = () =>
      grid.evaluate((element) => {
        const row = document.getElementById(element.getAttribute('aria-activedescendant') ?? '')
        return row?.querySelector('.object-title')?.getAttribute('title')
      })
    await page.getByRole('button', { name: 'Go to the end' }).click()
    await page.getByText(keyAt(keyCount - 1)).waitFor({ timeout: 60_000 + keyCount })
    assert.equal(await activeName(), keyAt(keyCount - 1))
    assert.equal(await grid.getAttribute('aria-rowcount'), String(keyCount + 1))
    await grid.press('Home')
    await page.getByText(keyAt(0)).waitFor()
    assert.equal(await activeName(), keyAt(0))
    await grid.press('ArrowDown')
    await grid.press('ArrowDown')
    await grid.press('ArrowUp')
    assert.equal(await activeName(), keyAt(1))
    await grid.press('PageDown')
    const afterPage = await activeName()
    assert.ok(afterPage !== undefined && afterPage !== null && afterPage > keyAt(5), String(afterPage))
    await grid.press('PageUp')
    assert.equal(await activeName(), keyAt(1))
    await grid.press('End')
    await page.getByText(keyAt(keyCount - 1)).waitFor()
    opened.assertClean()
    await opened.close()
  },
)

test('what is deleted meanwhile is gone from the list, and every other row stays once', { skip }, async () => {
  const opened = await world.open(`/buckets/${bucket}`, { viewport: tall })
  const { page } = opened
  await page.getByText(keyAt(0)).waitFor()
  const gone = [keyAt(1), keyAt(199), keyAt(200), keyAt(1199)]
  const grid = page.getByRole('grid')
  // Several pages have been read, and the first is looked at.
  for (let steps = 0; steps < 4; steps++) await grid.press('End')
  await grid.press('Home')
  await world.management.done(`POST /v1/buckets/${bucket}/objects/delete`, { objects: gone.map((key) => ({ key })) })
  await page.getByRole('button', { name: 'Read again' }).click()
  await page.getByText(keyAt(1), { exact: true }).waitFor({ state: 'detached' })
  const seen: readonly string[] = await page.evaluate(`(async () => {
    const grid = document.querySelector('[role=grid]')
    const names = new Set()
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    for (let step = 0; step < 90; step++) {
      do await frame()
      while (grid.querySelector('[role=row][aria-busy]') !== null)
      for (const title of grid.querySelectorAll('.object-title')) names.add(title.getAttribute('title'))
      grid.scrollTop += grid.clientHeight * 0.8
    }
    return [...names]
  })()`)
  const expected = Array.from({ length: 1500 }, (_, index) => keyAt(index)).filter((key) => !gone.includes(key))
  assert.deepEqual(
    seen.filter((name) => name < keyAt(1500)),
    expected,
  )
  await fillBucket(world.server, world.management, bucket, gone)
  await opened.close()
})
