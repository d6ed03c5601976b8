/** A bucket that is being emptied: how far that is. */
import { formatBytes, formatNumber } from '../../components/format.ts'
import { ObjectName } from '../../components/ObjectName.tsx'
import { Progress } from '../../components/Progress.tsx'
import { bucketSettings } from '../../strings/bucketSettings.ts'
import { bytesLeft, progressOf, thingsLeft, type Deletion } from './deletion.ts'

const words = bucketSettings.remove

export function DeletionProgress({ job, named = false }: { readonly job: Deletion; readonly named?: boolean }) {
  return (
    <div className="stack-tiny">
      <div className="row-between">
        {named && (
          <strong className="wrap-anywhere">
            <ObjectName name={job.bucket} />
          </strong>
        )}
        <span className="soft">{words.left(formatNumber(thingsLeft(job)), formatBytes(bytesLeft(job)))}</span>
      </div>
      <Progress value={progressOf(job)} label={words.progress(job.bucket)} />
    </div>
  )
}
