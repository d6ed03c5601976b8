import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as zlib from 'node:zlib'
import fc from 'fast-check'
import { crc32 } from './crc32.ts'

test('the CRC-32 is that of zlib, in one piece and in several', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
      const whole = new Uint8Array([...a, ...b])
      assert.equal(crc32(whole), zlib.crc32(whole))
      assert.equal(crc32(b, crc32(a)), zlib.crc32(whole))
      assert.equal(crc32(Buffer.from(a)), zlib.crc32(a))
    }),
  )
})
