/** Objects through management, and their content on the content origin, over a real server of several threads. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { managementClient, request, type ManagementClient } from '../harness/management.ts'
import { send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
const password = 'correct horse battery staple'
let server: TestServer
let management: ManagementClient
let proof: Readonly<Record<string, string>>

before(async () => {
  if (skip !== false) return
  server = await startServer({ env: { ENTREPOT_HTTP_THREADS: '2' } })
  management = await managementClient(server)
  await management.done('POST /v1/buckets', { name: 'films' })
  await management.done('POST /v1/users', { name: 'anna', password, role: 'member' })
  const { json, headers } = await request(server, 'POST /v1/session', { user: 'anna', password })
  const cookie = headers.get('set-cookie')!.split(';')[0]!
  proof = { cookie, 'x-csrf-token': (json as { csrf_token: string }).csrf_token }
})
after(() => server?.stop())

const put = (key: string, body: Uint8Array<ArrayBuffer> | string, type: string): Promise<Response> =>
  fetch(`${server.adminEndpoint}/v1/buckets/films/object?key=${encodeURIComponent(key)}`, {
    ...{ method: 'PUT', body, headers: { ...proof, 'content-type': type } },
  })

async function link(body: object): Promise<URL> {
  const { status, text, json } = await request(server, 'POST /v1/buckets/films/content-links', body, proof)
  assert.equal(status, 200, text)
  return new URL((json as { url: string }).url)
}

/** As a client that looks up names itself: to the delivery listener, for a host. */
function follow(
  path: string,
  host: string,
): Promise<{ readonly status: number; readonly text: string; readonly policy: string | undefined }> {
  const { hostname, port } = new URL(server.deliveryEndpoint)
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, headers: { host, ...proof } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const policy = response.headers['content-security-policy']?.toString()
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), policy })
      })
    })
      .on('error', reject)
      .end()
  })
}

describe('what is put by management', { skip }, () => {
  test('is shown on the content origin by every thread, in ranges, and counts', async () => {
    const bytes = Buffer.alloc(64 * 1024 * 1024)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(at, at)
    const answer = await put('a b/film.mp4', bytes, 'video/mp4')
    const told = await answer.text()
    assert.equal(answer.status, 200, told)
    assert.equal((JSON.parse(told) as { etag: string }).etag, createHash('md5').update(bytes).digest('hex'))
    const url = await link({ key: 'a b/film.mp4', as: 'player' })
    assert.notEqual(url.origin, new URL(server.adminEndpoint).origin)
    const here = server.deliveryEndpoint + url.pathname
    const whole = createHash('md5')
      .update(Buffer.from(await (await fetch(here)).arrayBuffer()))
      .digest('hex')
    assert.equal(whole, createHash('md5').update(bytes).digest('hex'))
    for (let time = 0; time < 8; time++) {
      const start = time * 1000
      const headers = { range: `bytes=${start}-${start + 9}`, connection: 'close', origin: 'https://elsewhere.test' }
      const part = await fetch(here, { headers })
      assert.deepEqual(
        [part.status, part.headers.get('content-type'), part.headers.get('access-control-allow-origin')],
        [206, 'video/mp4', '*'],
      )
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(start, start + 10))
    }
    // What was counted is kept when the server stops.
    await server.restart()
    management = await managementClient(server)
    const usage = await management.done<{ usage: readonly { s3: { bytes_in: number; bytes_out: number } }[] }>(
      'GET /v1/usage?bucket=films',
    )
    const sum = (of: 'bytes_in' | 'bytes_out'): number => usage.usage.reduce((total, { s3 }) => total + s3[of], 0)
    assert.deepEqual([sum('bytes_in'), sum('bytes_out')], [bytes.length, bytes.length + 80 + told.length])
  })

  test('stands on no host of a bucket, and takes no key of one away', async () => {
    assert.equal((await put('~content/x/y', 'an object', 'text/html')).status, 200)
    await management.done('PUT /v1/buckets/films/policy/public')
    const region = `media-storage.${server.region}.${server.domain}`
    const own = await follow('/~content/x/y', `films.${region}`)
    assert.deepEqual([own.status, own.text], [200, 'an object'])
    const { pathname } = await link({ key: '~content/x/y', as: 'preview' })
    for (const [host, status] of [
      [`uc.${region}`, 200],
      ['127.0.0.1', 200],
      ['nas.lan', 200],
      [`films.${region}`, 404],
    ] as const) {
      const shown = await follow(pathname, host)
      assert.equal(shown.status, status, host)
      if (status === 200) assert.match(shown.policy ?? '', /^sandbox;/)
    }
    // Where buckets stand in the path, they still do; and no API stands beside them.
    assert.equal((await follow('/films/~content/x/y', '127.0.0.1')).text, 'an object')
    assert.equal((await follow('/v1/me', '127.0.0.1')).status, 404)
    assert.equal((await follow('/v1/me', `uc.${region}`)).status, 404)
  })

  test('is there for S3 clients at once, and what they put is there for it', async () => {
    await put('shared', 'text', 'text/plain')
    const got = await send(server, { path: '/films/shared' })
    assert.equal(got.status, 200)
    await send(server, { method: 'PUT', path: '/films/from-s3', body: 'x' })
    const { json } = await request(server, 'GET /v1/buckets/films/objects?prefix=from', undefined, proof)
    assert.equal((json as { objects: { key: string }[] }).objects[0]?.key, 'from-s3')
  })

  test('is gone from the content origin with the session', async () => {
    await put('a', 'x', 'text/plain')
    const { pathname } = await link({ key: 'a', as: 'preview' })
    assert.equal((await fetch(server.deliveryEndpoint + pathname)).status, 200)
    await request(server, 'DELETE /v1/session', undefined, proof)
    assert.equal((await fetch(server.deliveryEndpoint + pathname)).status, 403)
  })
})
