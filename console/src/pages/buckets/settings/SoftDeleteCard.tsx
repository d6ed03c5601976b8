/** For how many days what is deleted can be had back. */
import { member, numberText, saveSetting, wholeNumber, type Json } from '../../../api/bucketSettings.ts'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { useReadOnly } from './useSetting.ts'

const words = bucketSettings.softDelete
const daysMax = 3650

interface SoftDeleteCardProps {
  readonly bucket: string
  readonly saved: Json | null
}

export function SoftDeleteCard({ bucket, saved }: SoftDeleteCardProps) {
  const readOnly = useReadOnly()
  const draft = useDraft(numberText(member(saved, 'SoftDeleteConfiguration')?.['Days'] ?? 0))
  const days = wholeNumber(draft.value)
  const bad = days === undefined || days > daysMax
  return (
    <DraftCard
      title={words.title}
      description={words.description}
      draft={draft}
      readOnly={readOnly}
      incomplete={bad}
      onSave={(text) => saveSetting(bucket, 'soft-delete', { Days: wholeNumber(text) })}
    >
      <div className="fields">
        <TextField
          label={words.days}
          hint={words.hint}
          error={bad ? words.bad : undefined}
          inputMode="numeric"
          value={draft.value}
          onChange={draft.set}
        />
      </div>
    </DraftCard>
  )
}
