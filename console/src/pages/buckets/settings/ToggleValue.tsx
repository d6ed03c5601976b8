/** The value of a toggle on a bucket, or that it is inherited. */
import { bucketSettings } from '../../../strings/bucketSettings.ts'

interface ToggleValueProps {
  readonly name: string
  /** Null for a number. */
  readonly values: readonly string[] | null
  readonly inherited: string
  /** Empty: as inherited. */
  readonly value: string
  onChange(value: string): void
}

export function ToggleValue({ name, values, inherited, value, onChange }: ToggleValueProps) {
  const told = bucketSettings.profile.inherit(inherited)
  const control = {
    className: 'input toggle-value',
    'aria-label': name,
    value,
    'data-set': value === '' ? undefined : '',
  }
  if (values === null)
    return <input {...control} placeholder={told} onChange={(event) => onChange(event.target.value)} />
  return (
    <select {...control} onChange={(event) => onChange(event.target.value)}>
      <option value="">{told}</option>
      {values.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  )
}
