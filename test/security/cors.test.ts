/** Attacks by way of CORS: configurations that would write headers, and pages that ask for what nobody has shared with them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bucketName } from '../harness/names.ts'
import { send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { refuses, succeeds } from './two-accounts.ts'

const bucket = bucketName('cors')
let server: TestServer

before(async () => {
  server = await startServer()
  await succeeds(server, { method: 'PUT', path: `/${bucket}` })
  await succeeds(server, { method: 'PUT', path: `/${bucket}/k`, body: 'x' })
})
after(() => server?.stop())

const configuration = (elements: string): string =>
  `<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>${elements}</CORSRule></CORSConfiguration>`
const put = (elements: string) => ({ method: 'PUT', path: `/${bucket}`, query: 'cors', body: configuration(elements) })

test('security 39: a CORS configuration with a line end or another control character is 400, and answers nothing (CVE-2021-3524)', async () => {
  for (const character of ['&#13;&#10;', '\r\n', '&#10;', '&#13;', '&#9;', '\x7f', '\u010d\u010a']) {
    for (const tag of ['ExposeHeader', 'AllowedHeader', 'AllowedOrigin', 'AllowedMethod']) {
      const origin = '<AllowedOrigin>*</AllowedOrigin>'
      await refuses(server, put(`${origin}<${tag}>x${character}X-Injected: 1</${tag}>`), 400, 'InvalidRequest')
    }
  }
  const { headers } = await succeeds(server, { path: `/${bucket}/k`, headers: { origin: 'https://a.example' } })
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith('access-control-') || name === 'x-injected'),
    [],
  )
})

test('no origin is told that it may send credentials unless a rule names it (CVE-2026-46685)', async () => {
  await succeeds(server, put('<AllowedOrigin>https://a.example</AllowedOrigin>'))
  const asked = { path: `/${bucket}/k`, sign: 'none' as const }
  for (const origin of [
    'https://b.example',
    'null',
    'https://a.example.evil',
    'https://a.example:8443',
    'http://a.example',
    '*',
    '',
  ]) {
    for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
      const headers = { origin, 'access-control-request-method': 'GET' }
      const answer = await send(server, { ...asked, method, headers })
      const granted = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))
      assert.deepEqual(granted, [], `${method} from ${origin}`)
    }
  }
  await succeeds(server, put('<AllowedOrigin>*</AllowedOrigin>'))
  const { headers } = await send(server, { ...asked, headers: { origin: 'https://b.example' } })
  assert.equal(headers['access-control-allow-origin'], '*')
  assert.equal(headers['access-control-allow-credentials'], undefined)
})

test('a preflight request, which nobody signs, is told nothing of the bucket but its rules', async () => {
  await succeeds(server, put('<AllowedOrigin>https://a.example</AllowedOrigin>'))
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET' }
  const answers = await Promise.all(
    ['k', 'none', ''].map((key) =>
      send(server, { method: 'OPTIONS', path: `/${bucket}/${key}`, headers, sign: 'none' }),
    ),
  )
  for (const answer of answers) assert.deepEqual([answer.status, answer.text], [200, ''])
})
