import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scenes } from './scenes.ts'
import { settle, type Item, type World } from './world.ts'

const NOW = 1_000_000

function object(op: string, more: Partial<Item> = {}): Item {
  return { is: 'object', by: op, id: `id-${op}`, op, sha256: `sha-${op}`, size: 9, etag: `etag-${op}`, ...more }
}
const marker = (id: string): Item => ({ is: 'marker', by: id, id })
const deleted = (op: string): Item => ({ is: 'deleted', by: op, id: `id-${op}`, size: 9, etag: `etag-${op}` })
const upload = (id: string): Item => ({ is: 'upload', by: id, id })
const part = (id: string, size: number): Item => ({ is: 'part', by: id, id, size })

const LEGAL: readonly { fact: string; possible: World[]; found: World }[] = [
  { fact: 'nothing of nothing', possible: [{}], found: {} },
  {
    fact: 'versions and markers in order',
    possible: [{ k: [marker('m'), object('a')] }],
    found: { k: [marker('m'), object('a')] },
  },
  {
    fact: 'an unanswered put that is there',
    possible: [{}, { k: [object('a', { id: undefined })] }],
    found: { k: [object('a')] },
  },
  { fact: 'an unanswered put that is not', possible: [{}, { k: [object('a', { id: undefined })] }], found: {} },
  {
    fact: 'an unanswered move that is done',
    possible: [{ a: [object('x')] }, { b: [object('x')] }],
    found: { b: [object('x')] },
  },
  { fact: 'an expired object', possible: [{ k: [object('a', { goneFrom: NOW })] }], found: {} },
  {
    fact: 'a noncurrent version that has expired',
    possible: [{ k: [object('b'), object('a', { goneFrom: NOW })] }],
    found: { k: [object('b')] },
  },
  {
    fact: 'one that has not, though it may',
    possible: [{ k: [object('a', { goneFrom: NOW })] }],
    found: { k: [object('a')] },
  },
]

for (const { fact, possible, found } of LEGAL) {
  test(`${fact} is legal`, () => assert.deepEqual(settle(possible, found, NOW).faults, []))
}

const VIOLATIONS: readonly { fact: string; possible: World[]; found: World; says: RegExp }[] = [
  {
    fact: 'a lost version',
    possible: [{ k: [object('b'), object('a')] }],
    found: { k: [object('b')] },
    says: /^k has lost object id-a/,
  },
  {
    fact: 'a version that was removed and is back',
    possible: [{ k: [object('b')] }],
    found: { k: [object('b'), object('a')] },
    says: /^k has object id-a .* which should not be there/,
  },
  {
    fact: 'a version nobody wrote',
    possible: [{}],
    found: { k: [object('x')] },
    says: /which should not be there/,
  },
  {
    fact: 'versions in the wrong order',
    possible: [{ k: [object('b'), object('a')] }],
    found: { k: [object('a'), object('b')] },
    says: /in the wrong order/,
  },
  {
    fact: 'a lost delete marker',
    possible: [{ k: [marker('m'), object('a')] }],
    found: { k: [object('a')] },
    says: /^k has lost marker m/,
  },
  {
    fact: 'an append that is there in part',
    possible: [{ k: [object('a')] }, { k: [object('a', { sha256: 'sha-ab', size: 20, etag: undefined })] }],
    found: { k: [object('a', { sha256: 'sha-a and some', size: 12 })] },
    says: /^k has object id-a .* otherwise: sha256 is sha-a and some, not sha-a; size is 12, not 9/,
  },
  {
    fact: 'an object under both names',
    possible: [{ a: [object('x')] }, { b: [object('x')] }],
    found: { a: [object('x')], b: [object('x')] },
    says: /^b has object id-x .* should not be there \(it is at a\)/,
  },
  {
    fact: 'an object under neither name',
    possible: [{ a: [object('x')] }, { b: [object('x')] }],
    found: {},
    says: /^a has lost object id-x/,
  },
  {
    fact: 'a retention that has vanished',
    possible: [{ k: [object('a', { retainUntil: 5 })] }],
    found: { k: [object('a')] },
    says: /retainUntil is undefined, not 5/,
  },
  {
    fact: 'a retention shorter than the last acknowledged',
    possible: [{ k: [object('a', { retainUntil: 9 })] }, { k: [object('a', { retainUntil: 12 })] }],
    found: { k: [object('a', { retainUntil: 5 })] },
    says: /retainUntil is 5, not 9/,
  },
  {
    fact: 'a legal hold that has vanished',
    possible: [{ k: [object('a', { hold: true })] }],
    found: { k: [object('a')] },
    says: /hold is undefined, not true/,
  },
  {
    fact: 'an object that is no longer encrypted',
    possible: [{ k: [object('a', { encryption: 'AES256' })] }],
    found: { k: [object('a')] },
    says: /encryption is undefined, not AES256/,
  },
  {
    fact: 'metadata of another write',
    possible: [{ k: [object('a')] }],
    found: { k: [object('a', { op: 'b' })] },
    says: /op is b, not a/,
  },
  {
    fact: 'an object that expired too soon',
    possible: [{ k: [object('a', { goneFrom: NOW + 1 })] }],
    found: {},
    says: /^k has lost object id-a/,
  },
  {
    fact: 'something deleted that cannot be had back',
    possible: [{ 'k?deleted': [deleted('a')] }],
    found: {},
    says: /has lost deleted id-a/,
  },
  {
    fact: 'a deletion that is half undone',
    possible: [{ 'k?deleted': [deleted('a')] }, { k: [object('a')] }],
    found: { k: [object('a')], 'k?deleted': [deleted('a')] },
    says: /should not be there/,
  },
  {
    fact: 'a completion that is half done',
    possible: [{ 'k?upload': [upload('u')], 'k?parts': [part('1', 9)] }, { k: [object('a')] }],
    found: { k: [object('a')], 'k?upload': [upload('u')], 'k?parts': [part('1', 9)] },
    says: /should not be there/,
  },
  {
    fact: 'a part of another size',
    possible: [{ 'k?parts': [part('1', 9)] }],
    found: { 'k?parts': [part('1', 8)] },
    says: /size is 8, not 9/,
  },
]

for (const { fact, possible, found, says } of VIOLATIONS) {
  test(`${fact} is found`, () => {
    assert.match(settle(possible, found, NOW).faults.join('\n'), says)
  })
}

test('ids that were found are known from then on', () => {
  const possible = [{}, { k: [object('a', { id: undefined, etag: undefined })] }]
  const { world, which } = settle(possible, { k: [object('a')] }, NOW)
  assert.deepEqual([world, which], [{ k: [object('a')] }, 1])
})

test('a scene is what its acknowledged steps made of it, and what its open one may', () => {
  const scenes = new Scenes()
  const changes = [{ k: [object('a', { id: undefined })] }]
  scenes.apply({ type: 'step', scene: 's', id: 'a', kind: 'put', changes })
  assert.deepEqual(scenes.possible('s'), [{}, ...changes])
  assert.ok(scenes.isUnsure('s'))
  scenes.apply({ type: 'stepped', scene: 's', id: 'a', done: true, known: { id: 'v1', etag: 'ignored' } })
  assert.deepEqual(scenes.possible('s'), [{ k: [object('a', { id: 'v1' })] }])
  scenes.apply({ type: 'step', scene: 's', id: 'b', kind: 'move', changes: [{ j: [object('a')], k: [] }] })
  scenes.apply({ type: 'stepped', scene: 's', id: 'b', done: false, known: {} })
  assert.deepEqual(scenes.world('s'), { k: [object('a', { id: 'v1' })] })
  scenes.apply({ type: 'settled', scene: 's', world: {} })
  assert.deepEqual(scenes.possible('s'), [{}])
})

test('an operation on many objects that is cut short has come to any part of them', () => {
  const scenes = new Scenes()
  const moves = ['a', 'b'].map((op) => ({ [`from/${op}`]: [], [`to/${op}`]: [object(op)] }))
  const world = { 'from/a': [object('a')], 'from/b': [object('b')] }
  scenes.apply({ type: 'settled', scene: 's', world })
  scenes.apply({ type: 'step', scene: 's', id: 'm', kind: 'move', changes: moves })
  const possible = scenes.possible('s')
  assert.deepEqual(
    possible.map((one) => Object.keys(one).toSorted().join(' ')),
    ['from/a from/b', 'from/b to/a', 'from/a to/b', 'to/a to/b'],
  )
  const both = { ...world, 'to/a': [object('a')] }
  assert.match(settle(possible, both, NOW).faults.join('\n'), /should not be there \(it is at/)
})
