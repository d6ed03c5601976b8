/** What was downloaded most. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatBytes, formatNumber } from '../components/format.ts'
import { ObjectName } from '../components/ObjectName.tsx'
import { QueryView } from '../components/QueryView.tsx'
import { Table } from '../components/Table.tsx'
import { usage as words } from '../strings/usage.ts'
import type { Days } from './days.ts'
import './usage.css'
import { busiestQuery } from './usage.ts'

interface BusiestObjectsProps {
  readonly range: Days
  readonly bucket?: string
  readonly limit: number
}

export function BusiestObjects({ range, bucket, limit }: BusiestObjectsProps) {
  const query = useQuery(busiestQuery({ ...range, limit, ...(bucket !== undefined && { bucket }) }))
  return (
    <QueryView query={query}>
      {(objects) =>
        objects.length === 0 ? (
          <p className="card-body soft">{words.busiestNone}</p>
        ) : (
          <Table
            rows={objects}
            keyOf={nameOf}
            columns={[
              {
                label: words.object,
                kind: 'heading',
                className: 'object-cell',
                cell: (object) => (
                  <Link
                    to="/buckets/$bucket"
                    params={{ bucket: object.bucket }}
                    search={{ prefix: folderOf(object.key), key: object.key }}
                  >
                    <ObjectName name={nameOf(object)} />
                  </Link>
                ),
              },
              { label: words.requests, kind: 'number', cell: ({ requests }) => formatNumber(requests) },
              { label: words.bytesOut, kind: 'number', cell: ({ bytes_out: bytes }) => formatBytes(bytes) },
            ]}
          />
        )
      }
    </QueryView>
  )
}

const nameOf = ({ bucket, key }: { readonly bucket: string; readonly key: string }): string => `${bucket}/${key}`
const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1)
