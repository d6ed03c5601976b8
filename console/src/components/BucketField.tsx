/** A bucket of the account, from a list; where there are many, found by a part of its name. */
import { useState } from 'react'
import { bucketField as words } from '../strings/bucketField.ts'
import { SelectField } from './SelectField.tsx'
import { TextField } from './TextField.tsx'

interface BucketFieldProps {
  readonly label: string
  readonly hint?: string
  readonly names: readonly string[]
  /** Empty as long as none is chosen. */
  readonly value: string
  /** What stands in the list for no bucket at all, where that is a choice. */
  readonly none?: string
  onChange(name: string): void
}

/** A list that is longer is searched. */
const plainMax = 8

export function BucketField({ label, hint, names, value, none = words.choose, onChange }: BucketFieldProps) {
  const [part, setPart] = useState('')
  const found = names.filter((name) => name.toLowerCase().includes(part.trim().toLowerCase()))
  // What is chosen stays to be seen.
  const shown = value === '' || found.includes(value) ? found : [value, ...found]
  return (
    <div className="stack-small">
      {names.length > plainMax && (
        <TextField
          label={words.find}
          type="search"
          value={part}
          onChange={(text) => {
            setPart(text)
            const matching = names.filter((name) => name.toLowerCase().includes(text.trim().toLowerCase()))
            if (text.trim() !== '' && matching.length === 1) onChange(matching[0]!)
          }}
          autoComplete="off"
          error={found.length === 0 ? words.noMatch : undefined}
        />
      )}
      <SelectField
        label={label}
        {...(hint !== undefined && { hint })}
        value={value}
        options={[{ value: '', label: none }, ...shown.map((name) => ({ value: name, label: name }))]}
        onChange={onChange}
      />
    </div>
  )
}
