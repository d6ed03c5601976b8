/** Has the server check the chain of the audit log, and says in words what it found. */
import { useMutation } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { api, dataOf } from '../../api/client.ts'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { TextField } from '../../components/TextField.tsx'
import { audit as words } from '../../strings/audit.ts'

export function VerifyLog() {
  const [head, setHead] = useState('')
  const verify = useMutation({
    mutationFn: () =>
      dataOf(api.GET('/v1/audit/verify', { params: { query: head.trim() === '' ? {} : { head: head.trim() } } })),
  })
  const found = verify.data
  return (
    <Card title={words.verify} description={words.verifyText}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          verify.mutate()
        }}
      >
        <TextField label={words.head} hint={words.headHint} value={head} onChange={setHead} mono autoComplete="off" />
        <div>
          <Button type="submit" icon={<ShieldCheck aria-hidden="true" />} busy={verify.isPending}>
            {words.verifyRun}
          </Button>
        </div>
      </form>
      {verify.error && <ErrorNotice error={verify.error} />}
      {found?.whole === true && (
        <Notice tone="good" live>
          <p>{words.whole(found.entries ?? 0)}</p>
          {found.head !== null && (
            <>
              <p>{words.keepHead}</p>
              <CodeBlock text={found.head} label={words.headLabel} wrap />
            </>
          )}
        </Notice>
      )}
      {found?.broken && (
        <Notice tone="danger" live>
          <p>
            <b>{words.broken}</b>{' '}
            {words.why[found.broken.why]?.(found.broken.seq) ?? words.brokenOther(found.broken.seq, found.broken.why)}
          </p>
          <p>{words.brokenAdvice}</p>
        </Notice>
      )}
    </Card>
  )
}
