import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import type { State } from '../admin/state.ts'
import { listenForControl } from '../admin/control-server.ts'
import { systemClock } from '../base/clock.ts'
import type { Clock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { makePair } from '../sites/test-bed.ts'
import { checkClock } from './checks/clock.ts'
import type { Finding } from './checks/check.ts'
import { checkNode } from './checks/node.ts'
import { runProgram } from './program.ts'

const facts = {
  versions: 0,
  objects: 1,
  parts: 0,
  bodies: 1,
  manifests: 0,
  onDisk: 0,
  referenced: 0,
  queued: 0,
  young: 0,
}

let folder: string
let data: string
let state: Pick<State, 'audit'>
let openFault: Error | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entrepot-doctor-'))
  data = join(folder, 'data')
  state = { audit: async () => ({ faults: [], facts }) }
  openFault = undefined
})
afterEach(() => rmSync(folder, { recursive: true }))

const freeListen = {
  ENTREPOT_S3_LISTEN: '127.0.0.1:0',
  ENTREPOT_ADMIN_LISTEN: '127.0.0.1:0',
  ENTREPOT_DELIVERY_LISTEN: '127.0.0.1:0',
}

async function doctor({
  env = {},
  json = true,
  clock = systemClock,
}: { env?: Record<string, string>; json?: boolean; clock?: Clock } = {}) {
  let out = ''
  let error = ''
  const code = await runProgram({
    arguments: json ? ['doctor', '--json'] : ['doctor'],
    env: { ...freeListen, ...env },
    folder,
    version: '1.2.3',
    terminal: { out: (text) => void (out += text), error: (text) => void (error += text), color: false },
    input: () => assert.fail('read'),
    clock,
    server: async () => ({
      startServer: () => assert.fail('started'),
      openState: async () => {
        if (openFault !== undefined) throw openFault
        return { ...state, close: async () => undefined } as unknown as State
      },
    }),
    onStop: () => undefined,
    onReopen: () => undefined,
    exit: () => assert.fail('exited'),
  })
  assert.equal(error, '')
  const checks = json ? (JSON.parse(out) as { ok: boolean; checks: Finding[] }).checks : []
  return { code, out, find: (name: string) => checks.find((check) => check.name === name) }
}

function makeData(): void {
  mkdirSync(join(data, 'records'), { recursive: true })
  mkdirSync(join(data, 'keys'))
  chmodSync(data, 0o700)
  writeFileSync(join(data, 'keys', 'master.key'), systemRandom.bytes(32).toString('hex'), { mode: 0o600 })
}

test('a machine where nothing has been started yet is well, and stays as it is', async () => {
  const { code, find } = await doctor()
  assert.equal(code, 0)
  assert.match(find('Data folder')?.message ?? '', /not there yet; the first start makes it/)
  assert.match(find('Master key')?.message ?? '', /the first start makes it/)
  assert.match(find('Records')?.message ?? '', /none yet/)
  assert.deepEqual(readdirSync(folder), [])
})

test('a data folder in order is well, in words too', async () => {
  makeData()
  const { code, out } = await doctor({ json: false })
  assert.equal(code, 0)
  for (const name of ['Node.js', 'Data folder', 'Master key', 'fsync', 'Clock', 'Records', 'S3 port', 'Admin port']) {
    assert.match(out, new RegExp(`^ok +${name} `, 'm'))
  }
  assert.deepEqual(readdirSync(data).toSorted(), ['keys', 'records'])
})

test('a folder that others can look into is a warning', async () => {
  makeData()
  chmodSync(data, 0o755)
  const { code, find } = await doctor()
  assert.equal(code, 0)
  assert.deepEqual([find('Data folder')?.status, find('Data folder')?.remedy], ['warning', `Run: chmod 700 ${data}`])
})

test('a data folder that is a file fails', async () => {
  writeFileSync(data, '')
  const { code, find } = await doctor()
  assert.deepEqual([code, find('Data folder')?.status], [1, 'failed'])
})

test('a master key that others can read fails, a bad one too', async () => {
  makeData()
  chmodSync(join(data, 'keys', 'master.key'), 0o644)
  const open = await doctor()
  assert.deepEqual([open.code, open.find('Master key')?.status], [1, 'failed'])
  chmodSync(join(data, 'keys', 'master.key'), 0o600)
  writeFileSync(join(data, 'keys', 'master.key'), '0'.repeat(64))
  const bad = await doctor()
  assert.equal(bad.find('Master key')?.status, 'failed')
  assert.ok(!bad.out.includes('0'.repeat(64)))
})

test('records that do not open, or are damaged, fail', async () => {
  makeData()
  openFault = new Error('The format is newer.')
  const newer = await doctor()
  assert.deepEqual([newer.code, newer.find('Records')?.message], [1, 'The format is newer.'])
  openFault = undefined
  state = { audit: async () => ({ faults: ['blob 7 is not there'], facts }) }
  const damaged = await doctor()
  assert.deepEqual([damaged.code, damaged.find('Records')?.message], [1, 'blob 7 is not there'])
})

test('a folder that a silent process holds fails', async () => {
  makeData()
  openFault = new Error('The folder x is in use by another process.')
  assert.match((await doctor()).find('Records')?.remedy ?? '', /does not answer/)
})

test('a running server is asked, and its ports and records are left to it', async () => {
  makeData()
  openFault = new Error('not to be opened')
  const control = await listenForControl({
    dataFolder: data,
    version: '9.9',
    run: assert.fail,
    onFault: () => assert.fail('a command failed'),
  })
  try {
    const { code, find } = await doctor()
    assert.equal(code, 0)
    assert.match(find('Server')?.message ?? '', /version 9\.9 runs as process \d+ and answers/)
    assert.equal(find('S3 port'), undefined)
  } finally {
    await control.close()
  }
})

test('a port that is taken fails', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  try {
    const { code, find } = await doctor({ env: { ENTREPOT_S3_LISTEN: `127.0.0.1:${port}` } })
    assert.equal(code, 1)
    assert.match(find('S3 port')?.message ?? '', /is taken by another process/)
  } finally {
    other.close()
  }
})

for (const [name, variable] of [
  ['Delivery port', 'ENTREPOT_DELIVERY_LISTEN'],
  ['TLS port', 'ENTREPOT_TLS_LISTEN'],
  ['HTTP port', 'ENTREPOT_HTTP_LISTEN'],
] as const) {
  test(`the ${name} is looked at, where there is one`, async () => {
    assert.equal((await doctor()).find(name) === undefined, name !== 'Delivery port')
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const tls = { ENTREPOT_TLS_LISTEN: '127.0.0.1:0', ENTREPOT_TLS_SELF_SIGNED: 'true' }
    try {
      const { code, find } = await doctor({ env: { ...tls, [variable]: `127.0.0.1:${port}` } })
      assert.equal(code, 1)
      assert.match(find(name)?.message ?? '', /is taken by another process/)
    } finally {
      other.close()
    }
  })
}

const day = 86_400_000
const certificates: [title: string, notAfter: number, status: string, message: RegExp][] = [
  ['that is good for long is well', 100 * day + 60_000, 'ok', /chain\.pem for media\.example\.com, good for 100 days$/],
  ['that ends soon is a warning', 13 * day + 60_000, 'warning', /good for 13 days$/],
  ['that has ended fails', -day, 'failed', /chain\.pem expired at 20/],
]

/** The finding about a certificate in files. */
async function certificateFinding(write: (chain: string, key: string) => void) {
  const [certificate, key] = [join(folder, 'chain.pem'), join(folder, 'key.pem')]
  write(certificate, key)
  const env = {
    ENTREPOT_TLS_LISTEN: '127.0.0.1:0',
    ENTREPOT_TLS_CERTIFICATES: JSON.stringify([{ certificate, key }]),
  }
  const { code, find } = await doctor({ env })
  return { code, found: find('Certificate') }
}

for (const [title, notAfter, status, message] of certificates) {
  test(`a certificate ${title}`, async () => {
    const now = systemClock.now()
    const pair = await makePair(['media.example.com'], { notBefore: now - 2 * day, notAfter: now + notAfter })
    const { code, found } = await certificateFinding((chain, key) => {
      writeFileSync(chain, pair.certificatePem)
      writeFileSync(key, pair.privateKeyPem.reveal(), { mode: 0o600 })
    })
    assert.deepEqual([code, found?.status], [status === 'failed' ? 1 : 0, status])
    assert.match(found?.message ?? '', message)
  })
}

test('a certificate whose files are not there, or whose key others can read, fails', async () => {
  const absent = await certificateFinding(() => undefined)
  assert.deepEqual([absent.code, absent.found?.status], [1, 'failed'])
  assert.match(absent.found?.message ?? '', /chain\.pem cannot be read/)
  const pair = await makePair(['media.example.com'])
  const open = await certificateFinding((chain, key) => {
    writeFileSync(chain, pair.certificatePem)
    writeFileSync(key, pair.privateKeyPem.reveal())
    chmodSync(key, 0o644)
  })
  assert.match(open.found?.message ?? '', /Others can read or change the private key/)
})

test('of certificates of its own it says whom to trust', async () => {
  makeData()
  const env = { ENTREPOT_TLS_LISTEN: '127.0.0.1:0', ENTREPOT_TLS_SELF_SIGNED: 'true' }
  assert.match((await doctor({ env })).find('Certificate')?.message ?? '', /ca\.pem is not there yet/)
  mkdirSync(join(data, 'tls'))
  writeFileSync(join(data, 'tls', 'ca.pem'), '')
  assert.match((await doctor({ env })).find('Certificate')?.message ?? '', /clients must trust .*ca\.pem/)
})

test('all faults of the configuration are found', async () => {
  const { code, out } = await doctor({ env: { ENTREPOT_REGION: 'X', ENTREPOT_HTTP_THREADS: '0' } })
  assert.equal(code, 1)
  assert.equal(out.match(/"Configuration"/g)?.length, 2)
})

test('a clock of another century fails, one that jumps or runs behind the file system is a warning', async () => {
  const shifted = (by: number): Clock => ({ now: () => Date.now() + by, monotonic: () => performance.now() })
  let jump = 0
  const jumping: Clock = { now: () => Date.now() + (jump += 1000), monotonic: () => performance.now() }
  assert.equal((await checkClock({ now: () => 0, monotonic: () => 0 }, folder)).status, 'failed')
  assert.equal((await checkClock(shifted(0), folder)).status, 'ok')
  assert.match((await checkClock(shifted(-60_000), folder)).message, /60\.0 s ahead/)
  assert.equal((await checkClock(jumping, folder)).status, 'warning')
  assert.deepEqual(readdirSync(folder), [])
})

test('a Node.js that is too old fails', () => {
  assert.equal(checkNode('22.20.0').status, 'failed')
  assert.equal(checkNode('24.0.0').status, 'ok')
  assert.equal(checkNode('26.10.0').status, 'ok')
})
