/** Attacks by names of custom domains, over the real server: that lead inwards, or make it ask somebody. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { startDns, type TestDns } from '../harness/dns.ts'
import { managementClient, type ManagementClient } from '../harness/management.ts'
import { startServer, type TestServer } from '../harness/server.ts'

const skip = process.env['ENTREPOT_TEST_ENDPOINT'] === undefined ? false : 'the server is not ours'

describe('custom domains', { skip }, () => {
  /** Where the named hosts are, were they asked: an address of this machine that nobody else uses. */
  const victim = '127.81.7.9'
  const connections: string[] = []
  const listeners: Server[] = []
  let dns: TestDns
  let server: TestServer
  let client: ManagementClient

  before(async () => {
    for (const port of [80, 443, 8080]) {
      const listener = createServer((socket) => {
        connections.push(`${port} from ${socket.remoteAddress}`)
        socket.destroy()
      })
      // Ports below 1024 may be for others only; then the question of the name is what would tell.
      listener.listen(port, victim)
      const listens = await once(listener, 'listening').then(
        () => true,
        () => false,
      )
      if (listens) listeners.push(listener)
    }
    dns = await startDns([{ name: '*', type: 'A', value: victim }])
    server = await startServer({ env: { ENTREPOT_DNS_SERVERS: dns.address } })
    client = await managementClient(server)
  })
  after(async () => {
    await server?.stop()
    await dns?.stop()
    for (const listener of listeners) listener.close()
  })

  const create = async (name: string) =>
    (
      await client.done<{
        domain: { id: string; verification: { txt_name: string; txt_value: string; cname: string } }
      }>('POST /v1/domains', { name })
    ).domain

  test('security 54: addresses, in whatever notation, and names of this machine or network are no domains', async () => {
    for (const name of [
      ...[
        '127.0.0.1',
        '127.1',
        '0x7f.1',
        '0x7f000001',
        '2130706433',
        '0177.0.0.1',
        '10.0.0.1',
        '169.254.169.254',
        '0.0.0.0',
      ],
      ...[
        '[::1]',
        '::1',
        '::ffff:127.0.0.1',
        '[::ffff:7f00:1]',
        '１２７.０.０.１',
        '①②⑦.0.0.1',
        '127.0.0.1.',
        '127。0。0。1',
      ],
      ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'localhost.localdomain', 'printer.local', 'metadata'],
      ...['metadata.google.internal', 'instance-data.ec2.internal', 'kubernetes.default.svc.cluster.local'],
      ...[
        '1.0.0.127.in-addr.arpa',
        'secret.onion',
        'example.com:80',
        'http://example.com',
        'example.com/',
        'a@example.com',
      ],
      ...['api.localhost', 'a\r\nb.example.com', 'a%2eexample.com', '*.example.com', '-.example.com', '.', ''],
    ]) {
      const answer = await client.send('POST /v1/domains', { name })
      assert.deepEqual([answer.status, answer.code], [400, 'InvalidArgument'], name)
    }
    assert.deepEqual(dns.asked, [])
  })

  test('security 54: to verify a domain, the DNS is asked for its proof, and the host itself is left alone', async () => {
    const { id, verification } = await create('victim.example.com')
    // Nothing there; then a lure; then, as rebinding would, another answer; last the proof.
    for (const [records, status] of [
      [[], 409],
      [[{ name: 'victim.example.com', type: 'CNAME', value: 'metadata.google.internal' }], 409],
      [[{ name: verification.txt_name, type: 'TXT', value: `http://${victim}/` }], 409],
      [[{ name: verification.txt_name, type: 'CNAME', value: '169.254.169.254' }], 409],
      [[{ name: verification.txt_name, type: 'TXT', value: verification.txt_value }], 200],
    ] as const) {
      dns.setRecords([{ name: '*', type: 'A', value: victim }, ...records])
      const answer = await client.send(`POST /v1/domains/${id}/verify`)
      assert.equal(answer.status, status, answer.text)
    }
    await client.done(`DELETE /v1/domains/${id}`)
    assert.deepEqual(
      new Set(dns.asked.map((question) => question.split(' ')[0])),
      new Set(['TXT', 'CNAME']),
      'no address is asked for',
    )
    assert.deepEqual(connections, [])
    // That it would have been noticed is shown by coming oneself.
    const [listener] = listeners
    const visitor = connect((listener!.address() as AddressInfo).port, victim)
    await once(visitor, 'close')
    assert.equal(connections.length, 1)
  })
})
