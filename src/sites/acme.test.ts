/** Against Pebble: the authority asks a DNS server of ours where a domain is, and this machine for the answer to its challenge. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, createServer as createTlsServer, type SecureContext } from 'node:tls'
import { after, before, describe, test } from 'node:test'
import { startDns, type TestDns } from '../../test/harness/dns.ts'
import { blockedName, startPebble, type Pebble } from '../../test/harness/pebble.ts'
import { certificatesJob } from '../jobs/certificates.ts'
import { systemClock } from '../base/clock.ts'
import { createMemoryStore } from '../metadata/memory.ts'
import { AcmeFault, AcmeIssuer, type AcmeSettings } from './acme.ts'
import { createChallengeAnswer } from './challenge-answer.ts'
import { acmeKey, challengesEnd, challengesStart, decodeAcme } from './records.ts'
import { accountB, dayMs, makeBed, makePair, recordsText, verified, type Bed } from './test-bed.ts'
import { createTlsContexts } from './tls-contexts.ts'

const name = 'media.example.com'
const signal = new AbortController().signal

describe('a certificate authority', () => {
  let dns: TestDns
  let pebble: Pebble
  /** Of the test that is running. */
  let bed: Bed
  /** Paths that were asked for on the challenge port. */
  let asked: string[] = []
  const challenges = createServer(async ({ method = '', url: path = '' }, answer) => {
    asked.push(path)
    // As another thread would: with nothing but the store.
    const response = await createChallengeAnswer(bed.store)({ method, path })
    answer.writeHead(response?.status ?? 404, response?.headers).end(response?.body)
  })

  before(async () => {
    dns = await startDns([{ name: '*', type: 'A', value: '127.0.0.1' }])
    challenges.listen(0, '127.0.0.1')
    await once(challenges, 'listening')
    const { port } = challenges.address() as AddressInfo
    pebble = await startPebble({ challengePort: port, dnsAddress: dns.address })
  })
  after(async () => {
    challenges.closeAllConnections()
    challenges.close()
    await pebble?.stop()
    await dns?.stop()
  })

  /** Pebble's certificates are good for now, so the clock is not the tests' usual one. */
  function begin(settings: Partial<AcmeSettings> = {}) {
    bed = makeBed()
    bed.clock.ms = systemClock.now()
    asked = []
    const { directoryUrl, caFile } = pebble
    const issuer = new AcmeIssuer({
      ...bed,
      settings: { directoryUrl, caFile, email: 'operator@example.com', termsOfServiceAgreed: true, ...settings },
    })
    const failures: string[] = []
    const job = certificatesJob({
      ...bed,
      issuer,
      onFailed: (name, reason) => void failures.push(`${name}: ${reason}`),
    })
    const run = async (): Promise<void> => {
      while ((await job.work(signal)) === 'busy');
    }
    return { bed, issuer, run, failures }
  }

  const challengesLeft = (): number => bed.store.records.scan(challengesStart, challengesEnd, { limit: 9 }).length

  test('issues for a verified domain, its chain is shown by SNI, and it is renewed in time', async (context) => {
    const { run, failures } = begin()
    const domain = await verified(bed, name)
    await run()
    assert.deepEqual(failures, [])
    assert.equal(asked.filter((path) => path.startsWith('/.well-known/acme-challenge/')).length, asked.length)
    const info = (await bed.certificates.get(name))!
    assert.deepEqual([info.source, info.names], ['acme', [name]])
    assert.deepEqual((await bed.domains.get(domain.id))!.certificate, { state: 'acme', notAfter: info.notAfter })
    assert.equal(challengesLeft(), 0)

    const { contextFor } = createTlsContexts({ certificates: bed.certificates, onFault: assert.fail })
    const choose = async (asked: string, answer: (error: null, context?: SecureContext) => void): Promise<void> =>
      answer(null, await contextFor(asked))
    const server = createTlsServer({ SNICallback: (asked, answer) => void choose(asked, answer) }, (socket) =>
      socket.end(),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    context.after(() => server.close())
    const ca = await pebble.root()
    const shown = async (): Promise<string> => {
      const { port } = server.address() as AddressInfo
      const socket = connect({ port, host: '127.0.0.1', servername: name, ca, rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const { fingerprint256 } = socket.getPeerCertificate()
      socket.destroy()
      return socket.authorized ? fingerprint256 : `not trusted: ${String(socket.authorizationError)}`
    }
    const fingerprintOf = async () => (await bed.certificates.get(name))!.fingerprint
    assert.equal(await shown(), await fingerprintOf())

    bed.clock.ms = info.notAfter - Math.min(30 * dayMs, (info.notAfter - info.notBefore) / 3) - 120_000
    await run()
    assert.equal(await fingerprintOf(), info.fingerprint)
    bed.clock.ms += 180_000
    // The authority's clock is not moved, so what it issues is no younger, but it is another.
    bed.clock.ms = Math.min(bed.clock.ms, info.notAfter - 1000)
    await run()
    assert.notEqual(await fingerprintOf(), info.fingerprint)
    assert.equal(await shown(), await fingerprintOf())
  })

  test('has one account, kept over restarts, and no key stands in a record', async () => {
    const { run } = begin()
    await verified(bed, name)
    await run()
    const account = () => decodeAcme(bed.store.records.get(acmeKey)!).account!
    const { url } = account()
    const again = new AcmeIssuer({
      ...bed,
      settings: { directoryUrl: pebble.directoryUrl, caFile: pebble.caFile, termsOfServiceAgreed: true },
    })
    assert.equal(await again.issue(await verified(bed, 'b.example.com', accountB), signal), true)
    assert.equal(account().url, url)
    assert.equal(bed.store.records.scan(Buffer.of(0x24), Buffer.of(0x25), { limit: 9 }).length, 2)
    assert.match(recordsText(bed), /BEGIN CERTIFICATE/)
    assert.doesNotMatch(recordsText(bed), /PRIVATE KEY/)
  })

  test('is told when the operator’s address changes', async () => {
    const { issuer, bed } = begin()
    const domain = await verified(bed, name)
    await issuer.issue(domain, signal)
    const account = () => decodeAcme(bed.store.records.get(acmeKey)!).account!
    const before = account()
    const settings = { directoryUrl: pebble.directoryUrl, caFile: pebble.caFile, termsOfServiceAgreed: true }
    for (const email of ['other@example.com', undefined]) {
      await new AcmeIssuer({ ...bed, settings: { ...settings, email } }).issue(domain, signal)
      assert.deepEqual([account().url, account().email], [before.url, email])
    }
  })

  test('that knows the account no more is given a new one', async () => {
    const { issuer, bed } = begin()
    const domain = await verified(bed, name)
    await issuer.issue(domain, signal)
    const before = decodeAcme(bed.store.records.get(acmeKey)!)
    const gone = { ...before, account: { ...before.account!, url: `${before.account!.url}0` } }
    await bed.store.transact({ exclusive: [acmeKey] }, (transaction) =>
      transaction.set(acmeKey, Buffer.from(JSON.stringify(gone))),
    )
    assert.equal(await issuer.issue(domain, signal), true)
    assert.notEqual(decodeAcme(bed.store.records.get(acmeKey)!).account!.url, gone.account.url)
  })

  test('that cannot reach the domain says why, and is asked again after an hour, then two', async () => {
    const { run, failures } = begin()
    dns.setRecords([{ name: 'other.example.com', type: 'A', value: '127.0.0.1' }])
    const domain = await verified(bed, name)
    await run()
    dns.setRecords([{ name: '*', type: 'A', value: '127.0.0.1' }])
    assert.equal(failures.length, 1)
    const { certificate } = (await bed.domains.get(domain.id))!
    assert.equal(certificate.state, 'failed')
    assert.ok(certificate.reason !== undefined && certificate.reason.length > 10)
    assert.match(failures[0]!, /^media\.example\.com: /)
    assert.equal(certificate.retryAt, bed.clock.ms + 3_600_000)
    assert.equal(challengesLeft(), 0)
    bed.clock.ms += 3_500_000
    await run()
    assert.equal(failures.length, 1)
    bed.clock.ms += 100_000
    await run()
    assert.equal((await bed.domains.get(domain.id))!.certificate.state, 'acme')
  })

  test('whose answer on the host is another’s refuses', async () => {
    const { issuer, bed: ours } = begin()
    const domain = await verified(ours, name)
    // The host is answered for by a store that knows nothing of the order.
    bed = makeBed()
    await assert.rejects(
      issuer.issue(domain, signal),
      (error) => error instanceof AcmeFault && error.scope === 'domain' && error.message.length > 10,
    )
  })

  test('that does not issue for a name says so of that domain, and others go on', async () => {
    const { run, failures } = begin()
    const domain = await verified(bed, blockedName)
    await verified(bed, 'c.example.com')
    await run()
    assert.match(failures.join(), /^blocked\.example\.com: .*(?:policy|blocked|rejected|forbids)/i)
    assert.equal((await bed.domains.get(domain.id))!.certificate.state, 'failed')
    assert.ok(await bed.certificates.get('c.example.com'))
  })

  test('without the operator’s consent to its terms is not used', async () => {
    const { issuer, bed } = begin({ termsOfServiceAgreed: false })
    const domain = await verified(bed, name)
    await assert.rejects(
      issuer.issue(domain, signal),
      (error) => error instanceof AcmeFault && error.scope === 'authority' && /terms/i.test(error.message),
    )
  })

  test('that is not trusted is not spoken to, and is left alone for an hour', async () => {
    const { run, failures, issuer } = begin({ caFile: undefined })
    await verified(bed, name)
    await verified(bed, 'b.example.com')
    await run()
    assert.equal(failures.length, 1)
    assert.match(failures[0]!, /cannot be reached \(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/)
    assert.equal(await issuer.pausedUntil(), bed.clock.ms + 3_600_000)
  })

  test('is left at once when the process stops', async () => {
    const { issuer, bed } = begin()
    const domain = await verified(bed, name)
    const stopping = new AbortController()
    const issuing = issuer.issue(domain, stopping.signal)
    stopping.abort(new Error('stopping'))
    await assert.rejects(issuing, /stopping/)
  })

  test('does not take the place of what the owner uploads meanwhile', async () => {
    const { issuer, bed } = begin()
    const domain = await verified(bed, name)
    const [now, uploaded] = [bed.clock.ms, bed.certificates]
    const issuing = issuer.issue(domain, signal)
    await uploaded.upload(domain, await makePair([name], { notBefore: now - dayMs, notAfter: now + dayMs }))
    assert.equal(await issuing, false)
    assert.equal((await bed.certificates.get(name))!.source, 'uploaded')
  })

  test('issues on P-256, for the name alone', async () => {
    const { issuer, bed } = begin()
    await issuer.issue(await verified(bed, name), signal)
    const { certificatePem } = (await bed.certificates.open(name))!
    const leaf = new X509Certificate(certificatePem)
    assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    assert.equal(leaf.subjectAltName, `DNS:${name}`)
    assert.ok(certificatePem.match(/BEGIN CERTIFICATE/g)!.length > 1)
  })
})

test('a directory that nobody serves is an authority’s fault', async () => {
  const bed = makeBed(createMemoryStore())
  const issuer = new AcmeIssuer({
    ...bed,
    settings: { directoryUrl: 'https://127.0.0.1:1/dir', termsOfServiceAgreed: true },
  })
  const domain = await verified(bed, name)
  await assert.rejects(
    issuer.issue(domain, signal),
    (error) =>
      error instanceof AcmeFault &&
      error.scope === 'authority' &&
      /cannot be reached \(ECONNREFUSED\)/.test(error.message),
  )
})
