/** A choice from a list, by the browser's own control. */
import type { ReactNode } from 'react'
import { Field } from './Field.tsx'

interface SelectFieldProps<T extends string> {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly disabled?: boolean
  onChange(value: T): void
}

export function SelectField<T extends string>(props: SelectFieldProps<T>) {
  const { label, hint, error, value, options, disabled, onChange } = props
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <select
          {...control}
          className="input"
          value={value}
          disabled={disabled}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value)
            if (chosen !== undefined) onChange(chosen.value)
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
