/** Users, each with a page of its own. */
import { Link } from '@tanstack/react-router'
import { useMe } from '../../api/me.ts'
import { Badge } from '../../components/Badge.tsx'
import { formatNumber } from '../../components/format.ts'
import { Table } from '../../components/Table.tsx'
import { Time } from '../../components/Time.tsx'
import { common } from '../../strings/common.ts'
import { roleWords, users as words } from '../../strings/users.ts'
import type { User } from './queries.ts'

export function UserTable({ users }: { readonly users: readonly User[] }) {
  const { user: self } = useMe()
  return (
    <Table
      rows={users}
      keyOf={({ id }) => id}
      columns={[
        {
          label: words.name,
          cell: ({ id, name }) => (
            <span className="row">
              <Link to="/users/$user" params={{ user: name }} className="wrap-anywhere">
                {name}
              </Link>
              {id === self?.id && <Badge tone="info">{words.you}</Badge>}
            </span>
          ),
        },
        { label: words.role, cell: ({ role }) => roleWords[role].title },
        {
          label: words.signsIn,
          cell: ({ has_password: signsIn }) => (
            <span className={signsIn ? undefined : 'soft'}>{signsIn ? words.hasPassword : words.noPassword}</span>
          ),
        },
        { label: words.policies, kind: 'number', cell: ({ policies }) => formatNumber(policies.length) },
        { label: common.created, cell: ({ created }) => <Time at={created} /> },
      ]}
    />
  )
}
