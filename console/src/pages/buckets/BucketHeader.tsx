/** The head of a bucket's pages: its name, what it is, and the way between its objects and its settings. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { bucketQuery, type Bucket } from '../../api/buckets.ts'
import { Badge } from '../../components/Badge.tsx'
import { ObjectName } from '../../components/ObjectName.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { buckets as words } from '../../strings/buckets.ts'
import './buckets.css'
import { ReadersBadges } from './ReadersBadges.tsx'

interface BucketHeaderProps {
  readonly bucket: string
  readonly actions?: ReactNode
}

export function BucketHeader({ bucket, actions }: BucketHeaderProps) {
  const { data } = useQuery(bucketQuery(bucket))
  return (
    <>
      <PageHeader
        title={bucket}
        heading={<ObjectName name={bucket} />}
        description={data && <Badges bucket={data} />}
        actions={actions}
      />
      <nav className="tabs" aria-label={words.parts(bucket)}>
        <Link className="tab" to="/buckets/$bucket" params={{ bucket }} activeOptions={exact}>
          {words.objects}
        </Link>
        <Link className="tab" to="/buckets/$bucket/settings" params={{ bucket }} activeOptions={exact}>
          {words.settings}
        </Link>
      </nav>
    </>
  )
}

const exact = { exact: true, includeSearch: false }

function Badges({ bucket }: { readonly bucket: Bucket }) {
  return (
    <span className="row badges">
      <ReadersBadges bucket={bucket} />
      {bucket.versioning !== null && <Badge>{words.versions[bucket.versioning]}</Badge>}
      {bucket.object_lock && <Badge>{words.locked}</Badge>}
      <Badge>{bucket.region}</Badge>
    </span>
  )
}
