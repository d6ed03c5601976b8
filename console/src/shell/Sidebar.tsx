/** The brand, the navigation, and who is signed in. */
import { Link } from '@tanstack/react-router'
import iconUrl from '../icon.svg'
import { common } from '../strings/common.ts'
import { AccountMenu } from './AccountMenu.tsx'
import { Navigation } from './navigation.tsx'

export function Sidebar({ onNavigate }: { readonly onNavigate?: () => void }) {
  return (
    <>
      <Link to="/" className="brand" onClick={onNavigate}>
        <img src={iconUrl} alt="" width="28" height="28" />
        {common.product}
      </Link>
      <Navigation {...(onNavigate && { onNavigate })} />
      <div className="sidebar-foot">
        <AccountMenu />
      </div>
    </>
  )
}
