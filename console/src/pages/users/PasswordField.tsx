/** Where a password comes from: none, one that is made up here, or one that is typed. */
import { ChoiceField } from '../../components/ChoiceField.tsx'
import { TextField } from '../../components/TextField.tsx'
import { users as words } from '../../strings/users.ts'

export interface WantedPassword {
  readonly from: 'none' | 'generated' | 'typed'
  readonly typed: string
}

interface PasswordFieldProps {
  readonly value: WantedPassword
  /** Whether none is a choice. */
  readonly optional: boolean
  onChange(value: WantedPassword): void
}

const choices = [
  { value: 'generated', title: words.passwordGenerated, text: words.passwordGeneratedText },
  { value: 'typed', title: words.passwordTyped, text: words.passwordTypedText },
] as const
const none = { value: 'none', title: words.passwordNone, text: words.passwordNoneText } as const

export function PasswordField({ value, optional, onChange }: PasswordFieldProps) {
  return (
    <>
      <ChoiceField<WantedPassword['from']>
        label={words.password}
        value={value.from}
        options={optional ? [...choices, none] : choices}
        onChange={(from) => onChange({ ...value, from })}
      />
      {value.from === 'typed' && (
        <TextField
          label={words.newPassword}
          type="password"
          value={value.typed}
          onChange={(typed) => onChange({ ...value, typed })}
          autoComplete="new-password"
          required
        />
      )}
    </>
  )
}
