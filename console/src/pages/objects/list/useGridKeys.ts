/** The keys of the list. */
import { useRef, type KeyboardEvent } from 'react'
import type { SelectionState } from '../selection.ts'
import type { Listing } from './listing.ts'
import type { Row } from './rows.ts'
import type { ScrollWindow } from './scroll-window.ts'

/** Chosen one by one; whoever wants more wants all of a folder. */
const rangeMax = 10_000

interface Options {
  readonly listing: Listing
  readonly selection: SelectionState
  readonly rows: ScrollWindow
  readonly active: number
  readonly id: string
  setActive(index: number): void
  onOpen(row: Row): void
  onTooMany(): void
}

export function useGridKeys({ listing, selection, rows, active, id, setActive, onOpen, onTooMany }: Options) {
  /** Where a range begins. */
  const anchor = useRef(0)

  async function chooseTo(index: number): Promise<void> {
    const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)]
    if (to - from >= rangeMax) return onTooMany()
    selection.set(await listing.range(from, to))
  }

  function move(index: number, range: boolean): void {
    const to = Math.max(0, Math.min(listing.count - 1, index))
    if (!range) anchor.current = to
    setActive(to)
    rows.scrollToRow(to)
    if (range) void chooseTo(to)
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    // A menu or a box in a row has keys of its own.
    if (event.target !== event.currentTarget || listing.count === 0) return
    const { key, shiftKey: range } = event
    const row = listing.rowAt(active)
    const places: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + rows.inSight,
      PageUp: active - rows.inSight,
      Home: 0,
      End: listing.count - 1,
    }
    const place = places[key]
    if (place !== undefined) move(place, range)
    else if (key === 'Enter' && row !== undefined) onOpen(row)
    else if (key === ' ' && row !== undefined) {
      if (range) void chooseTo(active)
      else {
        anchor.current = active
        selection.toggle(row)
      }
    } else if (key === 'a' && (event.ctrlKey || event.metaKey)) selection.setEverything()
    else if (key === 'Escape' && !selection.empty) selection.clear()
    else if (key === 'ContextMenu' || (key === 'F10' && range)) openMenu(`${id}-${active}`)
    else return
    event.preventDefault()
  }

  return { onKeyDown, chooseTo, begin: (index: number) => void (anchor.current = index) }
}

/** As if its button had been pressed. */
const openMenu = (rowId: string): void =>
  document.getElementById(rowId)?.querySelector<HTMLElement>('[aria-haspopup=menu]')?.click()
