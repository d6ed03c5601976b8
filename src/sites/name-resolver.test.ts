import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startDns } from '../../test/harness/dns.ts'
import { createNameResolver } from './name-resolver.ts'

test('a resolver asks the servers that it is given', async () => {
  await using dns = await startDns([
    { name: '_entrepot.a.example.com', type: 'TXT', value: 'token' },
    { name: '_entrepot.a.example.com', type: 'TXT', value: 'x'.repeat(300) },
    { name: 'a.example.com', type: 'CNAME', value: 'b.example.com' },
  ])
  const resolver = createNameResolver({ servers: [dns.address] })
  const pieces = await resolver.resolveTxt('_entrepot.a.example.com')
  assert.deepEqual(pieces.map((piece) => piece.join('')).toSorted(), ['token', 'x'.repeat(300)])
  assert.deepEqual(await resolver.resolveCname('a.example.com'), ['b.example.com'])
  await assert.rejects(resolver.resolveTxt('none.example.com'), { code: 'ENOTFOUND' })
  await assert.rejects(resolver.resolveCname('_entrepot.a.example.com'), { code: 'ENODATA' })
})
