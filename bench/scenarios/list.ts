// Listing a large bucket: 1,000 keys of N from random places, and 1,000 common prefixes over the same N.
//
// The bucket holds 1,000 prefixes with N / 1,000 keys each and outlives the bench: filling a million takes a minute or more, so a
// finished fill leaves a marker, whose name sorts behind all keys, and the next bench finds it.

import { call, mustCall, wireRequest } from '../load/endpoint.ts'
import { ring, runLoad, type Workload } from '../load/run-load.ts'
import type { Bench, Scenario } from './scenario.ts'

const PREFIXES = 1000
const PAGE = 1000
const FILL_CONNECTIONS = 64
const MARKER = '~filled'

/** The bucket that is listed; its name tells how many keys it has. */
export function listBucket(objects: number): string {
  return `bench-list-${objects}`
}

export const listScenarios: readonly Scenario[] = [
  {
    name: 'list-1000',
    about: '1,000 keys from a random place',
    connections: [1],
    fixed: true,
    prepare: fill,
    async run(bench) {
      const starts = Array.from({ length: 64 }, (_, index) =>
        keyAt(Math.floor((bench.objects - PAGE - 1) * (index / 64)), bench),
      )
      return runPages(
        bench,
        starts.map((start): Query => [
          ['list-type', '2'],
          ['max-keys', String(PAGE)],
          ['start-after', start],
        ]),
        '<Key>',
      )
    },
  },
  {
    name: 'list-prefixes',
    about: '1,000 common prefixes over all keys',
    connections: [1],
    fixed: true,
    prepare: fill,
    async run(bench) {
      return runPages(
        bench,
        [
          [
            ['list-type', '2'],
            ['max-keys', String(PAGE)],
            ['delimiter', '/'],
          ],
        ],
        '<CommonPrefixes>',
      )
    },
  },
]

type Query = [string, string][]

/** Checks one answer, then loads. */
async function runPages(bench: Bench, queries: Query[], element: string): Promise<ReturnType<typeof runLoad>> {
  const { endpoint, control, pid, seconds, objects } = bench
  const bucket = listBucket(objects)
  const answer = await mustCall(endpoint, control, { method: 'GET', bucket, query: queries[0] as Query })
  const found = answer.body.toString('utf8').split(element).length - 1
  if (found !== PAGE) throw new Error(`a page has ${found} ${element}, not ${PAGE}`)
  const requests = queries.map((query) => wireRequest(endpoint, { method: 'GET', bucket, query }))
  return runLoad(ring(requests), { target: endpoint, connections: 1, seconds, readSize: 262144, pid })
}

/** Makes the bucket unless its marker is there. */
async function fill(bench: Bench): Promise<void> {
  const { endpoint, control, objects } = bench
  const bucket = listBucket(objects)
  if (objects < 2 * PAGE || objects % PREFIXES !== 0)
    throw new Error(`--objects must be a multiple of ${PREFIXES} and at least ${2 * PAGE}`)
  const marker = await call(endpoint, control, { method: 'HEAD', bucket, key: MARKER })
  if (marker.status === 200) return
  await mustCall(endpoint, control, { method: 'PUT', bucket }, [200, 409])
  bench.say(`filling ${bucket} …`)
  const result = await runLoad(puts(bench, bucket), {
    target: endpoint,
    connections: FILL_CONNECTIONS,
    seconds: Number.MAX_SAFE_INTEGER / 1000,
    pid: bench.pid,
  })
  const failed = Object.values(result.errors).reduce((a, b) => a + b, 0)
  if (failed > 0) throw new Error(`filling: ${failed} PUTs failed (${result.firstError})`)
  bench.say(`filled with ${objects} keys in ${result.seconds.toFixed(1)} s, ${Math.round(result.opsPerSecond)}/s`)
  await mustCall(endpoint, control, { method: 'PUT', bucket, key: MARKER, body: Buffer.from(String(objects)) })
}

/** Each key once, signed as it goes: signatures would not outlive a long fill. */
function puts(bench: Bench, bucket: string): Workload {
  const body = Buffer.from('0123456789abcdef')
  let index = 0
  return {
    remaining: () => bench.objects - index,
    start(connection, _index, answered) {
      const key = keyAt(index++, bench)
      connection.send(wireRequest(bench.endpoint, { method: 'PUT', bucket, key, body }), answered)
    },
  }
}

/** The key at a place in the order of the bucket. */
function keyAt(index: number, { objects }: Bench): string {
  const each = objects / PREFIXES
  return `p${String(Math.floor(index / each)).padStart(3, '0')}/k${String(index % each).padStart(7, '0')}`
}
