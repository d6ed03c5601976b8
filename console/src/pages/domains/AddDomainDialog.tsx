/** Adds a domain, for one bucket or for all of them; made is its id. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import { allBucketsQuery } from '../../api/whole-lists.ts'
import { BucketField } from '../../components/BucketField.tsx'
import { ChoiceField } from '../../components/ChoiceField.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import type { Making } from '../../components/MakeButton.tsx'
import { TextField } from '../../components/TextField.tsx'
import { toast } from '../../components/toasts.ts'
import { domains as words } from '../../strings/domains.ts'
import { domainsKey } from './queries.ts'

const shows = [
  { value: 'bucket', title: words.showsBucket, text: words.showsBucketText },
  { value: 'all', title: words.showsAll, text: words.showsAllText },
] as const

export function AddDomainDialog({ onMade, onClose }: Making<string>) {
  const client = useQueryClient()
  const buckets = useQuery(allBucketsQuery)
  const [name, setName] = useState('')
  const [showing, setShowing] = useState<(typeof shows)[number]['value']>('bucket')
  const [bucket, setBucket] = useState('')
  async function add(): Promise<void> {
    const body = { name: name.trim(), ...(showing === 'bucket' && { bucket }) }
    const { domain } = await dataOf(api.POST('/v1/domains', { body }))
    await client.invalidateQueries({ queryKey: domainsKey })
    toast(words.added(domain.domain_name))
    onMade(domain.id)
  }
  return (
    <FormDialog
      title={words.add}
      submit={words.addSubmit}
      incomplete={name.trim() === '' || (showing === 'bucket' && bucket === '')}
      onSubmit={add}
      onClose={onClose}
    >
      <TextField
        label={words.name}
        hint={words.nameHint}
        value={name}
        onChange={setName}
        mono
        autoComplete="off"
        autoFocus
      />
      <ChoiceField label={words.shows} value={showing} options={shows} onChange={(value) => setShowing(value)} />
      {showing === 'bucket' && (
        <BucketField
          label={words.bucket}
          names={(buckets.data ?? []).map((each) => each.name)}
          value={bucket}
          onChange={setBucket}
        />
      )}
    </FormDialog>
  )
}
