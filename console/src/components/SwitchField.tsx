/** Something that is on or off, with a sentence on what that means. */
import { Switch } from 'radix-ui'
import { useId, type ReactNode } from 'react'

interface SwitchFieldProps {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly checked: boolean
  readonly disabled?: boolean
  onChange(checked: boolean): void
}

export function SwitchField({ label, hint, checked, disabled = false, onChange }: SwitchFieldProps) {
  const id = useId()
  return (
    <div className="switch-row">
      <div className="field">
        <label htmlFor={id}>{label}</label>
        {hint !== undefined && (
          <div className="field-hint" id={`${id}-hint`}>
            {hint}
          </div>
        )}
      </div>
      <Switch.Root
        id={id}
        className="switch"
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      >
        <Switch.Thumb className="switch-thumb" />
      </Switch.Root>
    </div>
  )
}
