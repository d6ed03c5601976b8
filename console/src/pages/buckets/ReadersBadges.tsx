/** Who may read a bucket, in a word or two; with a warning where S3's own policy or ACL lets everybody in, whatever delivery does. */
import { Globe, Link2Off, Signature, TriangleAlert } from 'lucide-react'
import type { Bucket } from '../../api/buckets.ts'
import { Badge } from '../../components/Badge.tsx'
import { buckets as words } from '../../strings/buckets.ts'

const shown = {
  public: ['info', Globe],
  authenticated: ['good', Signature],
  off: ['plain', Link2Off],
} as const

export function ReadersBadges({ bucket }: { readonly bucket: Bucket }) {
  const readers = bucket.delivery_enabled ? bucket.policy : 'off'
  const [tone, Icon] = shown[readers]
  return (
    <>
      <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
        {words.readers[readers]}
      </Badge>
      {bucket.public_in_s3 !== null && (
        <Badge tone="warning" icon={<TriangleAlert aria-hidden="true" />}>
          {words.publicInS3[bucket.public_in_s3]}
        </Badge>
      )}
    </>
  )
}
