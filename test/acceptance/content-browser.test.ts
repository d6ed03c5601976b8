/** Content as a browser shows it: in a frame of the console's page, where it is seen and does nothing. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, describe, test } from 'node:test'
import type { Browser, Frame } from 'playwright-core'
import { launchBrowser, noWholeBrowser } from '../harness/browser.ts'
import { managementClient, request } from '../harness/management.ts'
import { freePorts, startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] ? 'needs a server of its own' : noWholeBrowser
const password = 'correct horse battery staple'
let server: TestServer
let browser: Browser
let pages: Server
/** By another name, the same page is of another origin. */
let [own, stranger] = ['', '']
let proof: Readonly<Record<string, string>>

before(async () => {
  if (skip !== false) return
  server = await startServer()
  const management = await managementClient(server)
  await management.done('POST /v1/buckets', { name: 'films' })
  await management.done('POST /v1/users', { name: 'anna', password, role: 'member' })
  const { json, headers } = await request(server, 'POST /v1/session', { user: 'anna', password })
  const cookie = headers.get('set-cookie')!.split(';')[0]!
  const [port = 0] = await freePorts(1)
  own = `http://127.0.0.1:${port}`
  stranger = `http://localhost:${port}`
  proof = { cookie, 'x-csrf-token': (json as { csrf_token: string }).csrf_token, origin: own }
  pages = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end('<!doctype html><title>A console</title>')
  }).listen(port, '127.0.0.1')
  browser = await launchBrowser({ whole: true })
})
after(async () => {
  await browser?.close()
  pages?.close()
  await server?.stop()
})

/** Puts an object, and makes a link to it. */
async function shown(
  key: string,
  body: Uint8Array<ArrayBuffer> | string,
  type: string,
  as = 'preview',
): Promise<string> {
  const at = `${server.adminEndpoint}/v1/buckets/films/object?key=${encodeURIComponent(key)}`
  const put = await fetch(at, { method: 'PUT', body, headers: { ...proof, 'content-type': type } })
  assert.equal(put.status, 200)
  const { text, json } = await request(server, 'POST /v1/buckets/films/content-links', { key, as }, proof)
  const { url } = json as { url?: string }
  assert(url !== undefined, text)
  return server.deliveryEndpoint + new URL(url).pathname
}

/** Opens the URL in a frame of a page, and gives the frame to look into. */
async function inFrame<T>(
  url: string,
  look: (frame: Frame, errors: readonly string[]) => Promise<T>,
  origin = own,
): Promise<T> {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('console', (message) => errors.push(message.text()))
  try {
    await page.goto(`${origin}/`)
    await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.addEventListener('load', resolve)
      frame.src = ${JSON.stringify(url)}
      document.body.append(frame)
    }).then(() => undefined)`)
    const frame = page.frames()[1]!
    // What the browser tells of a frame comes after the frame's own event.
    while (frame.url() === '') await page.waitForTimeout(20)
    return await look(frame, errors)
  } finally {
    await page.close()
  }
}

const script = '<script>document.title = "ran"; parent.postMessage("ran", "*")</script>'
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** A second of silence. */
function silence(): Buffer<ArrayBuffer> {
  const wav = Buffer.alloc(44 + 8000, 128)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + 8000, 4)
  wav.write('WAVEfmt ', 8)
  for (const [at, value] of [
    [16, 16],
    [24, 8000],
    [28, 8000],
    [40, 8000],
  ] as const)
    wav.writeUInt32LE(value, at)
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    wav.writeUInt16LE(value, at)
  wav.write('data', 36)
  return wav
}

describe('in a frame of the console', { skip }, () => {
  test('security 50: a page is its source', async () => {
    const source = `<!doctype html><h1>Title</h1>${script}`
    await inFrame(await shown('page.html', source, 'text/html'), async (frame) => {
      assert.equal(await frame.evaluate('document.body.innerText'), source)
      assert.equal(await frame.title(), '')
    })
  })

  test('an image is seen', async () => {
    await inFrame(await shown('a.png', pixel, 'image/png'), async (frame) => {
      assert.equal(await frame.evaluate('document.images[0]?.naturalWidth'), 1)
    })
  })

  test('security 50: a drawing is seen, and its script does not run', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7" onload="document.title='ran'">${script}<rect width="7" height="7" style="fill:red"/></svg>`
    const url = await shown('a.svg', svg, 'image/svg+xml')
    await inFrame(url, async (frame, errors) => {
      assert.equal(await frame.evaluate("document.querySelector('rect')?.getBoundingClientRect().width"), 7)
      assert.equal(await frame.evaluate("document.querySelector('title')"), null)
      assert(
        errors.some((text) => /sandbox/i.test(text)),
        errors.join('\n'),
      )
    })
    const page = await browser.newPage()
    await page.goto(`${own}/`)
    const width = await page.evaluate(`(async () => {
      const image = new Image()
      image.src = ${JSON.stringify(url)}
      await image.decode()
      return image.naturalWidth
    })()`)
    assert.equal(width, 7)
    await page.close()
  })

  test('a sound plays', async () => {
    await inFrame(await shown('a.wav', silence(), 'audio/wav'), async (frame) => {
      const duration = await frame.evaluate(`(async () => {
        const media = document.querySelector('video, audio')
        while (media.readyState < 1) await new Promise((resolve) => setTimeout(resolve, 50))
        return media.duration
      })()`)
      assert.equal(duration, 1)
    })
  })

  test('a PDF opens in the viewer', async () => {
    const pdf =
      '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>'
    await inFrame(await shown('a.pdf', pdf, 'application/pdf'), async (frame, errors) => {
      // The viewer stands in a frame of its own, in what Chromium makes around it.
      assert.equal(await frame.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(40, 40, 40)')
      assert.equal(frame.page().frames().length, 3)
      assert.deepEqual(errors, [])
    })
  })

  test('security 50: a page of another origin does not frame it', async () => {
    const url = await shown('b.png', pixel, 'image/png')
    const framed = await inFrame(url, (frame) => Promise.resolve(frame.url()), stranger)
    assert.match(framed, /^chrome-error:/)
  })

  test('a page reads what it has a link to, a player its segments, without a cookie', async () => {
    const url = await shown('film/master.m3u8', '#EXTM3U\n1.ts\n', 'application/vnd.apple.mpegurl', 'player')
    await shown('film/1.ts', '0123456789', 'video/mp2t')
    const page = await browser.newPage()
    await page.goto(`${own}/`)
    const read = await page.evaluate(`(async (playlist) => {
      const text = await (await fetch(playlist)).text()
      const segment = await fetch(new URL(text.split('\\n')[1], playlist), { headers: { range: 'bytes=2-4' } })
      return [segment.status, await segment.text(), segment.headers.get('content-range')]
    })(${JSON.stringify(url)})`)
    assert.deepEqual(read, [206, '234', 'bytes 2-4/10'])
    await page.close()
  })
})
