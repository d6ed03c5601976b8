/** Whether rules are edited in a form or as JSON. */
import { cors as words } from '../../../strings/cors.ts'

export type Mode = 'form' | 'json'

interface ModeSwitchProps {
  readonly mode: Mode
  /** What stands there is nothing that the form could show. */
  readonly formless: boolean
  onChange(mode: Mode): void
}

export function ModeSwitch({ mode, formless, onChange }: ModeSwitchProps) {
  return (
    <div className="modes" role="group" aria-label={words.view}>
      <button
        type="button"
        className="mode"
        aria-pressed={mode === 'form'}
        disabled={formless}
        onClick={() => onChange('form')}
      >
        {words.form}
      </button>
      <button type="button" className="mode" aria-pressed={mode === 'json'} onClick={() => onChange('json')}>
        {words.asJson}
      </button>
    </div>
  )
}
