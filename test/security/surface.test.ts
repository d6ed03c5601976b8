/** Attacks on what is not offered: the server's own files by S3, and pages for its developers and its administrators by the network. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { send, sendBytes, type RawRequest } from '../harness/request.ts'
import { escapeKey } from '../harness/sign.ts'
import { keysIn, refuses, skip, startTwoAccounts, succeeds, type TwoAccounts } from './two-accounts.ts'

let there: TwoAccounts
const asAttacker = (request: RawRequest): RawRequest => ({ ...request, credentials: there.attacker })

before(async () => {
  if (skip === false) there = await startTwoAccounts('surface')
})
after(() => there?.server.stop())

describe('names of what is inside', { skip }, () => {
  /** What servers of this kind keep their own things in, and what a path would name. */
  const internal = [
    ...[
      '.sys',
      '_internal',
      '.entrepot',
      '.entrepot.sys',
      '.minio.sys',
      '.rgw',
      '.metadata',
      '_admin',
      '.well-known',
      '.trash',
    ],
    ...['.', '..', '...', '.git', '.env', '~', '-', '_', '$system', '%2e', '%2e%2e', 'CON', 'a', '-a', 'a..b'],
  ]
  const inside = ['x', 'config/iam/users', 'master.key', '../keys/master.key', 'records.sqlite', 'format.json']

  test('security 29: no internal name is a bucket, to be read, written, listed or made (CVE-2023-28434)', async () => {
    const { server } = there
    for (const name of internal) {
      for (const key of inside) {
        for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
          const request = { method, path: `/${name}/${key}`, body: method === 'PUT' ? 'x' : '' }
          assert.equal((await send(server, request)).status, 404, `${method} ${request.path}`)
          assert.equal((await send(server, { ...request, sign: 'none' })).status, 404, `${method} ${request.path}`)
        }
      }
      for (const query of ['', 'list-type=2', 'uploads', 'location'])
        await refuses(server, asAttacker({ path: `/${name}`, query }), 404, 'NoSuchBucket')
      await refuses(
        server,
        asAttacker({ method: 'POST', path: `/${name}`, query: 'delete', body: deletion }),
        404,
        'NoSuchBucket',
      )
      await refuses(server, asAttacker({ method: 'PUT', path: `/${name}` }), 400, 'InvalidBucketName')
      const headers = { 'x-amz-copy-source': `${name}/x` }
      const copied = await send(server, asAttacker({ method: 'PUT', path: `/${there.mine}/copy`, headers }))
      assert.ok(copied.status === 404 || copied.status === 400, `${copied.status} ${copied.text}`)
    }
    assert.deepEqual(await keysIn(server, there.mine, there.attacker), [])
  })
  const deletion = '<Delete><Object><Key>x</Key></Object></Delete>'

  test('security 29: a bucket with the name of a folder of the server holds its own objects and no file of the server', async () => {
    const { server } = there
    const files = filesIn(server.dataFolder)
    const keyFile = join(server.dataFolder, 'keys/master.key')
    const digest = (): string => createHash('sha256').update(readFileSync(keyFile)).digest('hex')
    const before = digest()
    assert.ok(files.includes('keys/master.key') && files.includes('records/records.sqlite'), files.join())
    for (const name of ['keys', 'records', 'blobs']) {
      await succeeds(server, asAttacker({ method: 'PUT', path: `/${name}` }))
      assert.deepEqual(await keysIn(server, name, there.attacker), [])
      for (const file of files) {
        await refuses(server, asAttacker({ path: `/${name}/../${file}` }), 404, 'NoSuchKey')
        if (!file.startsWith(`${name}/`)) continue
        const path = `/${file}`
        await refuses(server, asAttacker({ path }), 404, 'NoSuchKey')
        await succeeds(server, asAttacker({ method: 'PUT', path, body: 'overwritten' }))
        assert.equal((await succeeds(server, asAttacker({ path }))).text, 'overwritten')
        await succeeds(server, asAttacker({ method: 'DELETE', path }))
      }
      await succeeds(server, asAttacker({ method: 'DELETE', path: `/${name}` }))
    }
    assert.equal(digest(), before)
  })

  test('security 29: what is copied, composed, moved or renamed by such a name is a key of the bucket, and is there or not', async () => {
    const { server, mine, attacker } = there
    const names = [
      ...inside,
      '/etc/passwd',
      '../../../../etc/passwd',
      'blobs/../keys/master.key',
      '..\\keys\\master.key',
    ]
    const path = `/${mine}/own`
    const ask = (name: string): RawRequest[] => [
      { method: 'PUT', path, headers: { 'x-amz-copy-source': `${mine}/${name}` } },
      { method: 'PUT', path, query: 'compose', body: JSON.stringify({ sources: [{ key: name }] }) },
      { method: 'PUT', path, query: 'renameObject', headers: { 'x-amz-rename-source': `/${mine}/${name}` } },
      { method: 'MOVE', path: `/${mine}/${escapeKey(name)}`, headers: { destination: 'own' } },
      { method: 'POST', path: `/${mine}/${escapeKey(name)}`, query: 'undelete' },
      { path: `/${mine}/${escapeKey(name)}`, query: 'tagging' },
    ]
    for (const name of names) {
      for (const request of ask(name)) {
        const what = `${request.method ?? 'GET'} ${JSON.stringify(request.headers)} ${name}`
        const { status, code } = await send(server, asAttacker(request))
        assert.deepEqual([status, code], [404, 'NoSuchKey'], what)
      }
      // And to such a name: nothing but that key comes to be.
      await succeeds(server, asAttacker({ method: 'PUT', path, body: 'x' }))
      await succeeds(server, asAttacker({ method: 'MOVE', path, headers: { destination: escapeKey(name) } }))
      assert.deepEqual(await keysIn(server, mine, attacker), [name.replace(/^\//, '')])
      await succeeds(
        server,
        asAttacker({ method: 'PUT', path, query: 'renameObject', headers: { 'x-amz-rename-source': escapeKey(name) } }),
      )
      await succeeds(server, asAttacker({ method: 'DELETE', path }))
    }
    assert.deepEqual(await keysIn(server, mine, attacker), [])
  })
})

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))

describe('pages for developers and administrators', { skip }, () => {
  const pages =
    '/ /metrics /metrics/v2 /-/metrics /minio/v2/metrics/cluster /minio/health/cluster /minio/admin/v3/info /minio/bootstrap/v1/verify ' +
    '/prometheus /stats /status /status/ /info /version /env /config /configuration /debug /debug/pprof/ /debug/pprof/heap /debug/vars ' +
    '/profile /heap /heapdump /actuator /actuator/env /json /json/version /json/list /admin /admin/user /admin/metadata/user /v1 ' +
    '/v1/keys /v1/accounts /api /api/v1/keys /console /login /commands /commands/accounts.list /commands/keys.list ' +
    '/commands/accounts.create /openapi.json /.env /.git/config /server-status /health /health/ /health/.. /health/../status ' +
    '/health/live/../../commands/keys.list /health/ready;/status /health%2fready /HEALTH/READY //health/ready /health/ready/x'

  /** What is there, and nobody's without a token. */
  const guarded = new Set(['/metrics', '/v1/accounts'])

  test('security 30: the admin listener answers two pages of health, in two words, the console, and nothing else to nobody', async () => {
    const { server } = there
    const { port } = new URL(server.adminEndpoint)
    const admin = { ...server, port: Number(port) }
    const body = '{"name":"mallory"}'
    // The console is served where it is built.
    const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'
    const consoleStatus = existsSync(join(import.meta.dirname, '../../dist/console/index.html')) ? 200 : 503
    for (const path of pages.split(' ')) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']) {
        for (const sign of ['none', 'header4'] as const) {
          const answer = await send(admin, { method, path, sign, body: method === 'POST' ? body : '' })
          if (guarded.has(path)) assert.ok([401, 405].includes(answer.status), `${method} ${path} ${answer.status}`)
          else if (path === '/') assert.equal(answer.status, isRead(method) ? consoleStatus : 405, method)
          else assert.equal(answer.status, 404, `${method} ${path}`)
          assert.equal(answer.headers['access-control-allow-origin'], undefined)
          assertDull(answer.text + answer.rawHeaders.join())
        }
      }
    }
    for (const path of ['/health/live', '/health/ready', '/health/ready?verbose=1']) {
      const [plain = '', query = ''] = path.split('?')
      assert.equal((await send(admin, { path: plain, query, sign: 'none' })).text, '{"status":"ok"}\n')
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const answer = await send(admin, { method, path: plain, sign: 'none', body })
        assert.equal(answer.status, 405)
        assertDull(answer.text)
      }
    }
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n'
    for (const line of [
      `GET /json HTTP/1.1\r\n${upgrade}`,
      'TRACE / HTTP/1.1\r\n',
      'CONNECT 127.0.0.1:22 HTTP/1.1\r\n',
    ])
      assert.match(
        await sendBytes(admin, `${line}Host: ${server.host}:${port}\r\n\r\n`, 0.5),
        /^(?:HTTP\/1\.1 (?:4|501)|$)/,
      )
  })

  test('security 30: on the listener for S3 such a page is a bucket that is not there, for anybody', async () => {
    const { server } = there
    for (const path of pages.split(' ').filter((page) => /^\/[^/%][^%]*$/.test(page))) {
      const nobody = await send(server, { path, sign: 'none' })
      assert.deepEqual([nobody.status, nobody.code], [404, 'NoSuchBucket'], path)
      assertDull(nobody.text.replaceAll(path.slice(1), ''))
      await refuses(server, asAttacker({ path }), 404, 'NoSuchBucket')
    }
  })

  test('security 30: commands are taken on a socket that only the owner of the data can open', () => {
    const { server } = there
    const socket = statSync(join(server.dataFolder, 'control.sock'))
    assert.ok(socket.isSocket())
    assert.equal(socket.mode & 0o077, 0)
    assert.equal(statSync(server.dataFolder).mode & 0o077, 0)
  })

  test(
    'security 30: the process listens on no port but those it was given',
    { skip: process.platform !== 'linux' },
    () => {
      const { server } = there
      const others = [server.adminEndpoint, server.deliveryEndpoint].map((url) => Number(new URL(url).port))
      const expected = [server.port, ...others]
      assert.deepEqual(new Set(portsOf(server.pid)), new Set(expected))
    },
  )
})

/** Nothing of the server's or of the machine's: no version, no folder, no memory, no key. */
function assertDull(text: string): void {
  const { server, attacker, mine, theirs } = there
  for (const word of [
    server.dataFolder,
    server.accessKeyId,
    attacker.accessKeyId,
    mine,
    theirs,
    process.version,
    'heap',
    'goroutine',
  ])
    assert.ok(!text.includes(word), text)
  assert.doesNotMatch(text, /node[/_ ]|x-powered-by|^server,|at .*\.ts:\d/im)
}

/** The TCP ports, of both families, on which a process listens. */
function portsOf(pid: number): number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? '']
      } catch {
        return []
      }
    }),
  )
  const listening = '0A'
  const ports = ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/${pid}/net/${family}`, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/ +/))
      .filter(([, , , state, , , , , , inode = '']) => state === listening && sockets.has(inode))
      .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16)),
  )
  return ports
}
