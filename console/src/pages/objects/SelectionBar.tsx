/** What is chosen, and what can be done with it. */
import { ArrowDownToLine, Copy, FolderInput, RotateCcw, Trash2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../../components/Button.tsx'
import { formatBytes } from '../../components/format.ts'
import { IconButton } from '../../components/IconButton.tsx'
import { objects as words } from '../../strings/objects.ts'
import type { Action } from './actions/ActionDialog.tsx'
import { startUndelete, startUndeleteMarkers } from './actions/delete.ts'
import { canDownload, startDownload } from './actions/download.ts'
import type { Target } from './actions/expand.ts'
import { startRestoreVersions } from './actions/restore.ts'
import type { SelectionState } from './selection.ts'

interface SelectionBarProps {
  readonly selection: SelectionState
  readonly target: Target
  onAction(action: Action): void
}

export function SelectionBar({ selection, target, onAction }: SelectionBarProps) {
  const { everything } = selection
  const { view, rows } = target
  const bytes = rows.reduce((sum, { size = 0 }) => sum + size, 0)
  const act = (kind: Action['kind']) => (): void => onAction({ kind, target })
  const deleteWords = {
    current: words.delete,
    versions: words.deleteForEver,
    deleted: words.purge,
    uploads: words.abort,
  }
  return (
    <div className="selection-bar" role="region" aria-label={words.selectionLabel}>
      <p role="status">
        {everything ? words.everythingChosen : words.selected(rows.length)}
        {!everything && bytes > 0 && <span className="soft"> · {formatBytes(bytes)}</span>}
      </p>
      <div className="row">
        <ViewActions selection={selection} target={target} onAction={onAction} />
        <Button size="small" icon={<Trash2 aria-hidden="true" />} onClick={act('delete')}>
          {deleteWords[view]}
        </Button>
        {!everything && (
          <Button size="small" kind="quiet" onClick={selection.setEverything}>
            {words.chooseAll}
          </Button>
        )}
        <IconButton label={words.clear} icon={<X />} size="small" onClick={selection.clear} />
      </div>
    </div>
  )
}

/** What can be done in this view, beside deleting. */
function ViewActions({ selection, target, onAction }: SelectionBarProps) {
  const begin = (start: (target: Target) => void) => (): void => {
    start(target)
    selection.clear()
  }
  const act = (kind: Action['kind']) => (): void => onAction({ kind, target })
  const restore = { size: 'small', icon: <RotateCcw aria-hidden="true" /> } as const
  const { view, rows } = target
  const hasMarkers = selection.everything || rows.some(({ kind }) => kind === 'marker' || kind === 'folder')
  const hasObjects = rows.some(({ kind, latest }) => kind === 'object' && latest === false)
  const actions: Readonly<Record<Target['view'], ReactNode>> = {
    current: (
      <>
        {canDownload(target) && (
          <Button size="small" icon={<ArrowDownToLine aria-hidden="true" />} onClick={() => void startDownload(target)}>
            {words.download}
          </Button>
        )}
        <Button size="small" icon={<Copy aria-hidden="true" />} onClick={act('copy')}>
          {words.copy}
        </Button>
        <Button size="small" icon={<FolderInput aria-hidden="true" />} onClick={act('move')}>
          {words.move}
        </Button>
      </>
    ),
    versions: (
      <>
        {hasObjects && (
          <Button {...restore} onClick={begin(startRestoreVersions)}>
            {words.restoreVersion}
          </Button>
        )}
        {hasMarkers && (
          <Button {...restore} onClick={begin(startUndeleteMarkers)}>
            {words.removeMarker}
          </Button>
        )}
      </>
    ),
    deleted: (
      <Button {...restore} onClick={begin(startUndelete)}>
        {words.restore}
      </Button>
    ),
    uploads: null,
  }
  return actions[view]
}
