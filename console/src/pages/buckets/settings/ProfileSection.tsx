/** Which vendor a bucket behaves like: its profile and its toggles, where they are other than the account's and the server's. For operators. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { bucketChanged, type Bucket } from '../../../api/buckets.ts'
import { api, dataOf } from '../../../api/client.ts'
import type { Schema } from '../../../api/me.ts'
import { DraftCard } from '../../../components/DraftCard.tsx'
import { QueryView } from '../../../components/QueryView.tsx'
import { SelectField } from '../../../components/SelectField.tsx'
import { Table } from '../../../components/Table.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { Marked } from '../../../components/Marked.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { ToggleValue } from './ToggleValue.tsx'

const words = bucketSettings.profile

interface Settings {
  /** What holds for the account, which the bucket inherits. */
  readonly inherited: Schema<'Toggles'>
  readonly own: Schema<'OwnToggles'>
}

export function ProfileSection({ bucket: { name } }: { readonly bucket: Bucket }) {
  const query = useQuery({
    queryKey: ['bucket', name, 'profile'],
    async queryFn({ signal }): Promise<Settings> {
      const [inherited, own] = await Promise.all([
        dataOf(api.GET('/v1/settings', { signal })),
        dataOf(api.GET('/v1/buckets/{bucket}/profile', { params: { path: { bucket: name } }, signal })),
      ])
      return { inherited, own }
    },
  })
  return <QueryView query={query}>{(settings) => <Profile bucket={name} settings={settings} />}</QueryView>
}

function Profile({ bucket, settings: { inherited, own } }: { readonly bucket: string; readonly settings: Settings }) {
  const [part, setPart] = useState('')
  const draft = useDraft(own)
  const { profile, toggles } = draft.value
  const wanted = part.trim().toLowerCase()
  const shown = inherited.toggles.filter(
    ({ name, meaning }) => `${name} ${meaning}`.toLowerCase().includes(wanted) || name in toggles,
  )
  function set(name: string, value: string): void {
    const { [name]: _, ...others } = toggles
    draft.set({ profile, toggles: value === '' ? others : { ...others, [name]: value } })
  }
  async function save(body: Settings['own']): Promise<void> {
    await api.PUT('/v1/buckets/{bucket}/profile', { params: { path: { bucket } }, body })
    await bucketChanged(bucket)
  }
  return (
    <DraftCard title={words.title} description={words.description} draft={draft} onSave={save}>
      <div className="fields">
        <SelectField
          label={words.label}
          value={profile ?? ''}
          options={[
            { value: '', label: words.inherited(inherited.profile) },
            ...inherited.profiles.map(({ name }) => ({ value: name, label: name })),
          ]}
          onChange={(chosen) => draft.set({ toggles, profile: chosen === '' ? null : chosen })}
        />
        <TextField label={words.filter} type="search" value={part} onChange={setPart} />
      </div>
      {/* A card that is as long as a bucket has toggles would hide its buttons. */}
      <Table
        scrolls={{ label: words.toggles, className: 'toggles' }}
        rows={shown}
        keyOf={({ name }) => name}
        columns={[
          {
            label: words.toggle,
            kind: 'heading',
            cell: ({ name, meaning }) => (
              <>
                <code className="wrap-anywhere">{name}</code>
                <div className="small soft toggle-meaning">
                  <Marked text={meaning} />
                </div>
              </>
            ),
          },
          {
            label: words.value,
            cell: ({ name, values, value, by_profile: byProfile }) => (
              <ToggleValue
                name={name}
                values={values}
                inherited={profile === null ? value : (byProfile[profile] ?? value)}
                value={toggles[name] ?? ''}
                onChange={(chosen) => set(name, chosen)}
              />
            ),
          },
        ]}
      />
      {shown.length === 0 && <p className="soft">{words.none}</p>}
    </DraftCard>
  )
}
