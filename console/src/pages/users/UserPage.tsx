/** One user: role, password, policies, keys. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { useMe } from '../../api/me.ts'
import { rolesManagedBy } from '../../api/roles.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { MakeButton } from '../../components/MakeButton.tsx'
import { Notice } from '../../components/Notice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Time } from '../../components/Time.tsx'
import { toast } from '../../components/toasts.ts'
import { shell } from '../../strings/shell.ts'
import { roleWords, users as words } from '../../strings/users.ts'
import { NewPassword, type MadePassword } from './NewPassword.tsx'
import { PoliciesCard } from './PoliciesCard.tsx'
import { userQuery, usersKey, type User } from './queries.ts'
import { RoleCard } from './RoleCard.tsx'
import { SetPasswordDialog } from './SetPasswordDialog.tsx'
import { UserKeysCard } from './UserKeysCard.tsx'

const route = getRouteApi('/inside/users/$user')

export function UserPage() {
  const { user: name } = route.useParams()
  const user = useQuery(userQuery(name))
  return (
    <div className="page">
      <p className="small">
        <Link to="/users">{shell.users}</Link>
      </p>
      <PageHeader title={user.data?.name ?? name} />
      <QueryView query={user}>{(shown) => <Cards of={shown} />}</QueryView>
    </div>
  )
}

function Cards({ of: user }: { readonly of: User }) {
  const me = useMe()
  const isSelf = me.user?.id === user.id
  const manages = rolesManagedBy(me.role).includes(user.role)
  return (
    <>
      <dl className="facts">
        <dt>{words.role}</dt>
        <dd>{roleWords[user.role].title}</dd>
        <dt>{words.since}</dt>
        <dd>
          <Time at={user.created} />
        </dd>
        <dt>{words.id}</dt>
        <dd>
          <code>{user.id}</code>
        </dd>
      </dl>
      {isSelf && (
        <Notice>
          <p>{words.self}</p>
          <p>
            <Link to="/profile">{words.ownPage}</Link>
          </p>
        </Notice>
      )}
      {!isSelf && !manages && <Notice>{words.ownerBeyond}</Notice>}
      {!isSelf && manages && <RoleCard of={user} />}
      {!isSelf && manages && <PasswordCard of={user} />}
      <PoliciesCard of={user} canEdit={manages} />
      <UserKeysCard name={user.name} canEdit={manages || isSelf} />
      {!isSelf && manages && <DeleteCard of={user} />}
    </>
  )
}

function PasswordCard({ of: user }: { readonly of: User }) {
  return (
    <Card
      title={words.password}
      actions={
        <MakeButton<MadePassword>
          size="small"
          dialog={(making) => <SetPasswordDialog {...making} of={user} />}
          shown={(password, onClose) => <NewPassword of={password} onClose={onClose} />}
        >
          {words.passwordSet}
        </MakeButton>
      }
    >
      <div>
        <Badge tone={user.has_password ? 'good' : 'plain'}>
          {user.has_password ? words.hasPassword : words.noPassword}
        </Badge>
      </div>
    </Card>
  )
}

function DeleteCard({ of: user }: { readonly of: User }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  return (
    <Card title={words.deleteCard} description={words.deleteLead}>
      <div>
        <Button kind="danger" onClick={() => setAsking(true)}>
          {words.deleteSubmit}
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        title={words.deleteTitle(user.name)}
        submit={words.deleteSubmit}
        typed={user.name}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await api.DELETE('/v1/users/{user}', { params: { path: { user: user.id } } })
          toast(words.deleted(user.name))
          await navigate({ to: '/users' })
          await client.invalidateQueries({ queryKey: usersKey })
        }}
      >
        {words.deleteLead}
      </ConfirmDialog>
    </Card>
  )
}
