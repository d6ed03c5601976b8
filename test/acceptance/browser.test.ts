/**
 * Pages in a real browser, of other origins than the server's, that upload and download: by presigned URLs, by forms and by AWS's SDK. What no rule
 * of the bucket names is refused by the browser itself, on the word of the server.
 */
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type * as ClientS3 from '@aws-sdk/client-s3'
import type * as LibStorage from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser, noBrowser } from '../harness/browser.ts'
import { clientFor } from '../harness/client.ts'
import { signForm, signForm2, type FormFields } from '../harness/form.ts'
import { bucketName, patterned } from '../harness/names.ts'
import { freePorts, startServer, type TestServer } from '../harness/server.ts'

const skip = noBrowser
const Bucket = bucketName('browser')
let server: TestServer
let s3: ReturnType<typeof clientFor>
let browser: Browser
let pages: Server
/** The origin that the bucket's rules name, and one that they do not. */
let friend = ''
let stranger = ''

/** What the pages load: the SDK as a browser has it. */
const sdk = `export { S3Client, PutObjectCommand, GetObjectCommand, DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
export { Upload } from '@aws-sdk/lib-storage'`

before(async () => {
  if (skip !== false) return
  server = await startServer({ env: { ENTREPOT_TOGGLES: 'http=allow' } })
  s3 = clientFor(server)
  await servePages()
  await s3.send(new CreateBucketCommand({ Bucket }))
  const rule = {
    AllowedOrigins: [friend],
    AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag', 'x-amz-meta-note'],
    MaxAgeSeconds: 60,
  }
  await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }))
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  pages?.close()
  s3?.destroy()
  await server?.stop()
})

/** One server for the pages; by another port it is another origin. */
async function servePages(): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: sdk, resolveDir: import.meta.dirname },
    ...{ bundle: true, write: false, format: 'esm', platform: 'browser', logLevel: 'error' },
  })
  const [bundle] = outputFiles
  const [port = 0] = await freePorts(1)
  pages = createServer(({ url = '' }, response) => {
    const isScript = url === '/sdk.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' })
    response.end(isScript ? bundle?.contents : '<!doctype html><meta charset=utf-8><title>A page</title>')
  }).listen(port, '127.0.0.1')
  friend = `http://127.0.0.1:${port}`
  stranger = `http://localhost:${port}`
}

/** A new page of the origin. It is closed when the work is done. */
async function onPage<T>(origin: string, work: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage()
  try {
    await page.goto(`${origin}/`)
    return await work(page)
  } finally {
    await page.close()
  }
}

const stored = async (Key: string): Promise<string> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()
const isStored = async (Key: string): Promise<boolean> =>
  s3.send(new HeadObjectCommand({ Bucket, Key })).then(
    () => true,
    () => false,
  )

const putUrl = (Key: string): Promise<string> =>
  getSignedUrl(s3, new PutObjectCommand({ Bucket, Key, Metadata: { note: 'from afar' } }), { expiresIn: 60 })
const getUrl = (Key: string): Promise<string> =>
  getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 })

/** Runs in the page: what fetch gives, or that it throws. */
const fetchInPage = async ({ url, method, body }: { url: string; method: string; body?: string }) => {
  try {
    const type = body === undefined ? {} : { headers: { 'content-type': 'text/x-note' }, body }
    const answer = await fetch(url, { method, ...type })
    const { headers } = answer
    return {
      status: answer.status,
      text: await answer.text(),
      etag: headers.get('etag'),
      note: headers.get('x-amz-meta-note'),
      // Not among the headers that the rule exposes.
      requestId: headers.get('x-amz-request-id'),
    }
  } catch (error) {
    return String(error)
  }
}

test(
  'a page uploads and downloads by presigned URLs, and reads the headers that the bucket exposes',
  { skip },
  async () => {
    const Key = 'by fetch/ü.txt'
    await onPage(friend, async (page) => {
      const put = await page.evaluate(fetchInPage, { url: await putUrl(Key), method: 'PUT', body: 'from a page' })
      assert.deepEqual(put, {
        status: 200,
        text: '',
        etag: '"1219f418c4a7385836767feed2483369"',
        note: null,
        requestId: null,
      })
      const get = await page.evaluate(fetchInPage, { url: await getUrl(Key), method: 'GET' })
      assert.deepEqual(get, { ...put, text: 'from a page', note: 'from afar' })
    })
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentType, 'text/x-note')
  },
)

test('a page reads an error as it is', { skip }, async () => {
  const answer = await onPage(friend, async (page) =>
    page.evaluate(fetchInPage, { url: await getUrl('none'), method: 'GET' }),
  )
  assert.ok(typeof answer === 'object')
  assert.equal(answer.status, 404)
  assert.match(answer.text, /<Code>NoSuchKey<\/Code>/)
})

test(
  'a page of an origin that no rule names uploads nothing by a presigned PUT, and reads nothing',
  { skip },
  async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'private', Body: 'private' }))
    await onPage(stranger, async (page) => {
      const put = await page.evaluate(fetchInPage, { url: await putUrl('by-stranger'), method: 'PUT', body: 'x' })
      assert.equal(put, 'TypeError: Failed to fetch')
      const get = await page.evaluate(fetchInPage, { url: await getUrl('private'), method: 'GET' })
      assert.equal(get, 'TypeError: Failed to fetch')
    })
    assert.equal(await isStored('by-stranger'), false)
  },
)

const signs = { 'Version 4': signForm, 'Version 2': signForm2 }
const conditionsOf = (fields: FormFields): unknown[] => [
  { bucket: Bucket },
  ['starts-with', '$key', 'forms/'],
  ['content-length-range', 0, 10_000_000],
  ...Object.entries(fields)
    .filter(([name]) => name !== 'key')
    .map(([name, value]) => ({ [name]: value })),
]

/** A form as somebody would write it, with a button behind the file. */
function formHtml(fields: FormFields): string {
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`,
  )
  return `<!doctype html><meta charset=utf-8><form action="${server.endpoint}/${Bucket}" method="post" enctype="multipart/form-data">
${inputs.join('\n')}<input type="file" name="file"><input type="submit" name="submit" value="Upload"></form>`
}

for (const [version, sign] of Object.entries(signs)) {
  test(
    `a form signed by ${version} uploads the file that is chosen in it, and leads where it says`,
    { skip },
    async () => {
      const fields = {
        key: 'forms/${filename}',
        'Content-Type': 'video/mp4',
        'x-amz-meta-note': 'größer',
        success_action_redirect: `${friend}/done?from=${version.replace(' ', '')}`,
      }
      const content = patterned(3_000_000)
      const name = `${version} ä "f".mp4`
      const url = await onPage(stranger, async (page) => {
        await page.setContent(formHtml(sign(server, fields, { conditions: conditionsOf(fields) })))
        await page.setInputFiles('input[type=file]', { name, mimeType: 'video/mp4', buffer: content })
        await page.click('input[type=submit]')
        await page.waitForURL(`${friend}/done?*`)
        return new URL(page.url())
      })
      // Browsers write a quote in a name so (https://html.spec.whatwg.org/#multipart-form-data).
      const key = `forms/${name.replaceAll('"', '%22')}`
      const { ContentType, ETag, ContentLength, Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key: key }))
      assert.deepEqual([ContentType, ContentLength], ['video/mp4', content.length])
      assert.equal(Buffer.from(Metadata!['note']!, 'latin1').toString(), 'größer')
      const told = Object.fromEntries(url.searchParams)
      assert.deepEqual(told, { from: version.replace(' ', ''), bucket: Bucket, key, etag: ETag })
    },
  )
}

/** Runs in the page: posts a form that it has made itself. */
const postInPage = async ({ url, fields }: { url: string; fields: Record<string, string> }) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new File(['by script'], 'note.txt', { type: 'text/plain' }))
  try {
    const answer = await fetch(url, { method: 'POST', body: form })
    return { status: answer.status, text: await answer.text(), etag: answer.headers.get('etag') }
  } catch (error) {
    return String(error)
  }
}

test('a script of a page posts a form and reads what is answered, errors too', { skip }, async () => {
  const fields = { key: 'forms/by script.txt', success_action_status: '201' }
  const signed = signForm(server, fields, { conditions: conditionsOf(fields) })
  const url = `${server.endpoint}/${Bucket}`
  await onPage(friend, async (page) => {
    const done = await page.evaluate(postInPage, { url, fields: signed })
    assert.ok(typeof done === 'object')
    assert.equal(done.status, 201)
    assert.match(done.text, /<Key>forms\/by script.txt<\/Key>/)
    const refused = await page.evaluate(postInPage, { url, fields: { ...signed, key: 'elsewhere' } })
    assert.ok(typeof refused === 'object')
    assert.equal(refused.status, 403)
    assert.match(refused.text, /Policy Condition failed/)
  })
  assert.equal(await stored('forms/by script.txt'), 'by script')
  const unread = await onPage(stranger, (page) => page.evaluate(postInPage, { url, fields: signed }))
  assert.equal(unread, 'TypeError: Failed to fetch')
})

type Sdk = typeof ClientS3 & typeof LibStorage

interface SdkOrder {
  config: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } }
  bucket: string
  size: number
}

/** Runs in the page: uploads in one piece and in parts, lists, reads and deletes, by AWS's SDK. */
const sdkInPage = async ({ config, bucket, size }: SdkOrder) => {
  // A module of the page, which only the browser finds.
  const path = '/sdk.js'
  const { S3Client, Upload, ...commands } = (await import(path)) as Sdk
  const client = new S3Client({ ...config, forcePathStyle: true, maxAttempts: 1 })
  try {
    await client.send(new commands.PutObjectCommand({ Bucket: bucket, Key: 'sdk/small', Body: 'small' }))
    const large = new Blob([new Uint8Array(size).fill(7)])
    await new Upload({ client, params: { Bucket: bucket, Key: 'sdk/large', Body: large } }).done()
    const { Contents = [] } = await client.send(new commands.ListObjectsV2Command({ Bucket: bucket, Prefix: 'sdk/' }))
    const { Body } = await client.send(new commands.GetObjectCommand({ Bucket: bucket, Key: 'sdk/small' }))
    const text = await Body!.transformToString()
    await client.send(new commands.DeleteObjectCommand({ Bucket: bucket, Key: 'sdk/small' }))
    return { text, listed: Contents.map(({ Key, Size }) => [Key, Size]) }
  } catch (error) {
    return String(error)
  }
}

test(
  "AWS's SDK in a page uploads, in parts too, lists, downloads and deletes; from another origin it does nothing",
  { skip },
  async () => {
    const size = 11 * 1024 * 1024
    const { endpoint, region, accessKeyId, secretAccessKey } = server
    const order = { config: { endpoint, region, credentials: { accessKeyId, secretAccessKey } }, bucket: Bucket, size }
    const refused = await onPage(stranger, (page) => page.evaluate(sdkInPage, order))
    assert.equal(refused, 'TypeError: Failed to fetch')
    assert.equal(await isStored('sdk/small'), false)
    const done = await onPage(friend, (page) => page.evaluate(sdkInPage, order))
    assert.deepEqual(done, {
      text: 'small',
      listed: [
        ['sdk/large', size],
        ['sdk/small', 5],
      ],
    })
    const large = await s3.send(new HeadObjectCommand({ Bucket, Key: 'sdk/large' }))
    assert.deepEqual([large.ContentLength, large.ETag?.endsWith('-3"')], [size, true])
    assert.equal(await isStored('sdk/small'), false)
  },
)
