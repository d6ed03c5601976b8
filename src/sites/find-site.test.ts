import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MetadataStore } from '../metadata/metadata-store.ts'
import { createFindSite } from './find-site.ts'
import { accountA, claim, makeBed, proveByTxt, verified, type Bed } from './test-bed.ts'

const photos = { id: '1'.repeat(16), name: 'photos', accountId: accountA }

/** The store, and how often it was read. */
function counting({ store }: Bed): { store: MetadataStore; readonly reads: number } {
  let reads = 0
  return {
    store: { ...store, get: (key) => (reads++, store.get(key)), stamp: (guard) => store.stamp(guard) },
    get reads() {
      return reads
    },
  }
}

describe('the site of a host', () => {
  test('is what its verified domain shows, answered at once', async () => {
    const bed = makeBed()
    await verified(bed, 'all.example.com')
    const one = await bed.domains.create({
      ...{ name: 'one.example.com', type: 'storage', accountId: accountA },
      ...{ bucket: photos, cnameTarget: 'photos.media-storage.us-east-1.test' },
    })
    const find = createFindSite(bed.store)
    assert.equal(find('one.example.com'), undefined)
    bed.dns.cname.set('one.example.com', ['photos.media-storage.us-east-1.test'])
    await bed.domains.verify(one.id)
    assert.deepEqual(find('one.example.com'), {
      ...{ kind: 'bucket', bucketName: 'photos', bucketId: photos.id, accountId: accountA },
    })
    assert.deepEqual(find('all.example.com'), { kind: 'account', accountId: accountA })
  })

  for (const name of [
    '',
    'localhost',
    'other.example.com',
    'sub.media.example.com',
    'example.com',
    '127.0.0.1',
    'a.'.repeat(200),
  ]) {
    test(`is none for ${JSON.stringify(name.slice(0, 40))}`, async () => {
      const bed = makeBed()
      await verified(bed)
      assert.equal(createFindSite(bed.store)(name), undefined)
    })
  }

  test('is remembered, and so is that there is none, until it changes on whichever thread', async () => {
    const bed = makeBed()
    const domain = await claim(bed)
    const counted = counting(bed)
    const [first, second] = [createFindSite(counted.store), createFindSite(bed.store)]
    for (let round = 0; round < 5; round++) assert.equal(first(domain.name), undefined)
    assert.equal(second(domain.name), undefined)
    assert.equal(counted.reads, 1)
    proveByTxt(bed, domain)
    await bed.domains.verify(domain.id)
    for (let round = 0; round < 5; round++) assert.ok(first(domain.name))
    assert.ok(second(domain.name))
    assert.equal(counted.reads, 2)
    await bed.domains.delete(domain.id)
    assert.deepEqual([first(domain.name), second(domain.name)], [undefined, undefined])
  })

  test('is still remembered after any number of names without one', async () => {
    const bed = makeBed()
    const { name } = await verified(bed)
    const counted = counting(bed)
    const find = createFindSite(counted.store, { foundMax: 2, missingMax: 3 })
    find(name)
    for (let index = 0; index < 50; index++) find(`n${index}.example.com`)
    const before = counted.reads
    assert.ok(find(name))
    assert.equal(counted.reads, before)
  })

  test('is found in a store that answers later, too', async () => {
    const bed = makeBed()
    const { name } = await verified(bed)
    const slow: MetadataStore = {
      ...bed.store,
      get: async (key) => bed.store.get(key),
      stamp: (guard) => bed.store.stamp(guard),
    }
    const find = createFindSite(slow)
    const answer = find(name)
    assert.ok(answer instanceof Promise)
    assert.deepEqual(await answer, { kind: 'account', accountId: accountA })
    assert.deepEqual(find(name), { kind: 'account', accountId: accountA })
  })
})
