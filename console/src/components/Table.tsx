/** A list as a table in its frame: a column says what it is called and what its cells show. On a phone each row is a list of both. */
import type { ReactNode } from 'react'
import { common } from '../strings/common.ts'

interface Column<T> {
  readonly label: string
  /** A heading says what its row is of. */
  readonly kind?: 'number' | 'heading'
  /** Of its cells. */
  readonly className?: string
  title?(row: T): string | undefined
  cell(row: T): ReactNode
}

interface TableProps<T> {
  readonly rows: readonly T[]
  /** The first says what a row is of, and needs no label beside it. */
  readonly columns: readonly (Column<NoInfer<T>> | false)[]
  readonly label?: string
  readonly className?: string
  /** False: it stays a table on a phone. */
  readonly stacks?: boolean
  /** The frame scrolls by itself, so it must be reached by keyboard, and has a name. */
  readonly scrolls?: { readonly label: string; readonly className: string }
  keyOf(row: NoInfer<T>): string
  rowClass?(row: NoInfer<T>): string | undefined
  /** What can be done with a row. */
  actions?(row: NoInfer<T>): ReactNode
}

export function Table<T>({ rows, label, className, stacks = true, scrolls, keyOf, rowClass, ...rest }: TableProps<T>) {
  const { actions } = rest
  const columns = rest.columns.filter((column) => column !== false)
  const frame = scrolls && { tabIndex: 0, role: 'region', 'aria-label': scrolls.label }
  return (
    <div className={joined('table-frame', scrolls?.className)} {...frame}>
      <table className={joined('table', className)} data-stacks={stacks ? '' : undefined} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column.label} className={column.kind === 'number' ? 'number' : undefined}>
                {column.label}
              </th>
            ))}
            {actions && (
              <th scope="col">
                <span className="visually-hidden">{common.actions}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className={rowClass?.(row)}>
              {columns.map((column, index) => (
                <Cell key={column.label} of={column} row={row} labelled={index > 0} />
              ))}
              {actions && <td className="actions">{actions(row)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface CellProps<T> {
  readonly of: Column<T>
  readonly row: T
  readonly labelled: boolean
}

function Cell<T>({ of: column, row, labelled }: CellProps<T>) {
  const { label, kind, className } = column
  if (kind === 'heading')
    return (
      <th scope="row" className={className}>
        {column.cell(row)}
      </th>
    )
  return (
    <td
      className={kind === 'number' ? 'number' : className}
      data-label={labelled ? label : undefined}
      title={column.title?.(row)}
    >
      {column.cell(row)}
    </td>
  )
}

const joined = (own: string, more: string | undefined): string => (more === undefined ? own : `${own} ${more}`)
