/** A button; what it does is busy until `busy` is false again, and it cannot be pressed twice. */
import type { ComponentProps, ReactNode } from 'react'

interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: 'primary' | 'danger' | 'quiet' | 'plain'
  readonly size?: 'small' | 'normal'
  readonly icon?: ReactNode
  readonly busy?: boolean
}

export function Button({ kind = 'plain', size = 'normal', icon, busy = false, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className="button"
      data-kind={kind}
      data-size={size}
      {...rest}
      disabled={rest.disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon}
      {children}
    </button>
  )
}
