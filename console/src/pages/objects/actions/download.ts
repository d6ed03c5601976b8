/** Downloads by links of the content origin, which the browser takes to its disk as they come: nothing of them is held in the page. */
import { api, dataOf } from '../../../api/client.ts'
import { toast } from '../../../components/toasts.ts'
import { common } from '../../../strings/common.ts'
import type { Target } from './expand.ts'

/** Each is a download of its own, and browsers ask before many of them. */
const downloadsMax = 10

export const canDownload = ({ rows, everything }: Target): boolean => everything || rows.length <= downloadsMax

/** Objects one by one, folders and everything as archives. */
export async function startDownload({ bucket, view, prefix, rows, everything }: Target): Promise<void> {
  try {
    if (everything) return await download(bucket, { prefix, as: 'archive' })
    for (const { kind, name, versionId } of rows) {
      if (kind === 'folder') await download(bucket, { prefix: name, as: 'archive' })
      else {
        const version = view === 'versions' && typeof versionId === 'string' ? { version_id: versionId } : {}
        await download(bucket, { key: name, as: 'download', ...version })
      }
    }
  } catch (error) {
    toast(error instanceof Error ? error.message : common.failed, 'danger')
  }
}

interface Order {
  readonly key?: string
  readonly prefix?: string
  readonly version_id?: string
  readonly as: 'download' | 'archive'
}

async function download(bucket: string, order: Order): Promise<void> {
  const params = { path: { bucket } }
  const { url } = await dataOf(api.POST('/v1/buckets/{bucket}/content-links', { params, body: order }))
  // In a frame of its own: the page stays, with what it is doing, and several can follow one another.
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.src = url
  document.body.append(frame)
  setTimeout(() => frame.remove(), frameMs)
}

/** By then the download has begun, or was refused. */
const frameMs = 60_000
