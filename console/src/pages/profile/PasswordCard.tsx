/** Changes one's own password, which ends all sign-ins. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { forgotten } from '../../api/forgotten.ts'
import { useMe } from '../../api/me.ts'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { NewPasswordFields } from '../../components/NewPasswordFields.tsx'
import { TextField } from '../../components/TextField.tsx'
import { signedOut } from '../../shell/session.ts'
import { profile as words } from '../../strings/profile.ts'

export function PasswordCard() {
  const { user } = useMe()
  const [current, setCurrent] = useState('')
  const [entered, setEntered] = useState({ password: '', again: '' })
  const { password, again } = entered
  const change = useMutation({
    ...forgotten,
    mutationFn: () => api.PUT('/v1/me/password', { body: { current, password } }),
    onSuccess: signedOut,
  })
  return (
    <Card title={words.password} description={words.passwordLead}>
      <form
        className="stack narrow-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (again === password) change.mutate()
        }}
      >
        {/* By it a password manager knows whose password this is. */}
        <input type="text" autoComplete="username" value={user?.name ?? ''} readOnly hidden />
        <TextField
          label={words.current}
          type="password"
          value={current}
          onChange={setCurrent}
          autoComplete="current-password"
          required
        />
        <NewPasswordFields value={entered} again={words.again} onChange={setEntered} />
        {change.error && <ErrorNotice error={change.error} />}
        <div>
          <Button type="submit" kind="primary" busy={change.isPending} disabled={again === '' || again !== password}>
            {words.passwordSubmit}
          </Button>
        </div>
      </form>
    </Card>
  )
}
