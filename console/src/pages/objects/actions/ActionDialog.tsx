/** The dialog of what was asked for. */
import type { Bucket } from '../../../api/buckets.ts'
import { LinkDialog } from '../links/LinkDialog.tsx'
import { DeleteDialog } from './DeleteDialog.tsx'
import type { Target } from './expand.ts'
import { RenameDialog } from './RenameDialog.tsx'
import { TransferDialog } from './TransferDialog.tsx'

export interface Action {
  readonly kind: 'delete' | 'rename' | 'copy' | 'move' | 'link'
  readonly target: Target
  /** It has begun; a rename says the new key. */
  onStarted?(newKey?: string): void
}

interface ActionDialogProps {
  readonly bucket: Bucket
  readonly action: Action
  onStarted(): void
  onClose(): void
}

export function ActionDialog({ bucket, action, onStarted, onClose }: ActionDialogProps) {
  const { kind, target } = action
  const started = (newKey?: string): void => {
    onStarted()
    action.onStarted?.(newKey)
  }
  if (kind === 'delete') return <DeleteDialog {...{ bucket, target, onClose }} onStarted={() => started()} />
  if (kind === 'rename') return <RenameDialog {...{ target, onClose }} onStarted={started} />
  if (kind === 'link') return <LinkDialog {...{ bucket, onClose }} row={target.rows[0]!} />
  return <TransferDialog {...{ target, onClose }} move={kind === 'move'} onStarted={() => started()} />
}
