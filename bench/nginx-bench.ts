// nginx as a subject of the reading scenarios: the same keys and sizes as files, asked for by the same generator without a signature.

import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Connection } from './load/connection.ts'
import { parseEndpoint } from './load/endpoint.ts'
import type { Nginx } from './nginx.ts'
import { keysOf, READ_SETS } from './scenarios/get.ts'
import type { Bench } from './scenarios/scenario.ts'

const BUCKET = 'files'

/** Puts the files of all reading scenarios in place and returns a bench that reads them. */
export function nginxBench(nginx: Nginx, seconds: number): Bench {
  for (const set of READ_SETS) {
    const body = randomBytes(set.size)
    for (const key of keysOf(set)) {
      const path = join(nginx.root, BUCKET, key)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, body)
    }
  }
  const endpoint = parseEndpoint(`http://${nginx.host}:${nginx.port}`, undefined)
  return {
    endpoint,
    control: new Connection(endpoint, 65536),
    bucket: BUCKET,
    seconds,
    objects: 0,
    bigSize: 0,
    payload: undefined,
    pid: nginx.pid,
    server: undefined,
    say: (text) => console.error(text),
  }
}
