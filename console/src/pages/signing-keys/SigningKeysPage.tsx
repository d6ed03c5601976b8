/** Content delivery → Signing keys: what makes links to private buckets. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileKey2, Plus } from 'lucide-react'
import { useRef, useState } from 'react'
import { useRight, type Schema } from '../../api/me.ts'
import { usePages } from '../../api/pages.ts'
import { allBucketsQuery } from '../../api/whole-lists.ts'
import { Card } from '../../components/Card.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ListCard } from '../../components/ListCard.tsx'
import { MakeButton } from '../../components/MakeButton.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { Steps } from '../../components/Steps.tsx'
import { signingKeys as words } from '../../strings/signingKeys.ts'
import { CreateKeyDialog } from './CreateKeyDialog.tsx'
import { NewPrivateKey } from './NewPrivateKey.tsx'
import { signingKeysKey, signingKeysPage } from './queries.ts'
import { SamplesCard } from './SamplesCard.tsx'
import { SigningKeyTable } from './SigningKeyTable.tsx'

export function SigningKeysPage() {
  const writes = useRight('storage.write')
  const keys = usePages(signingKeysKey, signingKeysPage)
  const buckets = useQuery(allBucketsQuery)
  const [sampled, setSampled] = useState<string>()
  const samples = useRef<HTMLDivElement>(null)
  const held = buckets.data ?? []
  const own = (keys.data ?? []).filter(({ managed }) => managed !== true)
  return (
    <div className="page">
      <PageHeader
        title={words.title}
        description={words.description}
        actions={
          writes && (
            <MakeButton<Schema<'NewSigningKey'>>
              kind="primary"
              icon={<Plus />}
              disabled={held.length === 0}
              dialog={({ onMade, onClose }) => (
                <CreateKeyDialog
                  buckets={held}
                  onClose={onClose}
                  onMade={(key) => {
                    onMade(key)
                    setSampled(key?.id)
                  }}
                />
              )}
              shown={(key, onClose) => <NewPrivateKey of={key} onClose={onClose} />}
            >
              {words.create}
            </MakeButton>
          )
        }
      />
      <ListCard
        query={keys}
        empty={
          <EmptyState
            icon={<FileKey2 />}
            title={words.emptyTitle}
            actions={buckets.data?.length === 0 && <Link to="/buckets">{words.toBuckets}</Link>}
          >
            {buckets.data?.length === 0 ? words.noBuckets : words.empty}
          </EmptyState>
        }
      >
        {(all) => (
          <SigningKeyTable
            keys={all}
            buckets={held}
            onSamples={(id) => {
              setSampled(id)
              samples.current?.scrollIntoView({ block: 'start' })
            }}
          />
        )}
      </ListCard>
      {own.length > 0 && (
        <div ref={samples}>
          <SamplesCard keys={own} buckets={held} chosen={sampled} onChoose={setSampled} />
        </div>
      )}
      <Card title={words.practices}>
        <Steps steps={words.practicesList} />
      </Card>
    </div>
  )
}
