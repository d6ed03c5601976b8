/** Of which days, bucket and key usage is told. */
import { useQuery } from '@tanstack/react-query'
import { allBucketsQuery } from '../../api/whole-lists.ts'
import { useRight } from '../../api/me.ts'
import { SelectField } from '../../components/SelectField.tsx'
import { TextField } from '../../components/TextField.tsx'
import { allAccessKeysQuery } from '../access-keys/queries.ts'
import { usage as words } from '../../strings/usage.ts'
import { countDays, daysMax, type Days } from '../../usage/days.ts'

export const rangeChoices = ['7', '30', '90', 'own'] as const

export interface Chosen {
  readonly range: (typeof rangeChoices)[number]
  /** What is used where the range is `own`. */
  readonly own: Days
  /** '' for all. */
  readonly bucket: string
  readonly key: string
}

interface UsageFiltersProps {
  readonly chosen: Chosen
  onChange(chosen: Chosen): void
}

export const isRange = (days: Days): boolean => countDays(days) >= 1 && countDays(days) <= daysMax

export function UsageFilters({ chosen, onChange }: UsageFiltersProps) {
  const maySeeKeys = useRight('keys')
  const buckets = useQuery(allBucketsQuery)
  const keys = useQuery({ ...allAccessKeysQuery, enabled: maySeeKeys })
  const error = isRange(chosen.own) ? undefined : words.badRange
  return (
    <div className="filters">
      <SelectField
        label={words.range}
        value={chosen.range}
        options={rangeChoices.map((value) => ({ value, label: words.ranges[value] }))}
        onChange={(range) => onChange({ ...chosen, range })}
      />
      {chosen.range === 'own' && (
        <>
          <TextField
            label={words.from}
            type="date"
            value={chosen.own.from}
            max={chosen.own.to}
            onChange={(from) => onChange({ ...chosen, own: { ...chosen.own, from } })}
          />
          <TextField
            label={words.to}
            type="date"
            error={error}
            value={chosen.own.to}
            onChange={(to) => onChange({ ...chosen, own: { ...chosen.own, to } })}
          />
        </>
      )}
      <SelectField
        label={words.bucket}
        value={chosen.bucket}
        options={[
          { value: '', label: words.allBuckets },
          ...(buckets.data ?? []).map(({ name }) => ({ value: name, label: name })),
        ]}
        // Usage is told of a bucket or of a key.
        onChange={(bucket) => onChange({ ...chosen, bucket, key: '' })}
      />
      {maySeeKeys && (
        <SelectField
          label={words.key}
          value={chosen.key}
          options={[
            { value: '', label: words.allKeys },
            ...(keys.data ?? []).map((key) => ({
              value: key.access_key_id,
              label: words.keyOf(key.name, key.access_key_id),
            })),
          ]}
          onChange={(key) => onChange({ ...chosen, key, bucket: '' })}
        />
      )}
    </div>
  )
}
