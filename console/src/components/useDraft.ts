/** What is being edited, beside what is saved: nothing of it holds until it is saved, and it can be thrown away. */
import { useState } from 'react'
import { useUnsaved } from './UnsavedGuard.tsx'

export interface Draft<T> {
  readonly value: T
  readonly changed: boolean
  set(value: T): void
  discard(): void
}

/** `saved` is what the server has; as long as nothing is edited, that is shown, also where it changes. */
export function useDraft<T>(saved: T): Draft<T> {
  const [edited, setEdited] = useState<{ readonly value: T } | null>(null)
  const changed = edited !== null && JSON.stringify(edited.value) !== JSON.stringify(saved)
  useUnsaved(changed)
  return {
    value: edited === null ? saved : edited.value,
    changed,
    set: (value) => setEdited({ value }),
    discard: () => setEdited(null),
  }
}
