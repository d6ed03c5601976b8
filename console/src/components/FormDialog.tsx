/** A dialog with a form: Enter sends it, it is busy meanwhile, and what is refused is said in it. It keeps nothing of what it sends. */
import { useId, useState, type ReactNode } from 'react'
import { common } from '../strings/common.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { ErrorNotice } from './ErrorNotice.tsx'

interface FormDialogProps {
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly kind?: 'dialog' | 'wide'
  readonly submit: string
  readonly danger?: boolean
  /** Nothing can be sent yet. */
  readonly incomplete?: boolean
  readonly children?: ReactNode
  /** What it throws is shown, and the dialog stays. */
  onSubmit(): Promise<void> | void
  onClose(): void
}

export function FormDialog(props: FormDialogProps) {
  const { title, description, kind, submit, danger = false, incomplete = false, children } = props
  const form = useId()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function send(): Promise<void> {
    setBusy(true)
    setError(undefined)
    try {
      await props.onSubmit()
    } catch (refused) {
      setError(refused)
    }
    setBusy(false)
  }
  return (
    <Dialog
      title={title}
      description={description}
      open
      {...(kind && { kind })}
      onClose={props.onClose}
      foot={
        <>
          <Button onClick={props.onClose}>{common.cancel}</Button>
          <Button type="submit" form={form} kind={danger ? 'danger' : 'primary'} busy={busy} disabled={incomplete}>
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy && !incomplete) void send()
        }}
      >
        {children}
        {error !== undefined && <ErrorNotice error={error} />}
      </form>
    </Dialog>
  )
}
