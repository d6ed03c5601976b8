/** The head of a page: its title, which the window bears too, what it is for, and what can be done. */
import { useEffect, type ReactNode } from 'react'
import { common } from '../strings/common.ts'

interface PageHeaderProps {
  readonly title: string
  /** In place of the title's text, where it is more than that. */
  readonly heading?: ReactNode
  readonly description?: ReactNode
  readonly actions?: ReactNode
}

export function PageHeader({ title, heading, description, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = common.page(title)
  }, [title])
  return (
    <header className="page-header row-between">
      <div className="page-heading">
        <h1 tabIndex={-1} id="page-title" className="wrap-anywhere">
          {heading ?? title}
        </h1>
        {description !== undefined && <p className="soft">{description}</p>}
      </div>
      {actions !== undefined && <div className="row">{actions}</div>}
    </header>
  )
}
