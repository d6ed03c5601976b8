/** Signing in with a user's name and password. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import { Button } from '../../components/Button.tsx'
import { Checkbox } from '../../components/Checkbox.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { TextField } from '../../components/TextField.tsx'
import { Gate } from '../../shell/Gate.tsx'
import { signedIn } from '../../shell/session.ts'
import { common } from '../../strings/common.ts'
import { signIn as words } from '../../strings/signIn.ts'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { next } = route.useSearch()
  const router = useRouter()
  const [elsewhere, setElsewhere] = useState(false)
  const [account, setAccount] = useState('')
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => dataOf(api.GET('/v1/setup')), retry: false })
  const submit = useMutation({
    async mutationFn() {
      const given = elsewhere && account !== '' ? { account } : {}
      await signedIn((await dataOf(api.POST('/v1/session', { body: { ...given, user, password } }))).csrf_token)
      router.history.replace(next ?? '/')
    },
  })
  useEffect(() => {
    document.title = common.page(words.title)
  }, [])
  return (
    <Gate>
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault()
          submit.mutate()
        }}
      >
        <div className="card-body stack">
          <h1>{words.title}</h1>
          {setup.data?.needed === true && <Notice>{words.setupNeeded}</Notice>}
          {elsewhere && (
            <TextField
              label={words.account}
              hint={words.accountHint}
              value={account}
              onChange={setAccount}
              autoComplete="organization"
            />
          )}
          <TextField label={words.user} value={user} onChange={setUser} autoComplete="username" required autoFocus />
          <TextField
            label={words.password}
            type="password"
            value={password}
            onChange={setPassword}
            autoComplete="current-password"
            required
          />
          <Checkbox checked={elsewhere} onChange={setElsewhere}>
            {words.otherAccount}
          </Checkbox>
          {submit.error && <ErrorNotice error={submit.error} />}
          <Button type="submit" kind="primary" busy={submit.isPending}>
            {words.submit}
          </Button>
        </div>
      </form>
      <p className="soft small">{words.forgotten}</p>
    </Gate>
  )
}
