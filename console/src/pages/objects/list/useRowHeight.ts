/** How high rows are: of the text's size, which whoever reads may have made larger, and of two lines on a telephone. */
import { useSyncExternalStore } from 'react'

const narrow = window.matchMedia('(width < 640px)')

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener)
  window.addEventListener('resize', listener)
  return () => {
    narrow.removeEventListener('change', listener)
    window.removeEventListener('resize', listener)
  }
}

const textSize = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize)

export function useRowHeight(): { readonly rowHeight: number; readonly headHeight: number } {
  const size = useSyncExternalStore(subscribe, textSize)
  const stacked = useSyncExternalStore(subscribe, () => narrow.matches)
  return { rowHeight: Math.round(size * (stacked ? 3.75 : 2.75)), headHeight: Math.round(size * 2.5) }
}
