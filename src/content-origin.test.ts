import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentOrigin } from './content-origin.ts'

const uc = 'https://uc.media-storage.us-east-1.example.com:8443'
const rows: readonly (readonly [
  title: string,
  host: string,
  secure: boolean,
  contentUrl: string | undefined,
  origin: string,
])[] = [
  ['an address', '127.0.0.1:9001', false, undefined, 'http://127.0.0.1:9002'],
  ['an address, without a port', '192.0.2.7', false, undefined, 'http://192.0.2.7:9002'],
  ['localhost', 'localhost:9001', false, undefined, 'http://localhost:9002'],
  ['a name below localhost', 'tunnel.localhost:9001', false, undefined, 'http://tunnel.localhost:9002'],
  ['the console below localhost', 'Console.localhost:9001', false, undefined, uc],
  ['the console of a domain', 'console.example.com', true, undefined, uc],
  ['the same, plain', 'CONSOLE.example.com.:9001', false, undefined, uc],
  ['another name of a domain', 'admin.example.com', false, undefined, uc],
  ['a domain itself', 'example.com', false, undefined, 'http://example.com:9002'],
  ['a name that only ends like a domain', 'badexample.com', false, undefined, 'http://badexample.com:9002'],
  ['any other name', 'box.lan:9001', false, undefined, 'http://box.lan:9002'],
  ['any other name, by a proxy that speaks TLS', 'box.lan', true, undefined, uc],
  ['an address, by a proxy that speaks TLS', '192.0.2.7', true, undefined, uc],
  ['an IPv6 address', '[::1]:9001', false, undefined, uc],
  ['a host that no URL can have', '1.2.3.4.5:9001', false, undefined, uc],
  ['the address of nothing', '0x7f.999.1.1', false, undefined, uc],
  ['no host', '', false, undefined, uc],
  ['what is no host', "x'; script-src *", false, undefined, uc],
  ['what is set', '127.0.0.1:9001', false, 'https://content.example.net', 'https://content.example.net'],
  ['what is set, for the console of a domain', 'console.example.com', true, 'http://a.test', 'http://a.test'],
]

for (const [title, host, secure, contentUrl, origin] of rows) {
  test(`${title}: ${origin}`, () => {
    const settings = { contentUrl, domains: ['localhost', 'example.com'] }
    assert.equal(contentOrigin({ host, secure }, { settings, deliveryPort: 9002, keptHost: uc }), origin)
  })
}

test('the port of http is not written', () => {
  const settings = { contentUrl: undefined, domains: ['example.com'] }
  const asked = { host: 'box.lan:9001', secure: false }
  assert.equal(contentOrigin(asked, { settings, deliveryPort: 80, keptHost: uc }), 'http://box.lan')
})
