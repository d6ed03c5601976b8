/** Attacks by whoever can write in the blob folder: what stands in a blob's place and is no file of the server's is neither read, nor written, nor deleted. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { patterned } from '../harness/names.ts'
import { send, type RawRequest } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { temporaryFolder } from '../harness/tree.ts'
import { exchange, skip, succeeds } from './two-accounts.ts'

/** Larger than what is kept in records, and than what is read at once. */
const body = patterned(700_000, 34)
const path = '/planted/object'

describe('what is planted in the blob folder', { skip }, () => {
  let server: TestServer
  let folder: string
  /** The object's file. */
  let blob: string
  let outside: string
  const away = (): string => join(outside, 'original')

  before(async () => {
    if (skip !== false) return
    // Bytes are deleted at once, so that a test need not wait.
    server = await startServer({ env: { ENTREPOT_GARBAGE_GRACE_SECONDS: '0' } })
    folder = join(server.dataFolder, 'blobs/blobs')
    outside = temporaryFolder('outside')
    await succeeds(server, { method: 'PUT', path: '/planted' })
    await succeeds(server, { method: 'PUT', path, body })
    const [file = '', ...others] = blobs()
    assert.deepEqual(others, [])
    blob = file
  })
  after(async () => {
    await server?.stop()
    if (outside !== undefined) rmSync(outside, { recursive: true })
  })
  afterEach(async () => {
    if (skip !== false) return
    assert.ok((await succeeds(server, { path })).body.equals(body), 'served again once the file is back')
  })

  const blobs = (): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))

  const faults = (): number =>
    server
      .log()
      .split('\n')
      .filter((line) => line.includes('"level":50')).length

  /** Asserts that the request ends as a fault of the server's that is logged, and that no byte of a body comes. */
  async function fails(request: RawRequest): Promise<void> {
    const before = faults()
    const text = await exchange(server, request)
    const what = `${request.method ?? 'GET'} ${request.path} ${JSON.stringify(request.headers)}: ${text.slice(0, 400)}`
    const [, status = ''] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? []
    const came = text.slice(text.indexOf('\r\n\r\n') + 4)
    // Cut: before the head of the answer has left, or after it.
    if (text === '' || status === '200' || status === '206') assert.equal(came, '', what)
    else assert.match(text, /^HTTP\/1\.1 5\d\d [\s\S]*<Code>(?:InternalError|ServiceUnavailable)<\/Code>/, what)
    for (const secret of [outside, server.dataFolder, 'ELOOP', 'EISDIR']) assert.ok(!text.includes(secret), what)
    for (const end = Date.now() + 10_000; faults() === before && Date.now() < end;) await sleep(20)
    assert.ok(faults() > before, `logged: ${what}`)
  }

  const reads: readonly RawRequest[] = [
    { path },
    { path, headers: { range: 'bytes=0-0' } },
    { path, headers: { range: 'bytes=300000-' } },
    { path, headers: { range: 'bytes=-10' } },
    { path, query: 'partNumber=1' },
    {
      method: 'PUT',
      path: '/planted/copy',
      headers: { 'x-amz-copy-source': path, 'x-amz-checksum-algorithm': 'SHA256' },
    },
  ]
  async function allFail(): Promise<void> {
    for (const request of reads) await fails(request)
    assert.equal((await send(server, { path: '/planted/copy' })).code, 'NoSuchKey')
    assert.equal((await send(server, { path: '/planted' })).status, 200)
  }

  /** Replaces the object's file for a while. */
  async function inPlaceOfBlob(plant: () => void, while_: () => Promise<void>): Promise<void> {
    renameSync(blob, away())
    try {
      plant()
      await while_()
    } finally {
      rmSync(blob, { recursive: true, force: true })
      renameSync(away(), blob)
    }
  }

  const plants: Readonly<Record<string, () => void>> = {
    'a symbolic link to a file of the system': () => symlinkSync('/etc/passwd', blob),
    'a symbolic link to a file of the same size': () => {
      writeFileSync(join(outside, 'same-size'), Buffer.alloc(body.length, 'x'))
      symlinkSync(join(outside, 'same-size'), blob)
    },
    // Only that it is a link tells it from the blob.
    'a symbolic link to the very bytes of the blob': () => symlinkSync(away(), blob),
    'a relative symbolic link': () => symlinkSync('../../../../keys/master.key', blob),
    'a symbolic link to nothing': () => symlinkSync(join(outside, 'nothing'), blob),
    'a symbolic link to itself': () => symlinkSync(basename(blob), blob),
    'a symbolic link to a device that never ends': () => symlinkSync('/dev/zero', blob),
    'a pipe that nobody writes to': () => void spawnSync('mkfifo', [blob]),
    'a folder': () => mkdirSync(blob),
  }
  for (const [what, plant] of Object.entries(plants)) {
    test(`security 34: ${what} in place of a blob is not followed: no byte is served, and the fault is logged`, async () => {
      await inPlaceOfBlob(plant, allFail)
    })
  }

  test('security 34: a link planted while the server was down is not followed either', async () => {
    await server.kill()
    renameSync(blob, away())
    symlinkSync(away(), blob)
    await server.restart()
    try {
      await allFail()
    } finally {
      rmSync(blob)
      renameSync(away(), blob)
    }
  })

  for (const levels of [1, 2]) {
    test(`security 34: a link in place of the folder ${levels} above a blob, planted while the server was down, is not followed`, async () => {
      const linked = levels === 1 ? dirname(blob) : dirname(dirname(blob))
      const copy = join(outside, `folder-${levels}`)
      await server.kill()
      cpSync(linked, copy, { recursive: true })
      renameSync(linked, `${copy}-original`)
      symlinkSync(copy, linked)
      await server.restart()
      try {
        await allFail()
      } finally {
        rmSync(linked)
        renameSync(`${copy}-original`, linked)
      }
    })
  }

  test('security 34: nothing is written through a link in place of a folder to come', async () => {
    const target = join(outside, 'target')
    mkdirSync(target)
    const [last = ''] = readdirSync(folder).toSorted().reverse()
    const epochs = Array.from({ length: 64 }, (_, index) => String(Number(last) + 1 + index).padStart(last.length, '0'))
    await server.kill()
    for (const epoch of epochs) symlinkSync(target, join(folder, epoch))
    await server.restart()
    try {
      await fails({ method: 'PUT', path: '/planted/written', body })
      assert.deepEqual(readdirSync(target), [])
      assert.equal((await send(server, { path: '/planted/written' })).code, 'NoSuchKey')
    } finally {
      for (const epoch of epochs) rmSync(join(folder, epoch))
    }
    await succeeds(server, { method: 'PUT', path: '/planted/written', body })
    await succeeds(server, { method: 'DELETE', path: '/planted/written' })
  })

  test('security 34: with a blob that is a link, the link is deleted and not what it leads to', async () => {
    const old = new Set(blobs())
    await succeeds(server, { method: 'PUT', path: '/planted/deleted', body })
    const made = blobs().filter((file) => !old.has(file))
    assert.equal(made.length, 1)
    const [file = ''] = made
    const target = join(outside, 'kept')
    copyFileSync(file, target)
    rmSync(file)
    symlinkSync(target, file)
    await succeeds(server, { method: 'DELETE', path: '/planted/deleted' })
    for (const end = Date.now() + 20_000; blobs().includes(file) && Date.now() < end;) await sleep(50)
    assert.equal(blobs().includes(file), false)
    assert.ok(existsSync(target) && readFileSync(target).equals(body))
  })
})
