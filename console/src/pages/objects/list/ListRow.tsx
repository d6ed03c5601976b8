/** A row of the list; grey until it is here. */
import { EllipsisVertical, File, FileX, Folder, History, Trash2, Upload } from 'lucide-react'
import { memo, useState, type MouseEvent, type RefObject } from 'react'
import { Badge } from '../../../components/Badge.tsx'
import { formatBytes } from '../../../components/format.ts'
import { Menu, type MenuItem } from '../../../components/Menu.tsx'
import { nameInText, ObjectName } from '../../../components/ObjectName.tsx'
import { Time } from '../../../components/Time.tsx'
import { common } from '../../../strings/common.ts'
import { objects as words } from '../../../strings/objects.ts'
import { columns, type ColumnName } from './columns.ts'
import type { Row, View } from './rows.ts'

interface ListRowProps {
  readonly row: Row | undefined
  readonly index: number
  readonly id: string
  readonly view: View
  readonly prefix: string
  readonly top: number
  readonly height: number
  readonly active: boolean
  readonly selected: boolean
  /** Always the same, so that a step of scrolling draws only the rows that are new. */
  readonly acts: RefObject<RowActs>
}

/** What rows ask the list for. */
export interface RowActs {
  menuOf(row: Row): readonly (readonly MenuItem[])[]
  open(row: Row): void
  point(index: number, row: Row, how: 'move' | 'toggle' | 'range'): void
  /** Gives the focus back to the list. */
  focus(): void
}

export const ListRow = memo(function ListRow(props: ListRowProps) {
  const { row, index, id, view, prefix, top, height, active, selected, acts } = props
  const style = { height, transform: `translateY(${top}px)` }
  const place = {
    ...{ id, style, role: 'row', className: 'object-row', 'aria-rowindex': index + 2 },
    ...(active && { 'data-active': '' }),
  }
  if (row === undefined)
    return (
      <div {...place} aria-busy="true">
        <div role="gridcell" className="object-name-cell" aria-label={common.loading}>
          <div className="skeleton object-skeleton" />
        </div>
      </div>
    )
  const open = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey) return acts.current.point(index, row, 'toggle')
    if (event.shiftKey) return acts.current.point(index, row, 'range')
    acts.current.point(index, row, 'move')
    acts.current.open(row)
  }
  const name = row.name.slice(commonFolder(row.name, prefix))
  return (
    // The grid has the focus, and the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus, jsx-a11y/no-static-element-interactions
    <div {...place} aria-selected={selected} data-kind={row.kind} onClick={open}>
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus, jsx-a11y/no-static-element-interactions */}
      <div role="gridcell" className="object-check" onClick={(event) => event.stopPropagation()}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={words.choose(nameInText(name))}
          checked={selected}
          onChange={() => undefined}
          onClick={(event) => acts.current.point(index, row, event.shiftKey ? 'range' : 'toggle')}
        />
      </div>
      <div role="gridcell" className="object-name-cell">
        <RowIcon row={row} />
        <span className="object-title" title={row.name}>
          <ObjectName name={name} />
        </span>
        {view === 'versions' && row.latest === true && <Badge tone="good">{words.latest}</Badge>}
        {row.kind === 'marker' && <Badge tone="warning">{words.marker}</Badge>}
        <span className="object-more soft small" aria-hidden="true">
          {columns[view].map(({ name: column }) => (
            <span key={column}>
              <Cell row={row} column={column} />
            </span>
          ))}
        </span>
      </div>
      {columns[view].map(({ name: column }) => (
        <div role="gridcell" className={`object-cell object-${column}`} key={column}>
          <Cell row={row} column={column} />
        </div>
      ))}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus, jsx-a11y/no-static-element-interactions */}
      <div role="gridcell" className="object-menu" onClick={(event) => event.stopPropagation()}>
        <RowMenu label={words.menuOf(nameInText(name))} {...{ row, acts }} />
      </div>
    </div>
  )
})

interface RowMenuProps {
  readonly label: string
  readonly row: Row
  readonly acts: RefObject<RowActs>
}

/** A button alone until it is pressed: menus are the dearest part of a row. */
function RowMenu({ label, row, acts }: RowMenuProps) {
  const [pressed, setPressed] = useState(false)
  if (!pressed)
    return (
      <button
        type="button"
        className="button"
        data-icon-only=""
        data-kind="quiet"
        data-size="small"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded="false"
        tabIndex={-1}
        onClick={() => setPressed(true)}
      >
        <EllipsisVertical />
      </button>
    )
  return (
    <Menu
      {...{ label }}
      defaultOpen
      groups={() => acts.current.menuOf(row)}
      triggerTabIndex={-1}
      onClosed={() => {
        setPressed(false)
        acts.current.focus()
      }}
    />
  )
}

/** How much of a key needs no telling, being the folder that one is in. */
const commonFolder = (name: string, prefix: string): number => {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  return name === folder ? 0 : folder.length
}

const icons = { folder: Folder, object: File, marker: FileX, deleted: Trash2, upload: Upload }

function RowIcon({ row }: { readonly row: Row }) {
  const Icon = row.kind === 'object' && row.latest === false ? History : icons[row.kind]
  return (
    <>
      <Icon className="object-icon" aria-hidden="true" />
      <span className="visually-hidden">{words.kinds[row.kind]}</span>
    </>
  )
}

function Cell({ row, column }: { readonly row: Row; readonly column: ColumnName }) {
  if (column === 'size') {
    return row.size === undefined || row.kind === 'marker' ? null : formatBytes(row.size)
  }
  if (column === 'time') return row.time === undefined ? null : <Time at={row.time} />
  if (row.kind !== 'deleted') return null
  return typeof row.purgeAfter === 'string' ? <Time at={row.purgeAfter} /> : words.notPurged
}
