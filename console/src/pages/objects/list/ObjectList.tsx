/**
 * A list of any length, as a grid that is worked by keys: arrows move, Space chooses, Shift takes what lies between, Enter opens. The focus is on the
 * grid and stays there, since rows that leave the sight are no more.
 */
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import type { MenuItem } from '../../../components/Menu.tsx'
import { objects as words } from '../../../strings/objects.ts'
import type { SelectionState } from '../selection.ts'
import { ListHead } from './ListHead.tsx'
import { ListRow, type RowActs } from './ListRow.tsx'
import type { Listing } from './listing.ts'
import type { Row, View } from './rows.ts'
import { useGridKeys } from './useGridKeys.ts'
import { useScrollWindow } from './useScrollWindow.ts'

interface ObjectListProps {
  readonly listing: Listing
  readonly view: View
  readonly prefix: string
  readonly label: string
  readonly selection: SelectionState
  /** What can be done with a row. */
  menuOf(row: Row): readonly (readonly MenuItem[])[]
  onOpen(row: Row): void
  /** More is wanted than can be chosen one by one. */
  onTooMany(): void
}

export function ObjectList(props: ObjectListProps) {
  const { listing, view, prefix, label, selection, menuOf, onOpen } = props
  const scroller = useRef<HTMLDivElement>(null)
  const spacer = useRef<HTMLDivElement>(null)
  const id = useId()
  const { rows, first, end, offset, rowHeight } = useScrollWindow(listing, scroller, spacer)
  const { count, complete } = listing
  useEffect(() => {
    // Where nothing was, the focus was on what said so.
    if (document.activeElement?.id === emptyListId) scroller.current?.focus({ preventScroll: true })
  }, [])

  const [{ active, of }, setActive] = useState({ active: 0, of: listing })
  if (of !== listing) setActive({ active: 0, of: listing })
  const grid = useGridKeys({
    ...{ ...props, rows, active, id },
    setActive: (index) => setActive({ active: index, of: listing }),
  })
  const focus = (): void => scroller.current?.focus({ preventScroll: true })
  const newest: RowActs = {
    menuOf,
    open: onOpen,
    focus,
    point(index, row, how) {
      focus()
      setActive({ active: index, of: listing })
      if (how === 'range') return void grid.chooseTo(index)
      grid.begin(index)
      if (how === 'toggle') selection.toggle(row)
    },
  }
  const acts = useRef(newest)
  useLayoutEffect(() => {
    acts.current = newest
  })

  return (
    <div
      ref={scroller}
      className="object-list"
      data-view={view}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-describedby={`${id}-keys`}
      aria-multiselectable="true"
      aria-rowcount={complete ? count + 1 : -1}
      aria-activedescendant={active >= first && active < end ? `${id}-${active}` : undefined}
      onKeyDown={grid.onKeyDown}
      onScroll={rows.onScroll}
    >
      <ListHead view={view} selection={selection} />
      <div ref={spacer} className="object-rows" role="rowgroup">
        {Array.from({ length: end - first }, (_, place) => first + place).map((index) => {
          const row = listing.rowAt(index)
          return (
            <ListRow
              key={row?.id ?? index}
              {...{ row, index, view, prefix, acts }}
              id={`${id}-${index}`}
              top={index * rowHeight - offset}
              height={rowHeight}
              active={index === active}
              selected={row !== undefined && selection.has(row)}
            />
          )
        })}
      </div>
      <p id={`${id}-keys`} className="visually-hidden" role="presentation">
        {words.keys}
      </p>
    </div>
  )
}

/** Of what stands in the list's place where nothing is in it. */
export const emptyListId = 'empty-list'
