/** When a key was last used, for what and from where. */
import { formatRelative, parseTime } from '../../components/format.ts'
import { Time } from '../../components/Time.tsx'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import type { AccessKey } from './queries.ts'

export function LastUse({ of: { last_used: use } }: { readonly of: AccessKey }) {
  if (use === null) return <span className="soft">{words.neverUsed}</span>
  return (
    <span>
      <Time at={use.time} />
      <br />
      <span className="soft small wrap-anywhere">
        {[use.operation, use.region, use.address].filter((part) => part !== null && part !== '').join(' · ')}
      </span>
    </span>
  )
}

/** In a sentence, before something is done that programs would miss. */
export const lastUseSentence = ({ last_used: use }: AccessKey): string =>
  use === null ? words.notUsed : words.usedBy(formatRelative(parseTime(use.time)), use.operation, use.address)
