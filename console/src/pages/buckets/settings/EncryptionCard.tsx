/** What new objects of a bucket are encrypted with, where their request does not say. */
import { saveSetting, type Json } from '../../../api/bucketSettings.ts'
import { ChoiceField } from '../../../components/ChoiceField.tsx'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { useReadOnly } from './useSetting.ts'

const words = bucketSettings.encryption
const sse = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] }

interface EncryptionCardProps {
  readonly bucket: string
  readonly saved: Json | null
}

export function EncryptionCard({ bucket, saved }: EncryptionCardProps) {
  const readOnly = useReadOnly()
  const draft = useDraft<'none' | 'sse'>(saved === null ? 'none' : 'sse')
  return (
    <DraftCard
      title={words.title}
      description={words.description}
      draft={draft}
      readOnly={readOnly}
      onSave={(kind) => saveSetting(bucket, 'encryption', kind === 'sse' ? sse : null)}
    >
      <ChoiceField
        label={words.label}
        value={draft.value}
        options={[
          { value: 'none', title: words.none, text: words.noneText },
          { value: 'sse', title: words.sse, text: words.sseText },
        ]}
        onChange={draft.set}
      />
    </DraftCard>
  )
}
