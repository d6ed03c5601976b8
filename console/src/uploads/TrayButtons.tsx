/** What can be done with all uploads at once, as far as it means something now. */
import { Pause, Play, RotateCw } from 'lucide-react'
import { Button } from '../components/Button.tsx'
import { uploads as words } from '../strings/uploads.ts'
import { clearFinished, pauseAll, resumeAll, retryAll } from './queue.ts'
import { isOver, type UploadsSnapshot } from './store.ts'

interface TrayButtonsProps extends Pick<UploadsSnapshot, 'uploads' | 'totals'> {
  onCancel(): void
}

export function TrayButtons({ uploads, totals, onCancel }: TrayButtonsProps) {
  const has = (state: string): boolean => uploads.some((upload) => upload.state === state)
  const isIdle = totals.active === 0
  const isFinished = isIdle && uploads.every(isOver)
  return (
    <div className="tray-foot">
      {!isIdle && (
        <Button size="small" icon={<Pause aria-hidden="true" />} onClick={pauseAll}>
          {words.pauseAll}
        </Button>
      )}
      {has('paused') && (
        <Button size="small" icon={<Play aria-hidden="true" />} onClick={resumeAll}>
          {words.resumeAll}
        </Button>
      )}
      {has('failed') && (
        <Button size="small" icon={<RotateCw aria-hidden="true" />} onClick={retryAll}>
          {words.retryAll}
        </Button>
      )}
      {uploads.some(isOver) && !isFinished && (
        <Button size="small" onClick={clearFinished}>
          {words.clear}
        </Button>
      )}
      {uploads.some((upload) => !isOver(upload) && upload.state !== 'interrupted') && (
        <Button size="small" onClick={onCancel}>
          {words.cancelAll}
        </Button>
      )}
    </div>
  )
}
