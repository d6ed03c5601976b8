/** Makes a folder: an empty object whose key ends with a slash. */
import { useState } from 'react'
import { bucketChanged } from '../../../api/buckets.ts'
import { api } from '../../../api/client.ts'
import { Problem } from '../../../api/problem.ts'
import { Button } from '../../../components/Button.tsx'
import { ErrorNotice } from '../../../components/ErrorNotice.tsx'
import { FormDialog } from '../../../components/FormDialog.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { nameInText } from '../../../components/ObjectName.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { toast } from '../../../components/toasts.ts'
import { objectActions as words } from '../../../strings/objectActions.ts'
import { bytesOf, keySizeMax } from '../names.ts'

interface NewFolderDialogProps {
  readonly bucket: string
  readonly folder: string
  onOpen(folder: string): void
  onClose(): void
}

export function NewFolderDialog({ bucket, folder, onOpen, onClose }: NewFolderDialogProps) {
  const [name, setName] = useState('')
  const key = `${folder}${name}/`
  const fault = name.includes('/') ? words.noSlash : bytesOf(key) > keySizeMax ? words.tooLong(bytesOf(key)) : undefined
  const [refused, setRefused] = useState<unknown>()
  async function create(): Promise<void> {
    setRefused(undefined)
    try {
      await api.PUT('/v1/buckets/{bucket}/object', {
        params: { path: { bucket }, query: { key, overwrite: 'false' } },
        headers: { 'content-type': 'application/x-directory' },
        body: '',
        bodySerializer: (body) => body,
      })
      toast(words.folderCreated(nameInText(name)))
      await bucketChanged(bucket)
      onClose()
    } catch (error) {
      setRefused(error)
    }
  }
  const isVirtual = refused instanceof Problem && refused.status === 400
  return (
    <FormDialog
      title={words.newFolder}
      submit={words.createFolder}
      incomplete={name === '' || fault !== undefined}
      onSubmit={create}
      onClose={onClose}
    >
      <TextField
        label={words.folderName}
        hint={words.newFolderHint(nameInText(folder === '' ? bucket : folder))}
        value={name}
        error={fault}
        autoComplete="off"
        autoFocus
        onChange={(text) => {
          setName(text.toWellFormed())
          setRefused(undefined)
        }}
      />
      {refused !== undefined && !isVirtual && <ErrorNotice error={refused} />}
      {isVirtual && (
        <Notice tone="warning" live>
          <p>{words.virtualFolder}</p>
          <div>
            <Button
              size="small"
              onClick={() => {
                onOpen(key)
                onClose()
              }}
            >
              {words.openFolder}
            </Button>
          </div>
        </Notice>
      )}
    </FormDialog>
  )
}
