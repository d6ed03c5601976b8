// Multipart uploads: create, 8 parts of 8 MiB one after the other, complete; a unit of work is the whole upload.

import { randomBytes } from 'node:crypto'
import type { Connection } from '../load/connection.ts'
import { headerOf, mustCall, type Endpoint } from '../load/endpoint.ts'
import { runLoad } from '../load/run-load.ts'
import type { Scenario } from './scenario.ts'

export const multipartScenario: Scenario = multipartOf(8, 8 * 2 ** 20)

/** The scenario with so many parts of so many bytes. */
export function multipartOf(parts: number, partSize: number): Scenario {
  return {
    name: 'multipart',
    about: `upload of ${parts} parts of ${partSize} bytes`,
    connections: [1, 4],
    fixed: true,
    async run(bench, connections, round) {
      const { endpoint, bucket, pid, seconds } = bench
      const body = randomBytes(partSize)
      let uploads = 0
      const start = (
        connection: Connection,
        _index: number,
        answered: (status: number, length: number) => void,
      ): void => {
        const key = `multipart/${connections}-${round}/${uploads++}`
        upload(endpoint, connection, bucket, key, body, parts).then(
          () => answered(200, 0),
          (error: unknown) => {
            bench.say(String(error))
            answered(Number(/answered (\d+)/.exec(String(error))?.[1] ?? 0), 0)
          },
        )
      }
      return runLoad({ start, bytesEach: parts * partSize }, { target: endpoint, connections, seconds, pid })
    },
  }
}

async function upload(
  endpoint: Endpoint,
  connection: Connection,
  bucket: string,
  key: string,
  body: Buffer,
  parts: number,
): Promise<void> {
  const uploadId = await createUpload(endpoint, connection, bucket, key)
  const etags: string[] = []
  for (let part = 1; part <= parts; part++) {
    const answer = await mustCall(endpoint, connection, {
      method: 'PUT',
      bucket,
      key,
      body,
      query: [
        ['partNumber', String(part)],
        ['uploadId', uploadId],
      ],
    })
    etags.push(headerOf(answer, 'etag') ?? '')
  }
  await completeUpload(endpoint, connection, bucket, key, uploadId, etags)
}

/** Begins an upload and returns its id. */
export async function createUpload(
  endpoint: Endpoint,
  connection: Connection,
  bucket: string,
  key: string,
): Promise<string> {
  const answer = await mustCall(endpoint, connection, { method: 'POST', bucket, key, query: [['uploads', '']] })
  const id = /<UploadId>([^<]+)<\/UploadId>/.exec(answer.body.toString('utf8'))?.[1]
  if (id === undefined) throw new Error('CreateMultipartUpload answered without an UploadId')
  return id
}

/** Completes an upload whose parts 1.. have these ETags. */
export async function completeUpload(
  endpoint: Endpoint,
  connection: Connection,
  bucket: string,
  key: string,
  uploadId: string,
  etags: readonly string[],
): Promise<void> {
  const parts = etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`)
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`)
  const answer = await mustCall(endpoint, connection, {
    method: 'POST',
    bucket,
    key,
    body,
    query: [['uploadId', uploadId]],
  })
  // Completion may answer 200 and then an error (AWS, CompleteMultipartUpload).
  if (answer.body.includes('<Error>')) throw new Error(answer.body.toString('utf8'))
}
