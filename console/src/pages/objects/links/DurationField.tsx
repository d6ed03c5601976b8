/** A number and its unit. */
import { Field } from '../../../components/Field.tsx'
import { objectLinks as words } from '../../../strings/objectLinks.ts'
import type { Duration } from './duration.ts'

interface DurationFieldProps {
  readonly value: Duration
  readonly error?: string | undefined
  readonly disabled?: boolean
  onChange(value: Duration): void
}

export function DurationField({ value, error, disabled = false, onChange }: DurationFieldProps) {
  return (
    <Field label={words.expires} error={error}>
      {(control) => (
        <div className="input-group duration">
          <input
            {...control}
            className="input"
            inputMode="numeric"
            value={value.amount}
            disabled={disabled}
            autoComplete="off"
            onChange={(event) => onChange({ ...value, amount: event.target.value })}
          />
          <select
            className="input"
            aria-label={words.unit}
            value={value.unit}
            disabled={disabled}
            onChange={(event) => {
              const unit = units.find((name) => name === event.target.value)
              if (unit !== undefined) onChange({ ...value, unit })
            }}
          >
            {units.map((unit) => (
              <option key={unit} value={unit}>
                {words.units[unit]}
              </option>
            ))}
          </select>
        </div>
      )}
    </Field>
  )
}

const units = ['minutes', 'hours', 'days'] as const
