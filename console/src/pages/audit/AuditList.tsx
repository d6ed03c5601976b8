/** Deeds, newest first. However many there are, only those in sight are in the page. */
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { DeedSentence } from '../../audit/DeedSentence.tsx'
import type { Deed } from '../../audit/entries.ts'
import { Time } from '../../components/Time.tsx'
import { audit as words } from '../../strings/audit.ts'
import { OutcomeBadge } from './OutcomeBadge.tsx'

interface AuditListProps {
  readonly deeds: readonly Deed[]
  onOpen(deed: Deed): void
  /** The last one came in sight. */
  onEnd(): void
}

export function AuditList({ deeds, onOpen, onEnd }: AuditListProps) {
  const list = useRef<HTMLUListElement>(null)
  const [scrollMargin, setScrollMargin] = useState(0)
  // What it gives is used in this component alone.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useWindowVirtualizer({
    count: deeds.length,
    estimateSize: () => 52,
    overscan: 12,
    scrollMargin,
    getItemKey: (index) => deeds[index]?.entry.seq ?? index,
  })
  useEffect(() => {
    if (list.current !== null) setScrollMargin(list.current.getBoundingClientRect().top + scrollY)
  }, [])
  const rows = virtualizer.getVirtualItems()
  const last = rows.at(-1)?.index
  useEffect(() => {
    if (last === deeds.length - 1) onEnd()
  }, [last, deeds.length, onEnd])
  return (
    <ul
      ref={list}
      className="audit-list"
      aria-label={words.list}
      style={{ height: virtualizer.getTotalSize(), position: 'relative' }}
    >
      {rows.map(({ index, key, start }) => {
        const deed = deeds[index]!
        return (
          <li
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            aria-setsize={deeds.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${start - scrollMargin}px)` }}
          >
            <button type="button" className="audit-row" aria-haspopup="dialog" onClick={() => onOpen(deed)}>
              <DeedSentence entry={deed.entry} />
              <span className="audit-row-end">
                <OutcomeBadge outcome={deed.entry.outcome} />
                <span className="soft small">
                  <Time at={deed.entry.time} />
                </span>
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
