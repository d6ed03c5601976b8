import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { connect, createServer } from 'node:tls'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { Refusal } from '../base/refusal.ts'
import { openCertificateFiles } from './certificate-files.ts'
import { openSelfSigned, type SelfSigned } from './self-signed.ts'
import { dayMs } from './test-bed.ts'

const names = ['s3.us-east-1.entrepot.test', '*.s3.us-east-1.entrepot.test', '*.media-storage.us-east-1.entrepot.test']

function makeFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-self-signed-'))
  context.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'tls')
}

const open = (folder: string, { wanted = names, now = systemClock.now() } = {}): Promise<SelfSigned> =>
  openSelfSigned({ folder, names: wanted, clock: { now: () => now }, random: systemRandom })

const read = (file: string): string => readFileSync(file, 'latin1')

test('who trusts the authority is spoken to under all names and addresses', async (context) => {
  const { caFile, files } = await open(makeFolder(context))
  const server = createServer({ cert: read(files.certificate), key: read(files.key) }, (socket) => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const asked = async (servername: string, host = servername): Promise<boolean> => {
    // The name is checked against the certificate as a client's host is.
    const socket = connect({
      port,
      host: '127.0.0.1',
      ca: read(caFile),
      servername,
      checkServerIdentity: () => undefined,
    })
    try {
      await once(socket, 'secureConnect')
      return new X509Certificate(socket.getPeerX509Certificate()!.raw).checkHost(host) !== undefined
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  }
  for (const name of [
    'localhost',
    's3.us-east-1.entrepot.test',
    'photos.s3.us-east-1.entrepot.test',
    'a.media-storage.us-east-1.entrepot.test',
  ])
    assert.ok(await asked(name), name)
  for (const name of ['a.b.s3.us-east-1.entrepot.test', 'example.com']) assert.ok(!(await asked(name)), name)
  const leaf = new X509Certificate(read(files.certificate))
  assert.ok(leaf.checkIP('127.0.0.1') && leaf.checkIP('::1'))
})

test('the keys are for their owner alone, and the pair is fit to be served', async (context) => {
  const folder = makeFolder(context)
  const { files } = await open(folder)
  assert.deepEqual(readdirSync(folder).toSorted(), ['ca.key', 'ca.pem', 'server.pem'])
  for (const file of ['ca.key', 'server.pem']) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  const served = await openCertificateFiles([files], { clock: systemClock, onFault: assert.fail })
  served.close()
  assert.ok(served.find('photos.s3.us-east-1.entrepot.test'))
})

describe('the certificate', () => {
  test('is the same at the next start', async (context) => {
    const folder = makeFolder(context)
    const { files, caFile } = await open(folder)
    const before = [files.certificate, files.key, caFile].map(read)
    const { renew } = await open(folder, { wanted: [...names].reverse() })
    assert.equal(await renew(), false)
    assert.deepEqual([files.certificate, files.key, caFile].map(read), before)
  })

  const rows: readonly (readonly [
    what: string,
    options: Parameters<typeof open>[1],
    meddle?: (folder: string) => void,
  ])[] = [
    ['the names are others', { wanted: [...names, 'more.test'] }],
    ['there are fewer names', { wanted: names.slice(1) }],
    ['29 days of it are left', { now: systemClock.now() + (397 - 29) * dayMs }],
    ['it is cut off', {}, (folder) => truncateSync(join(folder, 'server.pem'), 100)],
    [
      'its key is gone',
      {},
      (folder) => {
        const file = join(folder, 'server.pem')
        writeFileSync(file, read(file).replace(/-----BEGIN PRIVATE[^]*/, ''))
      },
    ],
    [
      'it is another authority’s',
      {},
      (folder) => writeFileSync(join(folder, 'server.pem'), read(join(folder, 'ca.key'))),
    ],
  ]
  for (const [what, options, meddle] of rows) {
    test(`is made anew, by the same authority, where ${what}`, async (context) => {
      const folder = makeFolder(context)
      const { files, caFile } = await open(folder)
      const [before, authority] = [new X509Certificate(read(files.certificate)).fingerprint256, read(caFile)]
      meddle?.(folder)
      await open(folder, options)
      const leaf = new X509Certificate(read(files.certificate))
      assert.notEqual(leaf.fingerprint256, before)
      assert.equal(read(caFile), authority)
      assert.ok(leaf.verify(new X509Certificate(authority).publicKey))
    })
  }

  for (const [what, options, meddle] of [
    ['is damaged', {}, (folder: string) => truncateSync(join(folder, 'ca.key'), 100)],
    ['is gone', {}, (folder: string) => rmSync(join(folder, 'ca.key'))],
    ['would end before it', { now: systemClock.now() + (3650 - 396) * dayMs }, () => undefined],
  ] as const) {
    test(`is made anew by a new authority where the former ${what}`, async (context) => {
      const folder = makeFolder(context)
      const { files, caFile } = await open(folder)
      const before = read(caFile)
      meddle(folder)
      await open(folder, options)
      assert.notEqual(read(caFile), before)
      assert.ok(new X509Certificate(read(files.certificate)).verify(new X509Certificate(read(caFile)).publicKey))
    })
  }
})

test('threads that start at the same time have one authority, and a certificate of it', async (context) => {
  for (let round = 0; round < 5; round++) {
    const folder = join(makeFolder(context), String(round))
    const opened = await Promise.all([open(folder), open(folder), open(folder), open(folder)])
    const { caFile, files } = opened[0]
    assert.ok(new X509Certificate(read(files.certificate)).verify(new X509Certificate(read(caFile)).publicKey))
    assert.equal(await opened[1].renew(), false)
    assert.deepEqual(readdirSync(folder).toSorted(), ['ca.key', 'ca.pem', 'server.pem'])
  }
})

test('the file for clients to trust is made again, and has no key', async (context) => {
  const folder = makeFolder(context)
  const { caFile } = await open(folder)
  const before = read(caFile)
  rmSync(caFile)
  await open(folder)
  assert.equal(read(caFile), before)
  assert.doesNotMatch(before, /PRIVATE KEY/)
})

test('a key that others can read is refused', async (context) => {
  const folder = makeFolder(context)
  await open(folder)
  chmodSync(join(folder, 'ca.key'), 0o644)
  await assert.rejects(open(folder), (error) => error instanceof Refusal && /chmod 600/.test(error.message))
})

test('a folder that cannot be made is refused', async (context) => {
  const folder = makeFolder(context)
  writeFileSync(folder, '')
  await assert.rejects(open(join(folder, 'tls')), Refusal)
})
