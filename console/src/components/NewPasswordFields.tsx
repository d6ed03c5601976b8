/** A new password, typed twice. */
import { passwords as words } from '../strings/passwords.ts'
import { TextField } from './TextField.tsx'

interface TypedTwice {
  readonly password: string
  readonly again: string
}

interface NewPasswordFieldsProps {
  readonly value: TypedTwice
  /** What the second field is called. */
  readonly again: string
  readonly autoFocus?: boolean
  onChange(value: TypedTwice): void
}

export function NewPasswordFields({ value, again, autoFocus = false, onChange }: NewPasswordFieldsProps) {
  const rest = { type: 'password', autoComplete: 'new-password', required: true } as const
  const differs = value.again !== '' && value.again !== value.password
  return (
    <>
      <TextField
        {...rest}
        label={words.new}
        hint={words.hint}
        value={value.password}
        onChange={(password) => onChange({ ...value, password })}
        autoFocus={autoFocus}
      />
      <TextField
        {...rest}
        label={again}
        value={value.again}
        onChange={(text) => onChange({ ...value, again: text })}
        error={differs ? words.differs : undefined}
      />
    </>
  )
}
