/** Gives a key a new secret, at once or with a time in which both work. */
import { useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'
import { ChoiceField } from '../../components/ChoiceField.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { Notice } from '../../components/Notice.tsx'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import { lastUseSentence } from './LastUse.tsx'
import { useRefreshKeys, calledOf, type AccessKey } from './queries.ts'

type Grace = keyof typeof words.graces
const graces = (['0', '3600', '86400', '604800'] as const).map((value: Grace) => ({ value, ...words.graces[value] }))

interface RegenerateKeyDialogProps {
  readonly of: AccessKey
  onGenerated(key: Schema<'NewAccessKey'>): void
  onClose(): void
}

export function RegenerateKeyDialog({ of: key, onGenerated, onClose }: RegenerateKeyDialogProps) {
  const refresh = useRefreshKeys()
  const [grace, setGrace] = useState<Grace>('0')
  async function regenerate(): Promise<void> {
    const params = { path: { id: key.access_key_id } }
    const body = { grace_seconds: key.active ? Number(grace) : 0 }
    onGenerated((await dataOf(api.POST('/v1/access-keys/{id}/regenerate', { params, body }))).access_key)
    await refresh()
  }
  return (
    <FormDialog
      danger
      title={words.regenerateTitle(calledOf(key))}
      description={words.regenerateLead}
      submit={words.regenerateSubmit}
      onSubmit={regenerate}
      onClose={onClose}
    >
      <Notice tone="warning">
        <p>{key.active && grace !== '0' ? words.breaksLater : words.breaks}</p>
        <p>{lastUseSentence(key)}</p>
      </Notice>
      {key.active ? (
        <ChoiceField label={words.grace} value={grace} options={graces} onChange={(value) => setGrace(value)} />
      ) : (
        <p>{words.inactiveGrace}</p>
      )}
    </FormDialog>
  )
}
