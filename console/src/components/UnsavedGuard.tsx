/** Asks before a page is left on which something has not been saved; one question, however many forms of the page have changes. */
import { useBlocker } from '@tanstack/react-router'
import { createContext, useContext, useEffect, useId, useRef, type ReactNode, type RefObject } from 'react'
import { common } from '../strings/common.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'

/** The forms that have changes. */
type Changed = RefObject<Set<string>>

const Forms = createContext<Changed | null>(null)

export function UnsavedGuard({ children }: { readonly children: ReactNode }) {
  const changed = useRef(new Set<string>())
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: () => changed.current.size > 0,
    enableBeforeUnload: () => changed.current.size > 0,
    withResolver: true,
  })
  return (
    <Forms value={changed}>
      {children}
      <Dialog
        title={common.leaveTitle}
        open={status === 'blocked'}
        onClose={() => reset?.()}
        foot={
          <>
            <Button onClick={() => reset?.()}>{common.leaveStay}</Button>
            <Button kind="danger" onClick={() => proceed?.()}>
              {common.leaveDiscard}
            </Button>
          </>
        }
      >
        <p>{common.leaveText}</p>
      </Dialog>
    </Forms>
  )
}

/** Tells the guard above whether a form has changes. */
export function useUnsaved(changed: boolean): void {
  const id = useId()
  const forms = useContext(Forms)
  useEffect(() => {
    const set = forms?.current
    if (set === undefined || !changed) return undefined
    set.add(id)
    return () => void set.delete(id)
  }, [forms, changed, id])
}
