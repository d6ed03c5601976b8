/** What can be done with one row. */
import {
  ArrowDownToLine,
  Copy,
  FolderInput,
  FolderOpen,
  Link,
  PanelRight,
  PencilLine,
  RotateCcw,
  Trash2,
  Upload,
} from 'lucide-react'
import type { Bucket } from '../../../api/buckets.ts'
import type { MenuItem } from '../../../components/Menu.tsx'
import { toast } from '../../../components/toasts.ts'
import { common } from '../../../strings/common.ts'
import { objects as words } from '../../../strings/objects.ts'
import { uploads } from '../../../strings/uploads.ts'
import { continueUpload } from '../../../uploads/interrupted.ts'
import type { Row } from '../list/rows.ts'
import type { Action } from './ActionDialog.tsx'
import { startUndelete, startUndeleteMarkers } from './delete.ts'
import type { Target } from './expand.ts'
import { startRestoreVersions } from './restore.ts'

interface RowMenuOptions {
  readonly bucket: Bucket
  /** The row alone. */
  readonly target: Target
  open(row: Row): void
  onAction(action: Action): void
  onDownload(target: Target): void
}

type Groups = readonly (readonly MenuItem[])[]

export function rowMenu(row: Row, options: RowMenuOptions): Groups {
  const { target, open, onAction, onDownload } = options
  const act = (label: string, icon: MenuItem['icon'], kind: Action['kind'], danger = false): MenuItem => ({
    ...{ label, icon, danger, onSelect: () => onAction({ kind, target }) },
  })
  const openItem: MenuItem =
    row.kind === 'folder'
      ? { label: words.open, icon: <FolderOpen />, onSelect: () => open(row) }
      : { label: words.details, icon: <PanelRight />, onSelect: () => open(row) }
  const download: MenuItem = {
    ...{ label: words.download, icon: <ArrowDownToLine />, onSelect: () => onDownload(target) },
  }
  if (target.view === 'versions') return versionMenu(row, { act, openItem, download, target })
  if (row.kind === 'deleted') {
    const restore = { label: words.restore, icon: <RotateCcw />, onSelect: () => startUndelete(target) }
    return [[restore], [act(words.purge, <Trash2 />, 'delete', true)]]
  }
  if (row.kind === 'upload') return [[continueItem(row, target)], [act(words.abort, <Trash2 />, 'delete', true)]]
  return [
    [openItem, download, act(words.link, <Link />, 'link')],
    [
      act(words.rename, <PencilLine />, 'rename'),
      act(words.copy, <Copy />, 'copy'),
      act(words.move, <FolderInput />, 'move'),
    ],
    [act(words.delete, <Trash2 />, 'delete', true)],
  ]
}

const continueItem = ({ name, uploadId = '' }: Row, { bucket }: Target): MenuItem => ({
  label: uploads.continueWithFile,
  icon: <Upload />,
  onSelect() {
    continueUpload({ bucket, key: name, uploadId }).catch((error: unknown) =>
      toast(error instanceof Error ? error.message : common.failed, 'danger'),
    )
  },
})

interface VersionMenuOptions {
  act(label: string, icon: MenuItem['icon'], kind: Action['kind'], danger?: boolean): MenuItem
  readonly openItem: MenuItem
  readonly download: MenuItem
  readonly target: Target
}

function versionMenu(row: Row, { act, openItem, download, target }: VersionMenuOptions): Groups {
  const undelete = { label: words.removeMarker, icon: <RotateCcw />, onSelect: () => startUndeleteMarkers(target) }
  const forEver = act(words.deleteForEver, <Trash2 />, 'delete', true)
  if (row.kind === 'folder') return [[openItem, undelete], [forEver]]
  if (row.kind === 'marker') {
    return row.latest === true ? [[undelete]] : [[act(words.deleteMarker, <Trash2 />, 'delete', true)]]
  }
  const restore = { label: words.restoreVersion, icon: <RotateCcw />, onSelect: () => startRestoreVersions(target) }
  return [row.latest === true ? [openItem, download] : [openItem, download, restore], [forEver]]
}
