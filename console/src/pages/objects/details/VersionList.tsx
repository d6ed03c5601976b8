/** The versions and delete markers of one key, the newest first. */
import { Eye, FileX, History, RotateCcw, Trash2 } from 'lucide-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Bucket } from '../../../api/buckets.ts'
import { Badge } from '../../../components/Badge.tsx'
import { Button } from '../../../components/Button.tsx'
import { ErrorNotice } from '../../../components/ErrorNotice.tsx'
import { formatBytes } from '../../../components/format.ts'
import { Menu, type MenuItem } from '../../../components/Menu.tsx'
import { Time } from '../../../components/Time.tsx'
import { common } from '../../../strings/common.ts'
import { objectDetails as words } from '../../../strings/objectDetails.ts'
import { objects } from '../../../strings/objects.ts'
import type { Action } from '../actions/ActionDialog.tsx'
import { startUndeleteMarkers } from '../actions/delete.ts'
import type { Target } from '../actions/expand.ts'
import { startRestoreVersions } from '../actions/restore.ts'
import { folderOf } from '../names.ts'
import { pageSizeMax, rowSource, type Row } from '../list/rows.ts'
import type { Browser } from '../useBrowser.ts'

interface VersionListProps {
  readonly bucket: Bucket
  readonly browser: Browser
  readonly objectKey: string
  onAction(action: Action): void
}

export function VersionList({ bucket, browser, objectKey, onAction }: VersionListProps) {
  const query = useInfiniteQuery({
    queryKey: ['bucket', bucket.name, 'versions', objectKey],
    queryFn: ({ pageParam, signal }) =>
      rowSource('versions', { bucket: bucket.name, prefix: objectKey })(
        pageParam === '' ? undefined : pageParam,
        pageSizeMax,
        signal,
      ),
    initialPageParam: '',
    // Of all keys that begin with this one, it is the first.
    getNextPageParam: ({ rows, next }) => (rows.at(-1)?.name === objectKey ? (next ?? undefined) : undefined),
  })
  if (query.isError) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
  const rows = query.data?.pages.flatMap((page) => page.rows.filter(({ name }) => name === objectKey)) ?? []

  function menuOf(row: Row): readonly (readonly MenuItem[])[] {
    const target: Target = {
      ...{ bucket: bucket.name, view: 'versions', prefix: folderOf(objectKey), rows: [row], everything: false },
    }
    const remove: MenuItem = {
      ...{ label: objects.deleteForEver, icon: <Trash2 />, danger: true },
      onSelect: () => onAction({ kind: 'delete', target, onStarted: browser.closeObject }),
    }
    if (row.kind === 'marker') {
      const undelete = {
        label: objects.removeMarker,
        icon: <RotateCcw />,
        onSelect: () => startUndeleteMarkers(target),
      }
      return row.latest === true ? [[undelete]] : [[remove]]
    }
    const show: MenuItem = {
      ...{ label: words.show, icon: <Eye /> },
      onSelect: () => browser.openObject(objectKey, row.latest === true ? undefined : row.versionId),
    }
    const restore = { label: words.restore, icon: <RotateCcw />, onSelect: () => startRestoreVersions(target) }
    return [row.latest === true ? [show] : [show, restore], [remove]]
  }

  return (
    <>
      <ul className="version-list" aria-label={words.versionsOf} aria-busy={query.isFetching}>
        {rows.map((row) => (
          <li key={row.id} aria-current={row.versionId === browser.version || undefined}>
            {row.kind === 'marker' ? <FileX aria-hidden="true" /> : <History aria-hidden="true" />}
            <div className="version-facts">
              <span className="row">
                {row.time !== undefined && <Time at={row.time} exact />}
                {row.latest === true && <Badge tone="good">{words.latest}</Badge>}
                {row.kind === 'marker' && <Badge tone="warning">{words.marker}</Badge>}
                {row.versionId === browser.version && browser.version !== undefined && (
                  <Badge tone="info">{words.shown}</Badge>
                )}
              </span>
              <span className="soft small wrap-anywhere">
                {row.kind === 'marker' ? '' : `${formatBytes(row.size ?? 0)} · `}
                <code>{row.versionId}</code>
              </span>
            </div>
            <Menu label={words.versionActions(row.time ?? '')} groups={menuOf(row)} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <div>
          <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {common.more}
          </Button>
        </div>
      )}
    </>
  )
}
