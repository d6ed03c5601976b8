/** What somebody did, in a sentence: "owner created bucket films". */
import { ObjectName } from '../components/ObjectName.tsx'
import { audit as words } from '../strings/audit.ts'
import { verbOf } from '../strings/auditActions.ts'
import type { AuditEntry } from './entries.ts'

export function DeedSentence({ entry }: { readonly entry: AuditEntry }) {
  const { actor, action, target, outcome, details } = entry
  const verb = verbOf(action)
  const done = outcome === 'done'
  // Whoever signs in is nobody before: the entry says whom the name and password are of, where they are somebody's.
  const named = actor.kind === 'anonymous' && typeof details['user'] === 'string' ? details['user'] : undefined
  const who = actor.kind === 'anonymous' ? (done ? named : undefined) : actor.name
  return (
    <span className="wrap-anywhere">
      <b>{who === undefined ? words.somebody : <ObjectName name={who} />}</b>{' '}
      {!done && `${outcome === 'begun' ? words.isAt : words.tried} `}
      {done ? verb.done : verb.tried}
      {!done && named !== undefined && (
        <>
          {` ${words.as} `}
          <ObjectName name={named} />
        </>
      )}
      {verb.alone !== true && (
        <>
          {' '}
          <ObjectName name={target} />
        </>
      )}
    </span>
  )
}
