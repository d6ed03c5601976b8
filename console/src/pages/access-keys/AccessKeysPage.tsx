/** Media storage → Access keys: what programs sign their S3 requests with. */
import { useQuery } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useRight } from '../../api/me.ts'
import { usePages } from '../../api/pages.ts'
import { Card } from '../../components/Card.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ListCard } from '../../components/ListCard.tsx'
import { Notice } from '../../components/Notice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { Steps } from '../../components/Steps.tsx'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import { GenerateKeyButton } from './GenerateKeyButton.tsx'
import { KeyTable } from './KeyTable.tsx'
import { accessKeysKey, accessKeysPage, activeMaxQuery, allAccessKeysQuery } from './queries.ts'
import { ToolConfiguration } from './ToolConfiguration.tsx'

export function AccessKeysPage() {
  const managesAll = useRight('iam')
  const keys = usePages([...accessKeysKey, 'pages'], (after) => accessKeysPage(after))
  return (
    <div className="page">
      <PageHeader
        title={words.title}
        description={words.description}
        actions={<GenerateKeyButton kind="primary" label={words.generate} />}
      />
      <ActiveLimit />
      <ListCard
        query={keys}
        empty={
          <EmptyState icon={<KeyRound />} title={words.emptyTitle}>
            {words.empty}
          </EmptyState>
        }
      >
        {(all) => <KeyTable keys={all} showsUser={managesAll} />}
      </ListCard>
      <Card title={words.rotation} description={words.rotationLead}>
        <Steps steps={words.rotationSteps} />
      </Card>
      <Card title={words.connect} description={words.connectLead}>
        <ToolConfiguration />
      </Card>
    </div>
  )
}

/** How many keys may be active, where the profile limits them; for who sees all that count. */
function ActiveLimit() {
  const [reads, managesAll] = [useRight('storage.read'), useRight('iam')]
  const sees = reads && managesAll
  const limit = useQuery({ ...activeMaxQuery, enabled: sees })
  const max = limit.data?.max ?? null
  const all = useQuery({ ...allAccessKeysQuery, enabled: sees && max !== null })
  if (max === null || all.data === undefined) return null
  const active = all.data.filter((key) => key.active).length
  return (
    <Notice tone={active >= max ? 'warning' : 'info'}>
      <p>
        {words.limit(max, active)} {active >= max && words.limitReached}
      </p>
    </Notice>
  )
}
