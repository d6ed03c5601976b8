/** Makes a bucket: where, by what name, who can read it, and how it is protected. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { bucketChanged } from '../../api/buckets.ts'
import { saveSetting } from '../../api/bucketSettings.ts'
import { api } from '../../api/client.ts'
import { serverQuery } from '../../api/server.ts'
import { Checkbox } from '../../components/Checkbox.tsx'
import { ChoiceField } from '../../components/ChoiceField.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { toast } from '../../components/toasts.ts'
import { buckets } from '../../strings/buckets.ts'
import { BucketNameField, useNameCheck } from './BucketNameField.tsx'
import { useDeliveryDefault, type Readers } from './useDeliveryDefault.ts'

const words = buckets.create
/** More are in a list. */
const choicesMax = 4

export function CreateBucketDialog({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate()
  const server = useQuery(serverQuery)
  const usual = useDeliveryDefault()
  const [name, setName] = useState('')
  const [region, setRegion] = useState<string>()
  const [readers, setReaders] = useState<Readers>()
  const [versioning, setVersioning] = useState(false)
  const [lock, setLock] = useState(false)
  const check = useNameCheck(name)
  const regions = (server.data?.regions ?? []).map(({ name: value, display_name: label }) => ({ value, label }))
  const chosenRegion = region ?? server.data?.region
  // What is shown is what is sent.
  const policy = readers ?? usual ?? 'authenticated'
  async function create(): Promise<void> {
    const where = chosenRegion === undefined ? {} : { region: chosenRegion }
    const body = { name, ...where, policy, delivery_enabled: true, object_lock: lock }
    await api.POST('/v1/buckets', { body })
    // The bucket is there, whatever comes of this.
    if (versioning && !lock) await switchOn(name)
    toast(words.created(name))
    await navigate({ to: '/buckets/$bucket', params: { bucket: name } })
    await bucketChanged(name)
  }
  return (
    <FormDialog
      title={words.title}
      submit={words.submit}
      incomplete={name === '' || check === 'bad'}
      onSubmit={create}
      onClose={onClose}
    >
      {regions.length > 1 && regions.length <= choicesMax && (
        <ChoiceField
          label={words.region}
          value={chosenRegion ?? ''}
          options={regions.map(({ value, label }) => ({
            value,
            title: label,
            ...(label !== value && { text: value }),
          }))}
          onChange={setRegion}
        />
      )}
      {regions.length > choicesMax && (
        <SelectField label={words.region} value={chosenRegion ?? ''} options={regions} onChange={setRegion} />
      )}
      <BucketNameField value={name} onChange={setName} />
      <ChoiceField<Readers>
        label={words.readers}
        value={policy}
        options={[
          { value: 'public', title: words.public, text: words.publicText },
          { value: 'authenticated', title: words.authenticated, text: words.authenticatedText },
        ]}
        onChange={setReaders}
      />
      <fieldset>
        <legend>{words.options}</legend>
        <Checkbox checked={versioning || lock} disabled={lock} onChange={setVersioning}>
          {words.versioning}
          <span className="field-hint hint-below">{words.versioningText}</span>
        </Checkbox>
        <Checkbox checked={lock} onChange={setLock}>
          {words.lock}
          <span className="field-hint hint-below">{words.lockText}</span>
        </Checkbox>
      </fieldset>
    </FormDialog>
  )
}

async function switchOn(name: string): Promise<void> {
  try {
    await saveSetting(name, 'versioning', { Status: 'Enabled' })
  } catch (error) {
    toast(words.versioningFailed(name, error instanceof Error ? error.message : ''), 'danger')
  }
}
