/** A field for a line of text, or several lines. */
import type { ComponentProps, ReactNode } from 'react'
import { Field } from './Field.tsx'

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange' | 'value'> {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly value: string
  /** Lines that it shows: more than one makes a text area. */
  readonly lines?: number
  readonly mono?: boolean
  onChange(value: string): void
}

export function TextField({ label, hint, error, value, lines = 1, mono = false, onChange, ...rest }: TextFieldProps) {
  const className = mono ? 'input mono' : 'input'
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) =>
        lines > 1 ? (
          <textarea
            {...control}
            className={className}
            rows={lines}
            value={value}
            readOnly={rest.readOnly}
            required={rest.required}
            disabled={rest.disabled}
            placeholder={rest.placeholder}
            spellCheck={!mono}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <input
            {...control}
            {...(mono && { spellCheck: false, autoCapitalize: 'off', autoCorrect: 'off' })}
            {...rest}
            className={className}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )
      }
    </Field>
  )
}
