/** The links of the navigation, as far as the role of whoever is signed in has a use for them. */
import { Link } from '@tanstack/react-router'
import {
  Boxes,
  ChartNoAxesColumn,
  CircleHelp,
  FileKey2,
  Globe,
  KeyRound,
  LayoutDashboard,
  ScrollText,
  Settings,
  UserCog,
  Users,
  type LucideIcon,
} from 'lucide-react'
import { useMe } from '../api/me.ts'
import { shell } from '../strings/shell.ts'

interface Item {
  readonly to: string
  readonly label: string
  readonly icon: LucideIcon
  /** Rights of which one must be there. */
  readonly rights: readonly string[]
  readonly exact?: boolean
}

const groups: readonly { readonly title?: string; readonly items: readonly Item[] }[] = [
  { items: [{ to: '/', label: shell.overview, icon: LayoutDashboard, rights: ['self'], exact: true }] },
  {
    title: shell.storage,
    items: [
      { to: '/buckets', label: shell.buckets, icon: Boxes, rights: ['storage.read'] },
      { to: '/access-keys', label: shell.accessKeys, icon: KeyRound, rights: ['keys'] },
    ],
  },
  {
    title: shell.delivery,
    items: [
      { to: '/signing-keys', label: shell.signingKeys, icon: FileKey2, rights: ['storage.read'] },
      { to: '/domains', label: shell.domains, icon: Globe, rights: ['storage.read'] },
    ],
  },
  {
    title: shell.account,
    items: [
      { to: '/users', label: shell.users, icon: Users, rights: ['iam'] },
      { to: '/api-keys', label: shell.apiKeys, icon: UserCog, rights: ['keys'] },
      { to: '/usage', label: shell.usage, icon: ChartNoAxesColumn, rights: ['storage.read'] },
      { to: '/audit', label: shell.audit, icon: ScrollText, rights: ['audit'] },
    ],
  },
  {
    title: shell.server,
    items: [
      { to: '/refusals', label: shell.refusals, icon: CircleHelp, rights: ['storage.read'] },
      { to: '/settings', label: shell.settings, icon: Settings, rights: ['storage.read'] },
    ],
  },
]

export function Navigation({ onNavigate }: { readonly onNavigate?: () => void }) {
  return (
    <nav className="nav" aria-label={shell.navigation}>
      {groups.map((group) => (
        <Group key={group.title ?? ''} {...group} {...(onNavigate && { onNavigate })} />
      ))}
    </nav>
  )
}

function Group({ title, items, onNavigate }: (typeof groups)[number] & { readonly onNavigate?: () => void }) {
  const shown = useShown(items)
  if (shown.length === 0) return null
  return (
    <>
      {title !== undefined && <h2>{title}</h2>}
      <ul>
        {shown.map(({ to, label, icon: Icon, exact = false }) => (
          <li key={to}>
            <Link to={to} activeOptions={{ exact, includeSearch: false }} onClick={onNavigate}>
              <Icon aria-hidden="true" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}

function useShown(items: readonly Item[]): readonly Item[] {
  const { rights } = useMe()
  return items.filter((item) => item.rights.some((right) => rights.includes(right)))
}
