import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { connect, createServer, type SecureContext, type SecureVersion } from 'node:tls'
import { openCertificateFiles, type CertificateFiles } from './certificate-files.ts'
import type { PemPair } from './certificate-pair.ts'
import { makeBed, makePair, verified } from './test-bed.ts'
import { createTlsContexts, type CertificateLookup, type TlsContexts } from './tls-contexts.ts'

const clock = { now: () => Date.UTC(2026, 10, 20) }
const noFault = (name: string, error: unknown): void => assert.fail(`${name}: ${String(error)}`)
const fingerprintOf = ({ certificatePem }: PemPair): string => new X509Certificate(certificatePem).fingerprint256

async function filesOf(context: TestContext, pairs: readonly PemPair[]): Promise<CertificateFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'entrepot-tls-'))
  const paths = pairs.map(({ certificatePem, privateKeyPem }, index) => {
    const files = { certificate: join(folder, `${index}.pem`), key: join(folder, `${index}.key`) }
    writeFileSync(files.certificate, certificatePem)
    writeFileSync(files.key, privateKeyPem.reveal(), { mode: 0o600 })
    return files
  })
  const files = await openCertificateFiles(paths, { clock, onFault: assert.fail })
  context.after(() => {
    files.close()
    rmSync(folder, { recursive: true })
  })
  return files
}

/** The fingerprint of what a client is shown that asks for the name; undefined where the handshake fails. */
async function shown(context: TestContext, { contextFor }: TlsContexts) {
  const server = createServer({ SNICallback: (name, answer) => void answerWith(contextFor(name), answer) }, (socket) =>
    socket.end(),
  )
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return async (servername: string, maxVersion: SecureVersion = 'TLSv1.3'): Promise<string | undefined> => {
    const versions = { maxVersion, minVersion: 'TLSv1' } as const
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, servername, ...versions })
    try {
      await once(socket, 'secureConnect')
      return socket.getPeerCertificate().fingerprint256
    } catch {
      return undefined
    } finally {
      socket.destroy()
    }
  }
}

const answerWith = async (
  context: ReturnType<TlsContexts['contextFor']>,
  answer: (error: Error | null, context?: SecureContext) => void,
): Promise<void> => answer(null, await context)

test('a client is shown the certificate of the name that it asks for', async (context) => {
  const bed = makeBed()
  const own = await makePair(['media.example.com'])
  await bed.certificates.upload(await verified(bed), own)
  const [wild, exact, selfSigned] = [
    await makePair(['*.example.com', 'plain.org']),
    await makePair(['www.example.com', 'media.example.com']),
    await makePair(['*.local.test', 'www.example.com']),
  ]
  const contexts = createTlsContexts({
    certificates: bed.certificates,
    files: await filesOf(context, [wild, exact]),
    selfSigned: await filesOf(context, [selfSigned]),
    onFault: noFault,
  })
  const shownTo = await shown(context, contexts)
  for (const [name, pair] of [
    ['media.example.com', own],
    ['MEDIA.Example.com', own],
    ['www.example.com', exact],
    ['x.example.com', wild],
    ['plain.org', wild],
    ['a.local.test', selfSigned],
    ['unknown.org', wild],
    ['a.b.example.com', wild],
  ] as const) {
    assert.equal(await shownTo(name), fingerprintOf(pair), name)
  }
  assert.equal(await contexts.contextFor('media.example.com.'), await contexts.contextFor('media.example.com'))
  for (const name of [undefined, '', 'x'.repeat(300)])
    assert.equal(contexts.contextFor(name), contexts.contextFor('unknown.org'))
})

test('TLS 1.2 is spoken, and nothing older', async (context) => {
  const pair = await makePair(['a.com'])
  const shownTo = await shown(context, createTlsContexts({ files: await filesOf(context, [pair]), onFault: noFault }))
  assert.equal(await shownTo('a.com', 'TLSv1.2'), fingerprintOf(pair))
  assert.equal(await shownTo('a.com', 'TLSv1.1'), undefined)
})

test('without any certificate the handshake fails, but not for a custom domain', async (context) => {
  const bed = makeBed()
  const own = await makePair(['media.example.com'])
  await bed.certificates.upload(await verified(bed), own)
  const contexts = createTlsContexts({ certificates: bed.certificates, onFault: noFault })
  const shownTo = await shown(context, contexts)
  assert.equal(await shownTo('other.example.com'), undefined)
  assert.equal(contexts.contextFor(undefined), undefined)
  assert.equal(await shownTo('media.example.com'), fingerprintOf(own))
})

describe('a domain’s certificate', () => {
  test('is another as soon as it was changed on whichever thread, and is opened once for each state', async () => {
    const bed = makeBed()
    const domain = await verified(bed)
    let opened = 0
    const certificates: CertificateLookup = {
      stamp: (name) => bed.certificates.stamp(name),
      open: (name) => (opened++, bed.certificates.open(name)),
    }
    const { contextFor } = createTlsContexts({ certificates, onFault: noFault })
    const seen = new Set<unknown>()
    for (let round = 0; round < 3; round++) assert.equal(contextFor(domain.name), undefined)
    for (let change = 0; change < 2; change++) {
      await bed.certificates.upload(domain, await makePair([domain.name]))
      for (let round = 0; round < 3; round++) seen.add(contextFor(domain.name))
    }
    await bed.certificates.delete(domain)
    for (let round = 0; round < 3; round++) assert.equal(contextFor(domain.name), undefined)
    assert.equal(seen.size, 2)
    assert.equal(opened, 4)
  })

  test('that cannot be opened is told of once, and another is shown', async (context) => {
    const pair = await makePair(['*.example.com'])
    const faults: string[] = []
    for (const open of [
      () => {
        throw new Error('sealed')
      },
      () => Promise.reject(new Error('sealed')),
      () => ({ ...pair, certificatePem: 'nothing' }),
    ]) {
      const { contextFor } = createTlsContexts({
        certificates: { stamp: () => 1, open },
        files: await filesOf(context, [pair]),
        onFault: (name) => void faults.push(name),
      })
      for (let round = 0; round < 3; round++) assert.ok(await contextFor('a.example.com'))
      assert.deepEqual(faults.splice(0), ['a.example.com'])
    }
  })

  test('is still remembered after any number of names without one, and only so many are', async () => {
    const pair = await makePair(['a.com'])
    const opened: string[] = []
    const certificates: CertificateLookup = {
      stamp: () => 1,
      open: (name) => (opened.push(name), name.startsWith('own') ? pair : undefined),
    }
    const { contextFor } = createTlsContexts({ certificates, onFault: noFault, foundMax: 2, missingMax: 2 })
    await contextFor('own1.com')
    for (let index = 0; index < 20; index++) await contextFor(`n${index}.com`)
    await contextFor('own1.com')
    assert.equal(opened.filter((name) => name === 'own1.com').length, 1)
    for (const name of ['own2.com', 'own3.com', 'own1.com']) await contextFor(name)
    assert.equal(opened.filter((name) => name === 'own1.com').length, 2)
  })

  test('is found in a store that answers later, too', async () => {
    const pair = await makePair(['a.com'])
    const { contextFor } = createTlsContexts({
      certificates: { stamp: () => 1, open: async () => pair },
      onFault: noFault,
    })
    const context = await contextFor('a.com')
    assert.ok(context)
    assert.equal(contextFor('a.com'), context)
  })
})
