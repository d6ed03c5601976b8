/** Buckets, a line for each; a page of them at a time. */
import { Link } from '@tanstack/react-router'
import { LockKeyhole, Settings } from 'lucide-react'
import { useState } from 'react'
import type { Bucket } from '../../api/buckets.ts'
import { Button } from '../../components/Button.tsx'
import { formatBytes, formatNumber } from '../../components/format.ts'
import { ObjectName } from '../../components/ObjectName.tsx'
import { Table } from '../../components/Table.tsx'
import { Time } from '../../components/Time.tsx'
import { Tooltip } from '../../components/Tooltip.tsx'
import { buckets } from '../../strings/buckets.ts'
import { common } from '../../strings/common.ts'
import { ReadersBadges } from './ReadersBadges.tsx'

const words = buckets.list
const rowsMore = 100

export function BucketTable({ buckets: all }: { readonly buckets: readonly Bucket[] }) {
  const [rows, setRows] = useState(rowsMore)
  if (all.length === 0) return <p className="soft nothing">{words.none}</p>
  return (
    <>
      <Table
        label={buckets.title}
        className="bucket-table"
        rows={all.slice(0, rows)}
        keyOf={({ name }) => name}
        columns={[
          {
            label: words.name,
            kind: 'heading',
            cell: ({ name }) => (
              <Link className="bucket-name" to="/buckets/$bucket" params={{ bucket: name }}>
                <ObjectName name={name} />
              </Link>
            ),
          },
          {
            label: words.readers,
            cell: (bucket) => (
              <span className="row readers">
                <ReadersBadges bucket={bucket} />
              </span>
            ),
          },
          { label: words.objects, kind: 'number', cell: ({ usage }) => formatNumber(usage.objects) },
          { label: words.size, kind: 'number', title: sizeInWords, cell: ({ usage }) => formatBytes(usage.bytes) },
          { label: words.versioning, cell: (bucket) => <Versioning of={bucket} /> },
          { label: words.region, className: 'nowrap', cell: ({ region }) => region },
          { label: words.created, className: 'nowrap', cell: ({ created }) => <Time at={created} /> },
        ]}
        actions={({ name }) => <SettingsLink bucket={name} />}
      />
      {rows < all.length && (
        <div className="card-foot">
          <Button onClick={() => setRows(rows + rowsMore)}>{common.more}</Button>
        </div>
      )}
    </>
  )
}

function sizeInWords({ usage }: Bucket): string | undefined {
  const more = usage.version_bytes + usage.deleted_bytes
  return more > 0 ? words.sizeOf(formatBytes(usage.bytes), formatBytes(more)) : undefined
}

function Versioning({ of: bucket }: { readonly of: Bucket }) {
  return (
    <span className="row nowrap">
      {words.versions[bucket.versioning ?? 'never']}
      {bucket.object_lock && (
        <span title={buckets.locked}>
          <LockKeyhole className="lock-mark" aria-hidden="true" />
          <span className="visually-hidden">{buckets.locked}</span>
        </span>
      )}
    </span>
  )
}

function SettingsLink({ bucket }: { readonly bucket: string }) {
  return (
    <Tooltip text={buckets.settings}>
      <Link
        className="button"
        data-kind="quiet"
        data-size="small"
        data-icon-only=""
        aria-label={words.actions(bucket)}
        to="/buckets/$bucket/settings"
        params={{ bucket }}
      >
        <Settings aria-hidden="true" />
      </Link>
    </Tooltip>
  )
}
