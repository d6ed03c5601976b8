/** What is chosen in a list: some of its rows, or everything in it, of which nobody knows how much it is. */
import { useMemo, useState } from 'react'
import type { Row } from './list/rows.ts'

export interface Selection {
  readonly rows: ReadonlyMap<string, Row>
  readonly everything: boolean
}

export interface SelectionState extends Selection {
  readonly empty: boolean
  has(row: Row): boolean
  toggle(row: Row): void
  add(rows: readonly Row[]): void
  set(rows: readonly Row[]): void
  setEverything(): void
  clear(): void
}

const nothing: Selection = { rows: new Map(), everything: false }

/** Begins anew with another list. */
export function useSelection(list: string): SelectionState {
  const [kept, setKept] = useState({ list, selection: nothing })
  if (kept.list !== list) setKept({ list, selection: nothing })
  const selection = kept.list === list ? kept.selection : nothing
  return useMemo(() => {
    const put = (rows: Iterable<readonly [string, Row]>): void =>
      setKept({ list, selection: { rows: new Map(rows), everything: false } })
    const idsOf = (rows: readonly Row[]) => rows.map((row) => [row.id, row] as const)
    return {
      ...selection,
      empty: !selection.everything && selection.rows.size === 0,
      has: ({ id }) => selection.everything || selection.rows.has(id),
      toggle(row) {
        const others = [...selection.rows].filter(([id]) => id !== row.id)
        put(selection.rows.has(row.id) ? others : [...others, [row.id, row]])
      },
      add: (rows) => put([...selection.rows, ...idsOf(rows)]),
      set: (rows) => put(idsOf(rows)),
      setEverything: () => setKept({ list, selection: { rows: new Map(), everything: true } }),
      clear: () => setKept({ list, selection: nothing }),
    }
  }, [list, selection])
}
