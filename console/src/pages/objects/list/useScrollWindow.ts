/** Which rows of a listing are in sight, as it is scrolled; the listing is told, and gets them. */
import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from 'react'
import type { Listing } from './listing.ts'
import { ScrollWindow } from './scroll-window.ts'
import { useRowHeight } from './useRowHeight.ts'

/** `scroller` is what scrolls, and `spacer` what is in it, as high as all rows are, or as high as may be. */
export function useScrollWindow(
  listing: Listing,
  scroller: RefObject<HTMLElement | null>,
  spacer: RefObject<HTMLElement | null>,
) {
  const { rowHeight, headHeight } = useRowHeight()
  const { count } = listing
  const [rows] = useState(() => new ScrollWindow())
  const { first, end, offset } = useSyncExternalStore(rows.subscribe, rows.sight)
  useLayoutEffect(() => rows.attach(scroller.current, spacer.current), [rows, scroller, spacer])
  // Another list begins at its beginning.
  useLayoutEffect(() => rows.reset(), [rows, listing])
  useLayoutEffect(() => rows.resize({ count, rowHeight, headHeight }), [rows, count, rowHeight, headHeight])
  useLayoutEffect(() => listing.look(first, Math.max(first, end - 1)), [listing, first, end])
  return { rows, first, end, offset, rowHeight }
}
