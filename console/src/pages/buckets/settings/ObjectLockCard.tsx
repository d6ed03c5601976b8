/** Object lock of a bucket, which is for good, and what new objects are kept for by default. */
import { useState } from 'react'
import type { Bucket } from '../../../api/buckets.ts'
import { member, numberText, saveSetting, textOf, wholeNumber, type Json } from '../../../api/bucketSettings.ts'
import { ChoiceField } from '../../../components/ChoiceField.tsx'
import { ConfirmDialog } from '../../../components/ConfirmDialog.tsx'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { SelectField } from '../../../components/SelectField.tsx'
import { SwitchField } from '../../../components/SwitchField.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { toast } from '../../../components/toasts.ts'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { common } from '../../../strings/common.ts'
import { useReadOnly } from './useSetting.ts'

const words = bucketSettings.lock

interface Lock {
  readonly enabled: boolean
  readonly mode: 'none' | 'GOVERNANCE' | 'COMPLIANCE'
  readonly period: string
  readonly unit: 'Days' | 'Years'
}

interface ObjectLockCardProps {
  readonly bucket: Bucket
  readonly saved: Json | null
}

export function ObjectLockCard({ bucket, saved }: ObjectLockCardProps) {
  const readOnly = useReadOnly()
  const [asked, setAsked] = useState(false)
  const draft = useDraft(lockOf(saved))
  const { enabled, mode, period } = draft.value
  const change = (part: Partial<Lock>): void => draft.set({ ...draft.value, ...part })
  const periodBad = mode !== 'none' && !((wholeNumber(period) ?? 0) >= 1)
  const save = (value: Lock): Promise<unknown> => saveSetting(bucket.name, 'object-lock', settingOf(value))
  if (!bucket.object_lock && bucket.versioning !== 'Enabled') {
    return (
      <DraftCard title={words.title} description={words.description} draft={draft} readOnly onSave={save}>
        <p className="soft">{words.needsVersions}</p>
      </DraftCard>
    )
  }
  async function saveOrAsk(value: Lock): Promise<unknown> {
    if (bucket.object_lock) return save(value)
    // It is for good, so it is asked for once more.
    setAsked(true)
    return null
  }
  async function enable(): Promise<void> {
    await save(draft.value)
    draft.discard()
    toast(common.saved)
  }
  return (
    <>
      <DraftCard
        title={words.title}
        description={words.description}
        draft={draft}
        readOnly={readOnly}
        incomplete={enabled && periodBad}
        onSave={saveOrAsk}
      >
        {bucket.object_lock ? (
          <p>{words.isOn}</p>
        ) : (
          <SwitchField
            label={words.enable}
            hint={words.enableHint}
            checked={enabled}
            onChange={(on) => change({ enabled: on })}
          />
        )}
        {!bucket.object_lock && enabled && <Notice tone="warning">{words.warning}</Notice>}
        {enabled && <Retention lock={draft.value} bad={periodBad} onChange={change} />}
      </DraftCard>
      <ConfirmDialog
        title={words.confirmTitle}
        open={asked}
        submit={words.confirmSubmit}
        typed={bucket.name}
        onConfirm={enable}
        onClose={() => setAsked(false)}
      >
        <p>{words.warning}</p>
      </ConfirmDialog>
    </>
  )
}

interface RetentionProps {
  readonly lock: Lock
  readonly bad: boolean
  onChange(part: Partial<Lock>): void
}

function Retention({ lock: { mode, period, unit }, bad, onChange }: RetentionProps) {
  return (
    <>
      <ChoiceField
        label={words.label}
        value={mode}
        options={[
          { value: 'none', title: words.none, text: words.noneText },
          { value: 'GOVERNANCE', title: words.governance, text: words.governanceText },
          { value: 'COMPLIANCE', title: words.compliance, text: words.complianceText },
        ]}
        onChange={(chosen) => onChange({ mode: chosen })}
      />
      {mode !== 'none' && (
        <div className="fields">
          <TextField
            label={words.period}
            value={period}
            inputMode="numeric"
            error={bad && period !== '' ? words.periodBad : undefined}
            onChange={(text) => onChange({ period: text })}
          />
          <SelectField
            label={words.unit}
            value={unit}
            options={[
              { value: 'Days', label: words.units.Days },
              { value: 'Years', label: words.units.Years },
            ]}
            onChange={(chosen) => onChange({ unit: chosen })}
          />
        </div>
      )}
      {mode === 'COMPLIANCE' && <Notice tone="warning">{words.complianceWarning}</Notice>}
    </>
  )
}

function lockOf(saved: Json | null): Lock {
  const configuration = member(saved, 'ObjectLockConfiguration')
  const retention = member(member(configuration, 'Rule'), 'DefaultRetention')
  const mode = textOf(retention?.['Mode'])
  const unit = retention?.['Years'] === undefined ? 'Days' : 'Years'
  return {
    enabled: configuration?.['ObjectLockEnabled'] === 'Enabled',
    mode: mode === 'GOVERNANCE' || mode === 'COMPLIANCE' ? mode : 'none',
    period: numberText(retention?.[unit]),
    unit,
  }
}

const settingOf = ({ mode, period, unit }: Lock): Json => ({
  ObjectLockEnabled: 'Enabled',
  ...(mode !== 'none' && { Rule: { DefaultRetention: { Mode: mode, [unit]: wholeNumber(period) } } }),
})
