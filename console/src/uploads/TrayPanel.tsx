/** The uploads: how far all of them are, what can be done with them, and, when it is opened, each of them. */
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { ConfirmDialog } from '../components/ConfirmDialog.tsx'
import { formatBytes } from '../components/format.ts'
import { IconButton } from '../components/IconButton.tsx'
import { Progress } from '../components/Progress.tsx'
import { uploads as words } from '../strings/uploads.ts'
import { IfThereDialog } from './IfThereDialog.tsx'
import { InterruptedNotice } from './InterruptedNotice.tsx'
import { cancelAll, clearFinished } from './queue.ts'
import { isOver, type UploadsSnapshot } from './store.ts'
import { timeLeft } from './time-left.ts'
import { TrayButtons } from './TrayButtons.tsx'
import { TrayList } from './TrayList.tsx'
import './uploads.css'

export default function TrayPanel({ uploads, totals }: UploadsSnapshot) {
  const [open, setOpen] = useState(true)
  const [cancelling, setCancelling] = useState(false)
  const title = useId()
  const interrupted = uploads.filter(({ state }) => state === 'interrupted').length
  const said = titleOf(uploads, totals, interrupted)
  const isIdle = totals.active === 0
  const isFinished = isIdle && uploads.every(isOver)

  return (
    <section className="tray" aria-labelledby={title} data-open={open ? '' : undefined}>
      <div className="tray-head">
        <h2 id={title}>{said}</h2>
        <IconButton
          label={open ? words.collapse : words.expand}
          icon={open ? <ChevronDown /> : <ChevronUp />}
          size="small"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
        {isFinished && <IconButton label={words.close} icon={<X />} size="small" onClick={clearFinished} />}
      </div>
      {totals.files > 0 && !isFinished && (
        <div className="tray-totals">
          <Progress label={words.progress} value={totals.bytes === 0 ? undefined : totals.sent / totals.bytes} />
          <p className="small soft row-between">
            <span>{words.bytesOf(formatBytes(totals.sent), formatBytes(totals.bytes))}</span>
            {totals.bytesPerSecond > 0 && (
              <span>
                {words.speed(formatBytes(totals.bytesPerSecond))}
                {totals.secondsLeft !== undefined && ` · ${words.left(timeLeft(totals.secondsLeft))}`}
              </span>
            )}
          </p>
        </div>
      )}
      {open && (
        <>
          {interrupted > 0 && (
            <InterruptedNotice count={interrupted} titled={said === words.interrupted(interrupted)} />
          )}
          <TrayList uploads={uploads} />
          <TrayButtons uploads={uploads} totals={totals} onCancel={() => setCancelling(true)} />
        </>
      )}
      <ConfirmDialog
        title={words.cancelAllTitle}
        open={cancelling}
        submit={words.cancelAll}
        onConfirm={() => Promise.resolve(cancelAll())}
        onClose={() => setCancelling(false)}
      >
        <p>{words.cancelAllText}</p>
      </ConfirmDialog>
      <IfThereDialog uploads={uploads} />
      <Announcement isIdle={isIdle} done={totals.done} failed={totals.failed} />
    </section>
  )
}

function titleOf(
  uploads: UploadsSnapshot['uploads'],
  { active, done, failed, files }: UploadsSnapshot['totals'],
  interrupted: number,
): string {
  const has = (state: string): boolean => uploads.some((upload) => upload.state === state)
  if (active > 0) return words.uploading(done, files)
  if (has('asking')) return words.waitsForYou
  if (has('paused')) return words.paused
  if (failed > 0) return words.finishedWithErrors(failed)
  if (interrupted > 0) return words.interrupted(interrupted)
  return done === 0 ? words.tray : words.finished(done)
}

/** Read out once all that goes on by itself has ended; every step of it would be too much. */
function Announcement({
  isIdle,
  done,
  failed,
}: {
  readonly isIdle: boolean
  readonly done: number
  readonly failed: number
}) {
  const wasIdle = useRef(isIdle)
  const [text, setText] = useState('')
  useEffect(() => {
    if (isIdle && !wasIdle.current) {
      const said = [done > 0 && words.announceDone(done), failed > 0 && words.announceFailed(failed)]
      setText(said.filter(Boolean).join(' '))
    }
    wasIdle.current = isIdle
  }, [isIdle, done, failed])
  return (
    <p className="visually-hidden" role="status">
      {text}
    </p>
  )
}
