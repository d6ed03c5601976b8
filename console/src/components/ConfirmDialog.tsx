/** Asks before something is done that cannot be undone; for the worst, the name must be typed. */
import { useState, type ReactNode } from 'react'
import { common } from '../strings/common.ts'
import { FormDialog } from './FormDialog.tsx'
import { TextField } from './TextField.tsx'

interface ConfirmDialogProps {
  readonly title: ReactNode
  readonly open: boolean
  readonly submit: string
  /** Must be typed, where given. */
  readonly typed?: string
  readonly children: ReactNode
  /** What it throws is shown, and the dialog stays. */
  onConfirm(): Promise<unknown>
  onClose(): void
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  return props.open ? <Opened {...props} /> : null
}

function Opened({ title, submit, typed, children, onConfirm, onClose }: ConfirmDialogProps) {
  const [text, setText] = useState('')
  return (
    <FormDialog
      danger
      title={title}
      submit={submit}
      incomplete={typed !== undefined && text !== typed}
      onSubmit={async () => {
        await onConfirm()
        onClose()
      }}
      onClose={onClose}
    >
      <div>{children}</div>
      {typed !== undefined && (
        <TextField
          label={common.typeToConfirm(typed)}
          value={text}
          onChange={setText}
          autoComplete="off"
          mono
          autoFocus
        />
      )}
    </FormDialog>
  )
}
