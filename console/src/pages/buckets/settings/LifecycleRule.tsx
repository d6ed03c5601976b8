/** One lifecycle rule in a form, with what it will do in words. What the form does not show stays in the rule. */
import { textOf } from '../../../api/bucketSettings.ts'
import { Button } from '../../../components/Button.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { PairsField } from '../../../components/PairsField.tsx'
import { SwitchField } from '../../../components/SwitchField.tsx'
import { TextField } from '../../../components/TextField.tsx'
import { lifecycle as words } from '../../../strings/lifecycle.ts'
import { LifecycleActions } from './LifecycleActions.tsx'
import { filterOf, withFilter } from './lifecycleFilter.ts'
import { sayRule, type SaidRule } from './lifecycleWords.ts'
import { withMember } from './rules.ts'
import type { RuleProps } from './RulesCard.tsx'

const tagsMax = 50
const shown: ReadonlySet<string> = new Set([
  ...['ID', 'Status', 'Filter', 'Prefix', 'Expiration', 'NoncurrentVersionExpiration'],
  ...['AbortIncompleteMultipartUpload'],
])

interface LifecycleRuleProps extends RuleProps {
  readonly versioned: boolean
}

export function LifecycleRule({ rule, number, versioned, readOnly, onChange, onRemove }: LifecycleRuleProps) {
  const id = textOf(rule['ID'])
  const filter = filterOf(rule)
  const beyond = Object.keys(rule).filter((name) => !shown.has(name))
  const said = sayRule(rule, versioned)
  return (
    <fieldset className="rule stack">
      <legend className="visually-hidden">{words.rule(number, id)}</legend>
      <div className="rule-head">
        <h3 className="wrap-anywhere">{words.rule(number, id)}</h3>
        {!readOnly && (
          <Button size="small" aria-label={words.remove(number)} onClick={onRemove}>
            {words.removeShort}
          </Button>
        )}
      </div>
      <SwitchField
        label={words.enabled}
        checked={rule['Status'] === 'Enabled'}
        onChange={(on) => onChange(withMember(rule, 'Status', on ? 'Enabled' : 'Disabled'))}
      />
      <div className="fields">
        <TextField label={words.id} value={id} onChange={(text) => onChange(withMember(rule, 'ID', text))} />
        <TextField
          label={words.prefix}
          hint={words.prefixHint}
          mono
          value={filter.prefix}
          onChange={(prefix) => onChange(withFilter(rule, { ...filter, prefix }))}
        />
      </div>
      <PairsField
        legend={words.tags}
        words={words.tagWords}
        pairs={filter.tags}
        max={tagsMax}
        onChange={(tags) => onChange(withFilter(rule, { ...filter, tags }))}
      />
      <LifecycleActions rule={rule} onChange={onChange} />
      {beyond.length > 0 && <Notice>{words.beyond(beyond.join(', '))}</Notice>}
      <RuleInWords said={said} title={words.says} />
    </fieldset>
  )
}

export function RuleInWords({ said, title }: { readonly said: SaidRule; readonly title: string }) {
  return (
    <div className="says small" role="group" aria-label={title}>
      <strong className="wrap-anywhere">{title}</strong>
      {said.what.length === 0 ? (
        <p>{words.nothing}</p>
      ) : (
        <>
          <p className="wrap-anywhere">{said.which}</p>
          <ul>
            {said.what.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
