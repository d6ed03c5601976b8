/** Whether a bucket keeps versions. */
import type { Bucket } from '../../../api/buckets.ts'
import { saveSetting } from '../../../api/bucketSettings.ts'
import { ChoiceField } from '../../../components/ChoiceField.tsx'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { useReadOnly } from './useSetting.ts'

const words = bucketSettings.versioning

type State = 'never' | 'Enabled' | 'Suspended'

export function VersioningCard({ bucket }: { readonly bucket: Bucket }) {
  const readOnly = useReadOnly()
  const draft = useDraft<State>(bucket.versioning ?? 'never')
  const options = [
    // AWS has no way back to it.
    ...(bucket.versioning === null ? [{ value: 'never' as const, title: words.never, text: words.neverText }] : []),
    { value: 'Enabled' as const, title: words.on, text: words.onText },
    ...(bucket.versioning === null
      ? []
      : [{ value: 'Suspended' as const, title: words.suspended, text: words.suspendedText }]),
  ]
  return (
    <DraftCard
      title={words.title}
      description={words.description}
      draft={draft}
      readOnly={readOnly || bucket.object_lock}
      onSave={(Status) => saveSetting(bucket.name, 'versioning', { Status })}
    >
      <ChoiceField label={words.label} value={draft.value} options={options} onChange={draft.set} />
      <p className="small soft">{bucket.object_lock ? words.lockNeeds : words.noWayBack}</p>
    </DraftCard>
  )
}
