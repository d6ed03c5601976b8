/** Access keys, and what can be done with each. */
import { useMutation } from '@tanstack/react-query'
import { Power, PowerOff, RotateCcwKey, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Badge } from '../../components/Badge.tsx'
import { EditableName } from '../../components/EditableName.tsx'
import { formatTime, parseTime } from '../../components/format.ts'
import { IdLine } from '../../components/IdLine.tsx'
import { Menu } from '../../components/Menu.tsx'
import { ObjectName } from '../../components/ObjectName.tsx'
import { Table } from '../../components/Table.tsx'
import { Time } from '../../components/Time.tsx'
import { toast } from '../../components/toasts.ts'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import { common } from '../../strings/common.ts'
import { KeyDialogs, type Asked } from './KeyDialogs.tsx'
import { LastUse } from './LastUse.tsx'
import { calledOf, useUpdateKey, type AccessKey } from './queries.ts'

interface KeyTableProps {
  readonly keys: readonly AccessKey[]
  /** Whether they are of more than one. */
  readonly showsUser: boolean
}

export function KeyTable({ keys, showsUser }: KeyTableProps) {
  const update = useUpdateKey()
  const [asked, setAsked] = useState<Asked>()
  return (
    <>
      <Table
        rows={keys}
        keyOf={(each) => each.access_key_id}
        columns={[
          {
            label: words.name,
            cell: (each) => (
              <div>
                <EditableName
                  name={each.name}
                  of={each.access_key_id}
                  canEdit
                  onRename={(name) => update(each, { name })}
                />
                <IdLine id={each.access_key_id} />
              </div>
            ),
          },
          showsUser && {
            label: words.user,
            cell: ({ user }) => (user === null ? words.account : <ObjectName name={user} />),
          },
          { label: words.state, cell: (each) => <State of={each} /> },
          { label: words.lastUsed, cell: (each) => <LastUse of={each} /> },
          { label: common.created, cell: ({ created }) => <Time at={created} /> },
        ]}
        actions={(key) => <Actions of={key} ask={(to) => setAsked({ to, key })} />}
      />
      <KeyDialogs asked={asked} onClose={() => setAsked(undefined)} />
    </>
  )
}

interface ActionsProps {
  readonly of: AccessKey
  ask(to: Asked['to']): void
}

function Actions({ of: key, ask }: ActionsProps) {
  const update = useUpdateKey()
  const activate = useMutation({
    mutationFn: () => update(key, { active: true }),
    onSuccess: () => toast(words.activated(calledOf(key))),
    onError: (error) => toast(error.message, 'danger'),
  })
  return (
    <Menu
      label={words.actionsOf(calledOf(key))}
      groups={[
        [
          { label: words.regenerate, icon: <RotateCcwKey />, onSelect: () => ask('regenerate') },
          key.active
            ? { label: words.deactivate, icon: <PowerOff />, onSelect: () => ask('deactivate') }
            : { label: words.activate, icon: <Power />, onSelect: () => activate.mutate() },
        ],
        [{ label: words.delete, icon: <Trash2 />, danger: true, onSelect: () => ask('delete') }],
      ]}
    />
  )
}

function State({ of: { active, previous_secret_until: until } }: { readonly of: AccessKey }) {
  return (
    <div className="stack-small">
      <span>
        <Badge tone={active ? 'good' : 'plain'}>{active ? words.active : words.inactive}</Badge>
      </span>
      {until !== null && <span className="small">{words.graceUntil(formatTime(parseTime(until)))}</span>}
    </div>
  )
}
