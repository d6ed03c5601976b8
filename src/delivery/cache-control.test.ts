/** How long caches may keep what. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cachePolicyOf, heldCacheControl } from './cache-control.ts'
import type { Kind } from '../objects/media-type.ts'

const table: readonly (readonly [
  own: string | undefined,
  kind: Kind,
  open: string,
  held: string,
  leaving10: string,
])[] = [
  [undefined, 'playlist', 'public, max-age=10', 'private, max-age=10', 'private, max-age=7'],
  [
    undefined,
    'segment',
    'public, max-age=31536000, immutable',
    'private, immutable, max-age=31536000',
    'private, immutable, max-age=7',
  ],
  [undefined, 'asset', 'public, max-age=3600', 'private, max-age=3600', 'private, max-age=7'],
  [undefined, 'other', 'public, max-age=60', 'private, max-age=60', 'private, max-age=7'],
  ['', 'other', 'public, max-age=60', 'private, max-age=60', 'private, max-age=7'],
  ['public, max-age=5', 'asset', 'public, max-age=5', 'private, max-age=5', 'private, max-age=5'],
  [
    'Public,S-MaxAge=9, MAX-AGE=500',
    'other',
    'Public,S-MaxAge=9, MAX-AGE=500',
    'private, max-age=500',
    'private, max-age=7',
  ],
  ['max-age="20"', 'other', 'max-age="20"', 'private, max-age=20', 'private, max-age=7'],
  ['max-age=lots', 'other', 'max-age=lots', 'private, max-age=0', 'private, max-age=0'],
  ['no-store', 'segment', 'no-store', 'private, no-store', 'private, no-store'],
  ['no-cache', 'segment', 'no-cache', 'private, no-cache', 'private, no-cache'],
  [
    'no-cache, max-age=60',
    'segment',
    'no-cache, max-age=60',
    'private, no-cache, max-age=60',
    'private, no-cache, max-age=7',
  ],
  ['public', 'playlist', 'public', 'private, max-age=10', 'private, max-age=7'],
  [
    'private, must-revalidate',
    'other',
    'private, must-revalidate',
    'private, must-revalidate, max-age=60',
    'private, must-revalidate, max-age=7',
  ],
  [
    'public, no-cache="set-cookie, x", max-age=9, stale-while-revalidate=60, stale-if-error=5, proxy-revalidate, s-maxage=3',
    'other',
    'public, no-cache="set-cookie, x", max-age=9, stale-while-revalidate=60, stale-if-error=5, proxy-revalidate, s-maxage=3',
    'private, no-cache="set-cookie, x", max-age=9',
    'private, no-cache="set-cookie, x", max-age=7',
  ],
]

describe('Cache-Control', () => {
  for (const [own, kind, open, held, leaving] of table) {
    test(`of a ${kind} that says ${own ?? 'nothing'} is "${open}", and "${held}" with a token`, () => {
      const policy = cachePolicyOf(own, kind)
      assert.equal(policy.open, open)
      assert.equal(heldCacheControl(policy, undefined), held)
      assert.equal(heldCacheControl(policy, 7), leaving)
      assert.doesNotMatch(heldCacheControl(policy, -5), /max-age=-/)
    })
  }
})
