/** Where clients reach the server. */
import { useQuery } from '@tanstack/react-query'
import { Card } from '../../components/Card.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { serverQuery } from '../../api/server.ts'
import { settings as words } from '../../strings/settings.ts'

export function Endpoints() {
  const query = useQuery(serverQuery)
  return (
    <Card title={words.endpoints}>
      <QueryView query={query}>
        {({ version, region, regions, delivery_url, domain_target, tls, management_url }) => (
          <dl className="facts">
            {regions.map(({ name, display_name: shown, s3_url: url }) => (
              <Copied
                key={name}
                name={regions.length === 1 ? words.s3 : `${words.s3} · ${name}`}
                text={url}
                remark={[
                  `${words.region}: ${name}`,
                  ...(shown === name ? [] : [shown]),
                  ...(regions.length > 1 && name === region ? [words.first] : []),
                ].join(' · ')}
              />
            ))}
            <Copied name={words.deliveryUrl} text={delivery_url} remark={words.deliveryText} />
            <Copied name={words.domainTarget} text={domain_target} remark={words.domainText} />
            <Copied name={words.management} text={management_url} />
            <dt>{words.tls}</dt>
            <dd>{tls ? words.tlsOn : words.tlsOff}</dd>
            <dt>{words.version}</dt>
            <dd>{version}</dd>
          </dl>
        )}
      </QueryView>
    </Card>
  )
}

interface CopiedProps {
  readonly name: string
  readonly text: string
  readonly remark?: string
}

const Copied = ({ name, text, remark }: CopiedProps) => (
  <>
    <dt>{name}</dt>
    <dd>
      <span className="copied">
        <code>{text}</code>
        <CopyButton text={text} label={words.copyOf(name)} compact />
      </span>
      {remark !== undefined && <div className="soft small">{remark}</div>}
    </dd>
  </>
)
