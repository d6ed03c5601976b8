/** How much of the account's quota is used. */
import { useFreshMe } from './useFreshMe.ts'
import { formatBytes, formatNumber } from '../components/format.ts'
import { Notice } from '../components/Notice.tsx'
import { Progress } from '../components/Progress.tsx'
import { usage as words } from '../strings/usage.ts'

const near = 0.9

export function Quota() {
  const { account, usage } = useFreshMe()
  const { bytes_max: bytesMax, objects_max: objectsMax } = account.quota
  if (usage === null || (bytesMax === null && objectsMax === null)) return <p className="soft">{words.noQuota}</p>
  const bytes = usage.bytes + usage.version_bytes + usage.deleted_bytes + usage.unfinished_bytes
  const objects = usage.objects + usage.versions + usage.deleted
  const worst = Math.max(bytesMax === null ? 0 : bytes / bytesMax, objectsMax === null ? 0 : objects / objectsMax)
  return (
    <>
      {bytesMax !== null && <Bar label={words.quotaBytes} used={bytes} max={bytesMax} format={formatBytes} />}
      {objectsMax !== null && <Bar label={words.quotaObjects} used={objects} max={objectsMax} format={formatNumber} />}
      {worst >= near && (
        <Notice tone={worst >= 1 ? 'danger' : 'warning'}>
          <p>{worst >= 1 ? words.quotaFull : words.quotaNear}</p>
        </Notice>
      )}
    </>
  )
}

interface BarProps {
  readonly label: string
  readonly used: number
  readonly max: number
  format(value: number): string
}

const Bar = ({ label, used, max, format }: BarProps) => (
  <div className="stack-small">
    <div className="row-between">
      <span>{label}</span>
      <span className="soft number">{words.quotaOf(format(used), format(max))}</span>
    </div>
    <Progress value={max === 0 ? 1 : used / max} label={label} />
  </div>
)
