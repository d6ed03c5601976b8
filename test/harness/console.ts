/**
 * The console in a real browser, against a server of its own: pages that are signed in, and what they must never do, which is watched all the time: break
 * their content security policy, throw, or ask another host for anything.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { clientFor } from './client.ts'
import { managementClient, type ManagementClient } from './management.ts'
import { startServer, type StartOptions, type TestServer } from './server.ts'
import { run } from './tools.ts'

const root = join(import.meta.dirname, '../..')

export const owner = { user: 'owner', password: 'a warehouse of moving pictures' } as const

export interface ConsoleWorld {
  readonly server: TestServer
  /** As the first account itself. */
  readonly management: ManagementClient
  readonly s3: ReturnType<typeof clientFor>
  readonly browser: Browser
  /** A page signed in as the owner, or as whom is given; at a route such as `/buckets`. */
  open(route?: string, options?: OpenOptions): Promise<ConsolePage>
  stop(): Promise<void>
}

export interface OpenOptions {
  readonly theme?: 'light' | 'dark'
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly signIn?: { readonly user: string; readonly password: string; readonly account?: string } | false
  readonly context?: BrowserContextOptions
}

export interface ConsolePage {
  readonly page: Page
  readonly context: BrowserContext
  /** Goes to a route, and waits until its title is there. */
  go(route: string): Promise<void>
  /** No violation of WCAG 2.2 AA or of axe's best practices. */
  assertAccessible(where?: string): Promise<void>
  /** What it did that it must not; hosts that it may ask are the server's own. */
  assertClean(): void
  close(): Promise<void>
}

/** Starts a server with an owner who can sign in, and a browser. */
export async function openConsole(options: StartOptions = {}): Promise<ConsoleWorld> {
  await ensureBuilt()
  const server = await startServer({ ...options, env: { ENTREPOT_TOGGLES: 'http=allow', ...options.env } })
  try {
    const management = await managementClient(server)
    await management.done('POST /v1/users', { name: owner.user, role: 'owner' })
    await management.done(`PUT /v1/users/${owner.user}/password`, { password: owner.password })
    const browser = await launchBrowser()
    const s3 = clientFor(server)
    const idle: Idle = new Map()
    return {
      ...{ server, management, s3, browser },
      open: (route, opened) => openPage({ browser, server, idle }, route ?? '/', opened ?? {}),
      async stop() {
        s3.destroy()
        await browser.close()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** The console as it is built; by `npm test` it is built anew before. */
async function ensureBuilt(): Promise<void> {
  if (existsSync(join(root, 'dist/console/index.html'))) return
  await run('npm', ['run', '--silent', 'build', '-w', 'console'], { cwd: root })
}

/** Contexts in which no page is open now, by who uses them: whoever comes again is signed in still, and has the program in the browser's cache. */
type Idle = Map<string, BrowserContext[]>

interface Opening {
  readonly browser: Browser
  readonly server: TestServer
  readonly idle: Idle
}

async function openPage(
  { browser, server, idle }: Opening,
  route: string,
  { theme = 'light', viewport = { width: 1280, height: 860 }, signIn = owner, context: more }: OpenOptions,
): Promise<ConsolePage> {
  const who = JSON.stringify([signIn, more])
  const context = idle.get(who)?.pop() ?? (await browser.newContext(more))
  const page = await context.newPage()
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  await page.setViewportSize(viewport)
  const faults = watch(page, server)
  const go = async (to: string): Promise<void> => {
    // From nowhere, so that the title which is waited for is not that of the page before.
    if (page.url() !== 'about:blank') await page.goto('about:blank')
    await page.goto(`${server.adminEndpoint}/#${to}`)
    await page.locator('h1').first().waitFor()
  }
  await go(route)
  if (signIn !== false && (await isSignedOut(page))) {
    await signInAs(page, signIn)
    await go(route)
  }
  return {
    ...{ page, context, go },
    assertAccessible: (where = page.url()) => assertAccessible(page, where),
    assertClean: () => assert.deepEqual(faults, []),
    async close() {
      // As one who has just signed in: nothing of what the page kept for itself stays.
      const devtools = await context.newCDPSession(page)
      const kept = { origin: server.adminEndpoint, storageTypes: 'local_storage,indexeddb' }
      await devtools.send('Storage.clearDataForOrigin', kept)
      await Promise.all(context.pages().map((open) => open.close()))
      idle.set(who, [...(idle.get(who) ?? []), context])
    },
  }
}

/** Either the frame of somebody's pages is there, or what asks who one is. */
async function isSignedOut(page: Page): Promise<boolean> {
  const form = page.getByRole('button', { name: 'Sign in' })
  await form.or(page.locator('.shell')).first().waitFor()
  return form.isVisible()
}

async function signInAs(page: Page, signIn: Exclude<OpenOptions['signIn'], false | undefined>): Promise<void> {
  if (signIn.account !== undefined) {
    await page.getByLabel('Another account than the first').check()
    await page.getByLabel('Account', { exact: true }).fill(signIn.account)
  }
  await page.getByLabel('User name').fill(signIn.user)
  await page.getByLabel('Password').fill(signIn.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('.shell').waitFor()
}

/** Gathers what a page must not do. */
function watch(page: Page, server: TestServer): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    // A refusal that the page shows, and that the browser tells of in its own words.
    if (message.type() !== 'error' || text.startsWith('Failed to load resource')) return
    faults.push(`console: ${text}`)
  })
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    const own =
      protocol === 'data:' || protocol === 'blob:' || hostname === '127.0.0.1' || isUnder(hostname, server.domain)
    if (!own) faults.push(`request to another host: ${request.url()}`)
  })
  return faults
}

const isUnder = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

let axeSource: string | undefined

async function assertAccessible(page: Page, where: string): Promise<void> {
  axeSource ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }
    // Every rule; but nothing is put together of those that are kept, nor any style sheet parsed again, which only rules that are not on ask for.
    return axe.run({ resultTypes: ['violations'], preload: { assets: ['media'] } })
  })
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html.slice(0, 300)}\n  ${failureSummary}`),
  )
  assert.deepEqual(told, [], where)
}
