import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import { systemRandom } from '../base/random.ts'
import { Secret } from '../base/secret.ts'
import { ContentTickets, type ContentTicket } from './content-tickets.ts'
import { MasterKey } from './sealing.ts'

const masterKey = new MasterKey(new Secret('00'.repeat(32)), systemRandom)
const start = Date.UTC(2026, 10, 20, 12)

function makeTickets() {
  const time = { now: start }
  return { time, tickets: new ContentTickets({ masterKey, clock: { now: () => time.now, monotonic: () => time.now } }) }
}

const asked: ContentTicket = {
  ...{ sessionId: 's', bucketId: 'b', bucketName: 'photos', kind: 'preview', key: 'a/ü\u0001', versionId: 'v' },
  consoleOrigin: 'https://console.test',
}

test('what it was issued for is what it opens, for as long as its kind lasts', async () => {
  for (const [kind, seconds] of [
    ['preview', 43_200],
    ['player', 43_200],
    ['download', 3600],
    ['archive', 3600],
  ] as const) {
    const { time, tickets } = makeTickets()
    const { ticket, expiresMs } = await tickets.issue({ ...asked, kind })
    assert.equal(expiresMs, start + seconds * 1000)
    time.now = expiresMs - 1
    assert.deepEqual(await tickets.open(ticket), { ...asked, kind })
    time.now = expiresMs
    assert.equal(await tickets.open(ticket), undefined)
  }
})

test('one for the longest key fits where targets end', async () => {
  const { tickets } = makeTickets()
  const key = '\u0001'.repeat(1024)
  const { ticket } = await tickets.issue({ ...asked, key, consoleOrigin: `https://${'c'.repeat(253)}:65535` })
  assert(ticket.length + 3 * 1024 < 8192 - 100, `${ticket.length}`)
  assert.equal((await tickets.open(ticket))?.key, key)
})

test('what is of another type, audience, algorithm or key is none', async () => {
  const { tickets } = makeTickets()
  const secret = masterKey.derive('content tickets')
  const iat = start / 1000
  const claims = { aud: 'content', iat, exp: iat + 60, sub: 's', bucket: 'b', name: 'n', kind: 'preview', key: 'YQ' }
  const sign = (changed: object, header: object = {}, key: Uint8Array = secret) =>
    new SignJWT({ ...claims, ...changed })
      .setProtectedHeader({ alg: 'HS256', typ: 'content-ticket+jwt', ...header })
      .sign(key)
  assert.notEqual(await tickets.open(await sign({})), undefined)
  for (const [title, other] of [
    ['of an access token’s type', await sign({}, { typ: 'JWT' })],
    ['without a type', await sign({}, { typ: undefined })],
    ['for others', await sign({ aud: 'access' })],
    ['for nobody', await sign({ aud: undefined })],
    ['by HS512', await sign({}, { alg: 'HS512' }, Buffer.concat([secret, secret]))],
    ['under the key of access tokens', await sign({}, {}, masterKey.derive('access tokens'))],
    ['of an unknown kind', await sign({ kind: 'constructor' })],
    ['without an end', await sign({ exp: undefined })],
    ['without a key', await sign({ key: undefined })],
    ['nothing', ''],
  ] as const) {
    assert.equal(await tickets.open(other), undefined, title)
  }
})
