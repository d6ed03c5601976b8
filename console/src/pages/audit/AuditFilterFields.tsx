/** What of the audit log is shown. */
import { useState } from 'react'
import { useRight } from '../../api/me.ts'
import type { AuditFilters } from '../../audit/entries.ts'
import { Button } from '../../components/Button.tsx'
import { Checkbox } from '../../components/Checkbox.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { TextField } from '../../components/TextField.tsx'
import { audit as words } from '../../strings/audit.ts'
import { auditActions } from '../../strings/auditActions.ts'

interface AuditFilterFieldsProps {
  readonly filters: AuditFilters
  onChange(filters: AuditFilters): void
}

const actions = Object.keys(auditActions).toSorted()

export function AuditFilterFields({ filters, onChange }: AuditFilterFieldsProps) {
  const isOperator = useRight('operator')
  const [actor, setActor] = useState(filters.actor ?? '')
  const change = (name: keyof AuditFilters, value: string): void => {
    const { [name]: _, ...others } = filters
    onChange(value === '' ? others : { ...others, [name]: value })
  }
  return (
    <div className="stack">
      <div className="filters">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            change('actor', actor.trim())
          }}
        >
          <TextField
            label={words.actor}
            placeholder={words.actorHint}
            value={actor}
            onChange={setActor}
            onBlur={() => change('actor', actor.trim())}
            autoComplete="off"
          />
        </form>
        <SelectField
          label={words.action}
          value={filters.action ?? ''}
          options={[{ value: '', label: words.everything }, ...actions.map((value) => ({ value, label: value }))]}
          onChange={(action) => change('action', action)}
        />
        <TextField
          label={words.from}
          type="date"
          value={filters.from ?? ''}
          onChange={(from) => change('from', from)}
        />
        <TextField label={words.to} type="date" value={filters.to ?? ''} onChange={(to) => change('to', to)} />
      </div>
      <div className="row">
        {isOperator && (
          <Checkbox checked={filters.all === 'true'} onChange={(all) => change('all', all ? 'true' : '')}>
            {words.allAccounts}
          </Checkbox>
        )}
        {Object.keys(filters).length > 0 && (
          <Button
            size="small"
            kind="quiet"
            onClick={() => {
              setActor('')
              onChange({})
            }}
          >
            {words.clear}
          </Button>
        )}
      </div>
    </div>
  )
}
