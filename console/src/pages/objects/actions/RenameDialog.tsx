/** Gives an object or a folder another name. */
import { useState } from 'react'
import { Checkbox } from '../../../components/Checkbox.tsx'
import { FormDialog } from '../../../components/FormDialog.tsx'
import { nameInText } from '../../../components/ObjectName.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { objectActions as words } from '../../../strings/objectActions.ts'
import { bytesOf, folderOf, keySizeMax, leafOf, parentOf } from '../names.ts'
import type { Target } from './expand.ts'
import { startTransfer, transferFault, type Transfer } from './transfer.ts'

interface RenameDialogProps {
  readonly target: Target
  onStarted(newKey: string): void
  onClose(): void
}

export function RenameDialog({ target, onStarted, onClose }: RenameDialogProps) {
  const row = target.rows[0]!
  const isFolder = row.kind === 'folder'
  const folder = isFolder ? parentOf(row.name) : folderOf(row.name)
  const before = isFolder ? leafOf(row.name).slice(0, -1) : row.name.slice(folder.length)
  const [name, setName] = useState(before)
  const [overwrite, setOverwrite] = useState(false)
  const transfer: Transfer = {
    ...{ target, move: true, toBucket: target.bucket, toFolder: folder, overwrite, newName: name },
  }
  const size = bytesOf(folder + name)
  const fault = size > keySizeMax ? words.tooLong(size) : name === before ? undefined : transferFault(transfer)
  return (
    <FormDialog
      title={`${words.rename} ${nameInText(leafOf(row.name))}`}
      submit={words.rename}
      incomplete={(name === '' && !isFolder) || name === before || fault !== undefined}
      onSubmit={() => {
        startTransfer(transfer)
        onStarted(`${folder}${name}${isFolder ? '/' : ''}`)
        onClose()
      }}
      onClose={onClose}
    >
      <TextField
        label={words.newName}
        hint={isFolder ? words.renameFolderHint : words.renameHint}
        value={name}
        error={fault}
        autoComplete="off"
        autoFocus
        onChange={(text) => setName(text.toWellFormed())}
      />
      <Checkbox checked={overwrite} onChange={setOverwrite}>
        {words.overwrite}
        <span className="field-hint"> {words.overwriteHint}</span>
      </Checkbox>
    </FormDialog>
  )
}
