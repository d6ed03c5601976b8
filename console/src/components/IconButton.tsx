/** A button of an icon alone: its name is read out, and shown when it is pointed at or focused. */
import type { ComponentProps, ReactNode } from 'react'
import { Tooltip } from './Tooltip.tsx'

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly label: string
  readonly icon: ReactNode
  readonly kind?: 'plain' | 'quiet' | 'danger'
  readonly size?: 'small' | 'normal'
}

export function IconButton({ label, icon, kind = 'quiet', size = 'normal', ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        className="button"
        data-icon-only=""
        data-kind={kind}
        data-size={size}
        aria-label={label}
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  )
}
