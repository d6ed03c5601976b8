/** Account → Users and roles. */
import { Plus, Users } from 'lucide-react'
import { useRight } from '../../api/me.ts'
import { usePages } from '../../api/pages.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ListCard } from '../../components/ListCard.tsx'
import { MakeButton } from '../../components/MakeButton.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { users as words } from '../../strings/users.ts'
import { CreateUserDialog } from './CreateUserDialog.tsx'
import { NewPassword, type MadePassword } from './NewPassword.tsx'
import { usersKey, usersPage } from './queries.ts'
import { RoleTable } from './RoleTable.tsx'
import { UserTable } from './UserTable.tsx'

export function UsersPage() {
  const users = usePages([...usersKey, 'pages'], usersPage)
  const manages = useRight('iam')
  return (
    <div className="page">
      <PageHeader
        title={words.title}
        description={words.description}
        actions={
          manages && (
            <MakeButton<MadePassword>
              kind="primary"
              icon={<Plus />}
              dialog={(making) => <CreateUserDialog {...making} />}
              shown={(password, onClose) => <NewPassword of={password} onClose={onClose} />}
            >
              {words.create}
            </MakeButton>
          )
        }
      />
      <ListCard
        query={users}
        empty={
          <EmptyState icon={<Users />} title={words.emptyTitle}>
            {words.empty}
          </EmptyState>
        }
      >
        {(all) => <UserTable users={all} />}
      </ListCard>
      <RoleTable />
    </div>
  )
}
