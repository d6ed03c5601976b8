/** What keeps the public out, and whether ACLs count. */
import type { Bucket } from '../../../api/buckets.ts'
import { QueryView } from '../../../components/QueryView.tsx'
import { OwnershipCard } from './OwnershipCard.tsx'
import { PublicAccessCard } from './PublicAccessCard.tsx'
import { useSetting } from './useSetting.ts'

export function AccessSection({ bucket: { name } }: { readonly bucket: Bucket }) {
  const block = useSetting(name, 'public-access-block')
  const ownership = useSetting(name, 'ownership-controls')
  return (
    <>
      <QueryView query={block}>{(saved) => <PublicAccessCard bucket={name} saved={saved} />}</QueryView>
      <QueryView query={ownership}>{(saved) => <OwnershipCard bucket={name} saved={saved} />}</QueryView>
    </>
  )
}
