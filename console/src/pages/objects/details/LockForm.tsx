/** How long a version is locked, and whether it is held. */
import { bucketChanged, type Bucket } from '../../../api/buckets.ts'
import { api } from '../../../api/client.ts'
import { Checkbox } from '../../../components/Checkbox.tsx'
import { ChoiceField } from '../../../components/ChoiceField.tsx'
import { DraftForm } from '../../../components/DraftForm.tsx'
import { SwitchField } from '../../../components/SwitchField.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { useDraft } from '../../../components/useDraft.ts'
import { objectDetails as words } from '../../../strings/objectDetails.ts'
import type { StoredObject } from './useObject.ts'

type Mode = 'none' | 'GOVERNANCE' | 'COMPLIANCE'

interface Entered {
  readonly mode: Mode
  /** As the field has it, `2026-11-20T15:00:40`, in UTC. */
  readonly until: string
  readonly hold: boolean
  readonly bypass: boolean
}

interface LockFormProps {
  readonly bucket: Bucket
  readonly object: StoredObject
  readonly version: string | undefined
}

const modes = (['none', 'GOVERNANCE', 'COMPLIANCE'] as const).map((value) => ({ value, ...words.modes[value] }))

export function LockForm({ bucket, object, version }: LockFormProps) {
  const { retention } = object
  const kept: Entered = {
    mode: retention?.mode ?? 'none',
    until: retention?.until.replace(' ', 'T') ?? '',
    hold: object.legal_hold === true,
    bypass: false,
  }
  const draft = useDraft(kept)
  const { value, set } = draft
  const { mode, until, hold, bypass } = value
  const incomplete = mode !== 'none' && until === ''
  async function save(): Promise<void> {
    const query = { key: object.key, ...(version !== undefined && { version_id: version }) }
    const params = { path: { bucket: bucket.name }, query }
    try {
      if (hold !== kept.hold) await api.PUT('/v1/buckets/{bucket}/object/legal-hold', { params, body: { on: hold } })
      if (mode !== kept.mode || until !== kept.until) {
        const lock = mode === 'none' ? { mode: null, until: null } : { mode, until: timestampOf(until) }
        await api.PUT('/v1/buckets/{bucket}/object/retention', {
          params,
          body: { ...lock, bypass_governance: bypass },
        })
      }
    } finally {
      // One of the two may be saved where the other was refused.
      await bucketChanged(bucket.name)
    }
  }
  return (
    <DraftForm draft={draft} incomplete={incomplete} done={words.lockSaved} onSave={save}>
      <ChoiceField
        label={words.retentionTitle}
        value={mode}
        options={modes}
        onChange={(chosen) => set({ ...value, mode: chosen, until: chosen === 'none' ? '' : until })}
      />
      {mode !== 'none' && (
        <TextField
          label={words.until}
          type="datetime-local"
          step="1"
          value={until}
          error={incomplete && draft.changed ? words.untilNeeded : undefined}
          onChange={(text) => set({ ...value, until: text })}
        />
      )}
      {kept.mode === 'GOVERNANCE' && (
        <Checkbox checked={bypass} onChange={(checked) => set({ ...value, bypass: checked })}>
          {words.bypass}
        </Checkbox>
      )}
      <SwitchField
        label={words.holdLabel}
        hint={words.holdHint}
        checked={hold}
        onChange={(checked) => set({ ...value, hold: checked })}
      />
    </DraftForm>
  )
}

/** Browsers leave out seconds that are none. */
const timestampOf = (field: string): string => `${field.replace('T', ' ')}${field.length === 16 ? ':00' : ''}`
