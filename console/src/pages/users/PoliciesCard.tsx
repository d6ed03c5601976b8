/** The policies of a user's own. */
import { useQueryClient } from '@tanstack/react-query'
import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { Notice } from '../../components/Notice.tsx'
import { toast } from '../../components/toasts.ts'
import { users as words } from '../../strings/users.ts'
import { PolicyDialog } from './PolicyDialog.tsx'
import { usersKey, type User } from './queries.ts'

export function PoliciesCard({ of: user, canEdit }: { readonly of: User; readonly canEdit: boolean }) {
  const client = useQueryClient()
  const [editing, setEditing] = useState<User['policies'][number] | 'new'>()
  const [removing, setRemoving] = useState<string>()
  return (
    <Card
      title={words.policiesTitle}
      description={words.policiesLead}
      actions={
        canEdit && (
          <Button size="small" icon={<Plus />} onClick={() => setEditing('new')}>
            {words.addPolicy}
          </Button>
        )
      }
    >
      {user.role === 'iam.admin' && <Notice>{words.adminPolicies}</Notice>}
      {user.policies.length === 0 ? (
        <p className="soft">{words.noPolicies}</p>
      ) : (
        <ul className="stack-small">
          {user.policies.map((policy) => (
            <li className="row-between" key={policy.name}>
              <span className="wrap-anywhere">{policy.name}</span>
              {canEdit && (
                <span className="row">
                  <IconButton
                    label={words.editPolicy(policy.name)}
                    icon={<Pencil />}
                    size="small"
                    onClick={() => setEditing(policy)}
                  />
                  <IconButton
                    label={words.deletePolicy(policy.name)}
                    icon={<Trash2 />}
                    size="small"
                    onClick={() => setRemoving(policy.name)}
                  />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {editing !== undefined && (
        <PolicyDialog
          of={user}
          policy={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
      {removing !== undefined && (
        <ConfirmDialog
          open
          title={words.deletePolicyTitle(removing)}
          submit={words.removeSubmit}
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            const params = { path: { user: user.id, policy: removing } }
            await api.DELETE('/v1/users/{user}/policies/{policy}', { params })
            await client.invalidateQueries({ queryKey: usersKey })
            toast(words.policyRemoved(removing))
          }}
        >
          {words.deletePolicyLead(user.name)}
        </ConfirmDialog>
      )}
    </Card>
  )
}
