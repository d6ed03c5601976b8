/** How long the list is, as far as that is known, and the way to its end. */
import { ArrowDownToLine, RefreshCw } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { objects as words } from '../../strings/objects.ts'
import type { Listing } from './list/listing.ts'

export function ListStatus({ listing }: { readonly listing: Listing }) {
  const [reading, setReading] = useState(false)
  const aborter = useRef<AbortController>(undefined)
  async function readOn(): Promise<void> {
    aborter.current = new AbortController()
    setReading(true)
    await listing.toEnd(aborter.current.signal)
    setReading(false)
    if (!aborter.current.signal.aborted) scrollToEnd()
  }
  const { count, complete } = listing
  return (
    <div className="object-status small soft">
      <span role="status">{reading ? words.lookingForEnd(count) : words.count(count, complete)}</span>
      <span className="row">
        {reading ? (
          <Button size="small" onClick={() => aborter.current?.abort()}>
            {words.stop}
          </Button>
        ) : (
          !complete &&
          count > 0 && (
            <Button
              size="small"
              kind="quiet"
              icon={<ArrowDownToLine aria-hidden="true" />}
              onClick={() => void readOn()}
            >
              {words.toEnd}
            </Button>
          )
        )}
        <IconButton label={words.refresh} icon={<RefreshCw />} size="small" onClick={() => listing.refresh()} />
      </span>
    </div>
  )
}

/** As the key does it. */
function scrollToEnd(): void {
  const grid = document.querySelector<HTMLElement>('.object-list')
  grid?.focus({ preventScroll: true })
  grid?.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true }))
}
