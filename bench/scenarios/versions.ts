// Listing versions: a page of 1,000, of a bucket in which every key has ten.

import { mustCall, wireRequest } from '../load/endpoint.ts'
import { ring, runLoad } from '../load/run-load.ts'
import type { Bench, Scenario } from './scenario.ts'

const KEYS = 400
const VERSIONS = 10
const PAGE = 1000

const bucketOf = (bench: Bench): string => `${bench.bucket}-versions`
const keyAt = (index: number): string => `k${String(index).padStart(6, '0')}`

/** Turns versioning on in a bucket. */
export async function enableVersioning({ endpoint, control }: Bench, bucket: string): Promise<void> {
  const body = Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>')
  await mustCall(endpoint, control, { method: 'PUT', bucket, query: [['versioning', '']], body })
}

export const versionsScenario: Scenario = {
  name: 'list-versions',
  about: `${PAGE} versions of keys that have ${VERSIONS} each`,
  connections: [1],
  fixed: true,
  async prepare(bench) {
    const { endpoint, control } = bench
    const bucket = bucketOf(bench)
    await mustCall(endpoint, control, { method: 'PUT', bucket })
    await enableVersioning(bench, bucket)
    for (let index = 0; index < KEYS * VERSIONS; index++) {
      const body = Buffer.from(`version ${index}`)
      await mustCall(endpoint, control, { method: 'PUT', bucket, key: keyAt(index % KEYS), body })
    }
  },
  async run(bench) {
    const { endpoint, control, pid, seconds } = bench
    const queries = Array.from({ length: 8 }, (_, index): [string, string][] => [
      ['key-marker', keyAt(index * 32)],
      ['max-keys', String(PAGE)],
      ['versions', ''],
    ])
    const bucket = bucketOf(bench)
    const { body } = await mustCall(endpoint, control, { method: 'GET', bucket, query: queries[0]! })
    const found = body.toString('utf8').split('<VersionId>').length - 1
    if (found !== PAGE) throw new Error(`a page has ${found} versions, not ${PAGE}`)
    const requests = queries.map((query) => wireRequest(endpoint, { method: 'GET', bucket, query }))
    return runLoad(ring(requests), { target: endpoint, connections: 1, seconds, readSize: 262144, pid })
  },
}
