/** A form in which something is edited: nothing has an effect until Save is pressed, and what is not saved is said. */
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { common } from '../strings/common.ts'
import { Button } from './Button.tsx'
import { ErrorNotice } from './ErrorNotice.tsx'
import { toast } from './toasts.ts'
import type { Draft } from './useDraft.ts'

export interface DraftFormProps<T> {
  readonly draft: Draft<T>
  /** It can be looked at, and not changed. */
  readonly readOnly?: boolean
  /** What is entered will not do yet. */
  readonly incomplete?: boolean
  /** What is said when it is done. */
  readonly done?: string
  readonly children: ReactNode
  /** Saves, and has all that shows it asked for again; what it throws is shown. Null: nothing was saved, and nothing went wrong. */
  onSave(value: T): Promise<unknown>
}

interface Framed<T> extends DraftFormProps<T> {
  readonly label?: string
  /** What the fields and their buttons stand in. */
  frame?(fields: ReactNode, buttons: ReactNode): ReactNode
}

export function DraftForm<T>(props: Framed<T>) {
  const { label, draft, readOnly = false, incomplete = false, done = common.saved, frame = plain } = props
  const save = useMutation({
    mutationFn: () => props.onSave(draft.value),
    onSuccess(answer) {
      if (answer === null) return
      draft.discard()
      toast(done)
    },
  })
  return (
    <form
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        if (draft.changed && !incomplete && !save.isPending) save.mutate()
      }}
    >
      {frame(
        <>
          <fieldset className="stack" disabled={readOnly || save.isPending}>
            {props.children}
          </fieldset>
          {save.error && <ErrorNotice error={save.error} />}
        </>,
        readOnly ? undefined : (
          <>
            <span className="soft small draft-note" role="status">
              {draft.changed ? common.unsaved : ''}
            </span>
            {draft.changed && (
              <Button
                disabled={save.isPending}
                onClick={() => {
                  save.reset()
                  draft.discard()
                }}
              >
                {common.discard}
              </Button>
            )}
            <Button type="submit" kind="primary" busy={save.isPending} disabled={!draft.changed || incomplete}>
              {common.save}
            </Button>
          </>
        ),
      )}
    </form>
  )
}

const plain = (fields: ReactNode, buttons: ReactNode) => (
  <div className="stack">
    {fields}
    {buttons !== undefined && <div className="row draft-buttons">{buttons}</div>}
  </div>
)
