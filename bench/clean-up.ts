// Empties and removes a bucket of the bench.

import { mustCall } from './load/endpoint.ts'
import { createHash } from 'node:crypto'
import type { Bench } from './scenarios/scenario.ts'

/** Deletes all keys by pages of 1,000, then the bucket; says so if it could not, for a leftover bucket is no fault of a measurement. */
export async function cleanUp(bench: Bench): Promise<void> {
  const { endpoint, control, bucket } = bench
  try {
    for (;;) {
      const page = await mustCall(endpoint, control, { method: 'GET', bucket, query: [['list-type', '2']] })
      const keys = [...page.body.toString('utf8').matchAll(/<Key>([^<]+)<\/Key>/g)].map((match) => match[1] as string)
      if (keys.length === 0) break
      const body = Buffer.from(
        `<Delete><Quiet>true</Quiet>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`,
      )
      const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
      await mustCall(endpoint, control, { method: 'POST', bucket, query: [['delete', '']], headers, body })
    }
    await mustCall(endpoint, control, { method: 'DELETE', bucket })
  } catch (error) {
    bench.say(`the bucket ${bucket} is left behind: ${(error as Error).message}`)
  }
}
