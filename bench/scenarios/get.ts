// Reading whole objects: a ring of pre-signed GETs over a few keys, so that the objects are warm.

import { randomBytes } from 'node:crypto'
import { mustCall, wireRequest } from '../load/endpoint.ts'
import { ring, runLoad } from '../load/run-load.ts'
import type { Scenario } from './scenario.ts'

/** A size of object that is read, and how many of them there are. */
export interface ObjectSet {
  name: string
  size: number
  count: number
}

export const READ_SETS: readonly ObjectSet[] = [
  { name: 'get-1k', size: 1024, count: 256 },
  { name: 'get-16k', size: 16 * 1024, count: 256 },
  { name: 'get-1m', size: 2 ** 20, count: 16 },
  { name: 'get-64m', size: 64 * 2 ** 20, count: 4 },
]

/** The keys of a set. */
export function keysOf(set: ObjectSet): string[] {
  return Array.from({ length: set.count }, (_, index) => `${set.name}/${String(index).padStart(6, '0')}`)
}

export const getScenarios: readonly Scenario[] = READ_SETS.map((set) => {
  const large = set.size > 2 ** 20
  return {
    name: set.name,
    about: `GET of ${set.size} bytes`,
    connections: large ? [1, 4] : [1, 32, 128],
    fixed: large,
    async prepare(bench) {
      const { endpoint, control, bucket } = bench
      // Unsigned means nginx: whoever started it has put the files there.
      if (endpoint.signer === undefined) return
      const body = randomBytes(set.size)
      for (const key of keysOf(set)) await mustCall(endpoint, control, { method: 'PUT', bucket, key, body })
      const first = await mustCall(endpoint, control, { method: 'GET', bucket, key: keysOf(set)[0] as string })
      if (!first.body.equals(body)) throw new Error(`${set.name}: what is read is not what was written`)
    },
    async run(bench, connections) {
      const { endpoint, bucket, pid, seconds } = bench
      const requests = keysOf(set).map((key) => wireRequest(endpoint, { method: 'GET', bucket, key }))
      const readSize = set.size > 65536 ? 262144 : 65536
      return runLoad(ring(requests, { bodyLength: set.size }), {
        target: endpoint,
        connections,
        seconds,
        readSize,
        pid,
      })
    },
  }
})
