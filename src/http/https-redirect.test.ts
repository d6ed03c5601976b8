/** Redirects from plain HTTP: to the very address over TLS, for reads only, and kept by nobody. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redirectToHttps } from './https-redirect.ts'
import type { HttpRequest } from './message.ts'

function request(method: string, host: string, target: string, forwarded: Partial<HttpRequest['forwarded']> = {}) {
  const [path = '', query = ''] = target.split('?')
  const asked = { method, host, path, query, forwarded: { host: undefined, prefix: undefined, ...forwarded } }
  return asked as unknown as HttpRequest
}

function locationOf(asked: HttpRequest, httpsPort?: number): string | undefined {
  const { headers } = redirectToHttps(asked, httpsPort)
  const at = headers.indexOf('Location')
  return at < 0 ? undefined : headers[at + 1]
}

test('a read is sent to the same host, path and query over TLS', () => {
  for (const [host, target, port, location] of [
    ['a.com', '/b/k?auth=x', undefined, 'https://a.com/b/k?auth=x'],
    ['A.com:80', '/', undefined, 'https://a.com/'],
    ['a.com:8080', '/k', 8443, 'https://a.com:8443/k'],
    ['[::1]:80', '/k', undefined, 'https://[::1]/k'],
    ['a.com', '//evil.com/x', undefined, 'https://a.com//evil.com/x'],
    ['a.com', '/%2e%2e/%0d%0a', undefined, 'https://a.com/%2e%2e/%0d%0a'],
  ] as const) {
    for (const method of ['GET', 'HEAD']) assert.equal(locationOf(request(method, host, target), port), location)
  }
})

test('behind a proxy it is the address that the client asked the proxy for', () => {
  const asked = request('GET', 'inner:9000', '/k', { host: 'a.com', prefix: '/files' })
  assert.equal(locationOf(asked), 'https://a.com/files/k')
})

test('the redirect is permanent, but stored nowhere, and tells no referrer', () => {
  const { status, headers } = redirectToHttps(request('GET', 'a.com', '/k?auth=x'))
  assert.equal(status, 308)
  assert.equal(headers[headers.indexOf('Cache-Control') + 1], 'no-store')
  assert.equal(headers[headers.indexOf('Referrer-Policy') + 1], 'no-referrer')
})

test('what is no read is refused, and so is a host in doubt', () => {
  assert.equal(redirectToHttps(request('PUT', 'a.com', '/k')).status, 403)
  assert.equal(redirectToHttps(request('POST', 'a.com', '/k')).status, 403)
  assert.equal(redirectToHttps(request('GET', 'a@b', '/k')).status, 400)
  assert.equal(redirectToHttps(request('GET', '', '/k')).status, 400)
})
