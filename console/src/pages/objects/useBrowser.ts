/** Where one is in a bucket, by the address, and how to get elsewhere. */
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ObjectsSearch } from '../../router.tsx'
import type { View } from './list/rows.ts'
import { folderOf } from './names.ts'

const route = getRouteApi('/inside/buckets/$bucket')

export function useBrowser() {
  const { bucket } = route.useParams()
  const { prefix = '', key, version, show } = route.useSearch()
  const navigate = useNavigate()
  const view: View = show ?? 'current'
  const go = (search: ObjectsSearch, replace = false): void =>
    void navigate({ to: '/buckets/$bucket', params: { bucket }, search, replace })
  const here = { ...(prefix !== '' && { prefix }), ...(show && { show }) }
  return {
    ...{ bucket, prefix, key, version, view },
    folder: folderOf(prefix),
    /** What names begin with, of those in the folder. */
    beginning: prefix.slice(folderOf(prefix).length),
    openFolder: (folder: string) => go({ ...(folder !== '' && { prefix: folder }), ...(show && { show }) }),
    find: (beginning: string) => {
      const wanted = folderOf(prefix) + beginning
      go({ ...(wanted !== '' && { prefix: wanted }), ...(show && { show }) }, true)
    },
    openObject: (objectKey: string, versionId?: string | null) =>
      go({ ...here, key: objectKey, ...(typeof versionId === 'string' && { version: versionId }) }),
    closeObject: () => go(here),
    setView: (to: View) =>
      go({ ...(folderOf(prefix) !== '' && { prefix: folderOf(prefix) }), ...(to !== 'current' && { show: to }) }),
  }
}

export type Browser = ReturnType<typeof useBrowser>
