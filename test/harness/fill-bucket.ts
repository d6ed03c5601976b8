/** Fills a bucket with empty objects, as fast as the server takes them: by the management API, over connections that are kept. */
import { Agent, request } from 'node:http'
import type { ManagementClient } from './management.ts'
import type { TestServer } from './server.ts'

/** Enough for the server to commit many at a time. */
const atOnce = 64

export async function fillBucket(
  server: Pick<TestServer, 'adminEndpoint'>,
  { token }: ManagementClient,
  bucket: string,
  keys: Iterable<string>,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const rest = keys[Symbol.iterator]()
  const put = (key: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const url = `${server.adminEndpoint}/v1/buckets/${bucket}/object?key=${encodeURIComponent(key)}`
      const headers = { authorization: `Bearer ${token}`, 'content-length': '0', 'content-type': 'text/plain' }
      const sent = request(url, { method: 'PUT', agent, headers }, (answer) => {
        answer.resume()
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`${key}: HTTP ${answer.statusCode}`)),
        )
      })
      sent.on('error', reject)
      sent.end()
    })
  async function work(): Promise<void> {
    for (let next = rest.next(); next.done !== true; next = rest.next()) await put(next.value)
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, work))
  } finally {
    agent.destroy()
  }
}
