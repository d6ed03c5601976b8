/** The four switches of S3 that keep everybody out, whatever policies and ACLs say. */
import { member, saveSetting, type Json } from '../../../api/bucketSettings.ts'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { SwitchField } from '../../../components/SwitchField.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { useReadOnly } from './useSetting.ts'

const words = bucketSettings.block
const names = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const

type Block = Readonly<Record<(typeof names)[number], boolean>>

const blockOf = (value: Json | boolean | undefined): Block => ({
  BlockPublicAcls: is(value, 'BlockPublicAcls'),
  IgnorePublicAcls: is(value, 'IgnorePublicAcls'),
  BlockPublicPolicy: is(value, 'BlockPublicPolicy'),
  RestrictPublicBuckets: is(value, 'RestrictPublicBuckets'),
})

const is = (value: Json | boolean | undefined, name: string): boolean =>
  typeof value === 'object' ? value[name] === true : value === true

interface PublicAccessCardProps {
  readonly bucket: string
  readonly saved: Json | null
}

export function PublicAccessCard({ bucket, saved }: PublicAccessCardProps) {
  const readOnly = useReadOnly()
  const draft = useDraft(blockOf(member(saved, 'PublicAccessBlockConfiguration')))
  return (
    <DraftCard
      title={words.title}
      description={words.description}
      draft={draft}
      readOnly={readOnly}
      onSave={(block) => saveSetting(bucket, 'public-access-block', names.some((name) => block[name]) ? block : null)}
    >
      <SwitchField
        label={words.all}
        checked={names.every((name) => draft.value[name])}
        onChange={(on) => draft.set(blockOf(on))}
      />
      <div className="nested stack">
        {names.map((name) => (
          <SwitchField
            key={name}
            label={words[name]}
            hint={words[`${name}Hint`]}
            checked={draft.value[name]}
            onChange={(on) => draft.set({ ...draft.value, [name]: on })}
          />
        ))}
      </div>
    </DraftCard>
  )
}
