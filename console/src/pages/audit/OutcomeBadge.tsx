/** How something ended that was done through management. */
import { Badge } from '../../components/Badge.tsx'
import { audit as words } from '../../strings/audit.ts'

export function OutcomeBadge({ outcome }: { readonly outcome: string }) {
  if (outcome === 'done') return <Badge tone="good">{words.done}</Badge>
  return <Badge tone={outcome === 'begun' ? 'warning' : 'danger'}>{outcome === 'begun' ? words.begun : outcome}</Badge>
}
