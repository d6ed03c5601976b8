/** Who may read, one line for each who may ask, in force and with a draft. */
import { Badge } from '../../../components/Badge.tsx'
import { ObjectName } from '../../../components/ObjectName.tsx'
import { Table } from '../../../components/Table.tsx'
import { policy } from '../../../strings/policy.ts'
import type { Reader } from './AccessCheck.tsx'

const words = policy.check

interface ReadersTableProps {
  readonly now: readonly Reader[]
  readonly draft: readonly Reader[] | undefined
}

interface Row {
  readonly id: string
  readonly reader: Reader
  readonly now: Reader | undefined
  readonly draft: Reader | undefined
  readonly changes: boolean
}

export function ReadersTable({ now, draft }: ReadersTableProps) {
  const rows = rowsOf(now, draft)
  const changes = rows.filter((row) => row.changes).length
  return (
    <>
      {draft && <p>{changes === 0 ? words.same : words.differ(changes)}</p>}
      <Table
        label={words.results}
        className="readers-table"
        rows={rows}
        keyOf={({ id }) => id}
        rowClass={(row) => (row.changes ? 'changed-row' : undefined)}
        columns={[
          {
            label: words.who,
            kind: 'heading',
            className: 'wrap-anywhere',
            cell: ({ reader }) => <ObjectName name={nameOf(reader)} />,
          },
          { label: words.through, cell: ({ reader }) => words.throughOf[reader.through] },
          { label: words.now, cell: (row) => <Verdict reader={row.now} /> },
          draft !== undefined && {
            label: words.draft,
            cell: (row) => <Verdict reader={row.draft} changes={row.changes} />,
          },
        ]}
      />
    </>
  )
}

function Verdict({ reader, changes = false }: { readonly reader: Reader | undefined; readonly changes?: boolean }) {
  if (reader === undefined) return <span className="soft">{words.absent}</span>
  const isOpen = reader.may === 'yes' && reader.who === 'anyone'
  return (
    <div className="verdict">
      <span className="row">
        <Badge tone={isOpen ? 'warning' : reader.may === 'no' ? 'plain' : 'good'}>{words.mayOf[reader.may]}</Badge>
        {changes && <Badge tone="warning">{words.changes}</Badge>}
      </span>
      <span className="small soft wrap-anywhere">{reader.because}</span>
    </div>
  )
}

const nameOf = ({ who, name }: Reader): string => (who === 'anyone' ? words.whoOf.anyone : words.whoOf[who](name))
const idOf = ({ who, name, through }: Reader): string => `${through} ${who} ${name}`

/** Whom a draft names alone is at the end. */
function rowsOf(now: readonly Reader[], draft: readonly Reader[] | undefined): readonly Row[] {
  const nowBy = new Map(now.map((reader) => [idOf(reader), reader]))
  const draftBy = new Map(draft?.map((reader) => [idOf(reader), reader]))
  const ids = [...new Set([...nowBy.keys(), ...draftBy.keys()])]
  return ids.map((id) => {
    const [inForce, drafted] = [nowBy.get(id), draftBy.get(id)]
    const changes = draft !== undefined && inForce?.may !== drafted?.may
    return { id, reader: (inForce ?? drafted)!, now: inForce, draft: drafted, changes }
  })
}
