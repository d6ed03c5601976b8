/** What was used: asked for by S3 and by delivery, kept over a restart, and told for the account, the bucket and the access key. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { cli, managementClient } from '../harness/management.ts'
import { send } from '../harness/request.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'
let server: TestServer
before(async () => {
  if (skip === false) server = await startServer()
})
after(() => server?.stop())

interface Counts {
  readonly requests: number
  readonly bytes_in: number
  readonly bytes_out: number
}

interface Usage {
  readonly usage: readonly (Counts & { readonly s3: Counts; readonly delivery: Counts })[]
}

interface AccessKeys {
  readonly access_keys: readonly {
    readonly access_key_id: string
    readonly last_used: { readonly time: string; readonly operation: string; readonly address: string } | null
  }[]
}

test(
  'K-AK-4: an access key tells when, for what and from where it was last used; usage is told by day',
  { skip },
  async () => {
    assert.equal((await send(server, { method: 'PUT', path: '/films' })).status, 200)
    assert.equal((await send(server, { method: 'PUT', path: '/films/a', body: 'x'.repeat(1000) })).status, 200)
    await (await managementClient(server)).done('PUT /v1/buckets/films/policy/public')
    for (let time = 0; time < 3; time++) {
      const answer = await fetch(`${server.deliveryEndpoint}/films/a`)
      assert.equal((await answer.text()).length, 1000)
    }
    const earliest = new Date(Date.now() - 60_000).toISOString().slice(0, 19).replace('T', ' ')
    await server.restart()

    const { done } = await managementClient(server)
    const { access_keys: keys } = await done<AccessKeys>('GET /v1/access-keys')
    const { last_used: used } = keys.find(({ access_key_id: id }) => id === server.accessKeyId)!
    assert.equal(used?.operation, 'PutObject')
    assert.equal(used.address, '127.0.0.1')
    assert.ok(used.time > earliest, used.time)

    for (const [subject, requests, delivered] of [
      ['', 5, 3],
      ['?bucket=films', 4, 3],
      [`?access_key_id=${server.accessKeyId}`, 2, 0],
    ] as const) {
      const { usage } = await done<Usage>(`GET /v1/usage${subject}`)
      const sum = (of: (row: Usage['usage'][number]) => number): number =>
        usage.reduce((total, row) => total + of(row), 0)
      assert.equal(
        sum((row) => row.requests),
        requests,
        subject,
      )
      assert.equal(
        sum((row) => row.delivery.requests),
        delivered,
        subject,
      )
      assert.equal(
        sum((row) => row.delivery.bytes_out),
        1000 * delivered,
        subject,
      )
      assert.equal(
        sum((row) => row.s3.bytes_in),
        1000,
        subject,
      )
    }
  },
)

interface Busiest {
  readonly objects: readonly {
    readonly bucket: string
    readonly key: string
    readonly requests: number
    readonly bytes_out: number
  }[]
}

test('the objects that were read most are told, of all threads together, and over a restart', { skip }, async () => {
  const server = await startServer({ env: { ENTREPOT_HTTP_THREADS: '2' } })
  try {
    const reads = { 'film/ä 日本 🎬': 12, b: 7, c: 3 }
    const path = (key: string): string => `/films/${key.split('/').map(encodeURIComponent).join('/')}`
    assert.equal((await send(server, { method: 'PUT', path: '/films' })).status, 200)
    await (await managementClient(server)).done('PUT /v1/buckets/films/policy/public')
    for (const key of [...Object.keys(reads), 'unread'])
      assert.equal((await send(server, { method: 'PUT', path: path(key), body: 'x'.repeat(100) })).status, 200)
    const read = async (): Promise<void> => {
      // Each by a connection of its own, so that both threads have some.
      for (const [key, times] of Object.entries(reads)) {
        for (let time = 0; time < times; time++) {
          const answer =
            time % 2 === 0
              ? await send(server, { path: path(key) })
              : await fetch(server.deliveryEndpoint + path(key), { headers: { connection: 'close' } })
          assert.equal(answer.status, 200)
        }
      }
      assert.equal((await send(server, { path: '/films/none-such' })).status, 404)
    }
    await read()
    await server.restart()
    await read()
    await server.restart()
    const { done, send: ask } = await managementClient(server)
    const expected = Object.entries(reads).map(([key, times]) => ({
      bucket: 'films',
      key,
      requests: 2 * times,
      bytes_out: 200 * times,
    }))
    assert.deepEqual((await done<Busiest>('GET /v1/usage/objects?bucket=films')).objects, expected)
    assert.deepEqual((await done<Busiest>('GET /v1/usage/objects?limit=2')).objects, expected.slice(0, 2))
    assert.deepEqual((await done<Busiest>('GET /v1/usage/objects?to=2026-01-01')).objects, [])
    assert.equal((await ask('GET /v1/usage/objects?from=2026-01-01&to=2026-03-01')).code, 'InvalidArgument')
    assert.equal((await ask('GET /v1/usage/objects?limit=101')).status, 400)
    await cli(server, 'accounts', 'create', 'other')
    const stranger = await managementClient(server, ['--account', 'other'])
    assert.equal((await stranger.send('GET /v1/usage/objects?bucket=films')).code, 'NoSuchBucket')
    assert.deepEqual((await stranger.done<Busiest>('GET /v1/usage/objects')).objects, [])
  } finally {
    await server.stop()
  }
})
