/** In place of the settings of a bucket that is found no more: it is being emptied, or it is not there. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { bucketChanged } from '../../../api/buckets.ts'
import { Card } from '../../../components/Card.tsx'
import { ErrorNotice } from '../../../components/ErrorNotice.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { toast } from '../../../components/toasts.ts'
import { bucketSettings } from '../../../strings/bucketSettings.ts'
import { deletionQuery, wasSeen } from '../deletion.ts'
import { DeletionProgress } from '../DeletionProgress.tsx'

const words = bucketSettings.remove

export function DeletedBucket({ name }: { readonly name: string }) {
  const job = useQuery(deletionQuery(name))
  const ran = wasSeen(name)
  const state = job.data === null ? 'gone' : job.data?.state
  useEffect(() => {
    if (state !== 'none') return
    // It is back: the page shows it again.
    if (ran) toast(words.stays(name), 'danger')
    void bucketChanged(name)
  }, [state, ran, name])
  if (job.error) return <ErrorNotice error={job.error} onRetry={() => void job.refetch()} />
  return (
    <div className="stack" aria-live="polite">
      {job.data?.state === 'emptying' && (
        <Card title={words.running(name)} description={words.runningText}>
          <DeletionProgress job={job.data} />
        </Card>
      )}
      {job.data?.state === 'none' && <Notice tone="warning">{words.stays(name)}</Notice>}
      {job.data === null && (
        <Notice tone={ran ? 'good' : 'info'}>{ran ? words.deleted(name) : words.gone(name)}</Notice>
      )}
      <p>
        <Link to="/buckets">{words.toList}</Link>
      </p>
    </div>
  )
}
