/** All links to an object or a folder that the one who asks may make. */
import type { Bucket } from '../../../api/buckets.ts'
import { useRight } from '../../../api/me.ts'
import { Notice } from '../../../components/Notice.tsx'
import { Tabs } from '../../../components/Tabs.tsx'
import { objectLinks as words } from '../../../strings/objectLinks.ts'
import { pathOf } from '../names.ts'
import type { Row } from '../list/rows.ts'
import { LinkResult } from './LinkResult.tsx'
import { PresignedLink } from './PresignedLink.tsx'
import { SignedLink } from './SignedLink.tsx'

interface LinkMakerProps {
  readonly bucket: Bucket
  readonly row: Pick<Row, 'kind' | 'name' | 'versionId'>
}

export function LinkMaker({ bucket, row }: LinkMakerProps) {
  const canSign = useRight('storage.write')
  const canPresign = useRight('keys') && row.kind !== 'folder'
  const isPublic = bucket.delivery_enabled && bucket.policy === 'public' && row.kind !== 'folder'
  const signed = {
    value: 'signed',
    label: words.signedTab,
    content: bucket.delivery_enabled ? (
      <SignedLink {...{ bucket, row }} />
    ) : (
      <Notice tone="warning">{words.deliveryOff}</Notice>
    ),
  }
  const presigned = { value: 'presigned', label: words.presignedTab, content: <PresignedLink {...{ bucket, row }} /> }
  return (
    <div className="stack">
      {isPublic && (
        <LinkResult
          url={`${bucket.delivery_url}/${pathOf(row.name)}`}
          label={words.publicTitle}
          hint={words.publicText}
          sentences={[]}
        />
      )}
      {canSign && canPresign ? (
        <Tabs label={words.kinds} tabs={[signed, presigned]} />
      ) : canSign ? (
        signed.content
      ) : canPresign ? (
        presigned.content
      ) : (
        !isPublic && <Notice>{words.none}</Notice>
      )}
    </div>
  )
}
