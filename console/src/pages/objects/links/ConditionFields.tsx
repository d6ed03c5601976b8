/** What is rarely asked of whoever opens a link. */
import { TextField } from '../../../components/TextField.tsx'
import { objectLinks as words } from '../../../strings/objectLinks.ts'
import { isNumber, type Conditions } from './conditions.ts'

interface ConditionFieldsProps {
  readonly value: Conditions
  onChange(value: Conditions): void
}

export function ConditionFields({ value, onChange }: ConditionFieldsProps) {
  const field = (name: keyof Conditions, label: string, hint: string, isAmount = false) => (
    <TextField
      label={label}
      hint={hint}
      value={value[name]}
      autoComplete="off"
      {...(isAmount && { inputMode: 'numeric' })}
      error={isAmount && !isNumber(value[name]) ? words.expiresBad : undefined}
      onChange={(text) => onChange({ ...value, [name]: text })}
    />
  )
  return (
    <details className="more-fields">
      <summary>{words.more}</summary>
      <div className="stack">
        {field('notBefore', words.notBefore, words.notBeforeHint, true)}
        {field('ip', words.ip, words.ipHint)}
        {field('referer', words.referer, words.refererHint)}
        {field('country', words.country, words.countryHint)}
        {field('rate', words.rate, words.rateHint, true)}
      </div>
    </details>
  )
}
