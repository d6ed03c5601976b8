/** A remark that must not be missed. */
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

const icons = { info: Info, good: CircleCheck, warning: TriangleAlert, danger: CircleAlert }

interface NoticeProps {
  readonly tone?: keyof typeof icons
  /** Read out as soon as it appears. */
  readonly live?: boolean
  readonly children: ReactNode
}

export function Notice({ tone = 'info', live = false, children }: NoticeProps) {
  const Icon = icons[tone]
  return (
    <div className="notice" data-tone={tone} role={live ? 'alert' : undefined}>
      <Icon aria-hidden="true" />
      <div className="stack-small">{children}</div>
    </div>
  )
}
