/** All that the audit log has of one deed. */
import { Link } from '@tanstack/react-router'
import { useRight } from '../../api/me.ts'
import { DeedSentence } from '../../audit/DeedSentence.tsx'
import { detailsOf, type Deed } from '../../audit/entries.ts'
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { ObjectName } from '../../components/ObjectName.tsx'
import { Time } from '../../components/Time.tsx'
import { audit as words } from '../../strings/audit.ts'
import { common } from '../../strings/common.ts'
import { OutcomeBadge } from './OutcomeBadge.tsx'

export function DeedDetails({ deed, onClose }: { readonly deed: Deed | undefined; onClose(): void }) {
  return (
    <Dialog
      kind="sheet"
      open={deed !== undefined}
      title={deed === undefined ? '' : words.entry(deed.entry.seq)}
      description={deed && <DeedSentence entry={deed.entry} />}
      onClose={onClose}
    >
      {deed && <Facts deed={deed} />}
    </Dialog>
  )
}

function Facts({ deed }: { readonly deed: Deed }) {
  const { entry, begun } = deed
  const maySeeRefusals = useRight('storage.read')
  const kind = words.kinds[entry.actor.kind as keyof typeof words.kinds] ?? entry.actor.kind
  const sent = detailsOf(deed)
  const refused = entry.outcome !== 'done' && entry.outcome !== 'begun'
  return (
    <>
      <dl className="facts">
        <dt>{words.outcome}</dt>
        <dd className="stack-small">
          <span>
            <OutcomeBadge outcome={entry.outcome} />
          </span>
          {entry.outcome === 'begun' && <span className="soft">{words.begunText}</span>}
        </dd>
        <dt>{words.time}</dt>
        <dd>
          <Time at={entry.time} exact /> · <Time at={entry.time} />
        </dd>
        <dt>{words.who}</dt>
        <dd>
          {entry.actor.name !== '' && (
            <>
              <ObjectName name={entry.actor.name} /> ·{' '}
            </>
          )}
          {kind}
          {entry.actor.id !== '' && <div className="mono soft">{entry.actor.id}</div>}
        </dd>
        <dt>{words.operation}</dt>
        <dd className="mono">{entry.action}</dd>
        <dt>{words.target}</dt>
        <dd>
          <ObjectName name={entry.target} />
        </dd>
        <dt>{words.address}</dt>
        <dd className="mono">{entry.address ?? common.unknown}</dd>
        <dt>{words.request}</dt>
        <dd>
          <span className="mono">{entry.request_id ?? common.unknown}</span>
          {refused && entry.request_id !== null && maySeeRefusals && (
            <>
              {' · '}
              <Link to="/refusals" search={{ id: entry.request_id }}>
                {common.whyRefused}
              </Link>
            </>
          )}
        </dd>
        <dt>{words.account}</dt>
        <dd className="mono">{entry.account_id ?? common.unknown}</dd>
        <dt>{words.number}</dt>
        <dd>{begun === undefined ? entry.seq : words.numbers(begun.seq, entry.seq)}</dd>
        <dt>{words.hash}</dt>
        <dd className="mono">{entry.hash}</dd>
      </dl>
      <h3>{words.sent}</h3>
      {Object.keys(sent).length === 0 ? (
        <p className="soft">{words.sentNothing}</p>
      ) : (
        <CodeBlock text={JSON.stringify(sent, undefined, 2)} label={words.sent} wrap />
      )}
    </>
  )
}
