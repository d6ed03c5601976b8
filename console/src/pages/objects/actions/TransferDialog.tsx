/** Copies or moves to a folder that is chosen by looking, or typed. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { allBucketsQuery } from '../../../api/whole-lists.ts'
import { BucketField } from '../../../components/BucketField.tsx'
import { Checkbox } from '../../../components/Checkbox.tsx'
import { FormDialog } from '../../../components/FormDialog.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { objectActions as words } from '../../../strings/objectActions.ts'
import { folderOf } from '../names.ts'
import type { Target } from './expand.ts'
import { FolderPicker } from './FolderPicker.tsx'
import { targetName } from './target-name.ts'
import { startTransfer, transferFault } from './transfer.ts'

interface TransferDialogProps {
  readonly target: Target
  readonly move: boolean
  onStarted(): void
  onClose(): void
}

export function TransferDialog({ target, move, onStarted, onClose }: TransferDialogProps) {
  const [toBucket, setToBucket] = useState(target.bucket)
  const [folder, setFolder] = useState(folderOf(target.prefix))
  const [overwrite, setOverwrite] = useState(false)
  const toFolder = folder === '' || folder.endsWith('/') ? folder : `${folder}/`
  const transfer = { target, move, toBucket, toFolder, overwrite }
  const fault = transferFault(transfer)
  const name = targetName(target)
  const buckets = useQuery(allBucketsQuery).data ?? []
  const names = buckets.map((bucket) => bucket.name)
  return (
    <FormDialog
      title={move ? words.moveTitle(name) : words.copyTitle(name)}
      description={words.intoOther}
      submit={move ? words.moveSubmit : words.copySubmit}
      incomplete={fault !== undefined}
      onSubmit={() => {
        startTransfer(transfer)
        onStarted()
        onClose()
      }}
      onClose={onClose}
    >
      <BucketField
        label={words.toBucket}
        names={names.includes(toBucket) ? names : [toBucket, ...names]}
        value={toBucket}
        onChange={(bucket) => {
          if (bucket === '') return
          setToBucket(bucket)
          setFolder('')
        }}
      />
      <TextField
        label={words.toFolder}
        hint={words.toFolderHint}
        error={fault}
        value={folder}
        autoComplete="off"
        mono
        onChange={(text) => setFolder(text.toWellFormed())}
      />
      <FolderPicker key={`${toBucket} ${toFolder}`} bucket={toBucket} folder={toFolder} onChange={setFolder} />
      <Checkbox checked={overwrite} onChange={setOverwrite}>
        {words.overwrite}
        <span className="field-hint"> {words.overwriteHint}</span>
      </Checkbox>
    </FormDialog>
  )
}
