/** A bucket with one of its lists, and the dialog or the details that are open. */
import { useState } from 'react'
import type { Bucket } from '../../api/buckets.ts'
import { toast } from '../../components/toasts.ts'
import { objects as words } from '../../strings/objects.ts'
import { DropZone } from '../../uploads/DropZone.tsx'
import { UploadButton } from '../../uploads/UploadButton.tsx'
import { ActionDialog, type Action } from './actions/ActionDialog.tsx'
import type { Target } from './actions/expand.ts'
import { rowMenu } from './actions/row-menu.tsx'
import { startDownload } from './actions/download.ts'
import { BucketHeader } from '../buckets/BucketHeader.tsx'
import { Breadcrumbs } from './Breadcrumbs.tsx'
import { DetailsSheet } from './details/DetailsSheet.tsx'
import { FindBar } from './FindBar.tsx'
import { ListStatus } from './ListStatus.tsx'
import { ListView } from './list/ListView.tsx'
import type { Row } from './list/rows.ts'
import { useListing } from './list/useListing.ts'
import { NewFolderButton } from './NewFolderButton.tsx'
import { useSelection } from './selection.ts'
import { SelectionBar } from './SelectionBar.tsx'
import type { Browser } from './useBrowser.ts'
import { ViewTabs } from './ViewTabs.tsx'

export function BrowserView({ bucket, browser }: { readonly bucket: Bucket; readonly browser: Browser }) {
  const { prefix, folder, view, key } = browser
  const listing = useListing(view, bucket.name, prefix)
  const selection = useSelection(`${bucket.name}\n${view}\n${prefix}`)
  const [action, setAction] = useState<Action>()
  const targetOf = (rows: readonly Row[]): Target => ({ bucket: bucket.name, view, prefix, rows, everything: false })
  const chosen: Target = { ...targetOf([...selection.rows.values()]), everything: selection.everything }

  function open(row: Row): void {
    if (row.kind === 'folder') browser.openFolder(row.name)
    else if (row.kind === 'object') browser.openObject(row.name, view === 'versions' ? row.versionId : undefined)
    else if (!selection.has(row)) selection.toggle(row)
  }

  return (
    <div className="page">
      <BucketHeader
        bucket={bucket.name}
        actions={
          <>
            <NewFolderButton bucket={bucket.name} folder={folder} onOpen={browser.openFolder} />
            <UploadButton bucket={bucket.name} prefix={folder} />
          </>
        }
      />
      <DropZone bucket={bucket.name} prefix={folder}>
        <section className="card object-card" aria-label={words.views[view]}>
          <ViewTabs bucket={bucket} view={view} onChange={browser.setView} />
          <div className="object-bar">
            <Breadcrumbs bucket={bucket.name} folder={folder} onOpen={browser.openFolder} />
            <FindBar key={`${view} ${folder}`} browser={browser} />
          </div>
          {!selection.empty && <SelectionBar selection={selection} target={chosen} onAction={setAction} />}
          <ListView
            {...{ listing, view, prefix, selection }}
            bucket={bucket.name}
            menuOf={(row) =>
              rowMenu(row, {
                bucket,
                target: targetOf([row]),
                open,
                onAction: setAction,
                onDownload: (target) => void startDownload(target),
              })
            }
            onOpen={open}
            onTooMany={() => toast(words.tooMany, 'danger')}
          />
          <ListStatus listing={listing} />
        </section>
      </DropZone>
      {action !== undefined && (
        <ActionDialog
          key={action.kind}
          {...{ bucket, action }}
          onStarted={selection.clear}
          onClose={() => setAction(undefined)}
        />
      )}
      {key !== undefined && (
        <DetailsSheet
          key={`${key}\n${browser.version}`}
          bucket={bucket}
          browser={browser}
          objectKey={key}
          onAction={setAction}
        />
      )}
    </div>
  )
}
