/** Account → API keys: what opens the management API for programs. */
import { Plus, UserCog } from 'lucide-react'
import { baseUrl } from '../../api/client.ts'
import type { Schema } from '../../api/me.ts'
import { usePages } from '../../api/pages.ts'
import { Card } from '../../components/Card.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ListCard } from '../../components/ListCard.tsx'
import { MakeButton } from '../../components/MakeButton.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { apiKeys as words } from '../../strings/apiKeys.ts'
import { ApiKeyTable } from './ApiKeyTable.tsx'
import { CreateApiKeyDialog } from './CreateApiKeyDialog.tsx'
import { NewApiKey } from './NewApiKey.tsx'
import { apiKeysKey, apiKeysPage } from './queries.ts'
import { TokenCommands } from './TokenCommands.tsx'

export function ApiKeysPage() {
  const keys = usePages(apiKeysKey, apiKeysPage)
  return (
    <div className="page">
      <PageHeader
        title={words.title}
        description={words.description}
        actions={
          <MakeButton<Schema<'NewApiKey'>>
            kind="primary"
            icon={<Plus />}
            dialog={(making) => <CreateApiKeyDialog {...making} />}
            shown={(key, onClose) => <NewApiKey of={key} onClose={onClose} />}
          >
            {words.create}
          </MakeButton>
        }
      />
      <ListCard
        query={keys}
        empty={
          <EmptyState icon={<UserCog />} title={words.emptyTitle}>
            {words.empty}
          </EmptyState>
        }
      >
        {(all) => <ApiKeyTable keys={all} />}
      </ListCard>
      <Card title={words.tokenTitle} description={words.tokenLead}>
        <TokenCommands />
        <p className="small">
          <span className="soft">{words.referenceLead}</span>{' '}
          <a href={`${baseUrl}/v1/openapi.json`}>{words.reference}</a>
        </p>
      </Card>
    </div>
  )
}
