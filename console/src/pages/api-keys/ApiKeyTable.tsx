/** API keys, to be renamed and revoked. */
import { useQueryClient } from '@tanstack/react-query'
import { Ban } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { EditableName } from '../../components/EditableName.tsx'
import { formatRelative, parseTime } from '../../components/format.ts'
import { IdLine } from '../../components/IdLine.tsx'
import { Menu } from '../../components/Menu.tsx'
import { Notice } from '../../components/Notice.tsx'
import { ObjectName } from '../../components/ObjectName.tsx'
import { Table } from '../../components/Table.tsx'
import { Time } from '../../components/Time.tsx'
import { toast } from '../../components/toasts.ts'
import { apiKeys as words } from '../../strings/apiKeys.ts'
import { common } from '../../strings/common.ts'
import { roleWords } from '../../strings/users.ts'
import { apiKeysKey, type ApiKey } from './queries.ts'

export function ApiKeyTable({ keys }: { readonly keys: readonly ApiKey[] }) {
  const client = useQueryClient()
  const [revoking, setRevoking] = useState<ApiKey>()
  const refresh = () => client.invalidateQueries({ queryKey: apiKeysKey })
  return (
    <>
      <Table
        rows={keys}
        keyOf={({ id }) => id}
        columns={[
          {
            label: words.name,
            cell: ({ id, name }) => (
              <div>
                <EditableName
                  name={name}
                  of={id}
                  canEdit
                  onRename={async (renamed) => {
                    await api.PUT('/v1/api-keys/{id}', { params: { path: { id } }, body: { name: renamed } })
                    await refresh()
                  }}
                />
                <IdLine id={id} />
              </div>
            ),
          },
          { label: words.user, cell: ({ user }) => (user === null ? words.account : <ObjectName name={user} />) },
          { label: words.role, cell: ({ role }) => roleWords[role].title },
          {
            label: words.lastUsed,
            cell: ({ last_used: at }) =>
              at === null ? <span className="soft">{words.neverUsed}</span> : <Time at={at} />,
          },
          { label: common.created, cell: ({ created }) => <Time at={created} /> },
        ]}
        actions={(key) => (
          <Menu
            label={words.actionsOf(key.name)}
            groups={[[{ label: words.revoke, icon: <Ban />, danger: true, onSelect: () => setRevoking(key) }]]}
          />
        )}
      />
      {revoking && (
        <ConfirmDialog
          open
          title={words.revokeTitle(revoking.name)}
          submit={words.revokeSubmit}
          typed={revoking.name}
          onClose={() => setRevoking(undefined)}
          onConfirm={async () => {
            await api.DELETE('/v1/api-keys/{id}', { params: { path: { id: revoking.id } } })
            await refresh()
            toast(words.revoked(revoking.name))
          }}
        >
          <Notice tone="warning">
            <p>{words.revokeLead}</p>
            <p>
              {revoking.last_used === null ? words.notUsed : words.used(formatRelative(parseTime(revoking.last_used)))}
            </p>
          </Notice>
        </ConfirmDialog>
      )}
    </>
  )
}
