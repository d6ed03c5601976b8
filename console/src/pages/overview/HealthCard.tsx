/** How the server is, in short: what needs its operators, and the disks. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Badge } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Disks } from '../../health/Disks.tsx'
import { healthQuery, tones } from '../../health/health.ts'
import { health } from '../../strings/health.ts'
import { overview as words } from '../../strings/overview.ts'

export function HealthCard() {
  const query = useQuery(healthQuery)
  return (
    <Card
      title={words.health}
      actions={
        <Link to="/settings" search={{ section: 'health' }}>
          {words.seeHealth}
        </Link>
      }
    >
      <QueryView query={query}>
        {({ status, checks, disk }) => (
          <>
            <div className="row">
              <Badge tone={status === 'ok' ? 'good' : 'warning'}>{status === 'ok' ? health.ok : health.degraded}</Badge>
              {status === 'ok' && <span className="soft small">{health.okText}</span>}
            </div>
            {checks
              .filter((check) => check.status !== 'ok')
              .map((check) => (
                <p key={check.name} className="wrap-anywhere">
                  <Badge tone={tones[check.status]}>{health.statuses[check.status]}</Badge> <b>{check.name}</b>{' '}
                  <span className="soft">{check.detail}</span>
                </p>
              ))}
            <Disks disks={disk} />
          </>
        )}
      </QueryView>
    </Card>
  )
}
