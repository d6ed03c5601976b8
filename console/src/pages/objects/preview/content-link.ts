/** Links to what an object holds, on the content origin: the only place where the console shows anything of users from. */
import { queryOptions } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'

export interface ContentOf {
  readonly bucket: string
  readonly objectKey: string
  readonly versionId?: string | null | undefined
  /** Of what is shown: when it is another, it is loaded anew. */
  readonly etag?: string | undefined
}

/** Links are good for twelve hours; within eleven nothing is asked again, so that what plays goes on. */
const freshMs = 11 * 3600 * 1000

export const contentLinkQuery = (of: ContentOf, as: 'preview' | 'player') =>
  queryOptions({
    // Not below the bucket's own key: a change of the bucket must not stop what plays.
    queryKey: ['content-link', JSON.stringify([of.bucket, of.objectKey, of.versionId ?? '', of.etag ?? '']), as],
    queryFn: () => contentLink(of, as),
    staleTime: freshMs,
    gcTime: freshMs,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })

async function contentLink(of: ContentOf, as: 'preview' | 'player'): Promise<string> {
  const { bucket, objectKey, versionId } = of
  const { url } = await dataOf(
    api.POST('/v1/buckets/{bucket}/content-links', {
      params: { path: { bucket } },
      body: { key: objectKey, as, ...(typeof versionId === 'string' && { version_id: versionId }) },
    }),
  )
  // What the server says is put into pages as an address.
  if (!/^https?:$/.test(new URL(url).protocol)) throw new Error('a content link of another scheme')
  return url
}
