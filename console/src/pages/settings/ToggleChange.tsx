/** How one setting is changed: by a control for the account, where an operator looks at it, and by what to write elsewhere. */
import { useMe, useRight } from '../../api/me.ts'
import { CodeBlock } from '../../components/CodeBlock.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { TextField } from '../../components/TextField.tsx'
import { settings as words } from '../../strings/settings.ts'
import { shellWord } from '../../server/shellWord.ts'
import { OwnForm } from './OwnForm.tsx'
import type { Toggle } from './settings.ts'

export function ToggleChange({ toggle }: { readonly toggle: Toggle }) {
  const { account } = useMe()
  const isOperator = useRight('operator')
  const { name } = toggle
  // Another value than the present one: what somebody would change it to.
  const other = toggle.values?.find((value) => value !== toggle.value) ?? toggle.value
  return (
    <>
      {isOperator && <AccountControl toggle={toggle} />}
      <div className="stack-small">
        <p className="small soft">{words.howServer}</p>
        <CodeBlock text={words.howEnv(name, other)} label={words.serverLabel(name)} wrap />
      </div>
      <div className="stack-small">
        <p className="small soft">{words.howCli}</p>
        <CodeBlock
          text={`${words.howAccount(shellWord(account.name), name, other)}\n${words.howBucket(name, other)}`}
          label={words.cliLabel(name)}
          wrap
        />
      </div>
    </>
  )
}

function AccountControl({ toggle: { name, value, from, values } }: { readonly toggle: Toggle }) {
  const asked = { label: words.forAccount, hint: words.forAccountHint }
  return (
    <OwnForm
      set={from === 'account' ? value : ''}
      change={({ profile, toggles: { [name]: _, ...others } }, chosen) => ({
        profile,
        toggles: chosen === '' ? others : { ...others, [name]: chosen },
      })}
    >
      {(chosen, choose) =>
        values === null ? (
          <TextField {...asked} placeholder={words.onAccount} value={chosen} onChange={choose} autoComplete="off" />
        ) : (
          <SelectField
            {...asked}
            value={chosen}
            options={[{ value: '', label: words.onAccount }, ...values.map((each) => ({ value: each, label: each }))]}
            onChange={choose}
          />
        )
      }
    </OwnForm>
  )
}
