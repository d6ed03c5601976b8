/** Each upload, those first that need somebody; only what is in view is drawn, so that thousands are no more work than ten. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import { uploads as words } from '../strings/uploads.ts'
import type { Upload, UploadState } from './store.ts'
import { TrayRow } from './TrayRow.tsx'

const rank: Readonly<Record<UploadState, number>> = {
  interrupted: 0,
  failed: 1,
  asking: 1,
  sending: 2,
  retrying: 2,
  paused: 3,
  waiting: 4,
  done: 5,
  skipped: 6,
}

export function TrayList({ uploads }: { readonly uploads: readonly Upload[] }) {
  const frame = useRef<HTMLDivElement>(null)
  const sorted = useMemo(() => uploads.toSorted((a, b) => rank[a.state] - rank[b.state] || a.id - b.id), [uploads])
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => frame.current,
    estimateSize: () => 60,
    getItemKey: (index) => sorted[index]?.id ?? index,
    overscan: 4,
  })
  return (
    <div className="tray-list" ref={frame} tabIndex={0} role="region" aria-label={words.list}>
      <ul style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const upload = sorted[index]
          if (upload === undefined) return null
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              style={{ transform: `translateY(${start}px)` }}
              aria-setsize={sorted.length}
              aria-posinset={index + 1}
            >
              <TrayRow upload={upload} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}
