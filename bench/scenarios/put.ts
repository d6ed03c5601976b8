// Writing whole objects: pre-signed PUTs, each to a key of its own until the ring ends and starts over.

import { randomBytes } from 'node:crypto'
import { sha256, wireRequest } from '../load/endpoint.ts'
import { ring, runLoad } from '../load/run-load.ts'
import type { Payload, Scenario } from './scenario.ts'

interface WriteSet {
  name: string
  size: number
  /** New keys to sign for each second of a run: more than any server here is likely to take. */
  keysPerSecond: number
  connections: readonly number[]
  payload: Payload
}

const WRITE_SETS: readonly WriteSet[] = [
  { name: 'put-1k', size: 1024, keysPerSecond: 30_000, connections: [32, 128], payload: 'signed' },
  { name: 'put-16k', size: 16 * 1024, keysPerSecond: 12_000, connections: [32, 128], payload: 'signed' },
  { name: 'put-1m', size: 2 ** 20, keysPerSecond: 800, connections: [4, 32], payload: 'signed' },
  { name: 'put-64m', size: 64 * 2 ** 20, keysPerSecond: 12, connections: [1, 4], payload: 'unsigned' },
]

/** Signatures live for 15 minutes and each takes some hundred bytes, so a ring has an end. */
const RING_LENGTH_MAX = 200_000

export const putScenarios: readonly Scenario[] = WRITE_SETS.map((set) => {
  const large = set.size >= 2 ** 20
  const body = (): Buffer => randomBytes(set.size)
  let content: Buffer | undefined
  return {
    name: set.name,
    about: `PUT of ${set.size} bytes, payload ${set.payload}`,
    connections: set.connections,
    fixed: large,
    async run(bench, connections, round) {
      const { endpoint, bucket, pid, seconds } = bench
      content ??= body()
      const payload = bench.payload ?? set.payload
      const hashed = payload === 'signed' ? { payloadHash: sha256(content) } : {}
      const count = Math.min(RING_LENGTH_MAX, Math.ceil(set.keysPerSecond * seconds))
      const requests = []
      for (let index = 0; index < count; index++) {
        const key = `${set.name}/${connections}-${round}/${String(index).padStart(7, '0')}`
        requests.push(wireRequest(endpoint, { method: 'PUT', bucket, key, body: content, ...hashed }))
      }
      return runLoad(ring(requests, { bytesEach: set.size }), { target: endpoint, connections, seconds, pid })
    },
  }
})
