/** Who is signed in: role and rights, password, sign-ins. */
import { useMe } from '../../api/me.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { profile as words } from '../../strings/profile.ts'
import { PasswordCard } from './PasswordCard.tsx'
import './profile.css'
import { SessionsCard } from './SessionsCard.tsx'
import { WhoCard } from './WhoCard.tsx'

export function ProfilePage() {
  const { user } = useMe()
  return (
    <div className="page">
      <PageHeader title={words.title} description={words.description} />
      <WhoCard />
      <SessionsCard />
      {user !== null && <PasswordCard />}
    </div>
  )
}
