/** What can be done with the object that is looked at. */
import { ArrowDownToLine, Copy, FolderInput, PencilLine, RotateCcw, Trash2 } from 'lucide-react'
import type { Bucket } from '../../../api/buckets.ts'
import { Button } from '../../../components/Button.tsx'
import { Menu } from '../../../components/Menu.tsx'
import { objectDetails } from '../../../strings/objectDetails.ts'
import { objects as words } from '../../../strings/objects.ts'
import type { Action } from '../actions/ActionDialog.tsx'
import { startDownload } from '../actions/download.ts'
import type { Target } from '../actions/expand.ts'
import { startRestoreVersions } from '../actions/restore.ts'
import { folderOf } from '../names.ts'
import type { Row } from '../list/rows.ts'
import type { Browser } from '../useBrowser.ts'
import type { StoredObject } from './useObject.ts'

interface ObjectActionsProps {
  readonly bucket: Bucket
  readonly browser: Browser
  readonly object: StoredObject
  onAction(action: Action): void
}

export function ObjectActions({ bucket, browser, object, onAction }: ObjectActionsProps) {
  const { version } = browser
  const isOld = version !== undefined
  const row: Row = {
    ...{ id: object.key, kind: 'object', name: object.key, size: object.size, time: object.modified },
    ...{ versionId: version ?? null, latest: !isOld },
  }
  const target: Target = {
    ...{ bucket: bucket.name, view: isOld ? 'versions' : 'current', prefix: folderOf(object.key) },
    ...{ rows: [row], everything: false },
  }
  const act = (kind: Action['kind']) => (): void => onAction({ kind, target, onStarted: browser.closeObject })
  return (
    <div className="row">
      <Button icon={<ArrowDownToLine aria-hidden="true" />} kind="primary" onClick={() => void startDownload(target)}>
        {words.download}
      </Button>
      {isOld ? (
        <Button
          icon={<RotateCcw aria-hidden="true" />}
          onClick={() => {
            startRestoreVersions(target)
            browser.openObject(object.key)
          }}
        >
          {objectDetails.restore}
        </Button>
      ) : null}
      <Button icon={<Trash2 aria-hidden="true" />} onClick={act('delete')}>
        {isOld ? words.deleteForEver : words.delete}
      </Button>
      {!isOld && (
        <Menu
          label={words.menuOf(object.key)}
          groups={[
            [
              { label: words.rename, icon: <PencilLine />, onSelect: act('rename') },
              { label: words.copy, icon: <Copy />, onSelect: act('copy') },
              { label: words.move, icon: <FolderInput />, onSelect: act('move') },
            ],
          ]}
        />
      )}
    </div>
  )
}
