/** A page as everybody has it: in both themes, on a screen and on a phone. */
import assert from 'node:assert/strict'
import type { ConsolePage, ConsoleWorld } from './console.ts'

const viewports = [
  { width: 1280, height: 860 },
  { width: 360, height: 780 },
]
const looks = (['light', 'dark'] as const).flatMap((theme) => viewports.map((viewport) => ({ theme, viewport })))

/** Says of what is shown that it is accessible and that nothing is cut off. */
type AssertUsable = (where: string) => Promise<void>

/** Opens the route in each of them, and does there what is given. */
export async function inEveryLook(
  world: ConsoleWorld,
  route: string,
  visit: (opened: ConsolePage, assertUsable: AssertUsable, look: string) => Promise<void>,
): Promise<void> {
  for (const look of looks) {
    const name = `${look.theme}, ${look.viewport.width} px`
    const opened = await world.open(route, look)
    const assertUsable: AssertUsable = async (where) => {
      const told = `${where}: ${name}`
      await opened.assertAccessible(told)
      assert.equal(
        await opened.page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth'),
        false,
        `something is cut off of ${told}`,
      )
    }
    await visit(opened, assertUsable, name)
    opened.assertClean()
    await opened.close()
  }
}
