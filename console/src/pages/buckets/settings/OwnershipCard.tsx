/** Whether ACLs count in a bucket, and whose its objects are. */
import { isJson, member, saveSetting, textOf, type Json } from '../../../api/bucketSettings.ts'
import { ChoiceField } from '../../../components/ChoiceField.tsx'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { useReadOnly } from './useSetting.ts'

const words = bucketSettings.ownership
const choices = ['unset', 'BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'] as const

type Ownership = (typeof choices)[number]

interface OwnershipCardProps {
  readonly bucket: string
  readonly saved: Json | null
}

export function OwnershipCard({ bucket, saved }: OwnershipCardProps) {
  const readOnly = useReadOnly()
  const draft = useDraft(ownershipOf(saved))
  return (
    <DraftCard
      title={words.title}
      description={words.description}
      draft={draft}
      readOnly={readOnly}
      onSave={(chosen) =>
        saveSetting(bucket, 'ownership-controls', chosen === 'unset' ? null : { Rules: [{ ObjectOwnership: chosen }] })
      }
    >
      <ChoiceField
        label={words.label}
        value={draft.value}
        options={choices.map((value) => ({ value, title: words[value], text: words[`${value}Text`] }))}
        onChange={draft.set}
      />
    </DraftCard>
  )
}

function ownershipOf(saved: Json | null): Ownership {
  const rules = member(saved, 'OwnershipControls')?.['Rules']
  const rule: unknown = Array.isArray(rules) ? rules[0] : undefined
  const named = isJson(rule) ? textOf(rule['ObjectOwnership']) : ''
  return choices.find((choice) => choice === named) ?? 'unset'
}
