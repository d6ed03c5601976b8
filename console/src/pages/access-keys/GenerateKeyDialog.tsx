/** Generates an access key: its name, and whose it is where that may be chosen. */
import { useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import { useManagedUsers } from '../../api/managed-users.ts'
import { useMe, useRight, type Schema } from '../../api/me.ts'
import { FormDialog } from '../../components/FormDialog.tsx'
import type { Making } from '../../components/MakeButton.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { TextField } from '../../components/TextField.tsx'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import { useRefreshKeys } from './queries.ts'

interface GenerateKeyDialogProps extends Making<Schema<'NewAccessKey'>> {
  /** Of this user, where it is said already. */
  readonly holder?: string
}

export function GenerateKeyDialog({ holder, onMade, onClose }: GenerateKeyDialogProps) {
  const { role } = useMe()
  const choosesHolder = useRight('iam') && holder === undefined
  const users = useManagedUsers(choosesHolder)
  const refresh = useRefreshKeys()
  const [name, setName] = useState('')
  const [user, setUser] = useState(holder ?? '')
  async function generate(): Promise<void> {
    const body = { name, ...(user !== '' && { user }) }
    onMade((await dataOf(api.POST('/v1/access-keys', { body }))).access_key)
    await refresh()
  }
  return (
    <FormDialog title={words.generateTitle} submit={words.submitGenerate} onSubmit={generate} onClose={onClose}>
      <TextField
        label={words.name}
        hint={words.nameHint}
        value={name}
        onChange={setName}
        maxLength={256}
        autoComplete="off"
        autoFocus
      />
      {choosesHolder && (
        <SelectField
          label={words.holder}
          hint={words.holderHint}
          value={user}
          options={[
            { value: '', label: role === 'owner' ? words.holderAccount : words.holderSelf },
            ...users.map((other) => ({ value: other.name, label: words.holderUser(other.name, other.role) })),
          ]}
          onChange={setUser}
        />
      )}
    </FormDialog>
  )
}
