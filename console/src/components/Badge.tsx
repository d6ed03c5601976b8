/** A word on a state. */
import type { ReactNode } from 'react'

interface BadgeProps {
  readonly tone?: 'plain' | 'good' | 'warning' | 'danger' | 'info'
  readonly icon?: ReactNode
  readonly children: ReactNode
}

export function Badge({ tone = 'plain', icon, children }: BadgeProps) {
  return (
    <span className="badge" data-tone={tone}>
      {icon}
      {children}
    </span>
  )
}
