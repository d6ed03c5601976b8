import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Query } from '../../http/query.ts'
import * as model from '../model.generated.ts'
import type { Members } from '../shape.ts'
import { canonicalResources, checkUnambiguous, isSubResource } from './v2-resource.ts'

test('every query parameter that chooses an operation is a sub-resource, so that none can be added to a signed URL', () => {
  const { unserved, ...shapes } = model
  const routing = new Set<string>()
  for (const { query, queries } of unserved) {
    for (const [name] of Query.parse(query).parameters) routing.add(name)
    for (const name of queries) routing.add(name)
  }
  for (const { query, input } of Object.values(shapes)) {
    for (const [name] of Query.parse(query).parameters) routing.add(name)
    for (const { location, required, wireName } of Object.values(input as Members)) {
      if (location === 'query' && required && wireName !== undefined) routing.add(wireName)
    }
  }
  assert(routing.size > 40)
  // The version of a listing, the SDK's note to itself, and the name of a configuration that a sub-resource is of.
  for (const name of ['list-type', 'x-id', 'id']) routing.delete(name)
  assert.deepEqual(
    [...routing].filter((name) => !isSubResource(name)),
    [],
  )
})

const rows: readonly (readonly [path: string, query: string, first: string])[] = [
  ['/b/k', '', '/b/k'],
  ['/b/k%20%C3%A9', 'prefix=a&max-keys=1&x-id=GetObject', '/b/k%20%C3%A9'],
  ['/b/k', 'versionId=5&acl', '/b/k?acl&versionId=5'],
  ['/b/k', 'uploadId=u&partNumber=10', '/b/k?partNumber=10&uploadId=u'],
  [
    '/b/k',
    'response-content-disposition=attachment%3B%20filename%3Da.txt',
    '/b/k?response-content-disposition=attachment; filename=a.txt',
  ],
  ['/b/k', 'ACL&Acl', '/b/k'],
  ['/b', 'uploads=', '/b?uploads'],
  ['/b/', 'compose&append', '/b/?append&compose'],
  ['/b', 'force_delete=true', '/b?force_delete=true'],
  ['/', '', '/'],
]
test('the canonicalized resource is the path as sent and the sub-resources, sorted and decoded', () => {
  for (const [path, query, first] of rows) {
    assert.equal(canonicalResources(path, Query.parse(query), true).next().value, first)
  }
})

test('the further forms are those of other clients: `=` after a bare name, a slash after a bucket, names they do not know', () => {
  const all = (path: string, query: string, inQuery: boolean): string[] => [
    ...canonicalResources(path, Query.parse(query), inQuery),
  ]
  assert.deepEqual(all('/b/k', 'acl', true), ['/b/k?acl', '/b/k?acl='])
  assert.deepEqual(all('/b', '', true), ['/b', '/b/'])
  assert.deepEqual(all('/b/k', 'retention=1&versionId=2', true), ['/b/k?retention=1&versionId=2'])
  assert.deepEqual(all('/b/k', 'retention=1&versionId=2', false), ['/b/k?retention=1&versionId=2', '/b/k?versionId=2'])
})

test('values that could pass for other parameters, or for lines, are refused', () => {
  for (const query of [
    'partNumber=1%26uploadId=2',
    'response-expires=0%26acl',
    'x-amz-acl=a%0ax-amz-copy-source:b',
    'Content-Type=a%0Ab',
  ]) {
    assert.throws(() => checkUnambiguous(Query.parse(query)), { code: 'InvalidArgument' })
  }
  for (const query of ['prefix=a%26acl', 'prefix=a%0ab', 'response-content-disposition=a%26b', 'versionId=1&acl']) {
    checkUnambiguous(Query.parse(query))
  }
})
