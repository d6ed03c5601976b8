/** The tags of a bucket. */
import type { Bucket } from '../../../api/buckets.ts'
import { isJson, saveSetting, textOf, type Json } from '../../../api/bucketSettings.ts'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { PairsField, type Pair } from '../../../components/PairsField.tsx'
import { QueryView } from '../../../components/QueryView.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { useReadOnly, useSetting } from './useSetting.ts'

const words = bucketSettings.tags
const tagsMax = 50

export function TagsSection({ bucket: { name } }: { readonly bucket: Bucket }) {
  return <QueryView query={useSetting(name, 'tags')}>{(saved) => <Tags bucket={name} saved={saved} />}</QueryView>
}

function Tags({ bucket, saved }: { readonly bucket: string; readonly saved: Json | null }) {
  const readOnly = useReadOnly()
  const draft = useDraft(pairsOf(saved))
  const fault = faultOf(draft.value)
  return (
    <DraftCard
      title={words.title}
      description={words.description}
      draft={draft}
      readOnly={readOnly}
      incomplete={fault !== undefined}
      onSave={(pairs) => saveSetting(bucket, 'tags', pairs.length === 0 ? null : { TagSet: pairs.map(tagOf) })}
    >
      {draft.value.length === 0 && <p className="soft">{words.none}</p>}
      <PairsField legend={words.legend} words={words.pairs} pairs={draft.value} max={tagsMax} onChange={draft.set} />
      {draft.changed && fault !== undefined && <Notice tone="warning">{fault}</Notice>}
    </DraftCard>
  )
}

const tagOf = ({ key, value }: Pair) => ({ Key: key, Value: value })

function pairsOf(saved: Json | null): readonly Pair[] {
  const tags = saved?.['TagSet']
  if (!Array.isArray(tags)) return []
  return tags.filter(isJson).map((tag) => ({ key: textOf(tag['Key']), value: textOf(tag['Value']) }))
}

function faultOf(pairs: readonly Pair[]): string | undefined {
  if (pairs.some(({ key }) => key === '')) return words.noKey
  return new Set(pairs.map(({ key }) => key)).size < pairs.length ? words.twice : undefined
}
