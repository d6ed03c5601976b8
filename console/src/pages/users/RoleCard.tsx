/** The role of a user, to be changed and saved. */
import { useQueryClient } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { DraftCard } from '../../components/DraftCard.tsx'
import { useDraft } from '../../components/useDraft.ts'
import { roleWords, users as words } from '../../strings/users.ts'
import { usersKey, type User } from './queries.ts'
import { RoleField } from './RoleField.tsx'

export function RoleCard({ of: user }: { readonly of: User }) {
  const client = useQueryClient()
  const draft = useDraft(user.role)
  return (
    <DraftCard
      title={words.roleTitle}
      description={words.roleLead}
      draft={draft}
      done={words.roleSaved(user.name, roleWords[draft.value].title)}
      onSave={async (role) => {
        await api.PUT('/v1/users/{user}', { params: { path: { user: user.id } }, body: { role } })
        await client.invalidateQueries({ queryKey: usersKey })
      }}
    >
      <RoleField label={words.roleChoice} value={draft.value} onChange={draft.set} />
    </DraftCard>
  )
}
