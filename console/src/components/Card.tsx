/** A part of a page with a frame and, mostly, a heading. */
import type { ReactNode } from 'react'

interface CardProps {
  readonly title?: ReactNode
  readonly description?: ReactNode
  readonly actions?: ReactNode
  readonly foot?: ReactNode
  /** Its content reaches the frame: tables. */
  readonly flush?: boolean
  readonly children: ReactNode
}

export function Card({ title, description, actions, foot, flush = false, children }: CardProps) {
  return (
    <section className="card">
      {(title !== undefined || actions !== undefined) && (
        <div className="card-head">
          <div>
            {title !== undefined && <h2>{title}</h2>}
            {description !== undefined && <p className="soft small">{description}</p>}
          </div>
          {actions !== undefined && <div className="row">{actions}</div>}
        </div>
      )}
      {flush ? children : <div className="card-body stack">{children}</div>}
      {foot !== undefined && <div className="card-foot">{foot}</div>}
    </section>
  )
}
