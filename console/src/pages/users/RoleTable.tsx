/** Who may what, in plain words. */
import { roles } from '../../api/roles.ts'
import { Card } from '../../components/Card.tsx'
import { Table } from '../../components/Table.tsx'
import { roleWords, users as words } from '../../strings/users.ts'

export function RoleTable() {
  return (
    <Card title={words.rolesTitle} flush>
      <Table
        rows={roles}
        keyOf={(role) => role}
        columns={[
          {
            label: words.role,
            cell: (role) => (
              <div>
                {roleWords[role].title} <code className="soft">{role}</code>
                <p className="soft small">{roleWords[role].text}</p>
              </div>
            ),
          },
          { label: words.storage, cell: (role) => roleWords[role].storage },
          { label: words.keys, cell: (role) => roleWords[role].keys },
          { label: words.manages, cell: (role) => roleWords[role].users },
          { label: words.audit, cell: (role) => roleWords[role].audit },
        ]}
      />
    </Card>
  )
}
