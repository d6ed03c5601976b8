/** What was checked, in order: what passed, what failed, and what was not reached any more. */
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react'
import { refusals as words } from '../../strings/refusals.ts'

interface Check {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'not reached'
  readonly detail: string
}

const icons = { passed: CircleCheck, failed: CircleX, 'not reached': CircleDashed }

export function Checks({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <ol className="checks">
      {checks.map(({ name, outcome, detail }) => {
        const Icon = icons[outcome]
        return (
          <li key={name} data-outcome={outcome}>
            <Icon aria-hidden="true" />
            <div>
              <div className="checks-head">
                <b>{name.slice(0, 1).toUpperCase() + name.slice(1)}</b>
                <span className="small checks-outcome">{words.outcomes[outcome]}</span>
              </div>
              {detail !== '' && <p className="wrap-anywhere">{detail}</p>}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
