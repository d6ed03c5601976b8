/** What was done lately, in sentences. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { DeedSentence } from '../../audit/DeedSentence.tsx'
import { deedsOf, fetchAudit } from '../../audit/entries.ts'
import { Card } from '../../components/Card.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Time } from '../../components/Time.tsx'
import { overview as words } from '../../strings/overview.ts'

const shownMax = 8

export function RecentEvents() {
  const query = useQuery({ queryKey: ['audit', 'recent'], queryFn: () => fetchAudit({ limit: 40 }) })
  return (
    <Card title={words.events} actions={<Link to="/audit">{words.seeAudit}</Link>}>
      <QueryView query={query}>
        {({ entries }) =>
          entries.length === 0 ? (
            <p className="soft">{words.noEvents}</p>
          ) : (
            <ul className="events">
              {deedsOf(entries)
                .slice(0, shownMax)
                .map(({ entry }) => (
                  <li key={entry.seq}>
                    <DeedSentence entry={entry} />
                    <span className="soft small">
                      <Time at={entry.time} />
                    </span>
                  </li>
                ))}
            </ul>
          )
        }
      </QueryView>
    </Card>
  )
}
