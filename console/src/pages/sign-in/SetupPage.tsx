/** Choosing a password by a link that works once: of the first owner, which the server printed, or of a user who has lost theirs. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import { Button } from '../../components/Button.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { NewPasswordFields } from '../../components/NewPasswordFields.tsx'
import { Notice } from '../../components/Notice.tsx'
import { TextField } from '../../components/TextField.tsx'
import { Gate } from '../../shell/Gate.tsx'
import { signedIn } from '../../shell/session.ts'
import { common } from '../../strings/common.ts'
import { signIn as words } from '../../strings/signIn.ts'

const route = getRouteApi('/setup')

export function SetupPage() {
  const { token } = route.useSearch()
  const router = useRouter()
  const [user, setUser] = useState('owner')
  const [entered, setEntered] = useState({ password: '', again: '' })
  const { password, again } = entered
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => dataOf(api.GET('/v1/setup')), retry: false })
  const isFirst = setup.data?.needed !== false
  const submit = useMutation({
    async mutationFn() {
      const answer = await dataOf(
        api.POST('/v1/setup', { body: { token: token ?? '', password, ...(isFirst && { user }) } }),
      )
      await signedIn(answer.csrf_token)
      router.history.replace('/')
    },
  })
  useEffect(() => {
    document.title = common.page(words.setupTitle)
  }, [])
  return (
    <Gate>
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault()
          if (again === password) submit.mutate()
        }}
      >
        <div className="card-body stack">
          <h1>{isFirst ? words.setupTitle : words.resetTitle}</h1>
          <p>{isFirst ? words.setupLead : words.resetLead}</p>
          {token === undefined && <Notice tone="warning">{words.noToken}</Notice>}
          {isFirst && <TextField label={words.user} value={user} onChange={setUser} autoComplete="username" required />}
          <NewPasswordFields value={entered} again={words.again} onChange={setEntered} autoFocus />
          {submit.error && <ErrorNotice error={submit.error} />}
          <Button type="submit" kind="primary" busy={submit.isPending} disabled={token === undefined}>
            {words.setupSubmit}
          </Button>
        </div>
      </form>
      <p className="small">
        <Link to="/sign-in">{words.setupDone}</Link>
      </p>
    </Gate>
  )
}
