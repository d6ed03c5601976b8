/** What is set on a bucket, section by section; nothing of it has an effect until it is saved. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { bucketQuery, type Bucket } from '../../api/buckets.ts'
import { useRight } from '../../api/me.ts'
import { Problem } from '../../api/problem.ts'
import { Notice } from '../../components/Notice.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { UnsavedGuard } from '../../components/UnsavedGuard.tsx'
import { bucketSettings as words } from '../../strings/bucketSettings.ts'
import { BucketHeader } from './BucketHeader.tsx'
import './buckets.css'
import { AccessSection } from './settings/AccessSection.tsx'
import { CorsSection } from './settings/CorsSection.tsx'
import { DeletedBucket } from './settings/DeletedBucket.tsx'
import { DeleteSection } from './settings/DeleteSection.tsx'
import { DeliverySection } from './settings/DeliverySection.tsx'
import { LifecycleSection } from './settings/LifecycleSection.tsx'
import { PolicySection } from './settings/PolicySection.tsx'
import { ProfileSection } from './settings/ProfileSection.tsx'
import { ProtectionSection } from './settings/ProtectionSection.tsx'
import { QuotaSection } from './settings/QuotaSection.tsx'
import { TagsSection } from './settings/TagsSection.tsx'

type Section = keyof typeof words.section

interface SectionRow {
  readonly name: Section
  readonly Shown: ComponentType<{ readonly bucket: Bucket }>
  /** Who has a use for it, where that is not everybody who sees the bucket. */
  readonly right?: string
}

const sections: readonly SectionRow[] = [
  { name: 'delivery', Shown: DeliverySection },
  { name: 'protection', Shown: ProtectionSection },
  { name: 'cors', Shown: CorsSection },
  { name: 'lifecycle', Shown: LifecycleSection },
  { name: 'policy', Shown: PolicySection },
  { name: 'access', Shown: AccessSection },
  { name: 'quota', Shown: QuotaSection },
  { name: 'tags', Shown: TagsSection },
  { name: 'profile', Shown: ProfileSection, right: 'operator' },
  { name: 'delete', Shown: DeleteSection, right: 'storage.write' },
]

const route = getRouteApi('/inside/buckets/$bucket/settings')

export function BucketSettingsPage() {
  const { bucket: name } = route.useParams()
  const bucket = useQuery(bucketQuery(name))
  const isGone = bucket.error instanceof Problem && bucket.error.code === 'NoSuchBucket'
  return (
    <div className="page">
      <BucketHeader bucket={name} />
      {isGone ? (
        <DeletedBucket name={name} />
      ) : (
        // What was edited of one bucket is nothing of another.
        <QueryView query={bucket} key={name}>
          {(found) => <Sections bucket={found} />}
        </QueryView>
      )}
    </div>
  )
}

function Sections({ bucket }: { readonly bucket: Bucket }) {
  const { section } = route.useSearch()
  const mayWrite = useRight('storage.write')
  const isOperator = useRight('operator')
  const shown = sections.filter(({ right }) => right === undefined || (right === 'operator' ? isOperator : mayWrite))
  const { name: current, Shown } = shown.find(({ name }) => name === section) ?? shown[0]!
  return (
    <div className="settings">
      <nav className="settings-nav" aria-label={words.sections}>
        <ul>
          {shown.map(({ name }) => (
            <li key={name}>
              <Link
                to="/buckets/$bucket/settings"
                params={{ bucket: bucket.name }}
                search={{ section: name }}
                className="settings-link"
                aria-current={name === current ? 'page' : false}
                data-tone={name === 'delete' ? 'danger' : undefined}
              >
                {words.section[name]}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="stack settings-body">
        {!mayWrite && <Notice>{words.readOnly}</Notice>}
        <UnsavedGuard>
          <Shown key={current} bucket={bucket} />
        </UnsavedGuard>
      </div>
    </div>
  )
}
