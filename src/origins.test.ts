import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originsOf, type OriginSettings, type TakenPorts } from './origins.ts'
import { readConfig } from './read-config.ts'

const ports: TakenPorts = { s3: 9100, delivery: 9102, tls: undefined, admin: 9101 }

function origins(env: Readonly<Record<string, string>>, taken: Partial<TakenPorts> = {}) {
  const read = readConfig({ env, flags: {}, file: undefined, folder: '/' })
  assert(read.ok, JSON.stringify(read))
  return originsOf(read.config satisfies OriginSettings, () => ({ ...ports, ...taken }))
}

const over = { ENTREPOT_TLS_LISTEN: '0.0.0.0:8443', ENTREPOT_TLS_SELF_SIGNED: 'true', ENTREPOT_DOMAIN: 'example.com' }

test('the console is on the admin listener, by the port that it has taken', () => {
  assert.equal(origins({ ENTREPOT_ADMIN_LISTEN: '127.0.0.1:0' }).management(), 'http://127.0.0.1:9101')
  assert.equal(origins({ ENTREPOT_ADMIN_LISTEN: '[::1]:0' }).management(), 'http://[::1]:9101')
})

test('where TLS is served, it is on a host of its own there, as clients reach that', () => {
  assert.equal(origins(over, { tls: 8443 }).management(), 'https://console.example.com:8443')
  assert.equal(
    origins({ ...over, ENTREPOT_TLS_PORT: '443' }, { tls: 8443 }).management(),
    'https://console.example.com',
  )
})

test("users' content is on delivery's host that is kept for it, or its port", () => {
  const secure = { host: 'console.example.com', secure: true }
  const kept = 'https://uc.media-storage.us-east-1.example.com:8443'
  assert.equal(origins(over, { tls: 8443 }).content(secure), kept)
  const template = { ...over, ENTREPOT_DELIVERY_URL: 'https://{bucket}.{region}.cdn.test/x' }
  assert.equal(origins(template, { tls: 8443 }).content(secure), 'https://uc.us-east-1.cdn.test')
  assert.equal(origins({}).content({ host: '127.0.0.1:9001', secure: false }), 'http://127.0.0.1:9102')
  const set = { ...over, ENTREPOT_CONTENT_URL: 'https://content.test' }
  assert.equal(origins(set, { tls: 8443 }).content(secure), 'https://content.test')
})
