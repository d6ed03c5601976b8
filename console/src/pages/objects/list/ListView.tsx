/** The list, or what stands in its place where nothing is in it. */
import { Folder, History, PackageOpen, SearchX, Trash2, Upload } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { MenuItem } from '../../../components/Menu.tsx'
import { EmptyState } from '../../../components/EmptyState.tsx'
import { ErrorNotice } from '../../../components/ErrorNotice.tsx'
import { nameInText } from '../../../components/ObjectName.tsx'
import { objects as words } from '../../../strings/objects.ts'
import type { SelectionState } from '../selection.ts'
import type { Listing } from './listing.ts'
import { emptyListId, ObjectList } from './ObjectList.tsx'
import type { Row, View } from './rows.ts'

interface ListViewProps {
  readonly listing: Listing
  readonly view: View
  readonly bucket: string
  readonly prefix: string
  readonly selection: SelectionState
  menuOf(row: Row): readonly (readonly MenuItem[])[]
  onOpen(row: Row): void
  onTooMany(): void
}

export function ListView(props: ListViewProps) {
  const { listing, view, bucket, prefix } = props
  const { count, complete, error } = listing
  const isEmpty = count === 0 && complete
  const label = `${words.views[view]}: ${nameInText(prefix === '' ? bucket : prefix)}`
  return (
    <>
      {isEmpty ? (
        <Empty key={`${view} ${prefix}`} view={view} prefix={prefix} />
      ) : (
        <ObjectList {...props} label={label} />
      )}
      {error !== undefined && (
        <div className="card-body">
          <ErrorNotice error={error} onRetry={() => listing.retry()} />
        </div>
      )}
      {count === 0 && !complete && error === undefined && (
        <div className="card-body stack" aria-busy="true">
          <span className="visually-hidden" role="status">
            {words.loading}
          </span>
          <div className="skeleton" />
          <div className="skeleton" />
          <div className="skeleton" />
        </div>
      )}
    </>
  )
}

function Empty(props: { readonly view: View; readonly prefix: string }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The list had the focus.
    if (document.activeElement === document.body) place.current?.focus({ preventScroll: true })
  }, [])
  return (
    <div ref={place} id={emptyListId} tabIndex={-1}>
      <EmptyWords {...props} />
    </div>
  )
}

function EmptyWords({ view, prefix }: { readonly view: View; readonly prefix: string }) {
  const { empty } = words
  if (view === 'versions')
    return (
      <EmptyState icon={<History />} title={empty.versions}>
        {empty.versionsText}
      </EmptyState>
    )
  if (view === 'deleted')
    return (
      <EmptyState icon={<Trash2 />} title={empty.deleted}>
        {empty.deletedText}
      </EmptyState>
    )
  if (view === 'uploads')
    return (
      <EmptyState icon={<Upload />} title={empty.uploads}>
        {empty.uploadsText}
      </EmptyState>
    )
  if (prefix === '')
    return (
      <EmptyState icon={<PackageOpen />} title={empty.bucket}>
        {empty.bucketText}
      </EmptyState>
    )
  if (prefix.endsWith('/'))
    return (
      <EmptyState icon={<Folder />} title={empty.folder}>
        {empty.folderText}
      </EmptyState>
    )
  return (
    <EmptyState icon={<SearchX />} title={empty.search}>
      {empty.searchText}
    </EmptyState>
  )
}
