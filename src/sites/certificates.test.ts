import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { describe, test } from 'node:test'
import { MasterKey, SealBroken } from '../access/sealing.ts'
import { ApiError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import * as x509 from '@peculiar/x509'
import { pemSizeMax, type PemPair } from './certificate-pair.ts'
import { Certificates } from './certificates.ts'
import { accountB, claim, dayMs, makeBed, makeIssuer, makePair, proveByTxt, recordsText, verified } from './test-bed.ts'

const name = 'media.example.com'
const start = Date.UTC(2026, 10, 20)
const fails =
  (code: string, text = /./) =>
  (error: unknown) =>
    error instanceof ApiError && error.code === code && text.test(error.message)

const withKey = (pair: PemPair, key: string): PemPair => ({ ...pair, privateKeyPem: new Secret(key) })
const withCertificate = (pair: PemPair, certificatePem: string): PemPair => ({ ...pair, certificatePem })
type Written = { type: 'pkcs1' | 'pkcs8' | 'sec1'; cipher?: string; passphrase?: string }
const again = (pair: PemPair, written: Written): string =>
  createPrivateKey(pair.privateKeyPem.reveal()).export({ ...written, format: 'pem' })

async function chained(names: readonly string[]): Promise<{ pair: PemPair; root: string; intermediate: string }> {
  const root = await makeIssuer('root')
  const intermediate = await makeIssuer('intermediate', root)
  const pair = await makePair(names, { issuer: intermediate })
  return { pair, root: root.pem, intermediate: intermediate.pem }
}

describe('a certificate is taken', () => {
  const rows: readonly (readonly [what: string, make: () => Promise<PemPair>])[] = [
    ['on P-256', () => makePair([name])],
    ['on P-384', () => makePair([name], { key: 'p384' })],
    ['with an RSA key of 2048 bits', () => makePair([name], { key: 'rsa2048' })],
    ['for several names', () => makePair(['example.com', name])],
    ['with a wildcard', () => makePair(['*.example.com'])],
    [
      'with its chain',
      async () => {
        const { pair, intermediate } = await chained([name])
        return withCertificate(pair, pair.certificatePem + intermediate)
      },
    ],
    [
      'with its chain up to the root',
      async () => {
        const { pair, intermediate, root } = await chained([name])
        return withCertificate(pair, `Bag Attributes\r\n${pair.certificatePem}\r\n${intermediate}# root\n${root}`)
      },
    ],
    [
      'with a key in SEC 1',
      async () => {
        const pair = await makePair([name])
        return withKey(pair, again(pair, { type: 'sec1' }))
      },
    ],
    [
      'with a key in PKCS#1',
      async () => {
        const pair = await makePair([name], { key: 'rsa2048' })
        return withKey(pair, again(pair, { type: 'pkcs1' }))
      },
    ],
    [
      'with a key after EC PARAMETERS, as openssl writes it',
      async () => {
        const pair = await makePair([name])
        const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
        return withKey(pair, parameters + again(pair, { type: 'sec1' }))
      },
    ],
  ]
  for (const [what, make] of rows) {
    test(what, async () => {
      const bed = makeBed()
      const domain = await verified(bed)
      const info = await bed.certificates.upload(domain, await make())
      assert.deepEqual(await bed.certificates.get(name), info)
      assert.deepEqual([info.source, info.domainId], ['uploaded', domain.id])
    })
  }
})

describe('a certificate is refused', () => {
  const rows: readonly (readonly [what: string, code: string, text: RegExp, make: () => Promise<PemPair>])[] = [
    [
      'for another name',
      'MalformedCertificate',
      /is not for media\.example\.com but for other\.example\.com/,
      () => makePair(['other.example.com']),
    ],
    [
      'whose wildcard stands for one label only',
      'MalformedCertificate',
      /is not for/,
      () => makePair(['*.com', '*.example.org']),
    ],
    [
      'with the name in its subject alone',
      'MalformedCertificate',
      /is not for/,
      () => makePair(['other.example.com'], { commonName: name }),
    ],
    [
      'with the name in its subject and nowhere else',
      'MalformedCertificate',
      /but for no name/,
      () => makePair([], { commonName: name }),
    ],
    [
      'that has expired',
      'MalformedCertificate',
      /expired at 2026-11-20T00:00:00\.000Z/,
      () => makePair([name], { notAfter: start }),
    ],
    [
      'that does not hold yet',
      'MalformedCertificate',
      /not valid before/,
      () => makePair([name], { notBefore: start + 1000 }),
    ],
    [
      'for TLS clients alone',
      'MalformedCertificate',
      /extended key usage/,
      () => makePair([name], { usage: x509.ExtendedKeyUsage.clientAuth }),
    ],
    [
      'with another’s key',
      'KeyPairMismatch',
      /not for this private key/,
      async () => withKey(await makePair([name]), (await makePair([name])).privateKeyPem.reveal()),
    ],
    ['with an RSA key of 1024 bits', 'InvalidArgument', /has 1024 bits/, () => makePair([name], { key: 'rsa1024' })],
    [
      'with an RSA key of too many bits',
      'InvalidArgument',
      /has 4160 bits/,
      () => makePair([name], { key: 'rsa4160' }),
    ],
    ['on P-521', 'InvalidArgument', /kind that is not taken/, () => makePair([name], { key: 'p521' })],
    ['on Ed25519', 'InvalidArgument', /kind that is not taken/, () => makePair([name], { key: 'ed25519' })],
    [
      'with a key under a passphrase',
      'InvalidArgument',
      /passphrase/,
      async () => {
        const pair = await makePair([name])
        return withKey(pair, again(pair, { type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' }))
      },
    ],
    ['without a key', 'InvalidArgument', /private key cannot be read/, async () => withKey(await makePair([name]), '')],
    [
      'with a certificate for a key',
      'InvalidArgument',
      /private key cannot be read/,
      async () => {
        const pair = await makePair([name])
        return withKey(pair, pair.certificatePem)
      },
    ],
    [
      'with a key that is cut off',
      'InvalidArgument',
      /private key cannot be read/,
      async () => {
        const pair = await makePair([name])
        return withKey(pair, pair.privateKeyPem.reveal().slice(0, 100))
      },
    ],
    [
      'that is empty',
      'MalformedCertificate',
      /no certificate in PEM/,
      async () => withCertificate(await makePair([name]), ''),
    ],
    [
      'that is cut off',
      'MalformedCertificate',
      /cut off/,
      async () => {
        const pair = await makePair([name])
        return withCertificate(pair, pair.certificatePem.slice(0, 200))
      },
    ],
    [
      'that is none',
      'MalformedCertificate',
      /no X\.509 certificate/,
      async () =>
        withCertificate(await makePair([name]), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    ],
    [
      'that is only a key',
      'MalformedCertificate',
      /no certificate in PEM/,
      async () => {
        const pair = await makePair([name])
        return withCertificate(pair, pair.privateKeyPem.reveal())
      },
    ],
    [
      'in the wrong order',
      'MalformedCertificate',
      /leaf first/,
      async () => {
        const { pair, intermediate } = await chained([name])
        return withCertificate(pair, intermediate + pair.certificatePem)
      },
    ],
    [
      'with another’s chain',
      'MalformedCertificate',
      /leaf first/,
      async () => {
        const [{ pair }, { intermediate }] = [await chained([name]), await chained([name])]
        return withCertificate(pair, pair.certificatePem + intermediate)
      },
    ],
    [
      'in a chain of more than ten',
      'MalformedCertificate',
      /more than 10/,
      async () => {
        const pair = await makePair([name])
        return withCertificate(pair, pair.certificatePem.repeat(11))
      },
    ],
    [
      `longer than ${pemSizeMax} bytes`,
      'MalformedCertificate',
      /longer than/,
      async () => {
        const pair = await makePair([name])
        return withCertificate(pair, pair.certificatePem + '#'.repeat(pemSizeMax))
      },
    ],
    [
      `with a key longer than ${pemSizeMax} bytes`,
      'InvalidArgument',
      /longer than/,
      async () => {
        const pair = await makePair([name])
        return withKey(pair, pair.privateKeyPem.reveal() + '#'.repeat(pemSizeMax))
      },
    ],
  ]
  for (const [what, code, text, make] of rows) {
    test(what, async () => {
      const bed = makeBed()
      const domain = await verified(bed)
      await assert.rejects(bed.certificates.upload(domain, await make()), fails(code, text))
      assert.equal(await bed.certificates.get(name), undefined)
    })
  }

  test('for a domain that is not verified, or that another account has verified', async () => {
    const bed = makeBed()
    const domain = await claim(bed)
    const pair = await makePair([name])
    await assert.rejects(bed.certificates.upload(domain, pair), fails('DomainNotVerified'))
    assert.equal(await bed.certificates.keepIssued(domain, pair), false)
    await verified(bed, name, accountB)
    await assert.rejects(bed.certificates.upload(domain, pair), fails('DomainNotVerified'))
    await assert.rejects(bed.certificates.delete(domain), fails('NoSuchEntity'))
    assert.equal(await bed.certificates.get(name), undefined)
  })
})

test('what is known of a certificate has nothing of its key', async () => {
  const bed = makeBed()
  const domain = await verified(bed)
  const { pair, intermediate } = await chained([name, 'www.example.com'])
  const info = await bed.certificates.upload(domain, withCertificate(pair, pair.certificatePem + intermediate))
  const { serialNumber, fingerprint, ...rest } = info
  assert.match(serialNumber, /^[\dA-F]+$/)
  assert.match(fingerprint, /^(?:[\dA-F]{2}:){31}[\dA-F]{2}$/)
  assert.deepEqual(rest, {
    name,
    domainId: domain.id,
    source: 'uploaded',
    issuer: 'CN=intermediate',
    names: [name, 'www.example.com'],
    notBefore: Date.UTC(2026, 10, 1),
    notAfter: Date.UTC(2027, 0, 30),
    createdAt: start,
  })
  assert.deepEqual((await bed.domains.get(domain.id))!.certificate, {
    state: 'uploaded',
    notAfter: Date.UTC(2027, 0, 30),
  })
})

describe('the private key', () => {
  test('stands in no record, however the chain was written', async () => {
    const bed = makeBed()
    const domain = await verified(bed)
    const pair = await makePair([name])
    // As HAProxy wants it: certificate and key in one text.
    const both = pair.certificatePem + pair.privateKeyPem.reveal()
    await bed.certificates.upload(domain, { certificatePem: both, privateKeyPem: new Secret(both) })
    const text = recordsText(bed)
    assert.match(text, /BEGIN CERTIFICATE/)
    assert.doesNotMatch(text, /PRIVATE KEY/)
    const lines = pair.privateKeyPem.reveal().split('\n')
    assert.ok(!text.includes(lines[1]!))
    const opened = await bed.certificates.open(name)
    assert.equal(opened!.privateKeyPem.reveal(), pair.privateKeyPem.reveal())
    assert.doesNotMatch(opened!.certificatePem, /PRIVATE/)
  })

  test('opens under this master key only, and for this name only', async () => {
    const bed = makeBed()
    const domain = await verified(bed)
    await bed.certificates.upload(domain, await makePair([name]))
    const other = new MasterKey(new Secret('6b'.repeat(32)), bed.random)
    const elsewhere = new Certificates({ store: bed.store, masterKey: other, clock: bed.clock })
    assert.throws(() => elsewhere.open(name), SealBroken)
  })
})

test('an issued certificate takes no uploaded one’s place, and an uploaded one takes an issued one’s', async () => {
  const bed = makeBed()
  const domain = await verified(bed)
  const [issued, uploaded] = [await makePair([name]), await makePair([name])]
  assert.equal(await bed.certificates.keepIssued(domain, issued), true)
  assert.equal((await bed.domains.get(domain.id))!.certificate.state, 'acme')
  await bed.certificates.upload(domain, uploaded)
  assert.equal(await bed.certificates.keepIssued(domain, issued), false)
  assert.equal((await bed.certificates.get(name))!.source, 'uploaded')
  await bed.certificates.delete(domain)
  assert.equal(await bed.certificates.get(name), undefined)
  await assert.rejects(bed.certificates.delete(domain), fails('NoSuchEntity'))
  assert.equal(await bed.certificates.keepIssued(domain, issued), true)
})

test('what an authority issues is checked as an upload is', async () => {
  const bed = makeBed()
  const domain = await verified(bed)
  await assert.rejects(
    bed.certificates.keepIssued(domain, await makePair(['other.example.com'])),
    fails('MalformedCertificate'),
  )
  bed.clock.ms += 400 * dayMs
  await assert.rejects(bed.certificates.keepIssued(domain, await makePair([name])), fails('MalformedCertificate'))
})

test('certificates are listed in order of name, a page at a time', async () => {
  const bed = makeBed()
  for (const host of ['c.example.com', 'a.example.com', 'b.example.com'])
    await bed.certificates.upload(await verified(bed, host), await makePair([host]))
  const namesOf = async (after?: string) => (await bed.certificates.list({ after, limit: 2 })).map(({ name }) => name)
  assert.deepEqual(await namesOf(), ['a.example.com', 'b.example.com'])
  assert.deepEqual(await namesOf('b.example.com'), ['c.example.com'])
})

test('a domain that loses its name loses what proveByTxt gave it', async () => {
  const bed = makeBed()
  const domain = await claim(bed)
  proveByTxt(bed, domain)
  await bed.domains.verify(domain.id)
  await bed.certificates.upload(domain, await makePair([name]))
  await bed.domains.delete(domain.id)
  assert.doesNotMatch(recordsText(bed), /CERTIFICATE/)
})
