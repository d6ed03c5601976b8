/** Signing keys, and what can be done with each. */
import { useQueryClient } from '@tanstack/react-query'
import { CodeXml, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { useRight } from '../../api/me.ts'
import { Badge } from '../../components/Badge.tsx'
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx'
import { EditableName } from '../../components/EditableName.tsx'
import { IdLine } from '../../components/IdLine.tsx'
import { Menu } from '../../components/Menu.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Table } from '../../components/Table.tsx'
import { Time } from '../../components/Time.tsx'
import { toast } from '../../components/toasts.ts'
import { common } from '../../strings/common.ts'
import { signingKeys as words } from '../../strings/signingKeys.ts'
import { bucketNameOf, calledOf, signingKeysKey, type Bucket, type SigningKey } from './queries.ts'

interface SigningKeyTableProps {
  readonly keys: readonly SigningKey[]
  readonly buckets: readonly Bucket[]
  onSamples(id: string): void
}

export function SigningKeyTable({ keys, buckets, onSamples }: SigningKeyTableProps) {
  const client = useQueryClient()
  const writes = useRight('storage.write')
  const [deleting, setDeleting] = useState<SigningKey>()
  const refresh = () => client.invalidateQueries({ queryKey: signingKeysKey })
  return (
    <>
      <Table
        rows={keys}
        keyOf={({ id }) => id}
        columns={[
          {
            label: words.name,
            cell: ({ id, name, managed }) => (
              <div>
                <div className="row">
                  {' '}
                  <EditableName
                    name={name ?? ''}
                    of={id}
                    canEdit={writes}
                    onRename={async (renamed) => {
                      const body = { name: renamed === '' ? null : renamed }
                      await api.PUT('/v1/signing-keys/{id}', { params: { path: { id } }, body })
                      await refresh()
                    }}
                  />
                  {managed === true && <Badge tone="info">{words.managed}</Badge>}
                </div>{' '}
                <IdLine id={id} />
              </div>
            ),
          },
          { label: words.bucket, cell: (key) => bucketNameOf(key, buckets) },
          { label: common.created, cell: ({ created }) => <Time at={created} /> },
        ]}
        actions={(key) => (
          <Menu
            label={words.actionsOf(calledOf(key))}
            groups={[
              key.managed === true
                ? []
                : [{ label: words.samples, icon: <CodeXml />, onSelect: () => onSamples(key.id) }],
              writes ? [{ label: words.delete, icon: <Trash2 />, danger: true, onSelect: () => setDeleting(key) }] : [],
            ]}
          />
        )}
      />
      {deleting && (
        <ConfirmDialog
          open
          title={words.deleteTitle(calledOf(deleting))}
          submit={words.deleteSubmit}
          typed={calledOf(deleting)}
          onClose={() => setDeleting(undefined)}
          onConfirm={async () => {
            await api.DELETE('/v1/signing-keys/{id}', { params: { path: { id: deleting.id } } })
            await refresh()
            toast(words.deleted(calledOf(deleting)))
          }}
        >
          <Notice tone="warning">
            <p>{words.deleteLead(bucketNameOf(deleting, buckets))}</p>
            {deleting.managed === true && <p>{words.deleteManaged}</p>}
          </Notice>
        </ConfirmDialog>
      )}
    </>
  )
}
