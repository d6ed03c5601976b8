import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { codingFor } from './content-coding.ts'

describe('Accept-Encoding', () => {
  const table: readonly (readonly [header: string | undefined, coding: string | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['GZIP;Q=1.0', 'gzip'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br;q=0, gzip;q=0.1', 'gzip'],
    ['br ; q=0.2 , gzip ; q = 0.2', 'br'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
    ['gzip;q=0.5, identity', undefined],
    ['gzip;q=0.5, identity;q=0.5', 'gzip'],
    ['identity;q=0', undefined],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['br;q=0, *', 'gzip'],
    ['deflate', undefined],
    ['gzip;q=2', undefined],
    ['gzip;q=x', undefined],
    ['gzipped', undefined],
    ['toString', undefined],
  ]
  for (const [header, coding] of table) {
    test(`${header ?? 'absent'} is answered with ${coding ?? 'the bytes as they are'}`, () => {
      assert.equal(codingFor(header), coding)
      assert.equal(codingFor(header), coding, 'the second time too')
    })
  }
})
