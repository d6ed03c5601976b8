/** That uploads were interrupted, and how they go on. */
import { Button } from '../components/Button.tsx'
import { Notice } from '../components/Notice.tsx'
import { toast } from '../components/toasts.ts'
import { common } from '../strings/common.ts'
import { uploads as words } from '../strings/uploads.ts'
import { continueWithChosen } from './interrupted.ts'

interface InterruptedNoticeProps {
  readonly count: number
  /** The tray's title says already how many there are. */
  readonly titled: boolean
}

export function InterruptedNotice({ count, titled }: InterruptedNoticeProps) {
  async function choose(): Promise<void> {
    try {
      await continueWithChosen()
    } catch (error) {
      toast(error instanceof Error ? error.message : common.failed, 'danger')
    }
  }
  return (
    <div className="tray-notice">
      <Notice tone="warning">
        {!titled && (
          <p>
            <strong>{words.interrupted(count)}</strong>
          </p>
        )}
        <p className="small">{words.interruptedHint}</p>
        {count > 1 && (
          <p>
            <Button size="small" onClick={() => void choose()}>
              {words.chooseAllAgain}
            </Button>
          </p>
        )}
      </Notice>
    </div>
  )
}
