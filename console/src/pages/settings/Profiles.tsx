/** Which profile is in force, what there are, and how another is chosen. */
import { useMe, useRight } from '../../api/me.ts'
import { Badge } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { settings as words } from '../../strings/settings.ts'
import { OwnForm } from './OwnForm.tsx'
import type { Settings } from './settings.ts'

export function Profiles({ settings: { profile, profiles } }: { readonly settings: Settings }) {
  const isOperator = useRight('operator')
  const { account } = useMe()
  const other = profiles.find(({ name }) => name !== profile)?.name ?? profile
  return (
    <Card title={words.profile} description={words.profileText}>
      <ul className="profiles">
        {profiles.map(({ name, summary }) => (
          <li key={name} data-current={name === profile ? '' : undefined} aria-current={name === profile || undefined}>
            <span className="row">
              <b>{name}</b>
              {name === profile && <Badge tone="good">{words.inForce}</Badge>}
            </span>
            <span className="soft small">{summary}</span>
          </li>
        ))}
      </ul>
      {isOperator && <AccountProfile set={account.profile ?? ''} names={profiles.map(({ name }) => name)} />}
      <div className="stack-small">
        <p className="small soft">{words.howProfile}</p>
        <CodeBlock text={`ENTREPOT_PROFILE=${other}`} label={words.profileLabel} />
      </div>
    </Card>
  )
}

function AccountProfile({ set, names }: { readonly set: string; readonly names: readonly string[] }) {
  return (
    <OwnForm set={set} change={(own, chosen) => ({ ...own, profile: chosen === '' ? null : chosen })}>
      {(chosen, choose) => (
        <SelectField
          label={words.accountProfile}
          hint={words.accountText}
          value={chosen}
          options={[{ value: '', label: words.inherit }, ...names.map((name) => ({ value: name, label: name }))]}
          onChange={choose}
        />
      )}
    </OwnForm>
  )
}
