import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCopySource } from './copy-source.ts'

const rows: readonly (readonly [source: string, bucket: string, key: string, versionId?: string])[] = [
  ['/b/k', 'b', 'k'],
  ['b/k', 'b', 'k'],
  ['b/a/k', 'b', 'a/k'],
  ['b//k', 'b', '/k'],
  ['b/a/', 'b', 'a/'],
  ['b%2Fa%2Fk', 'b', 'a/k'],
  ['%2Fb%2Fk', 'b', 'k'],
  ['b/a%20b+c', 'b', 'a b+c'],
  ['b/a b', 'b', 'a b'],
  ['b/%2520', 'b', '%20'],
  ['b/%F0%9F%98%80', 'b', '\u{1f600}'],
  ['b/\u{1f600}', 'b', '\u{1f600}'],
  ['b/..', 'b', '..'],
  ['b/k?versionId=null', 'b', 'k', 'null'],
  ['b/k?versionId=', 'b', 'k', ''],
  ['b/%3FversionId%3Dv', 'b', '?versionId=v'],
  ['b/%3FversionId%3Dv?versionId=w', 'b', '?versionId=v', 'w'],
  ['b/k?other=1', 'b', 'k?other=1'],
]
for (const [source, bucket, key, versionId] of rows) {
  test(`the copy source ${source} is ${key} in ${bucket}${versionId === undefined ? '' : `, version ${versionId}`}`, () => {
    assert.deepEqual(parseCopySource(source), { bucket, key, versionId })
  })
}

for (const source of [
  '',
  '/',
  'b',
  '/b',
  'b/',
  '/b/',
  '//k',
  'b/%',
  'b/%zz',
  'b/%FF',
  '?versionId=v',
  'b/?versionId=v',
]) {
  test(`the copy source ${source || 'nothing'} is InvalidArgument`, () => {
    assert.throws(() => parseCopySource(source), {
      code: 'InvalidArgument',
      details: { ArgumentName: 'x-amz-copy-source' },
    })
  })
}
