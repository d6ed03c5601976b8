/** Creates a signing key for a bucket. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'
import { BucketField } from '../../components/BucketField.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import type { Making } from '../../components/MakeButton.tsx'
import { TextField } from '../../components/TextField.tsx'
import { signingKeys as words } from '../../strings/signingKeys.ts'
import { signingKeysKey, type Bucket } from './queries.ts'

interface CreateKeyDialogProps extends Making<Schema<'NewSigningKey'>> {
  readonly buckets: readonly Bucket[]
}

export function CreateKeyDialog({ buckets, onMade, onClose }: CreateKeyDialogProps) {
  const client = useQueryClient()
  const [bucket, setBucket] = useState(buckets.length === 1 ? (buckets[0]?.name ?? '') : '')
  const [name, setName] = useState('')
  async function create(): Promise<void> {
    const body = { bucket, ...(name !== '' && { name }) }
    onMade((await dataOf(api.POST('/v1/signing-keys', { body }))).signing_key)
    await client.invalidateQueries({ queryKey: signingKeysKey })
  }
  return (
    <FormDialog
      title={words.create}
      submit={words.createSubmit}
      incomplete={bucket === ''}
      onSubmit={create}
      onClose={onClose}
    >
      <BucketField label={words.bucket} names={buckets.map((each) => each.name)} value={bucket} onChange={setBucket} />
      <TextField
        label={words.name}
        hint={words.nameHint}
        value={name}
        onChange={setName}
        maxLength={256}
        autoComplete="off"
      />
    </FormDialog>
  )
}
