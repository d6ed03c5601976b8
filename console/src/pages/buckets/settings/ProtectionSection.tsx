/** What keeps what is in a bucket: versions, object lock, soft delete, encryption. */
import type { Bucket } from '../../../api/buckets.ts'
import { QueryView } from '../../../components/QueryView.tsx'
import { EncryptionCard } from './EncryptionCard.tsx'
import { ObjectLockCard } from './ObjectLockCard.tsx'
import { SoftDeleteCard } from './SoftDeleteCard.tsx'
import { useSetting } from './useSetting.ts'
import { VersioningCard } from './VersioningCard.tsx'

export function ProtectionSection({ bucket }: { readonly bucket: Bucket }) {
  const lock = useSetting(bucket.name, 'object-lock')
  const softDelete = useSetting(bucket.name, 'soft-delete')
  const encryption = useSetting(bucket.name, 'encryption')
  return (
    <>
      <VersioningCard bucket={bucket} />
      <QueryView query={lock}>{(saved) => <ObjectLockCard bucket={bucket} saved={saved} />}</QueryView>
      <QueryView query={softDelete}>{(saved) => <SoftDeleteCard bucket={bucket.name} saved={saved} />}</QueryView>
      <QueryView query={encryption}>{(saved) => <EncryptionCard bucket={bucket.name} saved={saved} />}</QueryView>
    </>
  )
}
