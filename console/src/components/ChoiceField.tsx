/** One of a few things, each with a sentence on what it means. */
import { useId, type ReactNode } from 'react'

interface ChoiceFieldProps<T extends string> {
  readonly label: ReactNode
  readonly value: T
  readonly options: readonly { readonly value: T; readonly title: string; readonly text?: ReactNode }[]
  readonly disabled?: boolean
  onChange(value: T): void
}

export function ChoiceField<T extends string>({ label, value, options, disabled, onChange }: ChoiceFieldProps<T>) {
  const name = useId()
  return (
    <fieldset disabled={disabled}>
      <legend>{label}</legend>
      {options.map((option) => (
        <label className="choice" key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            <span className="choice-title">{option.title}</span>
            {option.text !== undefined && <span className="field-hint"> {option.text}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
