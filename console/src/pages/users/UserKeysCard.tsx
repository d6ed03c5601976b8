/** The access keys of a user. */
import { useQuery } from '@tanstack/react-query'
import { Card } from '../../components/Card.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { users as words } from '../../strings/users.ts'
import { GenerateKeyButton } from '../access-keys/GenerateKeyButton.tsx'
import { KeyTable } from '../access-keys/KeyTable.tsx'
import { allAccessKeysQuery } from '../access-keys/queries.ts'

export function UserKeysCard({ name, canEdit }: { readonly name: string; readonly canEdit: boolean }) {
  const keys = useQuery(allAccessKeysQuery)
  return (
    <Card
      flush
      title={words.keysTitle}
      description={words.keysLead}
      actions={canEdit && <GenerateKeyButton size="small" holder={name} label={words.generateKey} />}
    >
      <QueryView query={keys}>
        {(all) => {
          const own = all.filter(({ user }) => user === name)
          if (own.length > 0) return <KeyTable keys={own} showsUser={false} />
          return <p className="soft card-body">{words.noKeys}</p>
        }}
      </QueryView>
    </Card>
  )
}
