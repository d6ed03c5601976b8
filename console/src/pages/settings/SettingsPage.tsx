/** Settings: the profile and the toggles in force; where clients reach the server; and how it is. */
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useRight } from '../../api/me.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { settings as words } from '../../strings/settings.ts'
import { Endpoints } from './Endpoints.tsx'
import { Health } from './Health.tsx'
import { Profiles } from './Profiles.tsx'
import './settings.css'
import { settingsQuery } from './settings.ts'
import { Toggles } from './Toggles.tsx'

const sections = [undefined, 'server', 'health'] as const

export function SettingsPage() {
  const isOperator = useRight('operator')
  const wanted = useSearch({ from: '/inside/settings' }).section
  const section = wanted === 'health' && !isOperator ? undefined : wanted
  return (
    <div className="page">
      <PageHeader title={words.title} description={words.description} />
      <nav className="tabs" aria-label={words.title}>
        {sections
          .filter((each) => each !== 'health' || isOperator)
          .map((each) => (
            <Link
              key={each ?? ''}
              to="/settings"
              search={each === undefined ? {} : { section: each }}
              className="tab"
              activeOptions={{ exact: true, includeSearch: true }}
            >
              {words.sections[each ?? 'behaviour']}
            </Link>
          ))}
      </nav>
      {section === 'health' ? <Health /> : section === 'server' ? <Endpoints /> : <Behaviour />}
    </div>
  )
}

function Behaviour() {
  const query = useQuery(settingsQuery)
  return (
    <QueryView query={query} lines={8}>
      {(settings) => (
        <>
          <Profiles settings={settings} />
          <Toggles settings={settings} />
        </>
      )}
    </QueryView>
  )
}
