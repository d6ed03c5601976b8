/** The form that makes a link, and then the link in its place. */
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from '../../../components/Button.tsx'
import { ErrorNotice } from '../../../components/ErrorNotice.tsx'
import { objectLinks as words } from '../../../strings/objectLinks.ts'
import { LinkResult, type Link } from './LinkResult.tsx'

interface LinkFormProps {
  /** What is chosen can be made a link of. */
  readonly ready: boolean
  readonly children: ReactNode
  /** What it throws is shown. */
  make(): Promise<Link>
}

export function LinkForm({ ready, children, make }: LinkFormProps) {
  const making = useMutation({ mutationFn: make })
  if (making.data)
    return (
      <>
        <LinkResult {...making.data} />
        <div>
          <Button onClick={() => making.reset()}>{words.again}</Button>
        </div>
      </>
    )
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) making.mutate()
      }}
    >
      {children}
      {making.error && <ErrorNotice error={making.error} />}
      <div>
        <Button type="submit" kind="primary" busy={making.isPending} disabled={!ready}>
          {words.make}
        </Button>
      </div>
    </form>
  )
}
