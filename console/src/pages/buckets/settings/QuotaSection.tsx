/** The most that a bucket may hold, and what of it is used. */
import { bucketChanged, type Bucket } from '../../../api/buckets.ts'
import { wholeNumber } from '../../../api/bucketSettings.ts'
import { api } from '../../../api/client.ts'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { formatBytes, formatNumber } from '../../../components/format.ts'
import { Notice } from '../../../components/Notice.tsx'
import { Progress } from '../../../components/Progress.tsx'
import { SelectField } from '../../../components/SelectField.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { common } from '../../../strings/common.ts'
import { useReadOnly } from './useSetting.ts'

const words = bucketSettings.quota

interface Limits {
  readonly bytes: string
  /** Which of `common.bytesUnits`, as text. */
  readonly unit: string
  readonly objects: string
}

export function QuotaSection({ bucket }: { readonly bucket: Bucket }) {
  const readOnly = useReadOnly()
  const draft = useDraft(limitsOf(bucket))
  const { bytes, unit, objects } = draft.value
  const change = (part: Partial<Limits>): void => draft.set({ ...draft.value, ...part })
  const bytesBad = bytes.trim() !== '' && bytesIn(draft.value) === null
  const objectsBad = objects.trim() !== '' && wholeNumber(objects) === undefined
  async function save(limits: Limits): Promise<void> {
    const quota = { bytes_max: bytesIn(limits), objects_max: wholeNumber(limits.objects) ?? null }
    await api.PATCH('/v1/buckets/{bucket}', { params: { path: { bucket: bucket.name } }, body: { quota } })
    await bucketChanged(bucket.name)
  }
  return (
    <DraftCard
      title={words.title}
      description={words.description}
      draft={draft}
      readOnly={readOnly}
      incomplete={bytesBad || objectsBad}
      onSave={save}
    >
      <Used bucket={bucket} />
      <div className="fields">
        <TextField
          label={words.bytes}
          hint={words.hint}
          inputMode="decimal"
          value={bytes}
          error={bytesBad ? words.badBytes : undefined}
          onChange={(text) => change({ bytes: text })}
        />
        <SelectField
          label={words.unit}
          value={unit}
          options={common.bytesUnits.map((label, index) => ({ value: String(index), label }))}
          onChange={(chosen) => change({ unit: chosen })}
        />
      </div>
      <div className="fields">
        <TextField
          label={words.objects}
          hint={words.hint}
          inputMode="numeric"
          value={objects}
          error={objectsBad ? words.badObjects : undefined}
          onChange={(text) => change({ objects: text })}
        />
      </div>
    </DraftCard>
  )
}

function Used({ bucket: { usage, quota } }: { readonly bucket: Bucket }) {
  // All that is kept counts, as the server has it.
  const bytes = usage.bytes + usage.version_bytes + usage.deleted_bytes + usage.unfinished_bytes
  const objects = usage.objects + usage.versions + usage.deleted
  const full =
    (quota.bytes_max !== null && bytes >= quota.bytes_max) ||
    (quota.objects_max !== null && objects >= quota.objects_max)
  return (
    <div className="stack-small" role="group" aria-label={words.used}>
      <Bar label={words.barBytes} used={bytes} max={quota.bytes_max} format={formatBytes} name={words.partBytes} />
      <Bar
        label={words.barObjects}
        used={objects}
        max={quota.objects_max}
        format={formatNumber}
        name={words.partObjects}
      />
      {full && <Notice tone="warning">{words.full}</Notice>}
    </div>
  )
}

interface BarProps {
  readonly label: string
  readonly name: string
  readonly used: number
  readonly max: number | null
  format(value: number): string
}

function Bar({ label, name, used, max, format }: BarProps) {
  return (
    <div className="stack-tiny">
      <div className="row-between small">
        <span className="soft">{name}</span>
        <span>{max === null ? words.usedAlone(format(used)) : words.usedBytes(format(used), format(max))}</span>
      </div>
      {max !== null && <Progress label={label} value={max === 0 ? 1 : used / max} />}
    </div>
  )
}

/** In the largest unit in which it is a whole number, or has one decimal. */
function limitsOf({ quota }: Bucket): Limits {
  const objects = quota.objects_max === null ? '' : String(quota.objects_max)
  if (quota.bytes_max === null) return { bytes: '', unit: '3', objects }
  let unit = 0
  let value = quota.bytes_max
  while (unit < common.bytesUnits.length - 1 && value >= 1024 && Number.isInteger((value / 1024) * 10)) {
    value /= 1024
    unit++
  }
  return { bytes: String(value), unit: String(unit), objects }
}

/** Null where there is no limit, or what is entered is none. */
function bytesIn({ bytes, unit }: Limits): number | null {
  if (!/^\s*\d+([.,]\d+)?\s*$/.test(bytes)) return null
  const value = Math.round(Number(bytes.replace(',', '.')) * 1024 ** Number(unit))
  return Number.isSafeInteger(value) ? value : null
}
