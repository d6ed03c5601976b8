import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { makeCli } from './test-bed.ts'

let cli: ReturnType<typeof makeCli>
beforeEach(() => void (cli = makeCli()))
afterEach(() => cli.remove())

const refusal = {
  ...{
    request_id: '8C1FB15A24500EA8',
    time: '2026-11-20 15:00:40',
    front: 's3',
    method: 'GET',
    host: 's3.example.com',
  },
  ...{ path: '/films/a\u001B[2J', status: 403, code: 'SignatureDoesNotMatch', message: 'No.', operation: 'GetObject' },
  ...{ bucket: 'films', key: 'a', access_key_id: null, address: '192.0.2.7' },
  checks: [
    { name: 'transport', outcome: 'passed', detail: '' },
    { name: 'signature', outcome: 'failed', detail: 'It differs.' },
  ],
  differences: [{ name: 'host', sent: 'minio:9000', expected: 's3.example.com' }],
  ...{ canonical_request: 'GET\n/films/a\n', string_to_sign: null, advice: ['Add it to publicOrigins.'] },
}

test('a refusal is told: what failed, what differs, and what to do', async () => {
  const { code, out } = await cli.with(() => ({ refusal }))('why', '8C1FB15A24500EA8')
  assert.equal(code, 0)
  assert.equal(
    out,
    `GET s3.example.com/films/a\uFFFD[2J
403 SignatureDoesNotMatch: No.

  Time       2026-11-20 15:00:40 UTC
  Operation  GetObject
  Bucket     films
  Key        a
  From       192.0.2.7

Failed: signature
  It differs.

WHAT  SENT        EXPECTED
host  minio:9000  s3.example.com

Canonical request, as the server has it:
  GET
  /films/a


Advice: Add it to publicOrigins.
`,
  )
  assert.deepEqual(cli.orders, [
    { operation: 'GetRefusal', account: undefined, params: { request_id: '8C1FB15A24500EA8' } },
  ])
})

test('programs are told all of it', async () => {
  const { out } = await cli.with(() => ({ refusal }))('why', '8C1FB15A24500EA8', '--json')
  assert.deepEqual(JSON.parse(out), { refusal })
})
