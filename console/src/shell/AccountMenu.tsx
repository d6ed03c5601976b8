/** Who is signed in, and behind it what concerns them alone. */
import { lazy, Suspense, useState, type ComponentProps } from 'react'
import { useMe } from '../api/me.ts'
import { shell } from '../strings/shell.ts'

const AccountMenuList = lazy(() => import('./AccountMenuList.tsx'))

export function AccountMenu() {
  const [opened, setOpened] = useState(false)
  const closed = <AccountButton aria-haspopup="menu" aria-expanded={false} onClick={() => setOpened(true)} />
  if (!opened) return closed
  return (
    <Suspense fallback={closed}>
      <AccountMenuList trigger={<AccountButton />} />
    </Suspense>
  )
}

function AccountButton(props: ComponentProps<'button'>) {
  const { account, user, role } = useMe()
  const name = user?.name ?? account.name
  return (
    <button type="button" className="account-button" {...props}>
      <span className="visually-hidden">{shell.accountMenu(name)}</span>
      <span className="avatar" aria-hidden="true">
        {name.slice(0, 1).toUpperCase()}
      </span>
      <span>
        <span>{name}</span>
        <span className="soft small">
          {account.name} · {role}
        </span>
      </span>
    </button>
  )
}
