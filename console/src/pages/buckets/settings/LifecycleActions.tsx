/** What a lifecycle rule does, in a form. */
import { member, numberText, textOf, typedNumber, type Json } from '../../../api/bucketSettings.ts'
import { Checkbox } from '../../../components/Checkbox.tsx'
import { SelectField } from '../../../components/SelectField.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { lifecycle as words } from '../../../strings/lifecycle.ts'
import { withMember } from './rules.ts'

interface LifecycleActionsProps {
  readonly rule: Json
  onChange(rule: Json): void
}

export function LifecycleActions({ rule, onChange }: LifecycleActionsProps) {
  /** An action with a member changed; one without members is none. */
  function setIn(action: string, name: string, value: unknown): void {
    const changed = withMember(member(rule, action) ?? {}, name, value)
    onChange(withMember(rule, action, Object.keys(changed).length === 0 ? undefined : changed))
  }
  const number = (action: string, name: string) => ({
    inputMode: 'numeric' as const,
    value: numberText(member(rule, action)?.[name]),
    onChange: (text: string) => setIn(action, name, typedNumber(text, member(rule, action)?.[name])),
  })
  const expiration = member(rule, 'Expiration')
  const markers = expiration?.['ExpiredObjectDeleteMarker'] === true
  return (
    <>
      <Expiration rule={rule} onChange={onChange} />
      <div className="fields">
        <TextField
          {...number('NoncurrentVersionExpiration', 'NoncurrentDays')}
          label={words.noncurrent}
          hint={words.noncurrentHint}
        />
        <TextField
          {...number('NoncurrentVersionExpiration', 'NewerNoncurrentVersions')}
          label={words.keep}
          hint={words.keepHint}
        />
        <TextField
          {...number('AbortIncompleteMultipartUpload', 'DaysAfterInitiation')}
          label={words.abort}
          hint={words.abortHint}
        />
      </div>
      <Checkbox
        checked={markers}
        disabled={!markers && expiration !== undefined}
        onChange={(on) => setIn('Expiration', 'ExpiredObjectDeleteMarker', on ? true : undefined)}
      >
        {words.markers}
        <span className="field-hint"> {words.markersHint}</span>
      </Checkbox>
    </>
  )
}

/** Whether all is given that was begun to be given. */
export function isWhole(rule: Json): boolean {
  const expiration = member(rule, 'Expiration')
  if (expiration === undefined) return true
  return !('Days' in expiration && typeof expiration['Days'] !== 'number') && expiration['Date'] !== ''
}

function Expiration({ rule, onChange }: LifecycleActionsProps) {
  const expiration = member(rule, 'Expiration')
  const date = textOf(expiration?.['Date'])
  const kind = expiration?.['Date'] !== undefined ? 'date' : 'Days' in (expiration ?? {}) ? 'days' : 'never'
  const begin = { never: undefined, days: { Days: 30 }, date: { Date: '' } }
  return (
    <div className="fields">
      <SelectField
        label={words.expire}
        value={kind}
        options={(['never', 'days', 'date'] as const).map((value) => ({ value, label: words.expireKinds[value] }))}
        onChange={(chosen) => onChange(withMember(rule, 'Expiration', begin[chosen]))}
      />
      {kind === 'days' && (
        <TextField
          label={words.days}
          inputMode="numeric"
          error={typeof expiration?.['Days'] === 'number' ? undefined : words.daysMissing}
          value={numberText(expiration?.['Days'])}
          onChange={(text) =>
            onChange(withMember(rule, 'Expiration', { Days: typedNumber(text, expiration?.['Days']) ?? null }))
          }
        />
      )}
      {kind === 'date' && (
        <TextField
          label={words.date}
          type="date"
          error={date === '' ? words.dateMissing : undefined}
          value={date.slice(0, 10)}
          onChange={(text) =>
            onChange(withMember(rule, 'Expiration', { Date: text === '' ? '' : `${text}T00:00:00Z` }))
          }
        />
      )}
    </div>
  )
}
