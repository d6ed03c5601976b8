/** What is asked before something is done to an access key that cannot be undone at once. */
import { useState } from 'react'
import { api } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { Notice } from '../../components/Notice.tsx'
import { toast } from '../../components/toasts.ts'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import { lastUseSentence } from './LastUse.tsx'
import { NewSecret } from './NewSecret.tsx'
import { calledOf, useRefreshKeys, useUpdateKey, type AccessKey } from './queries.ts'
import { RegenerateKeyDialog } from './RegenerateKeyDialog.tsx'

export interface Asked {
  readonly to: 'regenerate' | 'deactivate' | 'delete'
  readonly key: AccessKey
}

interface KeyDialogsProps {
  /** Undefined: nothing is asked. */
  readonly asked: Asked | undefined
  onClose(): void
}

export function KeyDialogs({ asked, onClose }: KeyDialogsProps) {
  const [made, setMade] = useState<Schema<'NewAccessKey'>>()
  return (
    <>
      {asked?.to === 'regenerate' && (
        <RegenerateKeyDialog
          of={asked.key}
          onClose={onClose}
          onGenerated={(generated) => {
            onClose()
            setMade(generated)
          }}
        />
      )}
      {asked?.to === 'deactivate' && <DeactivateDialog of={asked.key} onClose={onClose} />}
      {asked?.to === 'delete' && <DeleteDialog of={asked.key} onClose={onClose} />}
      {made && <NewSecret of={made} title={words.regeneratedTitle} onClose={() => setMade(undefined)} />}
    </>
  )
}

interface OfKey {
  readonly of: AccessKey
  onClose(): void
}

function DeactivateDialog({ of: key, onClose }: OfKey) {
  const update = useUpdateKey()
  return (
    <ConfirmDialog
      open
      title={words.deactivateTitle(calledOf(key))}
      submit={words.deactivate}
      onClose={onClose}
      onConfirm={async () => {
        await update(key, { active: false })
        toast(words.deactivated(calledOf(key)))
      }}
    >
      <Warned of={key} lead={words.deactivateLead} />
    </ConfirmDialog>
  )
}

function DeleteDialog({ of: key, onClose }: OfKey) {
  const refresh = useRefreshKeys()
  return (
    <ConfirmDialog
      open
      title={words.deleteTitle(calledOf(key))}
      submit={words.deleteSubmit}
      typed={key.access_key_id}
      onClose={onClose}
      onConfirm={async () => {
        await api.DELETE('/v1/access-keys/{id}', { params: { path: { id: key.access_key_id } } })
        await refresh()
        toast(words.deleted(calledOf(key)))
      }}
    >
      <Warned of={key} lead={words.deleteLead} />
    </ConfirmDialog>
  )
}

function Warned({ of: key, lead }: { readonly of: AccessKey; readonly lead: string }) {
  return (
    <div className="stack">
      <Notice tone="warning">
        <p>{words.breaksNow}</p>
        <p>{lastUseSentence(key)}</p>
      </Notice>
      <p>{lead}</p>
    </div>
  )
}
