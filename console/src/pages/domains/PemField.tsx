/** A text in PEM, typed or taken from a file. */
import { useId } from 'react'
import { TextField } from '../../components/TextField.tsx'
import { domains as words } from '../../strings/domains.ts'

interface PemFieldProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  onChange(value: string): void
}

/** More than that the server does not take, and a page need not read. */
const sizeMax = 65_536

export function PemField({ label, hint, value, onChange }: PemFieldProps) {
  const id = useId()
  return (
    <div className="stack-small">
      <TextField label={label} hint={hint} value={value} onChange={onChange} lines={5} mono required />
      <label className="small soft" htmlFor={id}>
        {words.fromFile}
      </label>
      <input
        id={id}
        type="file"
        className="small"
        accept=".pem,.crt,.cer,.key,application/x-pem-file"
        aria-label={words.fileFor(label)}
        onChange={async (event) => {
          const file = event.target.files?.[0]
          if (file !== undefined) onChange(await file.slice(0, sizeMax).text())
        }}
      />
    </div>
  )
}
