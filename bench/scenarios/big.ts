// The largest single PUT (5 GiB), the same by multipart, and both down again, every byte compared: what matters is the server's memory.

import type { Connection } from '../load/connection.ts'
import { headerOf, signedHead, wireRequest, type S3Request } from '../load/endpoint.ts'
import { runLoad, type LoadResult, type Workload } from '../load/run-load.ts'
import { completeUpload, createUpload } from './multipart.ts'
import { Pattern } from './pattern.ts'
import type { Bench, Scenario } from './scenario.ts'

const PART_SIZE = 64 * 2 ** 20
const UPLOADERS = 4

const pattern = new Pattern()

export const bigScenarios: readonly Scenario[] = [
  {
    name: 'big-put',
    about: 'one PUT of 5 GiB',
    connections: [1],
    fixed: true,
    once: true,
    async run(bench) {
      return once(bench, 1, bench.bigSize, async (connection) => {
        const request: S3Request = { method: 'PUT', bucket: bench.bucket, key: 'big/put' }
        const head = signedHead(bench.endpoint, request, bench.bigSize)
        const { status } = await connection.sendStream(head, pattern.pieces(0, bench.bigSize))
        return status
      })
    },
  },
  {
    name: 'big-get',
    about: 'GET of the 5 GiB',
    connections: [1],
    fixed: true,
    once: true,
    run: (bench) => download(bench, 'big/put'),
  },
  {
    name: 'big-multipart',
    about: `multipart upload of 5 GiB, ${UPLOADERS} parts of ${PART_SIZE} bytes at a time`,
    connections: [UPLOADERS],
    fixed: true,
    once: true,
    run: uploadParts,
  },
  {
    name: 'big-multipart-get',
    about: 'GET of the 5 GiB in parts',
    connections: [1],
    fixed: true,
    once: true,
    run: (bench) => download(bench, 'big/multipart'),
  },
]

async function download(bench: Bench, key: string): Promise<LoadResult> {
  return once(bench, 1, bench.bigSize, async (connection) => {
    const request = wireRequest(bench.endpoint, { method: 'GET', bucket: bench.bucket, key })
    const check = pattern.checker()
    let received = 0
    connection.onBody = (bytes) => {
      received += bytes.length
      check(bytes)
    }
    const status = await new Promise<number>((resolve) => connection.send(request, resolve))
    if (status === 200 && received !== bench.bigSize)
      throw new Error(`${key}: ${received} bytes came, not ${bench.bigSize}`)
    return status
  })
}

async function uploadParts(bench: Bench): Promise<LoadResult> {
  const { endpoint, control, bucket, bigSize } = bench
  const key = 'big/multipart'
  const uploadId = await createUpload(endpoint, control, bucket, key)
  const count = Math.ceil(bigSize / PART_SIZE)
  const etags: string[] = []
  let next = 1
  return once(bench, Math.min(UPLOADERS, count), bigSize, async (connection) => {
    connection.reader.keepHead = true
    while (next <= count) {
      const part = next++
      const query: [string, string][] = [
        ['partNumber', String(part)],
        ['uploadId', uploadId],
      ]
      const end = Math.min(part * PART_SIZE, bigSize)
      const length = end - (part - 1) * PART_SIZE
      const head = signedHead(endpoint, { method: 'PUT', bucket, key, query }, length)
      const { status } = await connection.sendStream(head, pattern.pieces(end - length, end))
      if (status !== 200) return status
      etags[part - 1] = headerOf({ status, head: connection.reader.head, body: Buffer.alloc(0) }, 'etag') ?? ''
      if (Object.keys(etags).length === count) await completeUpload(endpoint, connection, bucket, key, uploadId, etags)
    }
    return 200
  })
}

/** Measures one piece of work done once on each of some connections, `size` bytes in all. */
async function once(
  bench: Bench,
  connections: number,
  size: number,
  work: (connection: Connection) => Promise<number>,
): Promise<LoadResult> {
  const workload: Workload = {
    start(connection, _index, answered) {
      work(connection).then(
        (status) => answered(status, 0),
        (error: unknown) => {
          bench.say(String(error))
          answered(0, 0)
        },
      )
    },
    bytesEach: size / connections,
  }
  return runLoad(workload, { target: bench.endpoint, connections, seconds: 0, readSize: 262144, pid: bench.pid })
}
