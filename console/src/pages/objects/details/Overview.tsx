/** What an object looks like, and the facts about it. */
import type { ReactNode } from 'react'
import type { Bucket } from '../../../api/buckets.ts'
import { CopyButton } from '../../../components/CopyButton.tsx'
import { formatBytes } from '../../../components/format.ts'
import { ObjectName } from '../../../components/ObjectName.tsx'
import { Time } from '../../../components/Time.tsx'
import { common } from '../../../strings/common.ts'
import { objectDetails as words } from '../../../strings/objectDetails.ts'
import { pathOf } from '../names.ts'
import { Preview } from '../preview/Preview.tsx'
import type { StoredObject } from './useObject.ts'

interface OverviewProps {
  readonly bucket: Bucket
  readonly object: StoredObject
  readonly version: string | undefined
}

export function Overview({ bucket, object, version }: OverviewProps) {
  const { key, size, retention } = object
  const isPublic = bucket.delivery_enabled && bucket.policy === 'public'
  const url = `${bucket.delivery_url}/${pathOf(key)}`
  return (
    <>
      <Preview
        bucket={bucket.name}
        objectKey={key}
        versionId={version}
        contentType={object.content_type}
        size={size}
        etag={object.etag}
      />
      <dl className="facts">
        <Fact name={words.key} copy={key}>
          <ObjectName name={key} />
        </Fact>
        <Fact name={words.size}>
          {formatBytes(size)}
          {size >= 1024 && <span className="soft"> · {words.bytes(size)}</span>}
        </Fact>
        <Fact name={words.modified}>
          <Time at={object.modified} exact />
        </Fact>
        <Fact name={words.type}>
          <ObjectName name={object.content_type} />
        </Fact>
        {object.version_id !== null && (
          <Fact name={words.versionId} copy={object.version_id}>
            <code>{object.version_id}</code>
          </Fact>
        )}
        <Fact name={words.etag} copy={object.etag}>
          <code>{object.etag}</code>
        </Fact>
        {Object.entries(object.checksums).map(([algorithm, value]) => (
          <Fact name={algorithm} copy={value} key={algorithm}>
            <code>{value}</code>
          </Fact>
        ))}
        <Fact name={words.encryption}>
          {object.encryption === null ? words.notEncrypted : (words.encrypted[object.encryption] ?? object.encryption)}
        </Fact>
        {retention !== null && (
          <Fact name={words.retention}>
            {words.lockedUntil(retention.mode)} <Time at={retention.until} exact />
          </Fact>
        )}
        {object.legal_hold !== null && <Fact name={words.legalHold}>{object.legal_hold ? common.on : common.off}</Fact>}
        <Fact name={words.s3Uri} copy={`s3://${bucket.name}/${key}`}>
          <code>
            <ObjectName name={`s3://${bucket.name}/${key}`} />
          </code>
        </Fact>
        {isPublic && version === undefined && (
          <Fact name={words.publicUrl} copy={url}>
            <code>{url}</code>
          </Fact>
        )}
      </dl>
    </>
  )
}

interface FactProps {
  readonly name: string
  readonly copy?: string
  readonly children: ReactNode
}

function Fact({ name, copy, children }: FactProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={copy === undefined ? undefined : 'fact-copied'}>
        <span>{children}</span>
        {copy !== undefined && <CopyButton text={copy} label={`${common.copy}: ${name}`} compact />}
      </dd>
    </>
  )
}
