/** One upload: what it is, how far it is or what went wrong, and what can be done. */
import { Link } from '@tanstack/react-router'
import {
  CircleAlert,
  CircleCheck,
  CircleHelp,
  CircleMinus,
  CirclePause,
  Clock,
  Pause,
  Play,
  RotateCw,
  Unplug,
  Upload as UploadIcon,
  X,
} from 'lucide-react'
import { memo } from 'react'
import { Button } from '../components/Button.tsx'
import { formatBytes } from '../components/format.ts'
import { IconButton } from '../components/IconButton.tsx'
import { ObjectName } from '../components/ObjectName.tsx'
import { Progress } from '../components/Progress.tsx'
import { toast } from '../components/toasts.ts'
import { common } from '../strings/common.ts'
import { uploads as words } from '../strings/uploads.ts'
import { continueInterrupted, giveUpInterrupted, hasHandle } from './interrupted.ts'
import { cancel, pause, resume, retry } from './queue.ts'
import { isActive, isOver, type Upload, type UploadState } from './store.ts'

const icons: Readonly<Record<UploadState, typeof X>> = {
  waiting: Clock,
  sending: UploadIcon,
  retrying: RotateCw,
  asking: CircleHelp,
  paused: CirclePause,
  interrupted: Unplug,
  failed: CircleAlert,
  done: CircleCheck,
  skipped: CircleMinus,
}

export const TrayRow = memo(function TrayRow({ upload }: { readonly upload: Upload }) {
  const { bucket, key, size, sent, state, error } = upload
  const Icon = icons[state]
  const name = nameOf(key)
  const shown = state === 'sending' || state === 'retrying' || state === 'paused' || state === 'interrupted'
  return (
    <div className="tray-row" data-state={state}>
      <Icon aria-hidden="true" className="tray-icon" />
      <div className="tray-what">
        <p className="tray-name" title={`${bucket}/${key}`}>
          <ObjectName name={name} />
        </p>
        {shown && size > 0 && <Progress label={words.progressOf(name)} value={sent / size} />}
        <p className="small soft">
          {words.states[state]}
          {' · '}
          {shown ? words.bytesOf(formatBytes(sent), formatBytes(size)) : formatBytes(size)}
        </p>
        {error !== undefined && (
          <p className="small tray-error">
            {error.message}
            {error.requestId !== undefined && error.status < 500 && (
              <>
                {' '}
                <Link to="/refusals" search={{ id: error.requestId }}>
                  {common.whyRefused}
                </Link>
              </>
            )}
          </p>
        )}
        {state === 'interrupted' && (
          <p>
            <Button size="small" onClick={() => void told(continueInterrupted(upload.id))}>
              {hasHandle(upload.id) ? words.continue : words.chooseAgain}
            </Button>
          </p>
        )}
      </div>
      <Actions upload={upload} name={name} />
    </div>
  )
})

function Actions({ upload, name }: { readonly upload: Upload; readonly name: string }) {
  const { id, state } = upload
  if (isOver(upload)) return null
  const giveUp = (): void => {
    if (state === 'interrupted') void told(giveUpInterrupted(id))
    else cancel(id)
  }
  return (
    <div className="tray-actions">
      {isActive(upload) && (
        <IconButton label={words.pause(name)} icon={<Pause />} size="small" onClick={() => pause(id)} />
      )}
      {state === 'paused' && (
        <IconButton label={words.resume(name)} icon={<Play />} size="small" onClick={() => resume(id)} />
      )}
      {state === 'failed' && (
        <IconButton label={words.retry(name)} icon={<RotateCw />} size="small" onClick={() => retry(id)} />
      )}
      <IconButton
        label={state === 'interrupted' ? words.forget(name) : words.cancel(name)}
        icon={<X />}
        size="small"
        onClick={giveUp}
      />
    </div>
  )
}

/** `beach.jpg` of `holiday/beach.jpg`, `empty/` of `holiday/empty/`. */
const nameOf = (key: string): string => key.slice(key.lastIndexOf('/', key.length - 2) + 1)

async function told(doing: Promise<unknown>): Promise<void> {
  try {
    await doing
  } catch (error) {
    toast(error instanceof Error ? error.message : common.failed, 'danger')
  }
}
