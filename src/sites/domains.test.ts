import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError } from '../base/errors.ts'
import { domainsMax } from './domains.ts'
import { createFindSite } from './find-site.ts'
import { accountA, accountB, claim, makeBed, makePair, proveByTxt, verified } from './test-bed.ts'

const fails =
  (code: string, text = /./) =>
  (error: unknown) =>
    error instanceof ApiError && error.code === code && text.test(error.message)

const photos = { id: '1'.repeat(16), name: 'photos', accountId: accountA }
const target = 'photos.media-storage.us-east-1.test'
const bound = { name: 'media.example.com', type: 'storage', accountId: accountA, bucket: photos, cnameTarget: target }

describe('a claim', () => {
  test('says what has to be put into the DNS', async () => {
    const bed = makeBed()
    const domain = await bed.domains.create({ ...bound, name: 'Media.Example.com' })
    assert.match(domain.id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    const { token } = domain.verification
    assert.match(token, /^[\da-f]{40}$/)
    assert.deepEqual(domain, {
      id: domain.id,
      name: 'media.example.com',
      type: 'storage',
      accountId: accountA,
      bucketId: photos.id,
      bucketName: 'photos',
      createdAt: bed.clock.ms,
      verification: { token, txtName: '_entrepot.media.example.com', txtValue: token, cname: target },
      certificate: { state: 'none' },
    })
    assert.deepEqual(await bed.domains.get(domain.id), domain)
  })

  test('of no bucket has a CNAME target of its own, so that nobody proves with another’s', async () => {
    const bed = makeBed()
    const [a, b] = [await claim(bed), await claim(bed, undefined, accountB)]
    assert.match(a.verification.cname, /^[\da-f]{32}\.media-storage\.us-east-1\.test$/)
    assert.notEqual(a.verification.cname, b.verification.cname)
    bed.dns.cname.set('media.example.com', [a.verification.cname])
    await assert.rejects(bed.domains.verify(b.id), fails('DomainNotVerified'))
    await bed.domains.verify(a.id)
  })

  for (const cnameTarget of [
    'cdn.example.com',
    'photos.example.com',
    'xphotos.media-storage.us-east-1.test',
    '127.0.0.1',
  ]) {
    test(`pointed at ${cnameTarget}, which others may share, has a CNAME target of its own too`, async () => {
      const { verification } = await makeBed().domains.create({ ...bound, cnameTarget })
      assert.equal(verification.cname, `${verification.token.slice(0, 32)}.${cnameTarget}`)
    })
  }

  test('made again is the same; for something else it is refused', async () => {
    const { domains } = makeBed()
    const domain = await domains.create(bound)
    assert.deepEqual(await domains.create({ ...bound, name: 'MEDIA.example.com.' }), domain)
    for (const other of [
      { bucket: undefined },
      { type: 'media-storage' },
      { bucket: { ...photos, id: '2'.repeat(16) } },
    ])
      await assert.rejects(domains.create({ ...bound, ...other }), fails('EntityAlreadyExists'))
  })

  for (const [type, code] of [
    ['live', 'NotImplemented'],
    ['Storage', 'InvalidArgument'],
    ['', 'InvalidArgument'],
    ['toString', 'InvalidArgument'],
  ] as const) {
    test(`of type ${JSON.stringify(type)} is refused as ${code}`, () =>
      assert.rejects(makeBed().domains.create({ ...bound, type }), fails(code)))
  }

  for (const type of ['storage', 'media-storage', 'media_storage']) {
    test(`of type ${type} keeps that spelling`, async () =>
      assert.equal((await makeBed().domains.create({ ...bound, type })).type, type))
  }

  test('for another account’s bucket is refused', () =>
    assert.rejects(makeBed().domains.create({ ...bound, accountId: accountB }), fails('AccessDenied')))

  test('for an address of any notation is refused, and no question is asked', async () => {
    const bed = makeBed()
    for (const name of ['127.0.0.1', '169.254.169.254', '[::1]', '0x7f.1', 'localhost', 'a.internal', 's3.test'])
      await assert.rejects(claim(bed, name), fails('InvalidArgument'), name)
    assert.deepEqual(bed.dns.asked, [])
  })

  test(`is one of at most ${domainsMax} of its account`, async () => {
    const bed = makeBed()
    const made = []
    for (let index = 0; index < domainsMax; index++) made.push(await claim(bed, `d${index}.example.com`))
    await assert.rejects(claim(bed, 'more.example.com'), fails('LimitExceeded'))
    assert.equal((await claim(bed, 'd7.example.com')).id, made[7]!.id)
    await claim(bed, 'more.example.com', accountB)
    await bed.domains.delete(made[0]!.id)
    await claim(bed, 'more.example.com')
  })

  test('made twice at the same time is made once', async () => {
    const bed = makeBed()
    const ids = await Promise.all([claim(bed), claim(bed), claim(bed)].map(async (domain) => (await domain).id))
    assert.equal(new Set(ids).size, 1)
  })
})

test('domains are listed in order of name, a page at a time, each account’s for itself', async () => {
  const bed = makeBed()
  for (const name of ['c.example.com', 'a.example.com', 'b.example.com']) await claim(bed, name)
  await claim(bed, 'aa.example.com', accountB)
  const namesOf = async (after?: string, limit = 2) =>
    (await bed.domains.list(accountA, { after, limit })).map(({ name }) => name)
  assert.deepEqual(await namesOf(), ['a.example.com', 'b.example.com'])
  assert.deepEqual(await namesOf('b.example.com'), ['c.example.com'])
  assert.deepEqual(await namesOf('c.example.com'), [])
  assert.deepEqual(
    (await bed.domains.list(accountB, { limit: 9 })).map(({ name }) => name),
    ['aa.example.com'],
  )
})

describe('a proof', () => {
  const token = Symbol('token')
  type Text = string | typeof token
  const rows: readonly {
    what: string
    txt?: readonly (readonly Text[])[] | string
    cname?: readonly string[] | string
    told?: RegExp
  }[] = [
    { what: 'the TXT record', txt: [[token]] },
    { what: 'one of several TXT records', txt: [['v=spf1'], [token], ['x']] },
    { what: 'a TXT record with spaces around it', txt: [[' ', token, '\n']] },
    { what: 'the TXT record where the CNAME fails', txt: [[token]], cname: 'ESERVFAIL' },
    { what: 'the CNAME', cname: [target] },
    { what: 'the CNAME in capitals with a final dot', cname: [`${target.toUpperCase()}.`] },
    {
      what: 'nothing',
      told: /TXT of _entrepot\.media\.example\.com: found none, expected "[\da-f]{40}"\. CNAME of media\.example\.com: found none, expected "photos\.media-storage/,
    },
    { what: 'another TXT record', txt: [['other']], told: /found "other", expected/ },
    { what: 'more than the token', txt: [['x', token]], told: /found "x[\da-f]{40}"/ },
    { what: 'a CNAME of another', cname: ['other.media-storage.us-east-1.test'], told: /found "other\.media/ },
    { what: 'a CNAME that ends so', cname: [`x.${target}`], told: /found "x\.photos/ },
    {
      what: 'a DNS that does not answer',
      txt: 'ETIMEOUT',
      cname: 'ESERVFAIL',
      told: /no answer \(ETIMEOUT\).*no answer \(ESERVFAIL\)/,
    },
    {
      what: 'many long TXT records',
      txt: Array.from({ length: 50 }, () => ['y'.repeat(5000)]),
      told: /found "y{100}" and "y{100}" and "y{100}" and 47 more/,
    },
  ]
  for (const { what, txt, cname, told } of rows) {
    test(`${told ? 'is not' : 'is'} ${what}`, async () => {
      const bed = makeBed()
      const domain = await bed.domains.create(bound)
      const { txtName, txtValue } = domain.verification
      const filled =
        typeof txt === 'string' ? txt : txt?.map((record) => record.map((text) => (text === token ? txtValue : text)))
      if (filled !== undefined) bed.dns.txt.set(txtName, filled)
      if (cname !== undefined) bed.dns.cname.set(domain.name, typeof cname === 'string' ? cname : [...cname])
      bed.clock.ms += 1000
      if (told === undefined) {
        const verified = await bed.domains.verify(domain.id)
        assert.deepEqual(verified, { ...domain, verifiedAt: bed.clock.ms })
        assert.deepEqual(await bed.domains.get(domain.id), verified)
      } else {
        await assert.rejects(bed.domains.verify(domain.id), fails('DomainNotVerified', told))
        assert.deepEqual(await bed.domains.get(domain.id), domain)
      }
      assert.deepEqual(bed.dns.asked.toSorted(), ['CNAME media.example.com', 'TXT _entrepot.media.example.com'])
    })
  }

  test('is not looked for again once it was found', async () => {
    const bed = makeBed()
    const domain = await verified(bed)
    bed.dns.txt.clear()
    assert.deepEqual(await bed.domains.verify(domain.id), domain)
  })

  test('of no domain is refused', () => assert.rejects(makeBed().domains.verify('x'), fails('NoSuchEntity')))
})

describe('a name that two accounts claim', () => {
  test('is the first’s who proves it, and the other’s proof does not take it away', async () => {
    const bed = makeBed()
    const [a, b] = [await claim(bed), await claim(bed, undefined, accountB)]
    bed.dns.txt.set('_entrepot.media.example.com', [[a.verification.token], [b.verification.token]])
    await bed.domains.verify(b.id)
    await assert.rejects(bed.domains.verify(a.id), fails('EntityAlreadyExists', /still stands/))
    assert.deepEqual(await createFindSite(bed.store)('media.example.com'), { kind: 'account', accountId: accountB })
    assert.equal((await bed.domains.get(a.id))!.verifiedAt, undefined)
  })

  test('is not kept from its owner by a claim without a proof', async () => {
    const bed = makeBed()
    await claim(bed, undefined, accountB)
    assert.ok((await verified(bed)).verifiedAt)
  })

  test('proven by both at the same time is one’s', async () => {
    const bed = makeBed()
    const [a, b] = [await claim(bed), await claim(bed, undefined, accountB)]
    bed.dns.txt.set('_entrepot.media.example.com', [[a.verification.token], [b.verification.token]])
    const outcomes = await Promise.allSettled([bed.domains.verify(a.id), bed.domains.verify(b.id)])
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    assert.equal((await bed.domains.verified({ limit: 9 })).length, 1)
  })

  test('goes to its new owner, without the former’s certificate, when the former’s proof is gone', async () => {
    const bed = makeBed()
    const a = await verified(bed)
    await bed.certificates.upload(a, await makePair([a.name]))
    const find = createFindSite(bed.store)
    assert.deepEqual(await find(a.name), { kind: 'account', accountId: accountA })
    const b = await claim(bed, undefined, accountB)
    bed.dns.txt.set('_entrepot.media.example.com', [[b.verification.token]])
    await bed.domains.verify(b.id)
    assert.deepEqual(await find(a.name), { kind: 'account', accountId: accountB })
    const former = (await bed.domains.get(a.id))!
    assert.deepEqual([former.verifiedAt, former.certificate.state], [undefined, 'none'])
    assert.equal(await bed.certificates.get(a.name), undefined)
    // What the former deletes is its claim alone.
    await bed.domains.delete(a.id)
    assert.deepEqual(await find(a.name), { kind: 'account', accountId: accountB })
  })

  test('stays its holder’s while the DNS does not say that the proof is gone', async () => {
    const bed = makeBed()
    await verified(bed)
    const b = await claim(bed, undefined, accountB)
    bed.dns.txt.set('_entrepot.media.example.com', [[b.verification.token]])
    bed.dns.cname.set('media.example.com', 'ESERVFAIL')
    await assert.rejects(bed.domains.verify(b.id), fails('EntityAlreadyExists'))
  })
})

describe('a deleted domain', () => {
  test('is gone with its site and its certificate, and can be claimed again', async () => {
    const bed = makeBed()
    const domain = await verified(bed)
    await bed.certificates.upload(domain, await makePair([domain.name]))
    await bed.domains.delete(domain.id)
    assert.equal(await bed.domains.get(domain.id), undefined)
    assert.equal(await createFindSite(bed.store)(domain.name), undefined)
    assert.equal(await bed.certificates.get(domain.name), undefined)
    assert.deepEqual(await bed.domains.list(accountA, { limit: 9 }), [])
    assert.deepEqual(bed.store.records.scan(Buffer.of(0), Buffer.of(0xff), { limit: 9 }), [])
    assert.notEqual((await claim(bed)).id, domain.id)
  })

  test('cannot be deleted again, nor verified', async () => {
    const bed = makeBed()
    const domain = await claim(bed)
    await bed.domains.delete(domain.id)
    await assert.rejects(bed.domains.delete(domain.id), fails('NoSuchEntity'))
    await assert.rejects(bed.domains.verify(domain.id), fails('NoSuchEntity'))
  })

  test('while its proof is looked up stays deleted', async () => {
    const bed = makeBed()
    const domain = await claim(bed)
    proveByTxt(bed, domain)
    const verifying = bed.domains.verify(domain.id)
    const deleting = bed.domains.delete(domain.id)
    await Promise.allSettled([verifying, deleting])
    assert.equal(await bed.domains.get(domain.id), undefined)
    assert.equal(await createFindSite(bed.store)(domain.name), undefined)
  })
})
