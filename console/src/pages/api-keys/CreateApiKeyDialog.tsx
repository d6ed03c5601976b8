/** Creates an API key: one's own, and for who manages users, the account's or a user's. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import { useManagedUsers } from '../../api/managed-users.ts'
import { useMe, useRight, type Schema } from '../../api/me.ts'
import { rolesWithin, type Role } from '../../api/roles.ts'
import { ChoiceField } from '../../components/ChoiceField.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import type { Making } from '../../components/MakeButton.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { TextField } from '../../components/TextField.tsx'
import { apiKeys as words } from '../../strings/apiKeys.ts'
import { roleWords } from '../../strings/users.ts'
import { apiKeysKey } from './queries.ts'

const holders = [
  { value: 'own', title: words.own, text: words.ownText },
  { value: 'account', title: words.ofAccount, text: words.ofAccountText },
  { value: 'user', title: words.ofUser, text: words.ofUserText },
] as const
type Holder = (typeof holders)[number]['value']

export function CreateApiKeyDialog({ onMade, onClose }: Making<Schema<'NewApiKey'>>) {
  const me = useMe()
  const choosesHolder = useRight('iam')
  const users = useManagedUsers(choosesHolder)
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [holder, setHolder] = useState<Holder>('own')
  const roles = rolesWithin(me.role)
  const [role, setRole] = useState<Role>(roles.includes('s3.user') ? 's3.user' : me.role)
  const [user, setUser] = useState('')
  async function create(): Promise<void> {
    const body = { name, ...(holder === 'account' && { role }), ...(holder === 'user' && { user }) }
    onMade((await dataOf(api.POST('/v1/api-keys', { body }))).api_key)
    await client.invalidateQueries({ queryKey: apiKeysKey })
  }
  return (
    <FormDialog
      title={words.createTitle}
      submit={words.createSubmit}
      incomplete={name === '' || (holder === 'user' && user === '')}
      onSubmit={create}
      onClose={onClose}
    >
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
        <ChoiceField label={words.whose} value={holder} options={holders} onChange={(value) => setHolder(value)} />
      )}
      {holder === 'account' && (
        <SelectField
          label={words.role}
          hint={roleWords[role].text}
          value={role}
          options={roles.map((each) => ({ value: each, label: roleWords[each].title }))}
          onChange={(value) => setRole(value)}
        />
      )}
      {holder === 'user' && (
        <SelectField
          label={words.user}
          value={user}
          options={[
            { value: '', label: words.chooseUser },
            ...users.map((other) => ({
              value: other.name,
              label: words.userOption(other.name, roleWords[other.role].title),
            })),
          ]}
          onChange={setUser}
        />
      )}
    </FormDialog>
  )
}
