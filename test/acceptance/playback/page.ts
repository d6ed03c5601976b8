/** A browser with a page that plays titles; the page is of another origin than the titles, on a server of its own. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { players, type Player } from './players.ts'
import { launchBrowser } from '../../harness/browser.ts'

const patienceSeconds = 60

export interface Outcome {
  /** What the player says of why it does not play; '' where it plays. */
  readonly error: string
  /** How far it has played. */
  readonly seconds: number
  readonly width: number
  readonly height: number
  /** How many different colours the last frame has. */
  readonly colours: number
  /** The last frame. */
  readonly png: Buffer
  /** How much sound was decoded. */
  readonly audioBytes: number
  /** `200 http://…`: what was asked of the other origins, and how it was answered. */
  readonly answers: readonly string[]
}

export interface Cinema extends AsyncDisposable {
  /** The page's origin. */
  readonly origin: string
  /** Opens a new page, has the player play the link, and closes it. */
  play(player: Player, link: string): Promise<Outcome>
  close(): Promise<void>
}

/** `hosts` are names that lead to this machine; those under `localhost` do so by themselves. */
export async function openCinema(hosts: readonly string[] = []): Promise<Cinema> {
  const pages = createServer(({ url = '', headers }, response) => {
    const player = players.find(({ name }) => headers.referer?.endsWith(`/${name}`))
    const isScript = url === '/player.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' })
    response.end(readFileSync(isScript ? (player?.script ?? '') : join(import.meta.dirname, 'page.html')))
  }).listen(0, '127.0.0.1')
  await once(pages, 'listening')
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
  const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(', ')
  const browser = await launchBrowser({
    args: [
      '--autoplay-policy=no-user-gesture-required',
      // Several pages play at once, and none of them is in front.
      ...['--disable-background-timer-throttling', '--disable-renderer-backgrounding'],
      '--disable-backgrounding-occluded-windows',
      `--host-resolver-rules=${rules}`,
    ],
  })

  async function play(player: Player, link: string): Promise<Outcome> {
    // The server's certificate is of its own making.
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    try {
      const page = await context.newPage()
      const answers: string[] = []
      page.on('response', (response) => {
        if (!response.url().startsWith(origin) && !/^(?:blob|data):/.test(response.url()))
          answers.push(`${response.status()} ${response.url()}`)
      })
      await page.goto(`${origin}/${player.name}`)
      const call = `play(${JSON.stringify(player.name)}, ${JSON.stringify(link)}, ${patienceSeconds})`
      const seen = await page.evaluate<Omit<Outcome, 'png' | 'answers'> & { png: string }>(call)
      return { ...seen, png: Buffer.from(seen.png, 'base64'), answers }
    } finally {
      await context.close()
    }
  }

  const close = async (): Promise<void> => {
    await browser.close()
    const closed = once(pages, 'close')
    pages.close()
    pages.closeAllConnections()
    await closed
  }
  return { origin, play, close, [Symbol.asyncDispose]: close }
}
