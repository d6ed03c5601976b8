/** The tags of an object. */
import { bucketChanged, type Bucket } from '../../../api/buckets.ts'
import { api } from '../../../api/client.ts'
import { DraftForm } from '../../../components/DraftForm.tsx'
import { PairsField, type Pair } from '../../../components/PairsField.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { objectDetails as words } from '../../../strings/objectDetails.ts'
import type { StoredObject } from './useObject.ts'

interface TagsFormProps {
  readonly bucket: Bucket
  readonly object: StoredObject
  readonly version: string | undefined
}

export function TagsForm({ bucket, object, version }: TagsFormProps) {
  const draft = useDraft<readonly Pair[]>(object.tags)
  async function save(pairs: readonly Pair[]): Promise<void> {
    const query = { key: object.key, ...(version !== undefined && { version_id: version }) }
    await api.PUT('/v1/buckets/{bucket}/object/tags', {
      params: { path: { bucket: bucket.name }, query },
      body: { tags: pairs.filter(({ key, value }) => key !== '' || value !== '') },
    })
    await bucketChanged(bucket.name)
  }
  return (
    <DraftForm draft={draft} done={words.tagsSaved} onSave={save}>
      <PairsField
        legend={words.tags}
        hint={words.tagsHint}
        words={words.pairs}
        pairs={draft.value}
        onChange={draft.set}
      />
    </DraftForm>
  )
}
