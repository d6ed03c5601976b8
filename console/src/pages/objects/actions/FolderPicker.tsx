/** The folders in a folder, to go into one or out of it. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { CornerLeftUp, Folder } from 'lucide-react'
import { api, dataOf } from '../../../api/client.ts'
import { Button } from '../../../components/Button.tsx'
import { ErrorNotice } from '../../../components/ErrorNotice.tsx'
import { ObjectName } from '../../../components/ObjectName.tsx'
import { common } from '../../../strings/common.ts'
import { objectActions as words } from '../../../strings/objectActions.ts'
import { pageSizeMax } from '../list/rows.ts'
import { leafOf, parentOf } from '../names.ts'

interface FolderPickerProps {
  readonly bucket: string
  readonly folder: string
  onChange(folder: string): void
}

export function FolderPicker({ bucket, folder, onChange }: FolderPickerProps) {
  const query = useInfiniteQuery({
    queryKey: ['bucket', bucket, 'folders', folder],
    async queryFn({ pageParam, signal }) {
      const query = { prefix: folder, delimiter: '/', limit: pageSizeMax, ...(pageParam && { after: pageParam }) }
      const params = { path: { bucket }, query }
      const { prefixes, next } = await dataOf(api.GET('/v1/buckets/{bucket}/objects', { params, signal }))
      return { prefixes, next }
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const folders = query.data?.pages.flatMap(({ prefixes }) => prefixes) ?? []
  return (
    <div className="field">
      <span className="field-label">{words.folders}</span>
      {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      <ul className="folder-picker" aria-label={words.folders} aria-busy={query.isFetching}>
        {folder !== '' && (
          <li>
            <button type="button" className="menu-item" onClick={() => onChange(parentOf(folder))}>
              <CornerLeftUp aria-hidden="true" />
              {words.up}
            </button>
          </li>
        )}
        {folders.map((prefix) => (
          <li key={prefix}>
            <button type="button" className="menu-item" onClick={() => onChange(prefix)}>
              <Folder aria-hidden="true" />
              <span className="wrap-anywhere">
                <ObjectName name={leafOf(prefix)} />
              </span>
            </button>
          </li>
        ))}
        {folders.length === 0 && !query.isError && (
          <li className="soft small folder-none">{query.isPending ? common.loading : words.noFolders}</li>
        )}
      </ul>
      {query.hasNextPage && (
        <div>
          <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {words.moreFolders}
          </Button>
        </div>
      )}
    </div>
  )
}
