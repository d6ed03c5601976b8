/** What each bucket holds now. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Bucket } from '../../api/buckets.ts'
import { allBucketsQuery } from '../../api/whole-lists.ts'
import { formatBytes, formatNumber } from '../../components/format.ts'
import { ObjectName } from '../../components/ObjectName.tsx'
import { QueryView } from '../../components/QueryView.tsx'
import { Table } from '../../components/Table.tsx'
import { common } from '../../strings/common.ts'
import { usage as words } from '../../strings/usage.ts'

export function BucketTable() {
  const query = useQuery(allBucketsQuery)
  return (
    <QueryView query={query}>
      {(buckets) =>
        buckets.length === 0 ? (
          <p className="card-body soft">{words.noBuckets}</p>
        ) : (
          <Table
            rows={buckets.toSorted((a, b) => b.usage.bytes - a.usage.bytes)}
            keyOf={({ name }) => name}
            columns={[
              {
                label: common.name,
                kind: 'heading',
                className: 'object-cell',
                cell: ({ name }) => (
                  <Link to="/buckets/$bucket" params={{ bucket: name }} search={{}}>
                    <ObjectName name={name} />
                  </Link>
                ),
              },
              numbers(words.objects, ({ objects }) => formatNumber(objects)),
              numbers(words.bytes, ({ bytes }) => formatBytes(bytes)),
              numbers(words.versions, ({ version_bytes }) => formatBytes(version_bytes)),
              numbers(words.deleted, ({ deleted_bytes }) => formatBytes(deleted_bytes)),
              numbers(words.unfinished, ({ unfinished_bytes }) => formatBytes(unfinished_bytes)),
            ]}
          />
        )
      }
    </QueryView>
  )
}

const numbers = (label: string, cell: (usage: Bucket['usage']) => string) => ({
  label,
  kind: 'number' as const,
  cell: ({ usage }: Bucket) => cell(usage),
})
