/** What went wrong, in the server's words, with the request's id, by which "Why was this refused?" knows more. */
import { Link } from '@tanstack/react-router'
import { Problem } from '../api/problem.ts'
import { common } from '../strings/common.ts'
import { Button } from './Button.tsx'
import { Notice } from './Notice.tsx'

export function ErrorNotice({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const message = error instanceof Error && error.message !== '' ? error.message : common.failed
  const problem = error instanceof Problem ? error : undefined
  return (
    <Notice tone="danger" live>
      <p>{message}</p>
      {problem?.requestId !== undefined && (
        <p className="small">
          <span className="soft">
            {problem.code} · {common.requestId(problem.requestId)}
          </span>
          {problem.status >= 400 && problem.status < 500 && (
            <>
              {' · '}
              <Link to="/refusals" search={{ id: problem.requestId }}>
                {common.whyRefused}
              </Link>
            </>
          )}
        </p>
      )}
      {onRetry && (
        <Button size="small" onClick={onRetry}>
          {common.retry}
        </Button>
      )}
    </Notice>
  )
}
