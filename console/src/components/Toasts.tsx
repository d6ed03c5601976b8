/** Shows short remarks at the top, and has them read out. */
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { common } from '../strings/common.ts'
import { currentToasts, dismissToast, onToasts } from './toasts.ts'

export function Toasts() {
  const messages = useSyncExternalStore(onToasts, currentToasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {messages.map(({ id, text, tone }) => (
        <div className="toast" data-tone={tone} key={id}>
          {tone === 'good' ? <CircleCheck aria-hidden="true" /> : <CircleAlert aria-hidden="true" />}
          <p>{text}</p>
          <button
            type="button"
            className="button"
            data-kind="quiet"
            data-size="small"
            data-icon-only=""
            aria-label={common.dismiss}
            onClick={() => dismissToast(id)}
          >
            <X />
          </button>
        </div>
      ))}
    </div>
  )
}
