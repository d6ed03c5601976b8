/** Gives a user another password; made it is, where it was made up. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { FormDialog } from '../../components/FormDialog.tsx'
import type { Making } from '../../components/MakeButton.tsx'
import { toast } from '../../components/toasts.ts'
import { users as words } from '../../strings/users.ts'
import { generatePassword } from './generate-password.ts'
import type { MadePassword } from './NewPassword.tsx'
import { PasswordField, type WantedPassword } from './PasswordField.tsx'
import { usersKey, type User } from './queries.ts'

interface SetPasswordDialogProps extends Making<MadePassword> {
  readonly of: User
}

export function SetPasswordDialog({ of: { id, name }, onMade, onClose }: SetPasswordDialogProps) {
  const client = useQueryClient()
  const [wanted, setWanted] = useState<WantedPassword>({ from: 'generated', typed: '' })
  async function set(): Promise<void> {
    const made = wanted.from === 'generated' ? generatePassword() : undefined
    const body = { password: made ?? wanted.typed }
    await api.PUT('/v1/users/{user}/password', { params: { path: { user: id } }, body })
    await client.invalidateQueries({ queryKey: usersKey })
    toast(words.passwordIsSet(name))
    onMade(made === undefined ? undefined : { user: name, password: made })
  }
  return (
    <FormDialog
      title={words.passwordTitle(name)}
      description={words.passwordLead}
      submit={words.passwordSubmit}
      incomplete={wanted.from === 'typed' && wanted.typed === ''}
      onSubmit={set}
      onClose={onClose}
    >
      <PasswordField value={wanted} optional={false} onChange={setWanted} />
    </FormDialog>
  )
}
