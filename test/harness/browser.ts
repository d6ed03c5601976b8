/**
 * The browser of tests: Debian's Chromium, without a window; its shell for that where it is installed, which does the same with half the work.
 * ENTREPOT_TEST_BROWSER names another (`chromium` for the whole one).
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const folders = process.env['PATH']?.split(delimiter) ?? []
const whereIs = (program: string): string | undefined =>
  folders.map((folder) => join(folder, program)).find((path) => existsSync(path))

const whole = whereIs('chromium')
const shell = whereIs(process.env['ENTREPOT_TEST_BROWSER'] ?? 'chromium-headless-shell') ?? whole

/** Where there is no browser, the reason to skip the tests that need one; false where there is. For node:test's `skip`. */
export const noBrowser: string | false = shell === undefined && 'there is no chromium on this machine'

/** The same for tests of what the shell lacks: a viewer of PDF. */
export const noWholeBrowser: string | false = whole === undefined && 'there is no whole chromium on this machine'

interface Launch {
  /** With what the shell lacks. */
  readonly whole?: boolean
  /** Further switches of Chromium. */
  readonly args?: readonly string[]
}

/** Starts one. Throws where there is none. */
export async function launchBrowser({ whole: isWhole = false, args = [] }: Launch = {}): Promise<Browser> {
  const executablePath = isWhole ? whole : shell
  if (executablePath === undefined) throw new Error('there is no chromium on this machine')
  return chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync', ...args],
    ],
  })
}
