/** How the server is, in full; for operators. */
import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Card } from '../../components/Card.tsx'
import { formatBytes } from '../../components/format.ts'
import { Marked } from '../../components/Marked.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Time } from '../../components/Time.tsx'
import { Disks } from '../../health/Disks.tsx'
import { healthQuery, tones } from '../../health/health.ts'
import { health as words } from '../../strings/health.ts'

export function Health() {
  const query = useQuery(healthQuery)
  return (
    <Card
      title={words.title}
      actions={
        <Button
          size="small"
          icon={<RefreshCw aria-hidden="true" />}
          busy={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {words.again}
        </Button>
      }
    >
      <QueryView query={query}>
        {({ status, checks, disk, node, version, started, threads, memory_bytes: memory }) => (
          <div className="stack">
            <div>
              <Badge tone={status === 'ok' ? 'good' : 'warning'}>{status === 'ok' ? words.ok : words.degraded}</Badge>
            </div>
            <h3>{words.checks}</h3>
            <ul className="health-checks">
              {checks.map((check) => (
                <li key={check.name}>
                  <Badge tone={tones[check.status]}>{words.statuses[check.status]}</Badge>
                  <span>
                    <b>{check.name}</b>
                    <span className="soft wrap-anywhere">
                      {' '}
                      <Marked text={check.detail} />
                    </span>
                  </span>
                </li>
              ))}
            </ul>
            <h3>{words.disks}</h3>
            <Disks disks={disk} />
            <h3>{words.process}</h3>
            <dl className="facts">
              <dt>{words.version}</dt>
              <dd>{version}</dd>
              <dt>{words.node}</dt>
              <dd>{node}</dd>
              <dt>{words.started}</dt>
              <dd>
                <Time at={started} exact /> · <Time at={started} />
              </dd>
              <dt>{words.threads}</dt>
              <dd>{threads}</dd>
              <dt>{words.memory}</dt>
              <dd>{formatBytes(memory)}</dd>
            </dl>
          </div>
        )}
      </QueryView>
    </Card>
  )
}
