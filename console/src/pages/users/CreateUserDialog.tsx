/** Creates a user; made is the password, where one was made up. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import type { Role } from '../../api/roles.ts'
import { FormDialog } from '../../components/FormDialog.tsx'
import type { Making } from '../../components/MakeButton.tsx'
import { TextField } from '../../components/TextField.tsx'
import { toast } from '../../components/toasts.ts'
import { users as words } from '../../strings/users.ts'
import { generatePassword } from './generate-password.ts'
import type { MadePassword } from './NewPassword.tsx'
import { PasswordField, type WantedPassword } from './PasswordField.tsx'
import { usersKey } from './queries.ts'
import { RoleField } from './RoleField.tsx'

export function CreateUserDialog({ onMade, onClose }: Making<MadePassword>) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('s3.user')
  const [wanted, setWanted] = useState<WantedPassword>({ from: 'generated', typed: '' })
  async function create(): Promise<void> {
    const made = wanted.from === 'generated' ? generatePassword() : undefined
    const password = made ?? (wanted.from === 'typed' ? wanted.typed : undefined)
    await api.POST('/v1/users', { body: { name, role, ...(password !== undefined && { password }) } })
    await client.invalidateQueries({ queryKey: usersKey })
    toast(words.created(name))
    onMade(made === undefined ? undefined : { user: name, password: made })
  }
  return (
    <FormDialog
      title={words.createTitle}
      submit={words.createSubmit}
      incomplete={name === '' || (wanted.from === 'typed' && wanted.typed === '')}
      onSubmit={create}
      onClose={onClose}
    >
      <TextField
        label={words.name}
        hint={words.nameHint}
        value={name}
        onChange={setName}
        maxLength={64}
        autoComplete="off"
        autoFocus
      />
      <RoleField value={role} onChange={setRole} />
      <PasswordField value={wanted} optional onChange={setWanted} />
    </FormDialog>
  )
}
