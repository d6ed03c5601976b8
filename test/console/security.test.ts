/** Cases 50 to 53 of the checklist of attacks, in a real browser: what users wrote, pages of other sites, guesses at passwords. */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsolePage, type ConsoleWorld } from '../harness/console.ts'
import { showObject } from '../harness/object-browser.ts'

const skip = noBrowser
const bucket = 'hostile'
let world: ConsoleWorld
let opened: ConsolePage
let page: Page
/** Other people's site: by a name it is another site than the console's, by the address the same at another port. */
let evil: Server
let evilPort: number

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  await world.management.done('POST /v1/buckets', { name: bucket })
  opened = await world.open('/')
  page = opened.page
  evil = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Other people’s page</title>')
  }).listen(0, '127.0.0.1')
  await once(evil, 'listening')
  evilPort = (evil.address() as AddressInfo).port
})
after(async () => {
  evil?.close()
  await world?.stop()
})

const put = (key: string, body: string | Uint8Array, type: string): Promise<unknown> =>
  world.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: type }))

const show = (key: string) => showObject(opened, bucket, key)

/** What a script of a user would do if it ran: leave a mark, and take what it can get. */
const script = (): string =>
  `document.title='taken';globalThis.taken=document.cookie;fetch('${world.server.adminEndpoint}/v1/users',{method:'POST',credentials:'include',body:'{}'})`

const isTaken = (of: Page): Promise<boolean> => of.evaluate(() => document.title === 'taken' || 'taken' in globalThis)

describe('50: what users wrote runs nothing in the console', { skip }, () => {
  test('50: a key that is markup is shown as text, in the list, in its details and in what is uploaded', async () => {
    const key = `<img src=x onerror="${script()}">`
    await put(key, 'text', 'text/plain')
    await opened.go(`/buckets/${bucket}`)
    await page.getByText('<img src=x onerror').first().waitFor()
    await show(key)
    assert.equal(await page.locator('img[src="x"]').count(), 0)
    assert.equal(await isTaken(page), false)
    opened.assertClean()
  })

  const documents: readonly (readonly [what: string, key: string, type: string, body: () => string])[] = [
    ['HTML', 'page.html', 'text/html', () => `<!doctype html><body>Hello<script>${script()}</script>`],
    [
      'HTML that says that it is XHTML',
      'page.xhtml',
      'application/xhtml+xml',
      () => `<html xmlns="http://www.w3.org/1999/xhtml"><script>${script()}</script></html>`,
    ],
    [
      'an SVG with a script',
      'drawing.svg',
      'image/svg+xml',
      () =>
        `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${script().replaceAll('&', '&amp;')}"><script>${script()}</script></svg>`,
    ],
    [
      'a picture that is HTML, too',
      'polyglot.gif',
      'image/gif',
      () => `GIF89a/*<html><body onload="${script()}"><script>${script()}</script>*/=0`,
    ],
    ['a script', 'program.js', 'text/javascript', script],
    [
      'XML with a style sheet',
      'feed.xml',
      'text/xml',
      () =>
        `<?xml version="1.0"?><?xml-stylesheet href="#s" type="text/xsl"?><a><script xmlns="http://www.w3.org/1999/xhtml">${script()}</script></a>`,
    ],
    [
      'a page in an archive of mail',
      'page.mht',
      'multipart/related',
      () => `MIME-Version: 1.0\nContent-Type: text/html\n\n<script>${script()}</script>`,
    ],
  ]
  for (const [what, key, type, body] of documents) {
    test(`50: ${what} runs nothing in the preview, nor in a tab of its own, and cannot reach the console`, async () => {
      await put(key, body(), type)
      const preview = await show(key)
      const link = preview.getByRole('link', { name: 'Open in a new tab' })
      if (type.startsWith('multipart/')) {
        await preview.getByText(`There is no preview of ${type}.`).waitFor()
        return
      }
      await link.waitFor()
      assert.equal(await isTaken(page), false)
      opened.assertClean()

      const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()])
      await tab.waitForLoadState()
      assert.notEqual(new URL(tab.url()).origin, new URL(page.url()).origin)
      assert.equal(await isTaken(tab), false)
      // Even what did run there would have nothing: no opener, no cookie, no way to the console.
      const reach = await tab.evaluate(async (api) => {
        const cookie = ((): string => {
          try {
            return document.cookie
          } catch (error) {
            return (error as Error).name
          }
        })()
        const asked = await fetch(api, { credentials: 'include' }).then(
          () => 'answered',
          () => 'refused',
        )
        return { cookie, asked, opener: globalThis.opener === null, origin: globalThis.origin }
      }, `${world.server.adminEndpoint}/v1/me`)
      assert.deepEqual(reach, { cookie: 'SecurityError', asked: 'refused', opener: true, origin: 'null' })
      await tab.close()
    })
  }

  test('50: a PDF named .png is no picture, and what only says that it is a PDF is not framed', async () => {
    await put(
      'picture.png',
      '%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj',
      'image/png',
    )
    await (await show('picture.png')).getByText('This browser cannot show the picture').waitFor()
    await put('paper.pdf', `<script>${script()}</script>`, 'application/pdf')
    const preview = await show('paper.pdf')
    await preview.getByText('does not begin as one').waitFor()
    assert.equal(await page.locator('iframe').count(), 0)
    assert.equal(await isTaken(page), false)
    opened.assertClean()
  })

  test('50: a PDF is framed from the content origin alone', async () => {
    await put('real.pdf', '%PDF-1.4\ntrailer<</Root 1 0 R>>\n%%EOF', 'application/pdf')
    const preview = await show('real.pdf')
    const frame = preview.locator('iframe')
    await frame.waitFor()
    assert.notEqual(new URL((await frame.getAttribute('src'))!).origin, new URL(page.url()).origin)
  })
})

/** A page of the other site, in the browser that is signed in. */
async function visit(host: string): Promise<Page> {
  const tab = await opened.context.newPage()
  await tab.goto(`http://${host}:${evilPort}/`)
  return tab
}

for (const host of ['localhost', '127.0.0.1']) {
  test(
    `51: forms and requests of a page at ${host} change nothing, with the console’s cookie or without`,
    { skip },
    async () => {
      await opened.go('/')
      const tab = await visit(host)
      const state = async (): Promise<unknown> => [
        await world.management.done('GET /v1/buckets'),
        (await world.management.done<{ users: { name: string }[] }>('GET /v1/users')).users.map(({ name }) => name),
      ]
      const before = await state()
      const refused: string[] = []
      const done: string[] = []
      tab.on('response', (response) => {
        const method = response.request().method()
        if (!response.url().startsWith(world.server.adminEndpoint) || method === 'OPTIONS') return
        const line = `${method} ${response.status()}`
        ;(response.status() === 401 || response.status() === 403 ? refused : done).push(line)
      })
      const api = `${world.server.adminEndpoint}/v1`
      await tab.evaluate(async (api) => {
        const body = '{"name":"taken-bucket"}'
        const tries: readonly [method: string, path: string, init: RequestInit][] = [
          ['POST', '/buckets', { body, mode: 'no-cors' }],
          ['POST', '/buckets', { body, mode: 'no-cors', headers: { 'content-type': 'text/plain' } }],
          ['POST', '/buckets', { body, headers: { 'content-type': 'application/json' } }],
          ['POST', '/users', { body: '{"name":"taken","role":"owner"}', mode: 'no-cors' }],
          ['DELETE', '/buckets/hostile', {}],
          ['PUT', '/buckets/hostile/policy/public', {}],
          ['PUT', '/buckets/hostile/object?key=taken', { body }],
          ['DELETE', '/session', {}],
        ]
        for (const [method, path, init] of tries)
          await fetch(api + path, { method, credentials: 'include', ...init }).catch(() => undefined)
      }, api)
      for (const [enctype, name, value] of [
        ['text/plain', '{"name":"taken-bucket","x":"', '"}'],
        ['application/x-www-form-urlencoded', 'name', 'taken-bucket'],
        ['multipart/form-data', 'name', 'taken-bucket'],
      ] as const) {
        await Promise.all([
          tab.waitForURL(/\/v1\/buckets/),
          tab.evaluate(
            ([action, enctype, name, value]) => {
              const form = document.createElement('form')
              Object.assign(form, { method: 'post', action, enctype })
              const field = document.createElement('input')
              Object.assign(field, { type: 'hidden', name, value })
              form.append(field)
              document.body.append(form)
              form.submit()
            },
            [`${api}/buckets`, enctype, name, value],
          ),
        ])
        await tab.goto(`http://${host}:${evilPort}/`)
      }
      assert.deepEqual(done, [])
      assert.ok(refused.length >= 6, refused.join(', '))
      assert.deepEqual(await state(), before)
      // Whoever is signed in still is.
      await tab.close()
      await page.reload()
      await page.getByRole('navigation', { name: 'Main' }).waitFor()
    },
  )

  test(`52: a page at ${host} reads nothing of the API with the console’s cookie`, { skip }, async () => {
    const tab = await visit(host)
    const headers: Record<string, string>[] = []
    tab.on('response', (response) => {
      if (response.url().startsWith(world.server.adminEndpoint)) headers.push(response.headers())
    })
    const api = `${world.server.adminEndpoint}/v1/me`
    const read = await tab.evaluate(async (api) => {
      const answers: string[] = []
      for (const mode of ['cors', 'no-cors'] as const)
        answers.push(
          await fetch(api, { credentials: 'include', mode }).then(
            (answer) => answer.text(),
            () => 'refused',
          ),
        )
      return answers
    }, api)
    assert.deepEqual(read, ['refused', ''])
    for (const given of headers) {
      assert.equal(given['access-control-allow-origin'], undefined)
      assert.equal(given['access-control-allow-credentials'], undefined)
    }
    await tab.close()
  })
}

test('52: Origin: https://evil is not allowed by any answer of the console and its API', { skip }, async () => {
  for (const path of ['/', '/v1/me', '/v1/setup', '/v1/openapi.json']) {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await fetch(world.server.adminEndpoint + path, {
        method,
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      })
      await answer.arrayBuffer()
      assert.equal(answer.headers.get('access-control-allow-origin'), null, `${method} ${path}`)
      assert.equal(answer.headers.get('access-control-allow-credentials'), null, `${method} ${path}`)
    }
  }
})

test(
  '53: the sixth wrong password is refused with 429, and a user who is not says the same as one who is',
  { skip },
  async () => {
    await world.management.done('POST /v1/users', { name: 'known', role: 'member' })
    await world.management.done('PUT /v1/users/known/password', { password: 'the right long password' })
    const guesses = async (user: string): Promise<string[]> => {
      const tab = await world.open('/sign-in', { signIn: false })
      const said: string[] = []
      for (let guess = 0; guess < 6; guess++) {
        await tab.page.getByLabel('User name').fill(user)
        await tab.page.getByLabel('Password').fill(`wrong password ${guess}`)
        const [answer] = await Promise.all([
          tab.page.waitForResponse((response) => response.request().method() === 'POST'),
          tab.page.getByRole('button', { name: 'Sign in' }).click(),
        ])
        const words = await tab.page.getByRole('alert').locator('p').first().textContent()
        // How long is left depends on when it was asked.
        said.push(`${answer.status()} ${words?.replace(/\d+ seconds/, 'so many seconds')}`)
      }
      await tab.close()
      return said
    }
    const known = await guesses('known')
    assert.deepEqual(
      known.map((line) => line.slice(0, 3)),
      ['401', '401', '401', '401', '401', '429'],
    )
    const unknown = await guesses('nobody')
    assert.deepEqual(unknown, known)
  },
)
