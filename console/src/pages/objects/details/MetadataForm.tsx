/** The headers that an object is sent with, and its user metadata. */
import { bucketChanged, type Bucket } from '../../../api/buckets.ts'
import { api } from '../../../api/client.ts'
import { DraftForm } from '../../../components/DraftForm.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { PairsField, type Pair } from '../../../components/PairsField.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { objectDetails as words } from '../../../strings/objectDetails.ts'
import type { StoredObject } from './useObject.ts'

const headers = [
  ['content_type', words.contentType],
  ['cache_control', words.cacheControl],
  ['content_disposition', words.contentDisposition],
  ['content_encoding', words.contentEncoding],
  ['content_language', words.contentLanguage],
] as const

type HeaderName = (typeof headers)[number][0]
type Entered = Readonly<Record<HeaderName, string>> & { readonly metadata: readonly Pair[] }

interface MetadataFormProps {
  readonly bucket: Bucket
  readonly object: StoredObject
  readonly readOnly: boolean
}

export function MetadataForm({ bucket, object, readOnly }: MetadataFormProps) {
  const kept = draftOf(object)
  const draft = useDraft<Entered>(kept)
  const { value, set } = draft
  async function save(entered: Entered): Promise<void> {
    const params = { path: { bucket: bucket.name }, query: { key: object.key } }
    await api.PATCH('/v1/buckets/{bucket}/object', { params, body: changesOf(kept, entered) })
    await bucketChanged(bucket.name)
  }
  return (
    <DraftForm draft={draft} readOnly={readOnly} done={words.metadataSaved} onSave={save}>
      {readOnly ? (
        <Notice>{words.onlyLatest}</Notice>
      ) : (
        bucket.versioning !== null && <Notice>{words.newVersionNotice}</Notice>
      )}
      {headers.map(([name, label]) => (
        <TextField
          key={name}
          label={label}
          hint={words.hints[name]}
          value={value[name]}
          autoComplete="off"
          spellCheck={false}
          onChange={(text) => set({ ...value, [name]: text.toWellFormed() })}
        />
      ))}
      <PairsField
        legend={words.userMetadata}
        hint={words.userMetadataHint}
        words={words.pairs}
        pairs={value.metadata}
        onChange={(metadata) => set({ ...value, metadata })}
      />
    </DraftForm>
  )
}

const draftOf = (object: StoredObject): Entered => ({
  content_type: object.content_type,
  cache_control: object.cache_control ?? '',
  content_disposition: object.content_disposition ?? '',
  content_encoding: object.content_encoding ?? '',
  content_language: object.content_language ?? '',
  metadata: Object.entries(object.metadata).map(([key, text]) => ({ key, value: text })),
})

/** What is as it was stays unsaid, so that it stays as it is. */
function changesOf(kept: Entered, value: Entered) {
  const changed = headers
    .filter(([name]) => kept[name] !== value[name])
    .map(([name]) => [name, value[name] === '' ? null : value[name]] as const)
  const isSame = JSON.stringify(kept.metadata) === JSON.stringify(value.metadata)
  const metadata = Object.fromEntries(
    value.metadata.filter(({ key }) => key !== '').map(({ key, value: text }) => [key.toLowerCase(), text]),
  )
  return { ...Object.fromEntries(changed), ...(!isSame && { metadata }) }
}
