/** What an object looks like in the console: each kind in a real browser, loaded from the content origin. */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser } from '../harness/browser.ts'
import { openConsole, type ConsolePage, type ConsoleWorld } from '../harness/console.ts'
import { showObject } from '../harness/object-browser.ts'
import { missing, run } from '../harness/tools.ts'

const skip = noBrowser
const skipMedia = skip === false ? missing('ffmpeg', '-version') : skip
const bucket = 'shown'
let world: ConsoleWorld
let opened: ConsolePage
let page: Page

before(async () => {
  if (skip !== false) return
  world = await openConsole()
  await world.management.done('POST /v1/buckets', { name: bucket })
  opened = await world.open('/')
  page = opened.page
  // The player is compressed when it is first asked for.
  page.setDefaultTimeout(90_000)
})
after(async () => world?.stop())

async function put(key: string, body: string | Uint8Array, type?: string): Promise<void> {
  await world.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: type }))
}

const show = (key: string) => showObject(opened, bucket, key)

/** Encoded by ffmpeg. */
async function encoded(...args: string[]): Promise<Uint8Array> {
  const text = await run('sh', ['-c', `ffmpeg -v error -nostdin ${args.join(' ')} - | base64 -w0`])
  return Buffer.from(text, 'base64')
}

test('a picture is shown, with its size, from another origin than the console’s', { skip: skipMedia }, async () => {
  await put(
    'a/picture.png',
    await encoded('-f lavfi -i testsrc2=s=320x180:d=0.1 -frames:v 1 -f image2pipe -c:v png'),
    'image/png',
  )
  const preview = await show('a/picture.png')
  await preview.getByText('320 × 180 pixels').waitFor()
  const address = await preview.getByRole('img').getAttribute('src')
  assert.notEqual(new URL(address!).origin, new URL(page.url()).origin)
  await opened.assertAccessible()
  opened.assertClean()
})

test('what says that it is a picture and is none is said to be none', { skip }, async () => {
  await put('no-picture.png', '<script>alert(1)</script>', 'image/png')
  const preview = await show('no-picture.png')
  await preview.getByText('This browser cannot show the picture').waitFor()
  opened.assertClean()
})

test('an SVG is shown as an image, and its source as text', { skip }, async () => {
  const source =
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="red"/></svg>'
  await put('drawing.svg', source, 'image/svg+xml')
  const preview = await show('drawing.svg')
  await preview.getByText('40 × 30 pixels').waitFor()
  await preview.getByRole('radio', { name: 'Source' }).click()
  await preview.getByText(source, { exact: true }).waitFor()
  opened.assertClean()
})

test('a film plays, and a sound', { skip: skipMedia }, async () => {
  const film = '-f lavfi -i testsrc2=s=160x90:d=2 -c:v libvpx -b:v 200k -f webm'
  await put('film.webm', await encoded(film), 'video/webm')
  await put('tone.wav', await encoded('-f lavfi -i sine=d=2 -f wav'), 'audio/wav')
  for (const key of ['film.webm', 'tone.wav']) {
    const preview = await show(key)
    const media = preview.locator('video, audio')
    await media.evaluate((element: HTMLMediaElement) => {
      element.muted = true
      return element.play()
    })
    await page.waitForFunction(() => (document.querySelector<HTMLMediaElement>('video, audio')?.currentTime ?? 0) > 0.3)
  }
  await opened.assertAccessible()
  opened.assertClean()
})

test('what the browser cannot play is said in words', { skip }, async () => {
  await put('broken.mp4', Buffer.alloc(2000, 7), 'video/mp4')
  await put('segment.ts', Buffer.alloc(2000, 0x47), 'video/mp2t')
  await (await show('broken.mp4')).getByText('This browser cannot play it').waitFor()
  await (await show('segment.ts')).getByText('open the .m3u8').waitFor()
  opened.assertClean()
})

test('text of every kind is shown as it is written', { skip }, async () => {
  const texts: readonly (readonly [key: string, type: string | undefined, text: string])[] = [
    ['page.html', 'text/html', '<h1>Hello</h1>\n<script>document.title = "taken"</script>'],
    ['program.js', 'text/javascript', 'document.title = "taken"'],
    ['table.csv', 'text/csv', 'name,size\n"a, b",2\n'],
    ['captions.vtt', 'text/vtt', 'WEBVTT\n\n00:00.000 --> 00:01.000\n<i>Ünïcödé 🎬</i>\n'],
    ['settings.toml', undefined, 'a = 1\n'],
    ['feed.xml', 'application/atom+xml', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ]
  for (const [key, type, text] of texts) {
    await put(key, text, type)
    const preview = await show(key)
    const shown = preview.getByRole('region', { name: `Text of ${key}` })
    await shown.waitFor()
    assert.equal(await shown.evaluate((element) => element.textContent), text)
    assert.equal(await shown.evaluate((element) => element.childElementCount), 0)
  }
  await opened.assertAccessible()
  opened.assertClean()
})

test('JSON is indented, with its numbers and strings as they are, or shown as it is', { skip }, async () => {
  const text = '{"id":12345678901234567890,"text":"a {\\" b, c","list":[1.0,[],{}]}'
  await put('large-number.json', text, 'application/json')
  const preview = await show('large-number.json')
  const shown = preview.getByRole('region', { name: 'Text of large-number.json' })
  const textOf = (): Promise<string | null> => shown.evaluate((element) => element.textContent)
  await shown.waitFor()
  const lines = [
    '{',
    '  "id": 12345678901234567890,',
    '  "text": "a {\\" b, c",',
    '  "list": [',
    '    1.0,',
    '    [],',
    '    {}',
    '  ]',
    '}',
  ]
  assert.equal(await textOf(), lines.join('\n'))
  await preview.getByLabel('Formatted').uncheck()
  assert.equal(await textOf(), text)
})

test('of a large text only the beginning is loaded', { skip }, async () => {
  await put('large.log', `${'0123456789abcde\n'.repeat(65_536)}`, 'text/plain')
  const answers: number[] = []
  page.on('response', (response) => {
    if (response.url().includes('/~content/') && response.request().method() === 'GET')
      answers.push(Number(response.headers()['content-length']))
  })
  const preview = await show('large.log')
  await preview.getByText('The first 256 KiB of 1 MiB').waitFor()
  assert.deepEqual(answers, [256 * 1024])
})

test('bytes that are no text are not shown as text, and other things are named', { skip }, async () => {
  await put('noise.txt', Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 197) % 256)), 'text/plain')
  await put('things.zip', Buffer.from('PK'), 'application/zip')
  await put('empty.txt', '', 'text/plain')
  await (await show('noise.txt')).getByText('This is no text').waitFor()
  await (await show('things.zip')).getByText('There is no preview of application/zip.').waitFor()
  await (await show('empty.txt')).getByText('The object is empty.').waitFor()
  opened.assertClean()
})

test('a playlist of HLS plays, in the quality that is chosen', { skip: skipMedia }, async () => {
  const hls = await hlsTitle()
  for (const [name, bytes] of hls) await put(`title/${name}`, bytes)
  const preview = await show('title/master.m3u8')
  await preview.locator('video').evaluate((element: HTMLVideoElement) => {
    element.muted = true
  })
  await page.waitForFunction(() => document.querySelector('video')!.readyState >= 2)
  await preview.locator('video').evaluate((element: HTMLVideoElement) => element.play())
  await page.waitForFunction(() => document.querySelector('video')!.currentTime > 1)
  const quality = preview.getByLabel('Quality')
  assert.equal((await quality.locator('option').allTextContents()).length, 3)
  await opened.assertAccessible()
  await quality.selectOption({
    label: (await quality.locator('option').allTextContents()).find((text) => text.startsWith('90p'))!,
  })
  await page.waitForFunction(() => document.querySelector('video')!.videoHeight === 90)
  await preview.getByRole('radio', { name: 'Source' }).click()
  await preview.getByText('#EXTM3U').waitFor()
  opened.assertClean()
})

test('a playlist that leads nowhere says what is missing', { skip }, async () => {
  await put('lost/index.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\ngone.ts\n#EXT-X-ENDLIST\n')
  const preview = await show('lost/index.m3u8')
  await preview.getByText('HTTP 404 for gone.ts').waitFor()
})

/** Two variants, long enough that it still plays when another quality is chosen: name → bytes. */
async function hlsTitle(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'entrepot-hls-'))
  try {
    const source = (size: string): string => `-f lavfi -i testsrc2=s=${size}:r=25:d=30`
    const coding = '-map 0:v -map 1:v -c:v libx264 -b:v:0 400k -b:v:1 100k -preset ultrafast -g 25'
    const hls = '-f hls -hls_time 2 -hls_playlist_type vod -master_pl_name master.m3u8'
    const args = `-v error -nostdin ${source('320x180')} ${source('160x90')} ${coding} ${hls}`.split(' ')
    await run('ffmpeg', [...args, '-var_stream_map', 'v:0,name:high v:1,name:low', `${folder}/%v.m3u8`])
    const names = await readdir(folder)
    return new Map(await Promise.all(names.map(async (name) => [name, await readFile(`${folder}/${name}`)] as const)))
  } finally {
    await rm(folder, { recursive: true })
  }
}
