/** The parts that the server has of an upload, and whether they are of a file. */
import { api, dataOf } from '../api/client.ts'
import { md5Hex } from './md5.ts'

export interface Part {
  readonly number: number
  readonly size: number
  readonly etag: string
}

/** Larger parts are not read again to compare them. */
const checkedSizeMax = 64 * 1024 * 1024

export async function partsThere(bucket: string, key: string, uploadId: string): Promise<readonly Part[]> {
  const parts: Part[] = []
  let after: string | undefined
  do {
    const page = await dataOf(
      api.GET('/v1/buckets/{bucket}/uploads/{upload_id}/parts', {
        params: {
          path: { bucket, upload_id: uploadId },
          query: { key, limit: 1000, ...(after !== undefined && { after: Number(after) }) },
        },
      }),
    )
    parts.push(...page.parts)
    after = page.next ?? undefined
  } while (after !== undefined)
  return parts
}

/** Those that have the size that the part of this number has in the file. */
export const fitting = (parts: readonly Part[], size: number, partSize: number): readonly Part[] =>
  parts.filter(({ number, size: there }) => there > 0 && there === sizeOf(number, size, partSize))

const sizeOf = (number: number, size: number, partSize: number): number =>
  Math.max(0, Math.min(partSize, size - (number - 1) * partSize))

/** Whether the first and the last of the parts have the file's own bytes, as far as their ETags tell. */
export async function areOf(file: File, parts: readonly Part[], partSize: number): Promise<boolean> {
  for (const part of new Set([...parts.slice(0, 1), ...parts.slice(-1)])) {
    if (part.size > checkedSizeMax || !/^[\da-f]{32}$/.test(part.etag)) continue
    const from = (part.number - 1) * partSize
    const bytes = new Uint8Array(await file.slice(from, from + part.size).arrayBuffer())
    if (md5Hex(bytes) !== part.etag) return false
  }
  return true
}
