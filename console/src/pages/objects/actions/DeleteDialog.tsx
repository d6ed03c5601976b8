/** Asks before anything is deleted, and says whether it can be undone, and how. */
import { useState } from 'react'
import type { Bucket } from '../../../api/buckets.ts'
import { Checkbox } from '../../../components/Checkbox.tsx'
import { ConfirmDialog } from '../../../components/ConfirmDialog.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { ObjectName } from '../../../components/ObjectName.tsx'
import { objectActions as words } from '../../../strings/objectActions.ts'
import { leafOf } from '../names.ts'
import { startDelete } from './delete.ts'
import { isOpenEnded, type Target } from './expand.ts'
import { targetName } from './target-name.ts'
import { useUndo } from './useUndo.ts'

interface DeleteDialogProps {
  readonly bucket: Bucket
  readonly target: Target
  /** It has begun. */
  onStarted(): void
  onClose(): void
}

/** Named one by one. */
const namedMax = 8

export function DeleteDialog({ bucket, target, onStarted, onClose }: DeleteDialogProps) {
  const { view, rows } = target
  const [bypass, setBypass] = useState(false)
  const undo = useUndo(bucket)
  const undoable = view === 'current' && undo.possible
  const openEnded = isOpenEnded(target)
  const texts = {
    current: undo.text,
    versions: rows.some(({ kind }) => kind === 'marker') ? `${words.forEver} ${words.forEverMarkers}` : words.forEver,
    deleted: words.purge,
    uploads: words.abortText,
  }
  return (
    <ConfirmDialog
      open
      title={words.deleteTitle[view](targetName(target))}
      submit={words.deleteSubmit[view]}
      {...(openEnded && !undoable && view !== 'uploads' && { typed: bucket.name })}
      onConfirm={async () => {
        startDelete(target, bypass)
        onStarted()
        await Promise.resolve()
      }}
      onClose={onClose}
    >
      <div className="stack">
        {rows.length > 1 && (
          <ul className="chosen-names">
            {rows.slice(0, namedMax).map((row) => (
              <li key={row.id}>
                <ObjectName name={leafOf(row.name)} />
              </li>
            ))}
            {rows.length > namedMax && <li>{words.andMore(rows.length - namedMax)}</li>}
          </ul>
        )}
        {openEnded && <p>{words.allBelow}</p>}
        <Notice tone={undoable ? 'info' : 'warning'}>{texts[view]}</Notice>
        {view === 'versions' && bucket.object_lock && (
          <Checkbox checked={bypass} onChange={setBypass}>
            {words.bypass}
          </Checkbox>
        )}
      </div>
    </ConfirmDialog>
  )
}
