import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeCli } from './test-bed.ts'

const id = '0b1f4b0e-55aa-4f0c-9c3e-0d6a0f0e7d11'
const domain = {
  id,
  domain_name: 'media.example.com',
  type: 'storage',
  created: '2026-11-20 16:00:00',
  bucket: 'films',
  verified: null,
  verification: {
    cname: 'films.media-storage.us-east-1.example.net',
    txt_name: '_entrepot.media.example.com',
    txt_value: 'entrepot-verification=abc',
  },
  certificate: { state: 'none', reason: null, retry: null, not_after: null },
}
const verified = { ...domain, verified: '2026-11-20 17:00:00' }

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli()))
afterEach(() => cli.remove())

test('create shows the DNS records to set, and what comes next', async () => {
  const { out } = await cli.with(() => ({ domain }))('domains', 'create', 'media.example.com', '--bucket', 'films')
  assert.match(out, /\n {2}media\.example\.com\.\n {4}CNAME {2}films\.media-storage\.us-east-1\.example\.net\.\n/)
  assert.match(out, /\n {2}_entrepot\.media\.example\.com\.\n {4}TXT {4}"entrepot-verification=abc"\n/)
  assert.match(out, /\nThen: entrepot domains verify media\.example\.com\n$/)
  assert.deepEqual(cli.orders[0]?.body, { name: 'media.example.com', bucket: 'films' })
})

test('a verified domain is shown without records, with its certificate', async () => {
  const certificate = { state: 'acme', reason: null, retry: null, not_after: '2027-02-18 00:00:00' }
  const { out } = await cli.with(() => ({ domain: { ...verified, certificate } }))('domains', 'show', id)
  assert.match(out, /Verified +2026-11-20 17:00:00\n +Certificate +acme, until 2027-02-18\n$/)
})

test('why a certificate failed is shown', async () => {
  const certificate = { state: 'failed', reason: 'no CAA', retry: '2026-11-21 00:00:00', not_after: null }
  const { out } = await cli.with(() => ({ domain: { ...verified, certificate } }))('domains', 'show', id)
  assert.match(out, /Certificate +failed\n +Why +no CAA\n +Tried again +2026-11-21/)
})

test('a name is as good as an id, everywhere', async () => {
  const entrepot = cli.with(({ operation }) => {
    if (operation === 'ListDomains') return { domains: [domain], next: null }
    return operation === 'DeleteDomain' ? { status: 'ok' } : { domain: verified }
  })
  cli.write('chain.pem', 'chain')
  cli.write('key.pem', 'key')
  const commands: [args: string[], said: RegExp][] = [
    [['show'], /Domain +media/],
    [['verify'], /is verified; it shows the bucket films from now on/],
    [['certificate', '--certificate', 'chain.pem', '--key', 'key.pem'], /has its certificate/],
    [['delete'], /The domain \S+ is deleted/],
  ]
  for (const [[name = '', ...rest], said] of commands) {
    for (const given of [id, 'Media.Example.com.']) {
      const { code, out } = await entrepot('domains', name, given, ...rest)
      assert.equal(code, 0)
      assert.match(out, said)
      assert.deepEqual(cli.orders.at(-1)?.params, { id })
    }
  }
  const certificate = cli.orders.find(({ operation }) => operation === 'PutDomainCertificate')
  assert.deepEqual(certificate?.body, { certificate: 'chain', private_key: 'key' })
})

test('a name that no domain has is refused', async () => {
  const { code, error } = await cli.with(() => ({ domains: [], next: null }))('domains', 'show', 'x.example.com')
  assert.deepEqual([code, error], [1, 'entrepot: The first account has no domain "x.example.com".\n'])
})

test('list shows each in a line', async () => {
  const { out } = await cli.with(() => ({ domains: [domain, { ...verified, bucket: null }], next: null }))(
    'domains',
    'list',
  )
  assert.match(
    out,
    /^DOMAIN +SHOWS +VERIFIED +CERTIFICATE +ID\nmedia\S+ +films +no +none +0b1f\S+\nmedia\S+ +all buckets +2026/,
  )
})

test('a certificate without its files is wrong usage', async () => {
  assert.equal((await cli.entrepot('domains', 'certificate', id, '--certificate', 'chain.pem')).code, 2)
  const absent = await cli.entrepot('domains', 'certificate', id, '--certificate', 'a.pem', '--key', 'b.pem')
  assert.deepEqual([absent.code, absent.error], [2, 'entrepot: There is no file a.pem.\n'])
})
