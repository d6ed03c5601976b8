/** The beginning of an object as text: as much as a person reads in a preview, and no more is loaded. */
import { queryOptions } from '@tanstack/react-query'
import { Problem } from '../../../api/problem.ts'
import { queryClient } from '../../../api/queries.ts'
import { common } from '../../../strings/common.ts'
import { contentLinkQuery, type ContentOf } from './content-link.ts'

export const shownSizeMax = 256 * 1024

/** `text` is undefined where it is no text. */
export const textQuery = (of: ContentOf) => {
  const link = contentLinkQuery(of, 'preview')
  return queryOptions({
    queryKey: ['content-text', ...link.queryKey],
    queryFn: async ({ signal }) => ({ text: await beginningOf(await queryClient.query(link), signal) }),
    staleTime: 'static',
  })
}

async function beginningOf(url: string, signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch(url, {
    ...{ credentials: 'omit', referrerPolicy: 'no-referrer', signal },
    headers: { range: `bytes=0-${shownSizeMax - 1}` },
  })
  // Said as text, in the server's words.
  if (!response.ok)
    throw new Problem('ContentError', (await response.text()).trim() || common.failed, response.status, undefined)
  const bytes = await firstOf(response, shownSizeMax)
  return decode(bytes)
}

/** Not more than that, though the answer were longer: what is coded grows. */
async function firstOf(response: Response, sizeMax: number): Promise<Uint8Array> {
  const all = new Uint8Array(sizeMax)
  let size = 0
  const reader = response.body?.getReader()
  if (reader === undefined) return all.subarray(0, 0)
  while (size < sizeMax) {
    const { done, value } = await reader.read()
    if (done) break
    const some = value.subarray(0, sizeMax - size)
    all.set(some, size)
    size += some.length
  }
  await reader.cancel()
  return all.subarray(0, size)
}

/** As UTF-8, or UTF-16 where its mark says so. */
function decode(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  const mark = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  // The last character may be cut.
  const text = new TextDecoder(mark).decode(bytes, { stream: true })
  const strange = text.match(/[\0\uFFFD]/g)?.length ?? 0
  return strange > Math.max(4, text.length / 50) ? undefined : text
}
