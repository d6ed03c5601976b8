/** One setting: what it is for, its value and where that comes from; opened, what other profiles have and how it is changed. */
import { Badge } from '../../components/Badge.tsx'
import { settings as words } from '../../strings/settings.ts'
import { Marked } from '../../components/Marked.tsx'
import type { Toggle } from './settings.ts'
import { ToggleChange } from './ToggleChange.tsx'

interface ToggleRowProps {
  readonly toggle: Toggle
  readonly profile: string
  readonly open: boolean
  onOpen(open: boolean): void
}

export function ToggleRow({ toggle, profile, open, onOpen }: ToggleRowProps) {
  const { name, meaning, value, from, values, by_profile: byProfile } = toggle
  return (
    <details className="toggle" open={open} onToggle={(event) => onOpen(event.currentTarget.open)}>
      <summary>
        <code className="toggle-name">{name}</code>
        <span className="toggle-text soft small">
          <Marked text={meaning} />
        </span>
        <span className="toggle-value">
          <code className="toggle-now">{value}</code>
          <Badge tone={from === 'profile' ? 'plain' : 'info'}>{words.froms[from]}</Badge>
        </span>
      </summary>
      {open && (
        <div className="toggle-more grid-wide">
          <div className="stack">
            <dl className="facts">
              <dt>{words.values}</dt>
              <dd>{values === null ? words.number : values.join(', ')}</dd>
            </dl>
            <table className="table toggle-profiles">
              <caption className="visually-hidden">{words.inProfiles}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.profile}</th>
                  <th scope="col">{words.value}</th>
                </tr>
              </thead>
              <tbody>
                {Object.entries(byProfile).map(([each, has]) => (
                  <tr key={each}>
                    <th scope="row">
                      {each} {each === profile && <Badge tone="good">{words.inForce}</Badge>}
                    </th>
                    <td>
                      <code>{has}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="stack">
            <ToggleChange toggle={toggle} />
          </div>
        </div>
      )}
    </details>
  )
}
