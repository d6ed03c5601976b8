// Everyday traffic on objects of 16 KiB: of 100 requests 70 read, 20 write, 5 delete and 5 list 100 keys.

import { randomBytes } from 'node:crypto'
import type { WireRequest } from '../load/connection.ts'
import { mustCall, sha256, wireRequest } from '../load/endpoint.ts'
import { ring, runLoad } from '../load/run-load.ts'
import type { Bench, Scenario } from './scenario.ts'

const SIZE = 16 * 1024
const KEYS = 1000
const RING_LENGTH = 8192

export const mixedScenario: Scenario = {
  name: 'mixed',
  about: '70 % GET, 20 % PUT, 5 % DELETE, 5 % list of 100, objects of 16 KiB',
  connections: [32],
  async prepare({ endpoint, control, bucket }) {
    const body = randomBytes(SIZE)
    for (let index = 0; index < KEYS; index++) {
      await mustCall(endpoint, control, { method: 'PUT', bucket, key: `mixed/read/${index}`, body })
    }
  },
  async run(bench, connections) {
    const workload = ring(requests(bench))
    return runLoad(workload, { target: bench.endpoint, connections, seconds: bench.seconds, pid: bench.pid })
  },
}

function requests({ endpoint, bucket }: Bench): WireRequest[] {
  const body = randomBytes(SIZE)
  const payloadHash = sha256(body)
  const made: WireRequest[] = []
  // A fixed sequence: the same mix in the same order in every run.
  let state = 0x9e3779b9
  const below = (bound: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
  while (made.length < RING_LENGTH) {
    const dice = below(100)
    const key = String(below(KEYS))
    if (dice < 70) made.push(wireRequest(endpoint, { method: 'GET', bucket, key: `mixed/read/${key}` }))
    else if (dice < 90)
      made.push(wireRequest(endpoint, { method: 'PUT', bucket, key: `mixed/write/${key}`, body, payloadHash }))
    else if (dice < 95) made.push(wireRequest(endpoint, { method: 'DELETE', bucket, key: `mixed/write/${key}` }))
    else made.push(wireRequest(endpoint, { method: 'GET', bucket, query: listQuery(`mixed/read/${key}`) }))
  }
  return made
}

function listQuery(startAfter: string): [string, string][] {
  return [
    ['list-type', '2'],
    ['max-keys', '100'],
    ['prefix', 'mixed/'],
    ['start-after', startAfter],
  ]
}
