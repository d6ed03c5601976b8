/** A button to make something: a dialog asks for what is needed, and what was made is shown then, be it the only time. */
import { useState, type ComponentProps, type ReactNode } from 'react'
import { Button } from './Button.tsx'

export interface Making<T> {
  /** Undefined: there is nothing to be shown. */
  onMade(made: T | undefined): void
  onClose(): void
}

interface MakeButtonProps<T> extends Omit<ComponentProps<typeof Button>, 'onClick'> {
  dialog(making: Making<T>): ReactNode
  shown(made: T, onClose: () => void): ReactNode
}

export function MakeButton<T>({ dialog, shown, ...button }: MakeButtonProps<T>) {
  const [asking, setAsking] = useState(false)
  const [made, setMade] = useState<T>()
  const onMade = (now: T | undefined): void => {
    setAsking(false)
    setMade(now)
  }
  return (
    <>
      <Button {...button} onClick={() => setAsking(true)} />
      {asking && dialog({ onMade, onClose: () => setAsking(false) })}
      {made !== undefined && shown(made, () => setMade(undefined))}
    </>
  )
}
