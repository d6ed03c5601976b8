import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makePair } from '../../sites/test-bed.ts'
import { makeManagement } from '../test-bed.ts'

interface Shown {
  readonly id: string
  readonly domain_name: string
  readonly verification: { readonly cname: string; readonly txt_name: string; readonly txt_value: string }
}

async function claimed(body: object = {}) {
  const bed = await makeManagement()
  await bed.done('POST /v1/buckets', { body: { name: 'films' } })
  const { json, pick } = await bed.done('POST /v1/domains', { body: { name: 'media.example.com', ...body } })
  const domain = pick<Shown>('domain')
  const prove = (): void => void bed.dns.txt.set(domain.verification.txt_name, [[domain.verification.txt_value]])
  return { ...bed, json, domain, prove }
}

const certificate = { state: 'none', reason: null, retry: null, not_after: null }

describe('creating', () => {
  test("for a bucket, it is to point at the bucket's delivery host", async () => {
    const { json, domain } = await claimed({ bucket: 'films' })
    const { id, verification } = domain
    assert.deepEqual(json, {
      domain: {
        ...{ id, domain_name: 'media.example.com', type: 'storage', created: '2026-11-20 12:00:00', bucket: 'films' },
        ...{ verified: null, verification, certificate },
      },
    })
    assert.equal(verification.cname, 'films.media-storage.us-east-1.test')
    assert.equal(verification.txt_name, '_entrepot.media.example.com')
    assert.match(verification.txt_value, /^[0-9a-f]{40}$/)
  })

  test('for all buckets, it is to point at a host of its own', async () => {
    const { domain } = await claimed({ type: 'media_storage' })
    assert.match(domain.verification.cname, /^[0-9a-f]{32}\.media-storage\.test$/)
  })

  test('the same again is the one that is there; for something else it is refused', async () => {
    const { done, send, domain } = await claimed()
    const again = await done('POST /v1/domains', { body: { name: 'MEDIA.example.com.' } })
    assert.deepEqual(again.pick('domain'), domain)
    const other = { name: 'media.example.com', bucket: 'films' }
    assert.equal((await send('POST /v1/domains', { body: other })).outcome, '409 EntityAlreadyExists')
    // Whoever claims a name first does not keep its owner from it.
    const theirs = await done('POST /v1/domains', { as: 'stranger', body: { name: 'media.example.com' } })
    assert.notEqual(theirs.pick('domain.id'), domain.id)
  })

  for (const [title, body, outcome] of [
    ['no name', {}, '400 InvalidArgument'],
    ['a bucket that there is not', { name: 'a.example.com', bucket: 'none-such' }, '404 NoSuchBucket'],
    ['a type that there is not', { name: 'a.example.com', type: 'radio' }, '400 InvalidArgument'],
    ['live streams', { name: 'a.example.com', type: 'live' }, '501 NotImplemented'],
    ["the deployment's own name", { name: 'a.s3.test' }, '400 InvalidArgument'],
    ['a wildcard', { name: '*.example.com' }, '400 InvalidArgument'],
  ] as const) {
    test(`with ${title}: ${outcome}`, async () => {
      const { send } = await makeManagement()
      assert.equal((await send('POST /v1/domains', { body })).outcome, outcome)
    })
  }

  for (const name of [
    ...['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::1]', '::1', '169.254.169.254', '１２７.0.0.1'],
    ...[
      'localhost',
      'a.localhost',
      'metadata.google.internal',
      'host.internal',
      'printer.local',
      'a..b',
      'com',
      'a b.com',
    ],
    ...['example.com/path', 'example.com:443', 'http://example.com', 'user@example.com', '-a.example.com'],
  ]) {
    test(`security 54: ${name} is no custom domain, and nobody is asked about it`, async () => {
      const { send, dns } = await makeManagement()
      assert.equal((await send('POST /v1/domains', { body: { name } })).outcome, '400 InvalidArgument')
      assert.deepEqual(dns.asked, [])
    })
  }

  test('no more than a hundred', async () => {
    const { send, done } = await makeManagement()
    for (let count = 0; count < 100; count++)
      await done('POST /v1/domains', { body: { name: `a${count}.example.com` } })
    const body = { name: 'a.example.com' }
    assert.equal((await send('POST /v1/domains', { body })).outcome, '409 LimitExceeded')
    assert.equal((await send('POST /v1/domains', { as: 'stranger', body })).status, 200)
  })
})

describe('verifying', () => {
  test('finds the TXT record', async () => {
    const { done, domain, prove, dns } = await claimed()
    prove()
    const { pick } = await done(`POST /v1/domains/${domain.id}/verify`)
    assert.equal(pick('domain.verified'), '2026-11-20 12:00:00')
    const asked = dns.asked.length
    // Again it is as it is, without asking.
    assert.equal((await done(`POST /v1/domains/${domain.id}/verify`)).pick('domain.verified'), '2026-11-20 12:00:00')
    assert.equal(dns.asked.length, asked)
    assert.equal((await done(`GET /v1/domains/${domain.id}`)).pick('domain.verified'), '2026-11-20 12:00:00')
  })

  test('finds the CNAME', async () => {
    const { done, domain, dns } = await claimed({ bucket: 'films' })
    dns.cname.set('media.example.com', [domain.verification.cname])
    await done(`POST /v1/domains/${domain.id}/verify`)
  })

  test('says what it found where that does not do', async () => {
    const { send, domain, dns } = await claimed()
    dns.txt.set(domain.verification.txt_name, [['something else']])
    const { outcome, message } = await send(`POST /v1/domains/${domain.id}/verify`)
    assert.equal(outcome, '409 DomainNotVerified')
    assert.match(message, /something else/)
    assert.equal((await send(`GET /v1/domains/${domain.id}`)).pick<null>('domain.verified'), null)
  })

  test('fails where another account has proven the same name', async () => {
    const { done, send, domain, prove, dns } = await claimed()
    const body = { name: 'media.example.com' }
    const theirs = (await done('POST /v1/domains', { as: 'stranger', body })).pick<Shown>('domain')
    const { txt_name, txt_value } = theirs.verification
    dns.txt.set(txt_name, [[txt_value], [domain.verification.txt_value]])
    await done(`POST /v1/domains/${theirs.id}/verify`, { as: 'stranger' })
    assert.equal((await send(`POST /v1/domains/${domain.id}/verify`)).outcome, '409 EntityAlreadyExists')
    // Once the other's proof is gone, the name changes hands.
    prove()
    await done(`POST /v1/domains/${domain.id}/verify`)
    const { pick } = await done(`GET /v1/domains/${theirs.id}`, { as: 'stranger' })
    assert.equal(pick<null>('domain.verified'), null)
  })
})

describe('a certificate', () => {
  test('is uploaded for a verified domain; its key is kept sealed and never shown', async () => {
    const { done, send, domain, prove, recorded } = await claimed()
    const { certificatePem, privateKeyPem } = await makePair(['media.example.com'])
    const body = { certificate: certificatePem, private_key: privateKeyPem.reveal() }
    const line = `PUT /v1/domains/${domain.id}/certificate`
    assert.equal((await send(line, { body })).outcome, '409 DomainNotVerified')
    prove()
    await done(`POST /v1/domains/${domain.id}/verify`)
    const uploaded = await done(line, { body })
    assert.deepEqual(uploaded.pick('domain.certificate'), {
      ...certificate,
      ...{ state: 'uploaded', not_after: '2027-01-30 00:00:00' },
    })
    const [, first = ''] = privateKeyPem.reveal().split('\n')
    const answers = [uploaded, await done('GET /v1/domains'), await done('GET /v1/audit')]
    for (const { text } of answers) assert(!text.includes(first))
    assert(!recorded().includes(first))
  })

  test('that is not right is refused, and says how', async () => {
    const { done, send, domain, prove } = await claimed()
    prove()
    await done(`POST /v1/domains/${domain.id}/verify`)
    const [right, other] = [await makePair(['media.example.com']), await makePair(['other.example.com'])]
    const key = right.privateKeyPem.reveal()
    for (const [body, outcome] of [
      [{ certificate: other.certificatePem, private_key: other.privateKeyPem.reveal() }, '400 MalformedCertificate'],
      [{ certificate: 'rubbish', private_key: key }, '400 MalformedCertificate'],
      [{ certificate: right.certificatePem, private_key: 'rubbish' }, '400 InvalidArgument'],
      [{ certificate: right.certificatePem, private_key: other.privateKeyPem.reveal() }, '400 KeyPairMismatch'],
      [{ certificate: right.certificatePem }, '400 InvalidArgument'],
    ] as const) {
      const answer = await send(`PUT /v1/domains/${domain.id}/certificate`, { body })
      assert.equal(answer.outcome, outcome)
      assert(!answer.text.includes(key.split('\n')[1]!))
    }
  })
})

test('domains are listed by name, page by page, and deleted', async () => {
  const { done, send } = await makeManagement()
  for (const name of ['c', 'a', 'b']) await done('POST /v1/domains', { body: { name: `${name}.example.com` } })
  await done('POST /v1/domains', { as: 'stranger', body: { name: 'z.example.com' } })
  const page = async (query: string) => {
    const { pick } = await done(`GET /v1/domains?${query}`)
    const names = pick<readonly Shown[]>('domains').map((domain) => domain.domain_name)
    return [names, pick<string | null>('next')]
  }
  assert.deepEqual(await page('limit=2'), [['a.example.com', 'b.example.com'], 'b.example.com'])
  assert.deepEqual(await page('limit=2&after=b.example.com'), [['c.example.com'], null])
  const { id } = (await done('GET /v1/domains')).pick<Shown>('domains.1')
  assert.deepEqual((await done(`DELETE /v1/domains/${id}`)).json, { status: 'ok' })
  assert.equal((await send(`DELETE /v1/domains/${id}`)).outcome, '404 NoSuchEntity')
  assert.equal((await send(`POST /v1/domains/${id}/verify`)).outcome, '404 NoSuchEntity')
  assert.deepEqual(await page(''), [['a.example.com', 'c.example.com'], null])
})
