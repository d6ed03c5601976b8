import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalUri } from '../delivery/token-uri.ts'
import { deliveryUrl, uriOfKey } from './delivery-url.ts'

test('the key is encoded but for its slashes, and the token stands in the query or before the key', () => {
  const origin = 'https://films.example.com'
  assert.equal(deliveryUrl(origin, 'a b/ü?.mp4', 't', 'query'), `${origin}/a%20b/%C3%BC%3F.mp4?auth=t`)
  assert.equal(deliveryUrl(origin, '/a', 't', 'path'), `${origin}/~auth=t//a`)
})

test('no browser takes dots in a key for a way', () => {
  const origin = 'https://films.example.com'
  const url = deliveryUrl(origin, 'a/../b/./c', 't', 'query')
  assert.equal(url, `${origin}/a%2F..%2Fb%2F.%2Fc?auth=t`)
  assert.equal(new URL(url).href, url)
})

test('a token for one object names that object, whatever its key begins with', () => {
  for (const key of ['a', '/a', '/', '//']) assert.equal(normalUri(uriOfKey(key)), key)
})
