/** A word on a certificate. */
import { Badge } from '../../components/Badge.tsx'
import { isPast } from '../../components/format.ts'
import { domains as words } from '../../strings/domains.ts'
import type { Domain } from './queries.ts'

const tones = { none: 'plain', uploaded: 'good', acme: 'good', pending: 'info', failed: 'danger' } as const

export function CertificateBadge({ of: { state, not_after: end } }: { readonly of: Domain['certificate'] }) {
  if (end !== null && isPast(end)) return <Badge tone="danger">{words.expired}</Badge>
  return <Badge tone={tones[state]}>{words.certificateStates[state]}</Badge>
}
