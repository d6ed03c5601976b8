/** In place of a page that failed, or that is not there. */
import { Link, type ErrorComponentProps } from '@tanstack/react-router'
import { Button } from '../components/Button.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { common } from '../strings/common.ts'
import { shell } from '../strings/shell.ts'

export function Fault({ error }: ErrorComponentProps) {
  return (
    <div className="page">
      <PageHeader title={common.unexpected} />
      <ErrorNotice error={error} />
      <div>
        <Button onClick={() => location.reload()}>{common.reload}</Button>
      </div>
    </div>
  )
}

export function NotFound() {
  return (
    <div className="page">
      <PageHeader title={shell.notFound} />
      <p>
        <Link to="/">{shell.home}</Link>
      </p>
    </div>
  )
}
