/** TLS handshakes over real sockets: who gets which certificate, and who is refused. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { connect, type ConnectionOptions } from 'node:tls'
import { get, ok } from '../../test/harness/http-listener.ts'
import { RawClient } from '../../test/harness/raw-client.ts'
import { certificateFor, ofA, startTls } from '../../test/harness/tls-listener.ts'
import { eventually } from '../../test/harness/tls-reader.ts'

const ofB = certificateFor('b.com')
const ofNobody = certificateFor('nobody')

/** The common name of the certificate that the client gets, or the code of what it fails with. */
async function nameShown(port: number, options: ConnectionOptions): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  try {
    await once(socket, 'secureConnect')
    const name = String(socket.getPeerCertificate().subject.CN)
    // Not at once, which the server would see as a handshake that failed.
    socket.resume().end()
    await once(socket, 'close')
    return name
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    socket.destroy()
  }
}

const contexts = new Map([
  ['a.com', ofA],
  ['b.com', ofB],
])

for (const slow of [false, true]) {
  test(`the server name picks the certificate${slow ? ', also when it takes time to find' : ''}`, async (context) => {
    const asked: (string | undefined)[] = []
    const { listener, errors } = await startTls(context, () => ok(), {
      tls: {
        contextFor(name) {
          asked.push(name)
          const found = name === undefined ? ofNobody : contexts.get(name)
          return slow ? new Promise((resolve) => setTimeout(() => resolve(found), 10)) : found
        },
      },
    })
    for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
      assert.equal(await nameShown(listener.port, { maxVersion, servername: 'a.com' }), 'a.com')
      assert.equal(await nameShown(listener.port, { maxVersion, servername: 'B.COM' }), 'b.com')
      assert.equal(await nameShown(listener.port, { maxVersion }), 'nobody')
      assert.equal(
        await nameShown(listener.port, { maxVersion, servername: 'c.com' }),
        'ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
      )
    }
    assert.ok(asked.includes('b.com') && !asked.includes('B.COM'))
    await eventually(() => listener.handshakesFailed === 2)
    assert.deepEqual(errors, [])
  })
}

test('without a certificate for it, a client that sends no name is refused, and others are not', async (context) => {
  const { listener, errors } = await startTls(context, () => ok(), {
    tls: { contextFor: (name) => (name === undefined ? undefined : ofA) },
  })
  assert.match((await nameShown(listener.port, {})) ?? '', /^ERR_SSL_/)
  assert.equal(await nameShown(listener.port, { servername: 'a.com' }), 'a.com')
  await eventually(() => listener.handshakesFailed === 1)
  assert.deepEqual(errors, [])
})

test('a fault in finding the certificate is reported, and fails that handshake alone', async (context) => {
  let fault: 'none' | 'throws' | 'rejects' = 'none'
  let forName = true
  const { listener, errors } = await startTls(context, () => ok(), {
    tls: {
      contextFor(name) {
        if (fault === 'none' || (name !== undefined) !== forName) return ofA
        if (fault === 'throws') throw new Error('no store')
        return Promise.reject(new Error('no store'))
      },
    },
  })
  for (const named of [true, false]) {
    forName = named
    for (const how of ['throws', 'rejects'] as const) {
      fault = how
      assert.equal(await nameShown(listener.port, { servername: 'a.com' }), 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR')
    }
  }
  assert.equal(errors.length, 4)
  fault = 'none'
  assert.equal(await nameShown(listener.port, { servername: 'a.com' }), 'a.com')
})

test('TLS before 1.2 is refused', async (context) => {
  const { listener } = await startTls(context, () => ok())
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }
    assert.equal(await nameShown(listener.port, old), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  }
})

test('the server prefers AES-128, and takes what else a client has', async (context) => {
  const { connect } = await startTls(context, () => ok())
  const [aes256, aes128] = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256']
  for (const [options, cipher] of [
    [{ ciphers: `${aes256}:${aes128}` }, aes128],
    [{ ciphers: aes256 }, aes256],
    [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256' }, aes128],
  ] as const) {
    const { socket } = await connect(options)
    assert.equal(socket.getCipher().standardName.replace('ECDHE_ECDSA_WITH_', ''), cipher)
  }
})

test('what is not forward secret or not authenticated is refused', async (context) => {
  const { listener } = await startTls(context, () => ok())
  for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'AES128-GCM-SHA256']) {
    const code = await nameShown(listener.port, { maxVersion: 'TLSv1.2', ciphers })
    assert.match(code ?? '', /HANDSHAKE_FAILURE/, ciphers)
  }
})

const offers: readonly [http2: boolean, offer: string[] | undefined, chosen: string | false][] = [
  [true, ['h2', 'http/1.1'], 'h2'],
  [true, ['http/1.1', 'h2'], 'h2'],
  [true, ['h2'], 'h2'],
  [true, ['http/1.1'], 'http/1.1'],
  [true, undefined, false],
  [false, ['h2', 'http/1.1'], 'http/1.1'],
]
test('HTTP/2 is chosen where the client offers it and the listener has it', async (context) => {
  for (const [http2, offer, chosen] of offers) {
    const { connect } = await startTls(context, () => ok('x'), { tls: { http2 } })
    const client = await connect({ ALPNProtocols: offer })
    assert.equal(client.socket.alpnProtocol, chosen)
    if (chosen !== 'h2') assert.equal((await client.send(get('/')).answer()).body, 'x')
  }
})

test('an offer of other protocols alone is refused', async (context) => {
  const { listener } = await startTls(context, () => ok())
  const code = await nameShown(listener.port, { ALPNProtocols: ['spdy/3'] })
  assert.equal(code, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
})

test('a session is resumed, by another listener too that has the same ticket keys', async (context) => {
  const ticketKeys = randomBytes(48)
  const listeners = await Promise.all([1, 2].map(() => startTls(context, () => ok('x'), { tls: { ticketKeys } })))
  const first = await listeners[0]!.connect({ servername: 'a.com' })
  const [[session]] = (await Promise.all([once(first.socket, 'session'), first.send(get('/')).answer()])) as [
    [Buffer],
    unknown,
  ]
  for (const { connect } of listeners) {
    const again = await connect({ servername: 'a.com', session })
    assert.equal((await again.send(get('/')).answer()).body, 'x')
    assert.equal(again.socket.isSessionReused(), true)
  }
})

test('plain HTTP to the TLS port is told so', async (context) => {
  const { listener, seen, errors } = await startTls(context, () => ok())
  const client = (await RawClient.connect(listener.port)).send(get('/'))
  const answer = await client.answer()
  assert.equal(answer.status, 400)
  assert.match(answer.body, /https/)
  await client.until(({ closed, ended }) => closed || ended)
  client.close()
  await eventually(() => listener.handshakesFailed === 1)
  assert.deepEqual([seen, errors], [[], []])
})

test('what is neither TLS nor HTTP is closed', async (context) => {
  const { listener, errors, connect } = await startTls(context, () => ok('x'))
  for (const bytes of ['\x00'.repeat(100), '\x16\x03\x01\x00\x05hello', '\x16\x03\x01\xff\xff', 'SSH-2.0-x\r\n']) {
    const client = (await RawClient.connect(listener.port)).send(bytes)
    if (bytes.length === 5) client.socket.end()
    await client.until(({ closed, ended }) => closed || ended)
    client.close()
  }
  await eventually(() => listener.handshakesFailed === 4)
  assert.deepEqual(errors, [])
  assert.equal((await (await connect()).send(get('/')).answer()).body, 'x')
})

const silent = async (context: TestContext, limits: object) => {
  const started = await startTls(context, () => ok('x'), { limits })
  return { ...started, raw: () => RawClient.connect(started.listener.port) }
}

test('a handshake that does not come is given up', async (context) => {
  const { listener, raw } = await silent(context, { handshakeTimeoutSeconds: 0.1 })
  const client = await raw()
  while (listener.connections === 0) await new Promise(setImmediate)
  await client.until(({ closed, ended }) => closed || ended)
  client.close()
  await eventually(() => listener.connections === 0)
  await eventually(() => listener.handshakesFailed === 1)
})

test('handshakes under way count among the connections', async (context) => {
  const { listener, raw, connect } = await silent(context, { connectionsMax: 2 })
  const clients = [await raw(), await raw()]
  while (listener.connections < 2) await new Promise(setImmediate)
  await assert.rejects(connect())
  clients[0]!.close()
  await eventually(() => listener.connections === 1)
  assert.equal((await (await connect()).send(get('/')).answer()).body, 'x')
  clients[1]!.close()
})
